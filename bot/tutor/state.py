"""The state of one conversation, lessons included: what must be known to go on after any break, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from bot.tutor.learnt import OpenTest, ReviewPlan, TrackTest
from flows import Run
from flows.cards import Card

OfferedButtons = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Checkin:
    """At this instant the learner is to be asked whether what the task was about works; it was done on `done_on`."""

    at: datetime
    lesson: str
    step: str
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that an officer holds for an area: `lesson` is run for all who came, in the run `run_id`.

    That run is `ConversationState.run` while it is on, and lies in `run` here while the officer does something else; it
    is never the officer's own.
    """

    event_id: str
    area_id: str
    lesson: str = ""
    run_id: str = ""
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class WritingBy:
    """The line by which somebody writes to another, and as which side of it (learner or instructor)."""

    side: str
    line_id: str


@dataclass(frozen=True, slots=True)
class LastLetter:
    """The line by which somebody was written to last, or wrote; `urgent`: about a cry for safety; `met`: the two have
    only just been told of each other, and nobody has written yet."""

    line_id: str
    urgent: bool
    met: bool = False


@dataclass(frozen=True, slots=True)
class HeldMedia:
    """What may be passed on once it is said so: its kind and its id at the provider; no kind: it cannot go."""

    kind: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class AnsweredAlbum:
    """The album answered last: taken by a step, or refused or asked about as this `kind`."""

    album: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SpokenWords:
    """What was heard in a voice message and shown back, masked, until it is said that it is right; `no` is part of the
    tokens of the buttons under it. `offer` and `pending` are the question that was open, which is so again afterwards.
    """

    no: str
    words: str
    offer: OfferedButtons = ()
    pending: str = ""


@dataclass(frozen=True, slots=True)
class Unheard:
    """What the learner said last and nobody understood, masked, and where; "" outside lessons."""

    text: str
    lesson: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """How it stands with drills: `mode` is due (to be asked at `at` whether she wishes them), asked, on (the next one
    comes at `at`) or off; `shown` is the id of the sample shown last, while it is unanswered."""

    mode: str
    at: datetime | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class NotePlan:
    """When the next note of a week comes (`at`, None: after she has learnt again), the day of the last one, and
    whether she wants no more (`off`)."""

    at: datetime | None = None
    sent_on: date | None = None
    off: bool = False


