"""Commands about requests for a human, what two write to one another, and an instructor's learners."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand

# --- requests and offers ---


@dataclass(frozen=True, slots=True)
class AcceptOffer(ServiceCommand):
    """An instructor takes the learner of an offer."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class PostponeOffer(ServiceCommand):
    """An instructor wants to answer an offer later."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class DeclineOffer(ServiceCommand):
    """An instructor does not take the learner of an offer this time."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class TakeRequest(ServiceCommand):
    """Somebody takes a request that was put to several."""

    request_id: str


@dataclass(frozen=True, slots=True)
class RelieveOwner(ServiceCommand):
    """An officer takes a request over from whoever has it."""

    request_id: str


@dataclass(frozen=True, slots=True)
class CloseRequest(ServiceCommand):
    """The owner of a request, or its learner, says that it is dealt with."""

    request_id: str


@dataclass(frozen=True, slots=True)
class KeepRequest(ServiceCommand):
    """The learner of a request says that nobody has helped yet."""

    request_id: str


@dataclass(frozen=True, slots=True)
class WishInstructor(ServiceCommand):
    """A learner would like an instructor."""


@dataclass(frozen=True, slots=True)
class ChangeInstructor(ServiceCommand):
    """A learner wants another instructor; not `is_sure`: asked is, whether that is meant."""

    is_sure: bool


@dataclass(frozen=True, slots=True)
class CallForSafety(ServiceCommand):
    """People are called to a learner: for a robbery, or as `danger` says for die or hurt."""

    danger: str


@dataclass(frozen=True, slots=True)
class CallOffSafety(ServiceCommand):
    """A learner's cry was a mistake: whoever was called is told."""


@dataclass(frozen=True, slots=True)
class CancelRequests(ServiceCommand):
    """The learner needs nobody any more."""


@dataclass(frozen=True, slots=True)
class ComeBackToGuide(ServiceCommand):
    """An instructor who paused takes learners again."""


@dataclass(frozen=True, slots=True)
class ShowOwnRequest(ServiceCommand):
    """A request that somebody has taken, with what can be done about it."""

    request_id: str


@dataclass(frozen=True, slots=True)
class ChooseHeir(ServiceCommand):
    """The owner of a request wants somebody else to go on with it; asked is, who."""

    request_id: str


@dataclass(frozen=True, slots=True)
class HandOver(ServiceCommand):
    """Somebody else is asked to go on with the owner's request."""

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
    """What is typed from now on goes over this line."""

    line_id: str


@dataclass(frozen=True, slots=True)
class ChooseLine(ServiceCommand):
    """Somebody wants to write to another; `words` may name whom."""

    words: str


@dataclass(frozen=True, slots=True)
class ReplyToLetter(ServiceCommand):
    """Words that were typed soon after somebody's letter came, and may be the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class AskFirstWords(ServiceCommand):
    """Words that were typed soon after two were told of each other; asked is, whether they are for the other."""

    text: str


@dataclass(frozen=True, slots=True)
class SendFirstWords(ServiceCommand):
    """The first words after two have met are for the other."""

    line_id: str


@dataclass(frozen=True, slots=True)
class KeepFirstWords(ServiceCommand):
    """They are not: the tutor hears them."""


@dataclass(frozen=True, slots=True)
class WriteLine(ServiceCommand):
    """Words for the other, typed in the writing mode."""

    text: str


@dataclass(frozen=True, slots=True)
class AskMedia(ServiceCommand):
    """A picture or recording was sent in the writing mode; asked is, whether it may go over."""

    kind: str
    ref: str
    caption: str


@dataclass(frozen=True, slots=True)
class AddMedia(ServiceCommand):
    """One more picture of the album that is being asked about just now."""

    kind: str
    ref: str
    caption: str


@dataclass(frozen=True, slots=True)
class SendMedia(ServiceCommand):
    """The pictures or the number that was asked about go over."""


@dataclass(frozen=True, slots=True)
class HoldMedia(ServiceCommand):
    """The pictures or the number that was asked about do not go over."""


@dataclass(frozen=True, slots=True)
class StopWriting(ServiceCommand):
    """The writing mode ends."""


@dataclass(frozen=True, slots=True)
class ReportLine(ServiceCommand):
    """Something is wrong with what the other writes; empty: on the line of the writing mode."""

    line_id: str


@dataclass(frozen=True, slots=True)
class AskEndOfLine(ServiceCommand):
    """Somebody wants to have done with the other; asked is, whether that is meant."""

    line_id: str


@dataclass(frozen=True, slots=True)
class EndLine(ServiceCommand):
    """Somebody has done with the other: the pairing or the request ends."""

    line_id: str


@dataclass(frozen=True, slots=True)
class GiveUnionNumber(ServiceCommand):
    """An officer gives the other the union's telephone number."""

    line_id: str


@dataclass(frozen=True, slots=True)
class AskOwnNumber(ServiceCommand):
    """Somebody in need wants to give the other the own telephone number."""

    line_id: str


@dataclass(frozen=True, slots=True)
class AskLineAgain(ServiceCommand):
    """The writing mode is shown again."""


LineCommand = (
    WriteTo
    | ChooseLine
    | ReplyToLetter
    | AskFirstWords
    | SendFirstWords
    | KeepFirstWords
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
    """An instructor's learners, a page of them."""

    page: int


@dataclass(frozen=True, slots=True)
class ShowOffers(ServiceCommand):
    """Offers that wait for an instructor's answer; this one, or all."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class ShowLearner(ServiceCommand):
    """One learner of an instructor, with what can be done."""

    pairing_id: str


@dataclass(frozen=True, slots=True)
class ChooseSkill(ServiceCommand):
    """An instructor has seen a learner do something; asked is, of which finished lesson."""

    pairing_id: str


@dataclass(frozen=True, slots=True)
class AskLevel(ServiceCommand):
    """An instructor has seen a learner do this lesson's task; asked is, how well."""

    pairing_id: str
    lesson_key: str


@dataclass(frozen=True, slots=True)
class ConfirmSkill(ServiceCommand):
    """An instructor confirms that the learner can do it so well: alone, help or notyet."""

    pairing_id: str
    lesson_key: str
    level: str


RosterCommand = ShowLearners | ShowOffers | ShowLearner | ChooseSkill | AskLevel | ConfirmSkill
