"""The state of one conversation, lessons included: what must be known to go on after any break, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

<<<<<<< HEAD
from flows import Run
from flows.cards import Card
=======
import flows
from bot.tutor.learnt import OpenTest, ReviewPlan, TrackTest, dump_review, load_review, load_test, load_testing
from flows import Run, RunCorrupt
from flows.cards import Card, dump_card, load_card
>>>>>>> learn

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
    """The line by which somebody was written to last, or wrote; `urgent`: about a cry for safety."""

    line_id: str
    urgent: bool


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
class DrillPlan:
    """How it stands with drills: `mode` is due (to be asked at `at` whether she wishes them), asked, on (the next one
    comes at `at`) or off; `shown` is the id of the sample shown last, while it is unanswered."""

    mode: str
    at: datetime | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
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
    that she was last asked about the day after. `drills` only stands there once they were thought of.
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
        return replace(self, run=None, meeting=replace(self.meeting, run=self.run if self.run.waiting else None))

    @property
    def next_at(self) -> datetime | None:
        """When the learner is next to be spoken to unasked."""
        if self.silent:
            return None
        run = self.open_run
        drill_at = self.drills.at if self.drills else None
        times = *(each.at for each in self.checkins), run.remind_at if run else None, self.review.at, drill_at
        return min(filter(None, times), default=None)

    @property
    def open_run(self) -> Run | None:
        """The lesson in the middle of which the learner is."""
        return self.run if self.run is not None and self.run.waiting else None

    def bare(self) -> ConversationState:
        """What may be kept without consent: the places, nothing said or earned."""
        run = self.run.bare() if self.run else None
        return replace(self, run=run, parked=tuple(each.bare() for each in self.parked), **_NOTHING)

    def calls(self, address: str, name: str) -> bool:
        """Whether the open lesson uses this name and address; an officer may have put the name right meanwhile."""
        return self.run is None or (self.run.address, self.run.name) == (address, name)

    def addressed(self, address: str, name: str) -> ConversationState:
        """The same conversation with a new name or form of address."""
        run = replace(self.run, address=address, name=name) if self.run else None
        parked = tuple(replace(each, address=address, name=name) for each in self.parked)
        meeting = self.meeting
        if meeting is not None and meeting.run is not None:
            meeting = replace(meeting, run=replace(meeting.run, address=address, name=name))
        return replace(self, run=run, parked=parked, meeting=meeting)


_NOTHING: Mapping[str, Any] = {
    "done": {}, "answers": 0, "cards": {}, "checkins": (), "meeting": None, "spoken": None, "review": ReviewPlan(),
    "skills": {}, "tests": {}, "testing": None, "checked": "", "drills": None,
}  # fmt: skip
<<<<<<< HEAD
=======


def dump(state: ConversationState) -> str:
    """The conversation as text for its row, version `CODEC`; what is empty is left out."""
    data: dict[str, Any] = {"v": CODEC}
    optional: dict[str, Any] = {
        "run": flows.dump(state.run) if state.run else None,
        "parked": [flows.dump(each) for each in state.parked],
        "done": dict(state.done),
        "offer": [list(button) for button in state.offer],
        "pending": state.pending,
        "seq": state.seq,
        "answers": state.answers,
        "stale_at": state.stale_at.isoformat() if state.stale_at else None,
        "lang": "" if state.lang == "vi" else state.lang,
        "cards": {key: dump_card(card) for key, card in state.cards.items()},
        "checkins": [_dump_checkin(each) for each in state.checkins],
        "line": f"{state.line.side}:{state.line.line_id}" if state.line else "",
        "line_until": state.line_until.isoformat() if state.line_until else None,
        "media": " ".join(f"{each.kind}:{each.ref}" if each.kind else "-" for each in state.media),
        "media_words": state.media_words,
        "album": ":".join(filter(None, (state.album.album, state.album.kind))) if state.album else "",
        "whispers": state.whispers,
        "meeting": _dump_meeting(state.meeting) if state.meeting else None,
        "silent": state.silent,
        "joined_at": state.joined_at.isoformat() if state.joined_at else None,
        "announced": state.announced,
        "letter": f"{'urgent' if state.letter.urgent else 'plain'}:{state.letter.line_id}" if state.letter else "",
        "letter_at": state.letter_at.isoformat() if state.letter_at else None,
        "pinned": [list(button) for button in state.pinned],
        "pinned_from": state.pinned_from,
        "numbers": [list(each) for each in state.numbers],
        "numbered": state.numbered,
        "labels": [list(each) for each in state.labels],
        "spared_at": state.spared_at.isoformat() if state.spared_at else None,
        "amendable": state.amendable,
        "heard_no": state.heard_no,
        "bell": state.bell,
        "spoken": _dump_spoken(state.spoken) if state.spoken else None,
        "review": dump_review(state.review) if state.review != ReviewPlan() else None,
        "skills": {skill: first.isoformat() for skill, first in state.skills.items()},
        "tests": {track: [test.before, test.after, test.ended] for track, test in state.tests.items()},
        "testing": [getattr(state.testing, name) for name in OpenTest.__slots__] if state.testing else None,
        "checked": state.checked,
    }
    data |= {key: value for key, value in optional.items() if value}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _dump_meeting(meeting: Meeting) -> dict[str, Any]:
    held = {"event": meeting.event_id, "area": meeting.area_id, "lesson": meeting.lesson, "run_id": meeting.run_id}
    return {**held, "run": flows.dump(meeting.run) if meeting.run else None}


def _dump_checkin(asked: Checkin) -> list[str]:
    return [asked.at.isoformat(), asked.lesson, asked.step, asked.done_on.isoformat() if asked.done_on else ""]


def _checkin(at: str, lesson: str, step: str, done_on: str = "") -> Checkin:
    day = date.fromisoformat(done_on) if done_on else None
    return Checkin(datetime.fromisoformat(at), str(lesson), str(step), day)


def _dump_spoken(spoken: SpokenWords) -> list[Any]:
    return [spoken.no, spoken.words, [list(button) for button in spoken.offer], spoken.pending]


def _spoken(no: str, words: str, offer: Sequence[tuple[str, str]], pending: str) -> SpokenWords:
    return SpokenWords(str(no), str(words), tuple((str(token), str(label)) for token, label in offer), str(pending))


def _meeting(data: Mapping[str, Any]) -> Meeting:
    run = data.get("run")
    lesson, run_id = str(data.get("lesson", "")), str(data.get("run_id", ""))
    return Meeting(str(data["event"]), str(data["area"]), lesson, run_id, flows.load(run) if run else None)


def load(text: str) -> ConversationState:
    """The conversation written by `dump` ({} is a new one); raises RunCorrupt on anything else."""
    if text == "{}":
        return ConversationState()
    try:
        data = json.loads(text)
        if data["v"] != CODEC:
            raise RunCorrupt(f"conversation codec {data['v']!r} is not known")
        run, stale_at = data.get("run"), data.get("stale_at")
        return ConversationState(
            run=flows.load(run) if run else None,
            parked=tuple(flows.load(each) for each in data.get("parked", ())),
            done={str(lesson): int(points) for lesson, points in data.get("done", {}).items()},
            offer=tuple((str(token), str(label)) for token, label in data.get("offer", ())),
            pending=str(data.get("pending", "")),
            seq=int(data.get("seq", 0)),
            answers=int(data.get("answers", 0)),
            stale_at=datetime.fromisoformat(stale_at) if stale_at else None,
            lang=str(data.get("lang", "vi")),
            cards={str(key): load_card(card) for key, card in data.get("cards", {}).items()},
            line=_line(str(data.get("line", ""))),
            line_until=datetime.fromisoformat(until) if (until := data.get("line_until")) else None,
            media=tuple(map(_media, str(data.get("media", "")).split())),
            media_words=str(data.get("media_words", "")),
            album=_album(str(data.get("album", ""))),
            whispers=int(data.get("whispers", 0)),
            meeting=_meeting(data["meeting"]) if data.get("meeting") else None,
            silent=bool(data.get("silent", False)),
            joined_at=datetime.fromisoformat(joined) if (joined := data.get("joined_at")) else None,
            announced=bool(data.get("announced", False)),
            letter=_letter(str(data.get("letter", ""))),
            letter_at=datetime.fromisoformat(at) if (at := data.get("letter_at")) else None,
            pinned=tuple((str(token), str(label)) for token, label in data.get("pinned", ())),
            pinned_from=int(data.get("pinned_from", 0)),
            numbers=tuple((str(number), str(token)) for number, token in data.get("numbers", ())),
            numbered=int(data.get("numbered", 0)),
            labels=tuple((str(token), str(label)) for token, label in data.get("labels", ())),
            spared_at=datetime.fromisoformat(spared) if (spared := data.get("spared_at")) else None,
            amendable=str(data.get("amendable", "")),
            heard_no=int(data.get("heard_no", 0)),
            bell=str(data.get("bell", "")),
            spoken=_spoken(*data["spoken"]) if data.get("spoken") else None,
            review=load_review(*data["review"]) if data.get("review") else ReviewPlan(),
            skills={str(skill): date.fromisoformat(first) for skill, first in data.get("skills", {}).items()},
            tests={str(track): load_test(*each) for track, each in data.get("tests", {}).items()},
            testing=load_testing(*data["testing"]) if data.get("testing") else None,
            checked=str(data.get("checked", "")),
            checkins=tuple(_checkin(*each) for each in data.get("checkins", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as fault:
        raise RunCorrupt(f"{type(fault).__name__}: {fault}") from fault


def _line(text: str) -> WritingBy | None:
    side, _, line_id = text.partition(":")
    return WritingBy(side, line_id) if text else None


def _letter(text: str) -> LastLetter | None:
    kind, _, line_id = text.partition(":")
    return LastLetter(line_id, kind == "urgent") if text else None


def _media(text: str) -> HeldMedia:
    kind, _, ref = text.partition(":")
    return HeldMedia(kind, ref) if ref else HeldMedia()


def _album(text: str) -> AnsweredAlbum | None:
    album, _, kind = text.partition(":")
    return AnsweredAlbum(album, kind) if text else None


def salvage(text: str) -> ConversationState:
    """What can still be read of a corrupt state: prompt numbers, finished lessons, each lesson that reads by itself."""
    try:
        data = json.loads(text)
    except ValueError:
        data = {}
    if not isinstance(data, dict):
        data = {}
    sessions = [each for part in (data.get("run"), *_items(data.get("parked"))) if (each := _session(part))]
    done = data.get("done")
    points = {str(k): v for k, v in done.items() if isinstance(v, int)} if isinstance(done, dict) else {}
    seq = data.get("seq")
    highest = max([seq if isinstance(seq, int) else 0, *(each.seq for each in sessions)])
    return ConversationState(
        run=sessions[0] if sessions else None, parked=tuple(sessions[1:]), done=points, seq=highest
    )


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _session(data: object) -> Run | None:
    try:
        return flows.load(data)
    except RunCorrupt:
        return None
>>>>>>> learn
