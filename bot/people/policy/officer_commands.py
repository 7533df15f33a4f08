"""Commands of whoever may give codes or vouch: codes that were given out, a learner who lost her phone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import OfficeCommand


@dataclass(frozen=True, slots=True)
class ListCodes(OfficeCommand):
    """The codes that she may take back."""


@dataclass(frozen=True, slots=True)
class ShowCode(OfficeCommand):
    """One of them."""

    short: str


@dataclass(frozen=True, slots=True)
class TakeCodeBack(OfficeCommand):
    """It is worth nothing any more."""

    short: str


GivenCommand = ListCodes | ShowCode | TakeCodeBack


@dataclass(frozen=True, slots=True)
class AskWhomToVouch(OfficeCommand):
    """Who has lost her phone?"""


@dataclass(frozen=True, slots=True)
class NameWhomToVouch(OfficeCommand):
    """A name was written."""

    text: str


@dataclass(frozen=True, slots=True)
class VouchFor(OfficeCommand):
    """A code for this learner's new phone."""

    learner_id: str


VouchingCommand = AskWhomToVouch | NameWhomToVouch | VouchFor
