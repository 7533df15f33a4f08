"""Commands about a learner's progress."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class ShowProgress(ServiceCommand):
    """A learner asks how far she is."""


@dataclass(frozen=True, slots=True)
class TellTaught(ServiceCommand):
    """A learner says that she has shown somebody what this lesson teaches; "" for the one finished last."""

    lesson: str = ""


@dataclass(frozen=True, slots=True)
class DueNote(ServiceCommand):
    """The time of the note of a week has come."""


@dataclass(frozen=True, slots=True)
class WishNotes(ServiceCommand):
    """A learner wants notes of her weeks, or no more of them."""

    wanted: bool


ProgressCommand = ShowProgress | TellTaught | DueNote | WishNotes
