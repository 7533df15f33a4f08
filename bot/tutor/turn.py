"""One learner and one update: who it is, where the learner stands, what is said. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import flows
from bot.channels.base import Attachment, Button
from bot.tutor.command import ServiceCommand
from bot.tutor.state import ConversationState, OfferedButtons
from flows import Book
from flows import events as ev
from flows.profiles import profile_of

JOIN_UP_TO = 1_200  # characters of texts put into one message: about two screens of the smallest phone


@dataclass(frozen=True, slots=True)
class Person:
    """`consent` is new (never met), asked, agreed or declined; `is_instructor` and `is_officer` are as
    of today."""

    learner_id: str
    name: str = ""
    address: str = flows.UNADDRESSED
    consent: str = "new"
    is_instructor: bool = False
    is_officer: bool = False


class OutgoingReply(NamedTuple):
    """`urgent` rings at night, too; `fleeting`: another person's words, erased once they have been read.

    `media` goes with the text; `about` is the id of what it speaks of; `private` and `copies` as in Outgoing.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    urgent: bool = False
    fleeting: bool = False
    media: tuple[Attachment, ...] = ()
    about: str = ""
    private: bool = False
    copies: tuple[tuple[str, str], ...] = ()


# What happens in a turn, beside the engine's own events and what is asked of the services.


@dataclass(frozen=True, slots=True)
class ConsentAnswered:
    """The answer to `phrase`: agreed, declined, withdrawn; of a further consent needs_agreed and so on."""

    answer: str
    phrase: str = "consent"


@dataclass(frozen=True, slots=True)
class AnswersForgotten:
    """The learner took the consent back: answers and runs go, the places stay."""


@dataclass(frozen=True, slots=True)
class PersonForgotten:
    """The learner asked for everything to be deleted."""


@dataclass(frozen=True, slots=True)
class WentAway:
    """The learner blocked the tutor."""


@dataclass(frozen=True, slots=True)
class LessonRated:
    """The learner gave the pass `run_id` so many stars."""

    run_id: str
    stars: int


@dataclass(frozen=True, slots=True)
class Marked:
    """Something of the learner's learning counts from now on.

    `kind` skill: it is firm (`name` is the skill, 1 of 1); before, after: a test of the track `name`, so many `right`
    of `total`; checkin: what the lesson `name` taught worked the day after (1 of 1) or did not (0 of 1); taught: she
    has shown the lesson `name` to somebody (1 of 1).
    """

    kind: str
    name: str
    right: int
    total: int


@dataclass(frozen=True, slots=True)
class Whispered:
    """Words to another person: shown on the writer's own page, kept nowhere else, erased soon."""

    text: str


@dataclass(frozen=True, slots=True)
class CodeShown:
    """Somebody showed an invitation code or three words; what they are worth only the services know."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class RecordingCame:
    """A voice message is to be listened to; `ref` is the channel's id of its sound.

    `line`: lesson, key and words of what was read to be recorded; `sure`: whatever is heard in it.
    """

    ref: str
    line: tuple[str, str, str] | None = None
    sure: bool = False


TurnEvent = (
    ev.Event
    | ConsentAnswered
    | AnswersForgotten
    | PersonForgotten
    | WentAway
    | LessonRated
    | CodeShown
    | RecordingCame
    | ServiceCommand
    | Whispered
    | Marked
)

ServiceEvent = (
    ServiceCommand | CodeShown | ConsentAnswered | AnswersForgotten | PersonForgotten | ev.RunEnded | ev.HelpRequested
    | ev.PairingWished
)  # fmt: skip
"""Those that concern more than the conversation's own row."""


