"""Commands of whoever records the lessons' words, and what became of a recording."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class BeginRecording(ServiceCommand):
    """Somebody wants to read the lessons aloud."""


@dataclass(frozen=True, slots=True)
class ShowLine(ServiceCommand):
    """The line to be read, again, as it was asked for."""


@dataclass(frozen=True, slots=True)
class ReadAgain(ServiceCommand):
    """A line is to be read again."""

    number: str


@dataclass(frozen=True, slots=True)
class NextLine(ServiceCommand):
    """The next line that is not recorded, behind this one."""

    number: str


@dataclass(frozen=True, slots=True)
class EndRecording(ServiceCommand):
    """Enough for today."""


@dataclass(frozen=True, slots=True)
class TakeRecording(ServiceCommand):
    """A voice message has come for the line that was shown; `ref` is the channel's id of its sound."""

    ref: str


@dataclass(frozen=True, slots=True)
class LineRecorded(ServiceCommand):
    """What became of it: `fault` as a `LineTake` tells it ("": taken), the words heard, its `file` in the store."""

    number: str
    fault: str
    heard: str
    file: str


RecorderCommand = BeginRecording | ShowLine | ReadAgain | NextLine | EndRecording | TakeRecording | LineRecorded
