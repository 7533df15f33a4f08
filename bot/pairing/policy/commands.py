"""Commands about requests for a human, what two write to one another, and an instructor's learners."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand

# --- requests and offers ---


@dataclass(frozen=True, slots=True)
class AcceptOffer(ServiceCommand):
    """An instructor takes what she was offered."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class PostponeOffer(ServiceCommand):
    """An instructor answers an offer later."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class DeclineOffer(ServiceCommand):
    """An instructor does not take it this time."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class TakeRequest(ServiceCommand):
    """Somebody takes a request that calls for anybody."""

    request_id: str


@dataclass(frozen=True, slots=True)
class RelieveOwner(ServiceCommand):
    """An officer takes over from whoever has a request."""

    request_id: str


@dataclass(frozen=True, slots=True)
class CloseRequest(ServiceCommand):
    """Whoever has it says that it is dealt with."""

    request_id: str


@dataclass(frozen=True, slots=True)
class KeepRequest(ServiceCommand):
    """The learner says that she is not helped yet."""

    request_id: str


@dataclass(frozen=True, slots=True)
class WishInstructor(ServiceCommand):
    """A learner would like somebody who guides her."""


@dataclass(frozen=True, slots=True)
class ChangeInstructor(ServiceCommand):
    """A learner wants another instructor; not `is_sure`: she is asked first."""

    is_sure: bool


@dataclass(frozen=True, slots=True)
class CallForSafety(ServiceCommand):
    """People are called: she was robbed, or `danger` is die or hurt."""

    danger: str


@dataclass(frozen=True, slots=True)
class CallOffSafety(ServiceCommand):
    """It was a mistake: whoever was called is told."""


@dataclass(frozen=True, slots=True)
class CancelRequests(ServiceCommand):
    """The learner needs nobody any more."""


@dataclass(frozen=True, slots=True)
class ComeBackToGuide(ServiceCommand):
    """An instructor who rested takes learners again."""


@dataclass(frozen=True, slots=True)
class ShowOwnRequest(ServiceCommand):
    """What somebody has taken, with what can be done."""

    request_id: str


@dataclass(frozen=True, slots=True)
class ChooseHeir(ServiceCommand):
    """Who may go on with what she has taken?"""

    request_id: str


@dataclass(frozen=True, slots=True)
class HandOver(ServiceCommand):
    """Somebody else goes on with it."""

    request_id: str
    heir_key: str


OfferCommand = (
    AcceptOffer
    | PostponeOffer
    | DeclineOffer
    | TakeRequest
    | RelieveOwner
    | CloseRequest
    | KeepRequest
    | WishInstructor
    | ChangeInstructor
    | CallForSafety
    | CallOffSafety
    | CancelRequests
    | ComeBackToGuide
    | ShowOwnRequest
    | ChooseHeir
    | HandOver
)

# --- what two write to one another ---


@dataclass(frozen=True, slots=True)
class WriteTo(ServiceCommand):
    """From now on she writes by this line."""

    line_id: str


@dataclass(frozen=True, slots=True)
class ChooseLine(ServiceCommand):
    """To whom does she want to write? `words` may name the other."""

    words: str


@dataclass(frozen=True, slots=True)
class ReplyToLetter(ServiceCommand):
    """What she wrote soon after somebody wrote to her."""

    text: str


@dataclass(frozen=True, slots=True)
class WriteLine(ServiceCommand):
    """Words for the other, written in the writing mode."""

    text: str


@dataclass(frozen=True, slots=True)
class AskMedia(ServiceCommand):
    """May this picture or recording go over?"""

    kind: str
    ref: str
    caption: str


@dataclass(frozen=True, slots=True)
class AddMedia(ServiceCommand):
    """One more picture of the album that she is being asked about."""

    kind: str
    ref: str
    caption: str


@dataclass(frozen=True, slots=True)
class SendMedia(ServiceCommand):
    """What she was asked about goes over."""


@dataclass(frozen=True, slots=True)
class HoldMedia(ServiceCommand):
    """What she was asked about does not go."""


@dataclass(frozen=True, slots=True)
class StopWriting(ServiceCommand):
    """From now on she writes to nobody."""


@dataclass(frozen=True, slots=True)
class ReportLine(ServiceCommand):
    """Something is wrong with what the other writes; empty for the line she writes by."""

    line_id: str


@dataclass(frozen=True, slots=True)
class AskEndOfLine(ServiceCommand):
    """Does she want to end it with this person?"""

    line_id: str


@dataclass(frozen=True, slots=True)
class EndLine(ServiceCommand):
    """It ends with this person."""

    line_id: str


@dataclass(frozen=True, slots=True)
class GiveUnionNumber(ServiceCommand):
    """An officer gives the number of her union."""

    line_id: str


@dataclass(frozen=True, slots=True)
class AskOwnNumber(ServiceCommand):
    """Somebody in need wants to give her own telephone number."""

    line_id: str


@dataclass(frozen=True, slots=True)
class AskLineAgain(ServiceCommand):
    """The writing mode is put before her again."""


LineCommand = (
    WriteTo
    | ChooseLine
    | ReplyToLetter
    | WriteLine
    | AskMedia
    | AddMedia
    | SendMedia
    | HoldMedia
    | StopWriting
    | ReportLine
    | AskEndOfLine
    | EndLine
    | GiveUnionNumber
    | AskOwnNumber
    | AskLineAgain
)

# --- an instructor's learners ---


@dataclass(frozen=True, slots=True)
class ShowLearners(ServiceCommand):
    """An instructor's list."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowOffers(ServiceCommand):
    """Offers that wait for her answer; this one, or all."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class ShowLearner(ServiceCommand):
    """One learner, with what can be done."""

    pairing_id: str


@dataclass(frozen=True, slots=True)
class ChooseSkill(ServiceCommand):
    """Of which finished lesson has she seen how it goes?"""

    pairing_id: str


@dataclass(frozen=True, slots=True)
class AskLevel(ServiceCommand):
    """How well does the learner do it?"""

    pairing_id: str
    lesson_key: str


@dataclass(frozen=True, slots=True)
class ConfirmSkill(ServiceCommand):
    """The learner does it so well: alone, help or notyet."""

    pairing_id: str
    lesson_key: str
    level: str


RosterCommand = ShowLearners | ShowOffers | ShowLearner | ChooseSkill | AskLevel | ConfirmSkill
