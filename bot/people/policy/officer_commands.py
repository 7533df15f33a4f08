"""Commands of whoever may give codes or vouch: codes that were given out, a learner who lost her phone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class ListCodes(ServiceCommand):
    """The codes that she may take back."""


@dataclass(frozen=True, slots=True)
class ShowCode(ServiceCommand):
    """One of them."""

    short: str


@dataclass(frozen=True, slots=True)
class TakeCodeBack(ServiceCommand):
    """It is worth nothing any more."""

    short: str


GivenCommand = ListCodes | ShowCode | TakeCodeBack


@dataclass(frozen=True, slots=True)
class AskWhomToVouch(ServiceCommand):
    """Who has lost her phone?"""


@dataclass(frozen=True, slots=True)
class NameWhomToVouch(ServiceCommand):
    """A name was written."""

    text: str


@dataclass(frozen=True, slots=True)
class VouchFor(ServiceCommand):
    """A code for this learner's new phone."""

    learner_id: str


VouchingCommand = AskWhomToVouch | NameWhomToVouch | VouchFor