class TurnContext:
    """What the policies act through while one update is answered; `replies` and `events` grow."""

    def __init__(
        self,
        book: Book,
        universe: ev.Universe,
        person: Person,
        state: ConversationState,
        channel: str,
        chat_id: str = "",
        *,
        listens: bool = False,
    ) -> None:
        """`listens`: voice messages can be understood here."""
        self.book = book
        self.universe = universe
        self.person = person
        self.state = state
        self.channel = channel
        self.profile = profile_of(channel)
        """What the channel of this conversation can carry."""
        self.chat_id = chat_id
        self.is_saving = False
        """The channel's messages of this month are nearly used up: what is left is kept for calls for help."""
        self.listens = listens
        self.replies: list[OutgoingReply] = []
        self.events: list[TurnEvent] = []
        self._taken = 0

    # --- state ---

    def change(self, **fields: Any) -> None:
        """Replace fields of the conversation state, which is immutable."""
        before = self.state.__dict__
        for name, value in fields.items():
            if value is not before[name]:
                self.state = self.state.but(**fields)
                return

    def set_person(self, **fields: Any) -> None:
        """Replace fields of the person; the open lesson is told of another name or form of address."""
        self.person = replace(self.person, **fields)
        self.state = self.state.addressed(self.person.address, self.person.name)

    def take_events(self) -> tuple[TurnEvent, ...]:
        """What has happened since this was last asked; `events` keeps all of it."""
        before, self._taken = self._taken, len(self.events)
        return tuple(self.events[before:]) if before < self._taken else ()

    @property
    def agreed(self) -> bool:
        """Whether the learner's consent to being remembered is there."""
        return self.person.consent == "agreed"

    @property
    def today(self) -> date:
        """The date now where the learners live."""
        return self.universe.now.astimezone(self.book.zone).date()

    def called(self, name: str, role: str = "") -> str:
        """How one person of the union is spoken of to another; where the other may not know that person, with `role` (a
        phrase), which no name that is given oneself can belie.
        """
        her = self.phrase("called", ten_goi=name) if name else self.phrase("somebody")
        return self.phrase("called_as", ai=her, vai=self.phrase(role)) if role else her

    # --- saying ---

    def phrase(self, phrase_id: str, **values: str) -> str:
        """One of the tutor's own sentences, filled in for this person in the person's language. Raises KeyError."""
        return self.book.phrase(phrase_id, self.person.address, self.person.name, self.state.lang, **values)

    def say(self, text: str, media: tuple[Attachment, ...] = ()) -> None:
        """Add a text, with what goes with it; it joins what was said before it in this turn, unless that already asks
        something. What is seen stands alone: a picture goes with its own words."""
        if not text and not media:
            return
        last = self.replies[-1] if self.replies else None
        joins = last is not None and not last.buttons and not last.fleeting and not last.private
        joins = joins and not (last and _is_seen((*last.media, *media)))
        if last is not None and joins and len(last.text) + len(text) < JOIN_UP_TO:
            self.replies[-1] = OutgoingReply(f"{last.text}\n\n{text}".strip(), media=(*last.media, *media))
        else:
            self.replies.append(OutgoingReply(text, media=media))

    def remark(self, text: str) -> None:
        """Say a sentence before the question that closes this turn, so that the thumb stays on its buttons."""
        last = self.replies[-1] if self.replies else None
        if last is None or not last.buttons:
            self.say(text)
        elif len(last.text) + len(text) < JOIN_UP_TO:
            self.replies[-1] = last._replace(text=f"{text}\n\n{last.text}")
        else:
            self.replies.insert(-1, OutgoingReply(text))

    def ask(self, text: str, buttons: Sequence[Button], media: tuple[Attachment, ...] = ()) -> None:
        """Add a text with buttons under it, and what goes with it."""
        self.say(text, media)
        if buttons:
            last = self.replies.pop() if self.replies else OutgoingReply("")
            self.replies.append(last._replace(buttons=tuple(buttons)))

    def offer(self, text: str, offer: OfferedButtons, pending: str = "") -> None:
        """Ask something of the tutor's own; `offer` are (token, label) and stay open until a lesson goes on."""
        self.ask(text, [Button(token, label) for token, label in offer])
        self.change(offer=offer, pending=pending)

    def entrust(self, text: str, copies: Sequence[tuple[str, str]] = ()) -> None:
        """Say what is for this person alone, in a message of its own; `copies` as in Outgoing."""
        self.replies.append(OutgoingReply(text, private=True, copies=tuple(copies)))

    def confide(self, text: str, offer: OfferedButtons, pending: str) -> None:
        """Remark it with a name the reader may not know: the page keeps that no longer than the question stands."""
        self.offer(text, offer, pending)
        self.replies[-1] = self.replies[-1]._replace(fleeting=True)

    # --- lessons ---

    def stop_reminding(self) -> None:
        """Take the reminder off the open lesson: one that cannot be said must not come due for ever."""
        if self.state.run is not None:
            self.change(run=self.state.run.but(remind_at=None))

    def lesson_title(self, lesson_id: str) -> str:
        """The title of the current version in the person's language; the id where the lesson is gone."""
        lesson = self.book.lesson(lesson_id, None, self.state.lang)
        return lesson.title if lesson else lesson_id


def _is_seen(media: Sequence[Attachment]) -> bool:
    return any(each.kind != "voice" for each in media)