@dataclass(frozen=True)
class ConversationState:
    """`run` is the lesson now open (or just ended), `parked` wait in the menu, `done` maps lesson to points.

    `cards` are the questions to be asked again, by "lesson/step"; `lang` is the language the person reads. `offer` are
    the buttons (token, label) last shown by the tutor itself; `pending` names the question it asked.

    `line` is that she writes by until `line_until`; `media` each picture that she may pass on, `media_words` what goes
    with them. `silent`: she wants no reminders; `whispers` the number of the newest line on her page that is to be
    erased. `joined_at`: when another phone was joined last. `announced`: what she wrote last ends where a password is
    about to come.

    `letter` was written at `letter_at`; `pinned` are the buttons of what waits for her since earlier, numbered from
    `pinned_from` on (see `waits`). `numbers` are the choices shown as numbers on a channel without buttons (number,
    token), `numbered` is the last of those that begin with 0, `labels` what stood behind the newest (token, label) (see
    `conversation.policy.numbering`). `spared_at` is when she heard that her lesson waits for the next month.
    `amendable` is the number of her newest message and the question that it was written to (see `edits`). `heard_no` is
    how far the tutor had come in numbering what it says when she wrote last, where a channel counts answers (see
    `window`). `bell`: whether she is to be asked, or was, if her browser may ring (see `bot.knocks.policy.bell`).
    `spoken` waits for a yes. `review` is when she is invited to answer `cards` again;
    `skills` maps each to the day on which it was first known, or to date.min once it is firm. `checked` is the lesson
    that she was last asked about the day after. `drills` only stands there once they were thought of. `unheard` may be
    given to the editors.
    """

    run: Run | None = None
    parked: tuple[Run, ...] = ()
    done: Mapping[str, int] = field(default_factory=dict)
    offer: OfferedButtons = ()
    pending: str = ""
    seq: int = 0
    answers: int = 0
    stale_at: datetime | None = None
    lang: str = "vi"
    cards: Mapping[str, Card] = field(default_factory=dict)
    checkins: tuple[Checkin, ...] = ()
    line: WritingBy | None = None
    line_until: datetime | None = None
    media: tuple[HeldMedia, ...] = ()
    media_words: str = ""
    album: AnsweredAlbum | None = None
    whispers: int = 0
    meeting: Meeting | None = None
    silent: bool = False
    joined_at: datetime | None = None
    announced: bool = False
    letter: LastLetter | None = None
    letter_at: datetime | None = None
    pinned: OfferedButtons = ()
    pinned_from: int = 0
    numbers: OfferedButtons = ()
    numbered: int = 0
    labels: OfferedButtons = ()
    spared_at: datetime | None = None
    amendable: str = ""
    heard_no: int = 0
    bell: str = ""
    spoken: SpokenWords | None = None
    review: ReviewPlan = field(default_factory=ReviewPlan)
    skills: Mapping[str, date] = field(default_factory=dict)
    tests: Mapping[str, TrackTest] = field(default_factory=dict)
    testing: OpenTest | None = None
    checked: str = ""
    drills: DrillPlan | None = None
    note: NotePlan = field(default_factory=NotePlan)
    unheard: Unheard | None = None

    def but(self, **fields: Any) -> ConversationState:
        """A copy with some fields changed, as `Run.but`: `dataclasses.replace` would ask for all of them."""
        values = self.__dict__ | fields
        assert len(values) == len(self.__dict__), fields
        copy = object.__new__(ConversationState)
        object.__setattr__(copy, "__dict__", values)
        return copy

    @property
    def line_id(self) -> str:
        """The line that is written by; "" for none."""
        return self.line.line_id if self.line else ""

    def is_group(self, run: Run | None) -> bool:
        """Whether this run is the one that a meeting goes through together."""
        return run is not None and self.meeting is not None and run.run_id == self.meeting.run_id

    def aside(self) -> ConversationState:
        """The conversation with the meeting's run laid aside, if it is on: what is on then is the officer's own."""
        if self.meeting is None or self.run is None or not self.is_group(self.run):
            return self
        return self.but(run=None, meeting=replace(self.meeting, run=self.run if self.run.waiting else None))

    @property
    def next_at(self) -> datetime | None:
        """When the learner is next to be spoken to unasked."""
        if self.silent:
            return None
        run = self.open_run
        drill_at = self.drills.at if self.drills else None
        times = [run.remind_at if run else None, self.review.at, drill_at, self.note.at]
        if self.checkins:
            times += [each.at for each in self.checkins]
        return min(filter(None, times), default=None)

    @property
    def open_run(self) -> Run | None:
        """The lesson in the middle of which the learner is."""
        return self.run if self.run is not None and self.run.waiting else None

    def bare(self) -> ConversationState:
        """What may be kept without consent: the places, nothing said or earned."""
        run = self.run.bare() if self.run else None
        return self.but(run=run, parked=tuple(each.bare() for each in self.parked), **_NOTHING)

    def calls(self, address: str, name: str) -> bool:
        """Whether the open lesson uses this name and address; an officer may have put the name right meanwhile."""
        return self.run is None or (self.run.address, self.run.name) == (address, name)

    def addressed(self, address: str, name: str) -> ConversationState:
        """The same conversation with a new name or form of address."""
        run = self.run.but(address=address, name=name) if self.run else None
        parked = tuple(each.but(address=address, name=name) for each in self.parked)
        meeting = self.meeting
        if meeting is not None and meeting.run is not None:
            meeting = replace(meeting, run=meeting.run.but(address=address, name=name))
        return self.but(run=run, parked=parked, meeting=meeting)


_NOTHING: Mapping[str, Any] = {
    "done": {}, "answers": 0, "cards": {}, "checkins": (), "meeting": None, "spoken": None, "review": ReviewPlan(),
    "skills": {}, "tests": {}, "testing": None, "checked": "", "drills": None,
    "note": NotePlan(), "unheard": None,
}  # fmt: skip
