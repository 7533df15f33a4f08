"""Commands about scams: a message is to be looked at."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class AskScam(ServiceCommand):
    """Somebody wants a message looked at; what is written next is it."""


@dataclass(frozen=True, slots=True)
class JudgeScam(ServiceCommand):
    """A message, number, link or the text of a square that somebody else wrote: which signs of a scam are in it?"""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TellPicture(ServiceCommand):
    """A picture came where a message was to be looked at."""


@dataclass(frozen=True, slots=True)
class ShowSigns(ServiceCommand):
    """The signs that were found in what somebody pasted; only their ids were kept, with dots between."""

    ids: str


ScamCommand = AskScam | JudgeScam | TellPicture | ShowSigns


@dataclass(frozen=True, slots=True)
class DueDrill(ServiceCommand):
    """The time for the invitation, or for the next drill, has come."""


@dataclass(frozen=True, slots=True)
class StartDrills(ServiceCommand):
    """Somebody wishes to be tried."""


@dataclass(frozen=True, slots=True)
class StopDrills(ServiceCommand):
    """Somebody does not, or no more."""


@dataclass(frozen=True, slots=True)
class AnswerDrill(ServiceCommand):
    """What somebody takes a sample for: real, scam or unsure."""

    said: str
    sample: str


@dataclass(frozen=True, slots=True)
class ShowOwnDrills(ServiceCommand):
    """Somebody wants to see how many were recognised over the months."""


@dataclass(frozen=True, slots=True)
class PauseDrills(ServiceCommand):
    """An officer pauses drills in the own areas, or lets them go on (`paused` false)."""

    paused: bool


@dataclass(frozen=True, slots=True)
class ShowAreaDrills(ServiceCommand):
    """An officer wants to know how the own areas do."""


DrillCommand = DueDrill | StartDrills | StopDrills | AnswerDrill | ShowOwnDrills | PauseDrills | ShowAreaDrills
