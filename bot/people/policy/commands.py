"""Commands about oneself: profile, codes, phones, who sits here, and being an instructor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.tutor.command import ServiceCommand

# --- what is known of her ---


@dataclass(frozen=True, slots=True)
class ShowProfile(ServiceCommand):
    """What she can put right."""


@dataclass(frozen=True, slots=True)
class AskArea(ServiceCommand):
    """Where does she live?"""


@dataclass(frozen=True, slots=True)
class NameArea(ServiceCommand):
    """A place was written."""

    text: str


@dataclass(frozen=True, slots=True)
class PickWard(ServiceCommand):
    """It is this ward."""

    area_id: str


@dataclass(frozen=True, slots=True)
class AskNeeds(ServiceCommand):
    """What should the union know?"""


@dataclass(frozen=True, slots=True)
class TickNeed(ServiceCommand):
    """One of these more, or fewer; "none" for none of them."""

    need: str


@dataclass(frozen=True, slots=True)
class AskSplit(ServiceCommand):
    """Which phone is not hers?"""


@dataclass(frozen=True, slots=True)
class SplitPhones(ServiceCommand):
    """The phone that is not hers: this, other or alone."""

    which: str


@dataclass(frozen=True, slots=True)
class ShowBelonging(ServiceCommand):
    """What the union's side keeps of her, beside the conversation."""


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
    """It is for her."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class LeaveCode(ServiceCommand):
    """It is for somebody else."""


@dataclass(frozen=True, slots=True)
class AskCodeAgain(ServiceCommand):
    """For whom is it? Once more."""


CodeCommand = TakeCode | LeaveCode | AskCodeAgain

# --- a second phone, a new one ---


@dataclass(frozen=True, slots=True)
class GiveWords(ServiceCommand):
    """Words to be typed on another phone of hers."""


@dataclass(frozen=True, slots=True)
class AskOtherPhone(ServiceCommand):
    """Here she says yes: the other phone is asked."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class ComeBack(ServiceCommand):
    """On a new phone, somebody has vouched for her."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class RefuseJoin(ServiceCommand):
    """Here she says no; empty: to a code of somebody who vouches."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class AllowJoin(ServiceCommand):
    """On the phone where the words are from she says yes."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class DenyJoin(ServiceCommand):
    """There she says no."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class AskJoinAgain(ServiceCommand):
    """The open question about a phone once more."""


PhoneCommand = GiveWords | AskOtherPhone | ComeBack | RefuseJoin | AllowJoin | DenyJoin | AskJoinAgain

# --- several on one phone ---


@dataclass(frozen=True, slots=True)
class AskPersons(ServiceCommand):
    """Who is learning?"""


@dataclass(frozen=True, slots=True)
class SitDown(ServiceCommand):
    """Somebody else is, of those who sit here; "new" for nobody known."""

    who: str


@dataclass(frozen=True, slots=True)
class ChoosePin(ServiceCommand):
    """Digits that will keep her work apart."""

    text: str


@dataclass(frozen=True, slots=True)
class EnterPin(ServiceCommand):
    """The digits of whoever wants to sit down."""

    text: str


@dataclass(frozen=True, slots=True)
class AskPinAgain(ServiceCommand):
    """Digits are asked for once more."""


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
    """Somebody would like to guide others."""


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
