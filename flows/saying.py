"""Sentences for editors and operators: Vietnamese where they are said, another language from a catalogue.

`say("không có bước nào tên “{to}”", to=…)` is the Vietnamese sentence, and remembers of what it was made; `in_english`
finds the same template in `english.yaml`. Every sentence is an ordinary text for whoever does not care.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.model import Problem

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


def joined(sentences: Iterable[str], between: str = ", ") -> str:
    """One after the other, `between` (a template) between each two; nothing of none."""
    both = "{first}" + between + "{then}"
    every = list(sentences)
    return reduce(lambda first, then: say(both, first=first, then=then), every) if every else ""


def line_of(problem: Problem) -> str:
    """A problem in one line, as `str` makes it of Vietnamese."""
    line = say("{p.place}: {p.code} {message}", p=problem, message=problem.message)
    return say("{line} ({hint})", line=line, hint=problem.hint) if problem.hint else line


def short(text: str) -> str:
    """A text cut to `MOST_SHOWN` characters, the last of them "…" where something is missing."""
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def said_by(fault: BaseException) -> str:
    """What an exception says: its sentence, where it was made of one."""
    return fault.args[0] if fault.args and isinstance(fault.args[0], Sentence) else str(fault)


def in_english(text: str, table: Mapping[str, str] | None = None) -> str:
    """The sentence in English by `table` (none: `catalogue()`); a text that is none as it is, a template without an
    entry too, with its values in English."""
    if not isinstance(text, Sentence):
        return text
    known = catalogue() if table is None else table
    values = {key: in_english(value, known) if isinstance(value, str) else value for key, value in text.values.items()}
    return known.get(text.template, text.template).format(**values)


@lru_cache(maxsize=1)
def catalogue() -> dict[str, str]:
    """Vietnamese template → English template."""
    return read_catalogue(CATALOGUE)


def read_catalogue(file: Path) -> dict[str, str]:
    """The templates of a catalogue; only whoever asks for English pays for it."""
    import yaml

    table: dict[str, str] = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return table
