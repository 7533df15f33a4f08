"""The language of whoever sits at the terminal: sentences are Vietnamese in the code, English by `english.yaml`.

What lessons are told of (`flows.saying`) does not know its reader, and is translated when it is shown; here the reader
is known before the first word.
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
        from flows.saying import in_english

        template = english().get(template, template)
        values = {name: in_english(value) if isinstance(value, str) else value for name, value in values.items()}
    return template.format(**values) if values else template


@lru_cache(maxsize=1)
def english() -> dict[str, str]:
    """Vietnamese template → English template."""
    import yaml  # only whoever reads English pays for it

    table: dict[str, str] = yaml.load(CATALOGUE.read_bytes(), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return table
