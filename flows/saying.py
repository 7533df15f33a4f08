"""Sentences for the author of a lesson: Vietnamese where they are said, another language from a catalogue.

`say("không có bước nào tên “{to}”", to=…)` is the Vietnamese sentence, and remembers of what it was made; `in_english`
finds the same template in `english.yaml`. Every sentence is an ordinary text for whoever does not care.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from pathlib import Path

CATALOGUE = Path(__file__).with_name("english.yaml")
MOST_SHOWN = 120  # characters of a value of the author's that a sentence repeats


class Sentence(str):
    """A sentence in Vietnamese; `values` may be sentences too."""

    template: str
    values: Mapping[str, object]


def say(template: str, /, **values: object) -> Sentence:
    """The sentence; `{name}` stands for a value, `{{` for a brace. A very long value is cut."""
    shown = {name: short(value) if type(value) is str else value for name, value in values.items()}
    sentence = Sentence(template.format(**shown))
    sentence.template = template
    sentence.values = shown
    return sentence


def joined(sentences: Sequence[str]) -> str:
    """Sentences one after the other, with commas."""
    return reduce(lambda first, then: say("{first}, {then}", first=first, then=then), sentences)


def short(text: str) -> str:
    """A text cut to `MOST_SHOWN` characters, the last of them "…" where something is missing."""
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def in_english(text: str) -> str:
    """The sentence in English; a text that is none, or has no entry, as it is."""
    if not isinstance(text, Sentence):
        return text
    template = catalogue().get(text.template)
    if template is None:
        return text
    return template.format(**{key: in_english(v) if isinstance(v, str) else v for key, v in text.values.items()})


@lru_cache(maxsize=1)
def catalogue() -> dict[str, str]:
    """Vietnamese template → English template."""
    import yaml  # only whoever asks for English pays for it

    table: dict[str, str] = yaml.load(CATALOGUE.read_bytes(), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return table
