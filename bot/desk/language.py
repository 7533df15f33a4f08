"""The desk in two languages: Vietnamese where it is written, English by `english.yaml` and the command line's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from flows.saying import Sentence, catalogue, in_english, read_catalogue

CATALOGUE = Path(__file__).with_name("english.yaml")
OF_SERVICES = Path(__file__).parents[1] / "cli" / "english.yaml"  # a service's sentences are one terminal's and desk's
LANGUAGES = ("vi", "en")
COOKIE = "camtay_desk_lang"

Teller = Callable[..., str]


def teller(lang: str) -> Teller:
    """What puts a sentence of a template or of a service into this language."""
    return _in_english if lang == "en" else _in_vietnamese


def language_of(cookie: str, accepted: str) -> str:
    """As chosen, else as the browser wishes (its Accept-Language); Vietnamese where nothing says English first."""
    if cookie in LANGUAGES:
        return cookie
    return "en" if accepted.strip().lower().startswith("en") else "vi"


def _in_vietnamese(text: str, /, **values: object) -> str:
    return text.format(**values) if values else str(text)


def _in_english(text: str, /, **values: object) -> str:
    if isinstance(text, Sentence):
        return in_english(text, _english())
    found = _english().get(text, text)
    if not values:
        return found
    return found.format(**{name: _in_english(v) if isinstance(v, str) else v for name, v in values.items()})


@cache
def _english() -> dict[str, str]:
    return {**catalogue(), **read_catalogue(OF_SERVICES), **read_catalogue(CATALOGUE)}
