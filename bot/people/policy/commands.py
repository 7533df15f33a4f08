"""Commands about oneself: profile, codes, phones, who sits here, and being an instructor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.tutor.command import ServiceCommand

# --- what is known of her ---


@dataclass(frozen=True, slots=True)
class ShowProfile(ServiceCommand):
    """What a person can put right about the own data."""


@dataclass(frozen=True, slots=True)
class AskArea(ServiceCommand):
    """A person wants to put the own area right; asked is, where that is."""


@dataclass(frozen=True, slots=True)
class NameArea(ServiceCommand):
    """The name of a place to live at was written."""

    text: str


@dataclass(frozen=True, slots=True)
class PickWard(ServiceCommand):
    """The person lives in this ward."""

    area_id: str


@dataclass(frozen=True, slots=True)
class AskNeeds(ServiceCommand):
    """A person wants to tell the union of special needs; asked is, which."""


@dataclass(frozen=True, slots=True)
class TickNeed(ServiceCommand):
    """One need more, or one fewer; "none" for none of them."""

    need: str


@dataclass(frozen=True, slots=True)
class AskSplit(ServiceCommand):
    """A person wants a phone taken off; asked is, which."""


@dataclass(frozen=True, slots=True)
class SplitPhones(ServiceCommand):
    """A phone is not this person's any more: this, other or alone."""

    which: str


@dataclass(frozen=True, slots=True)
class ShowBelonging(ServiceCommand):
    """What the union's side keeps of a person, beside the conversation."""


@dataclass(frozen=True, slots=True)
class AskProfileAgain(ServiceCommand):
    """The open question of the profile once more."""


ProfileCommand = (
    ShowProfile
    | AskArea
    | NameArea
    | PickWard
    | AskNeeds
    | TickNeed
    | AskSplit
    | SplitPhones
    | ShowBelonging
    | AskProfileAgain
)

# --- a code that was shown ---


@dataclass(frozen=True, slots=True)
class TakeCode(ServiceCommand):
    """The code that was shown is for whoever showed it."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class LeaveCode(ServiceCommand):
    """The code that was shown is for somebody else."""


@dataclass(frozen=True, slots=True)
class AskCodeAgain(ServiceCommand):
    """The question for whom the code is, once more."""


CodeCommand = TakeCode | LeaveCode | AskCodeAgain

# --- a second phone, a new one ---


@dataclass(frozen=True, slots=True)
class GiveWords(ServiceCommand):
    """A person wants words to be typed on another phone, which then joins this one."""


@dataclass(frozen=True, slots=True)
class AskOtherPhone(ServiceCommand):
    """The person says yes on the phone where the words were typed: now the other one is asked."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class ComeBack(ServiceCommand):
    """The person says yes on a new phone, with the code of somebody who vouches."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class RefuseJoin(ServiceCommand):
    """The person says no where the words were typed; empty: to the code of somebody who vouches."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class AllowJoin(ServiceCommand):
    """The person says yes on the phone where the words are from."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class DenyJoin(ServiceCommand):
    """The person says no on the phone where the words are from."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class AskJoinAgain(ServiceCommand):
    """The open question about a phone once more."""


PhoneCommand = GiveWords | AskOtherPhone | ComeBack | RefuseJoin | AllowJoin | DenyJoin | AskJoinAgain

# --- several on one phone ---


@dataclass(frozen=True, slots=True)
class AskPersons(ServiceCommand):
    """Somebody else wants to learn on this phone; asked is, who."""


@dataclass(frozen=True, slots=True)
class SitDown(ServiceCommand):
    """One of those who share this phone is learning now; "new" for nobody known."""

    who: str


@dataclass(frozen=True, slots=True)
class ChoosePin(ServiceCommand):
    """Digits were typed that will keep one person's work apart on a shared phone."""

    text: str


@dataclass(frozen=True, slots=True)
class EnterPin(ServiceCommand):
    """The digits of whoever wants to sit down were typed."""

    text: str


@dataclass(frozen=True, slots=True)
class AskPinAgain(ServiceCommand):
    """Digits are asked for once more, as the open question says."""


PinCommand = AskPersons | SitDown | ChoosePin | EnterPin | AskPinAgain

# --- being an instructor ---


@dataclass(frozen=True, slots=True)
class ShowTeaching(ServiceCommand):
    """What an instructor has set."""


TeachingSetting = Literal["cap", "top", "lang", "hours", "pause", "back", "promise", "later"]
"""Learners at most, tracks, languages, hours; a pause, and back from it; the code of conduct, now or later."""


@dataclass(frozen=True, slots=True)
class SetTeaching(ServiceCommand):
    """One of an instructor's settings, and the value that was chosen; without one the choices are shown."""

    setting: TeachingSetting
    value: str = ""


@dataclass(frozen=True, slots=True)
class ApplyToTeach(ServiceCommand):
    """A learner would like to become an instructor."""


TeachingCommand = ShowTeaching | SetTeaching | ApplyToTeach

# --- carried out alone, after everything else of a batch ---


@dataclass(frozen=True, slots=True)
class BecomeOne(ServiceCommand):
    """Two persons turn out to be one."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class ChangeSeat(ServiceCommand):
    """Somebody else learns at this address."""

    who: str


@dataclass(frozen=True, slots=True)
class TakeApart(ServiceCommand):
    """Phones become two persons' again: this, other, alone; delete or withdraw of what is this phone's own."""

    which: str


PersonCommand = BecomeOne | ChangeSeat | TakeApart
