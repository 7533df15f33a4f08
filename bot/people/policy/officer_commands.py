"""Commands of whoever may give codes or vouch: codes that were given out, a learner who lost a phone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class ListCodes(ServiceCommand):
    """The codes that somebody has given out and may take back."""


@dataclass(frozen=True, slots=True)
class ShowCode(ServiceCommand):
    """One code that was given out; `short` is the beginning of its hash."""

    short: str


@dataclass(frozen=True, slots=True)
class TakeCodeBack(ServiceCommand):
    """A code that was given out is worth nothing any more."""

    short: str


GivenCommand = ListCodes | ShowCode | TakeCodeBack


@dataclass(frozen=True, slots=True)
class AskWhomToVouch(ServiceCommand):
    """Somebody wants to vouch for a learner who lost a phone; asked is, for whom."""


@dataclass(frozen=True, slots=True)
class NameWhomToVouch(ServiceCommand):
    """The name of the learner who lost a phone was written."""

    text: str


@dataclass(frozen=True, slots=True)
class VouchFor(ServiceCommand):
    """A code for this learner's new phone."""

    learner_id: str


@dataclass(frozen=True, slots=True)
class AskDeskLink(ServiceCommand):
    """An officer wants to the desk: a link for her own phone."""


VouchingCommand = AskWhomToVouch | NameWhomToVouch | VouchFor
