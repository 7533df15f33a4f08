"""How a subject declares its buttons, typed words and open questions. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.channels.base import Tone
from bot.tutor.command import ServiceCommand

Maker = Callable[[str], ServiceCommand]
"""Makes a command of what a button carries, or of what was written."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question of a subject: how it is put again, and what is made of words written to it.

    Without `written` only its buttons answer it, and words that mean one of them. What is written is on record as the
    learner's own only where it is `kept`. `pictured` is made of a picture that comes instead of words, `voiced` of a
    voice message that is no words (it carries the channel's id of its sound).
    """

    again: Callable[[], ServiceCommand]
    written: Maker | None = None
    kept: bool = True
    pictured: Callable[[], ServiceCommand] | None = None
    voiced: Maker | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """`words` are made of the line by which she was writing, "" for none. `before_consent`: buttons and words work for
    whoever has not agreed to anything: who cried for help may answer her helper, who was invited says whether it is
    she. `tones` are those of its buttons that mean something to the eye."""

    prefix: str
    taps: Mapping[str, Maker] = field(default_factory=dict)
    words: Mapping[str, Maker] = field(default_factory=dict)
    questions: Mapping[str, OpenQuestion] = field(default_factory=dict)
    before_consent: bool = False
    tones: Mapping[str, Tone] = field(default_factory=dict)


def page(make: Callable[[int], ServiceCommand]) -> Maker:
    """Made of a number of one to four digits; 0 for everything else."""
    return lambda value: make(number(value))


def number(value: str) -> int:
    """One to four digits as a number; 0 for everything else."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 0


def plain(make: Callable[[], ServiceCommand]) -> Maker:
    """What carries nothing, whatever stands behind it."""
    return lambda _: make()


def two(make: Callable[[str, str], ServiceCommand]) -> Maker:
    """Two ids, with a colon between."""

    def of_value(value: str) -> ServiceCommand:
        first, _, second = value.partition(":")
        return make(first, second)

    return of_value
