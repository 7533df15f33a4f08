"""Commands about oneself: profile, codes, phones, who sits here, and being an instructor."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import OfficeCommand

# --- what is known of her ---


@dataclass(frozen=True, slots=True)
class ShowProfile(OfficeCommand):
    """What she can put right."""


@dataclass(frozen=True, slots=True)
class AskArea(OfficeCommand):
    """Where does she live?"""


@dataclass(frozen=True, slots=True)
class NameArea(OfficeCommand):
    """A place was written."""

    text: str


@dataclass(frozen=True, slots=True)
class PickWard(OfficeCommand):
    """It is this ward."""

    area_id: str


@dataclass(frozen=True, slots=True)
class AskNeeds(OfficeCommand):
    """What should the union know?"""


@dataclass(frozen=True, slots=True)
class TickNeed(OfficeCommand):
    """One of these more, or fewer; "none" for none of them."""

    need: str


@dataclass(frozen=True, slots=True)
class AskSplit(OfficeCommand):
    """Which phone is not hers?"""


@dataclass(frozen=True, slots=True)
class SplitPhones(OfficeCommand):
    """The phone that is not hers: this, other or alone."""

    which: str


@dataclass(frozen=True, slots=True)
class ShowBelonging(OfficeCommand):
    """What the union's side keeps of her, beside the conversation."""


@dataclass(frozen=True, slots=True)
class AskProfileAgain(OfficeCommand):
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
class TakeCode(OfficeCommand):
    """It is for her."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class LeaveCode(OfficeCommand):
    """It is for somebody else."""


@dataclass(frozen=True, slots=True)
class AskCodeAgain(OfficeCommand):
    """For whom is it? Once more."""


CodeCommand = TakeCode | LeaveCode | AskCodeAgain

# --- a second phone, a new one ---


@dataclass(frozen=True, slots=True)
class GiveWords(OfficeCommand):
    """Words to be typed on another phone of hers."""


@dataclass(frozen=True, slots=True)
class AskOtherPhone(OfficeCommand):
    """Here she says yes: the other phone is asked."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class ComeBack(OfficeCommand):
    """On a new phone, somebody has vouched for her."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class RefuseJoin(OfficeCommand):
    """Here she says no; empty: to a code of somebody who vouches."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class AllowJoin(OfficeCommand):
    """On the phone where the words are from she says yes."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class DenyJoin(OfficeCommand):
    """There she says no."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class AskJoinAgain(OfficeCommand):
    """The open question about a phone once more."""


PhoneCommand = GiveWords | AskOtherPhone | ComeBack | RefuseJoin | AllowJoin | DenyJoin | AskJoinAgain

# --- several on one phone ---


@dataclass(frozen=True, slots=True)
class AskPersons(OfficeCommand):
    """Who is learning?"""


@dataclass(frozen=True, slots=True)
class SitDown(OfficeCommand):
    """Somebody else is, of those who sit here; "new" for nobody known."""

    who: str


@dataclass(frozen=True, slots=True)
class ChoosePin(OfficeCommand):
    """Digits that will keep her work apart."""

    text: str


@dataclass(frozen=True, slots=True)
class EnterPin(OfficeCommand):
    """The digits of whoever wants to sit down."""

    text: str


@dataclass(frozen=True, slots=True)
class AskPinAgain(OfficeCommand):
    """Digits are asked for once more."""


PinCommand = AskPersons | SitDown | ChoosePin | EnterPin | AskPinAgain

# --- being an instructor ---


@dataclass(frozen=True, slots=True)
class ShowTeaching(OfficeCommand):
    """What an instructor has set."""


@dataclass(frozen=True, slots=True)
class SetTeaching(OfficeCommand):
    """A button of these settings: what, and the value where one was chosen."""

    value: str


@dataclass(frozen=True, slots=True)
class ApplyToTeach(OfficeCommand):
    """Somebody would like to guide others."""


TeachingCommand = ShowTeaching | SetTeaching | ApplyToTeach

# --- carried out alone, after everything else of a batch ---


@dataclass(frozen=True, slots=True)
class BecomeOne(OfficeCommand):
    """Two persons turn out to be one."""

    code_hash: str


@dataclass(frozen=True, slots=True)
class ChangeSeat(OfficeCommand):
    """Somebody else learns at this address."""

    who: str


@dataclass(frozen=True, slots=True)
class TakeApart(OfficeCommand):
    """Phones become two persons' again: this, other, alone; delete or withdraw of what is this phone's own."""

    which: str


PersonCommand = BecomeOne | ChangeSeat | TakeApart
