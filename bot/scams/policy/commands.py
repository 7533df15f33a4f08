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
