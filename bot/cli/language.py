"""The language of whoever sits at the terminal: sentences are Vietnamese in the code, English by `english.yaml`.

Whatever lies below the command line does not know its reader: it makes sentences (`flows.saying.say`), which are
translated when they are `shown`. Here the reader is known before the first word, and `told` does both at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

CATALOGUE = Path(__file__).with_name("english.yaml")
LANGUAGES = ("vi", "en")
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts

_language = ContextVar("language", default="vi")


def choose(arguments: Sequence[str], environ: Mapping[str, str]) -> None:
    """By `--lang` where it names one of ours, else by the locale; Vietnamese where that is not English, or unknown."""
    locale = next(filter(None, map(environ.get, LOCALES)), "")
    chosen = "en" if locale[:2].lower() == "en" else "vi"
    for at, argument in enumerate(arguments):
        flag, given, value = argument.partition("=")
        said = value if given else next(iter(arguments[at + 1 : at + 2]), "")
        if flag == "--lang" and said in LANGUAGES:
            chosen = said
    _language.set(chosen)


def language() -> str:
    """Which of `LANGUAGES` it is."""
    return _language.get()


def told(template: str, /, **values: object) -> str:
    """The sentence in that language; without an entry in Vietnamese. `{name}` stands for a value, if there are any."""
    if language() == "en":
        template = english().get(template, template)
        values = {name: shown(value) if isinstance(value, str) else value for name, value in values.items()}
    return template.format(**values) if values else template


def shown(text: str) -> str:
    """A sentence from below in that language; any other text as it is."""
    if language() == "vi":
        return str(text)
    from flows.saying import in_english

    return in_english(text, english())


@lru_cache(maxsize=1)
def english() -> dict[str, str]:
    """Vietnamese template → English template: those of lessons, and those of everything else that a terminal shows."""
    from flows.saying import catalogue, read_catalogue

    return {**catalogue(), **read_catalogue(CATALOGUE)}
