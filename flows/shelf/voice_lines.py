"""What of the lessons can be heard, line by line, and the recordings of it: one folder, each called by its words.

A form of address changes the words, so a text has a line for each way it sounds: one that calls nobody anything has one
line for everybody. A recording is called "<lesson>.<key>.<digest of its words>.<type>": it serves every text, in any
lesson, that sounds the same, and is out of date by itself once the words change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from flows.engine.kinds.table import kind_of
from flows.files import WORDS_DIGITS, words_digest
from flows.model import Lesson
from flows.profiles import VOICES
from flows.reading.translation import said
from flows.run import ADDRESSES, render

RECORDINGS = "recordings/media"
"""The folder beside the lessons; in one called `media`, as all that is no text."""

LineState = Literal["recorded", "missing", "stale"]

_NAME = re.compile(
    rf"(?P<lesson>[^.]+)\.(?P<key>.+)\.(?P<digest>[0-9a-f]{{{WORDS_DIGITS}}})\.(?P<ending>{'|'.join(sorted(VOICES))})"
)
_UNHEARD = frozenset({"alt", "spoken", "title"})
"""Fields of words that nobody hears by themselves: a picture is told only where it is not shown."""
_NUMBERS = 10**8


class VoiceLine(NamedTuple):
    """One way a text sounds: `words` with placeholders filled in, for all who are addressed in one of `addresses`."""

    lesson: str
    key: str
    words: str
    addresses: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What its recording is called by."""
        return words_digest(self.words)

    @property
    def number(self) -> str:
        """Eight digits by which people call it, the same in every list as long as its words are."""
        return f"{int(self.digest, 16) % _NUMBERS:08}"

    @property
    def is_for_all(self) -> bool:
        """Whether it sounds the same whoever hears it."""
        return len(self.addresses) == len(ADDRESSES)


@dataclass(frozen=True, slots=True)
class LineRecording:
    """A file of the folder, as its name says what it is of."""

    lesson: str
    key: str
    digest: str
    path: Path


def heard(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """Key and text of everything a learner can hear of a lesson; what has a recording of its own in the file is left
    out."""
    own = {f"{step.id}.text" for step in lesson.steps if step.voice}
    for step in lesson.steps:
        own |= {f"{step.id}.options.{each.id}.text" for each in kind_of(step).options(step) if each.voice}
    for each in said(lesson):
        if each.field[-1] not in _UNHEARD and each.key not in own:
            yield each.key, each.text


def lines_of(lesson: Lesson, facts: Mapping[str, str]) -> Iterator[VoiceLine]:
    """Each way in which each text of a lesson sounds. A text with an answer in it sounds as many ways as there are
    answers: nobody records it."""
    for key, text in heard(lesson):
        ways: dict[str, list[str]] = {}
        for address in ADDRESSES:
            ways.setdefault(render(text, address, "", facts), []).append(address)
        for words, addresses in ways.items():
            if "{" not in words and any(map(str.isalnum, words)):
                yield VoiceLine(lesson.id, key, words, tuple(addresses))


def recordings_in(folder: Path) -> list[LineRecording]:
    """The recordings of a folder, by name; nothing where there is no folder. Raises OSError."""
    if not folder.is_dir():
        return []
    found = ((path, _NAME.fullmatch(path.name)) for path in sorted(folder.iterdir()))
    return [LineRecording(name["lesson"], name["key"], name["digest"], path) for path, name in found if name]


def recording_name(line: VoiceLine, ending: str) -> str:
    """What the recording of a line is called."""
    return f"{line.lesson}.{line.key}.{line.digest}.{ending}"


def states(lines: Iterable[VoiceLine], recordings: Collection[LineRecording]) -> list[tuple[VoiceLine, LineState]]:
    """Each line with how it stands: stale is one whose text was recorded in other words.

    `lines` are those of every form of address: else the recording of one would make the others stale.
    """
    every = list(lines)
    kept, current = {each.digest for each in recordings}, {line.digest for line in every}
    before = {(each.lesson, each.key) for each in recordings if each.digest not in current}
    return [
        (line, "recorded" if line.digest in kept else "stale" if (line.lesson, line.key) in before else "missing")
        for line in every
    ]


def unused(lines: Iterable[VoiceLine], recordings: Iterable[LineRecording]) -> list[LineRecording]:
    """The recordings of words that no lesson says any more."""
    current = {line.digest for line in lines}
    return [each for each in recordings if each.digest not in current]
