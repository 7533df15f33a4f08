"""A lesson played from a list of what the learner does: the whole play is that list, nothing is kept anywhere.

Played again on every look, so that an edited lesson shows at once; what the new file no longer has ends the play
there, with a note. For the preview of whoever writes lessons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from flows import events as ev
from flows.cards import LONG_AGO, Card
from flows.engine.sprint import resume, rewind, start
from flows.engine.stage import Stage
from flows.model import Lesson, Quiz, Review
from flows.play.notes import notes, spell
from flows.play.trail import Passed, legs, trail
from flows.play.transcript import BEGINNING
from flows.rules.rule import Script
from flows.run import DEFAULT_ADDRESS, Book, Run, Sprint, Trigger

MOST_DEEDS = 300  # longer than any lesson; the whole play runs again on each look
MOST_WAITS = 10  # reminders that one jump in time may set off
LONGEST_WAIT_S = 400 * 86_400

GIVEN = "(cho sẵn)"  # the step that points given by hand are booked on


@dataclass(frozen=True, slots=True)
class Setup:
    """Who plays what, from where. `step` empty: from the beginning; `points` and `values` are given beforehand.

    Under another name a branch by chance may draw another way, as for another learner.
    """

    lesson: str
    name: str = "Lan"
    address: str = DEFAULT_ADDRESS
    channel: str = "web"
    lang: str = "vi"
    at: datetime = BEGINNING
    step: str = ""
    points: int = 0
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deed:
    """A learner's deed: tap (an option's id), say (words), send (a kind of media), wait (seconds; "due": till then)."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class PlayedMessage:
    """One bubble of the tutor's, with its buttons; the texts of one turn are joined as the tutor joins them.

    `text` is all of it in words; `exhibits` go with `bare`, which is the same without the words for them.
    """

    text: str
    choices: tuple[ev.Choice, ...] = ()
    seq: int = 0
    bare: str = ""
    exhibits: tuple[ev.Exhibit, ...] = ()


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """One deed and what came of it, on the learner's clock `at`. `said` is what the learner's side of the chat shows
    (secrets are masked there as well), `fault` why nothing could come, `waited` how far time jumped."""

    deed: Deed | None
    at: datetime
    said: str
    messages: tuple[PlayedMessage, ...]
    notes: tuple[str, ...]
    trail: tuple[Passed, ...]
    fault: str = ""
    waited: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Play:
    """A play as far as it got. `choices` are what can be tapped now, `reached` the steps walked through."""

    setup: Setup
    run: Run
    now: datetime
    turns: tuple[PlayedTurn, ...]
    choices: tuple[ev.Choice, ...]

    @property
    def over(self) -> bool:
        """Whether the lesson has ended or been given up: nothing waits for the learner."""
        return not self.run.waiting

    @property
    def prompt(self) -> PlayedMessage | None:
        """The newest message: what each channel would show now."""
        return next((message for turn in reversed(self.turns) for message in reversed(turn.messages)), None)


def play(book: Book, script_of: Callable[[Lesson], Script | None], setup: Setup, deeds: Sequence[Deed]) -> Play:
    """Play from the beginning. `script_of` gives a lesson as the rules see it (None: unknown, then nothing is told
    of conditions). Raises KeyError when the book has no such lesson."""
    player = _Player(book, script_of, setup)
    player.begin()
    for deed in deeds[:MOST_DEEDS]:
        if not player.do(deed):
            break
    return Play(setup, player.run, player.now, tuple(player.turns), player.choices)


class _Player:
    def __init__(self, book: Book, script_of: Callable[[Lesson], Script | None], setup: Setup) -> None:
        self.book = book
        self.script_of = script_of
        self.setup = setup
        self.now = setup.at
        self.turns: list[PlayedTurn] = []
        self.choices: tuple[ev.Choice, ...] = ()
        self.run = Run("", setup.lesson, 0)
        self._ids = 0

    # --- beginning ---

    def begin(self) -> None:
        setup = self.setup
        lesson = self.book.lesson(setup.lesson, self.book.current[setup.lesson], setup.lang)
        if lesson is None:
            raise KeyError(setup.lesson)
        cards = _cards(self.book, lesson)
        if not setup.step and not setup.values and not setup.points:
            person = setup.address, setup.name, setup.channel, setup.lang, setup.name
            trigger = Trigger(setup.lesson, 0, *person, cards=cards)
            self._turn(None, "", start(self.book, trigger, self._universe()), None)
            return
        at = setup.step if lesson.step(setup.step) else lesson.steps[0].id
        fault = f"Bài không có bước nào tên “{setup.step}”, nên vào từ đầu." if setup.step not in ("", at) else ""
        self._turn(None, "", self._enter(lesson, at, cards), None, fault)

    def _enter(self, lesson: Lesson, at: str, cards: Mapping[str, Card]) -> Sprint:
        """Stand at a step as if come there: put back to a checkpoint there, without the words for that."""
        setup = self.setup
        run = Run(
            run_id=self._new_id(),
            lesson=lesson.id,
            version=self.book.current[lesson.id],
            checkpoint=at,
            earned={GIVEN: setup.points} if setup.points else {},
            vars=dict(setup.values),
            address=setup.address,
            name=setup.name,
            channel=setup.channel,
            lang=setup.lang,
            began_at=setup.at,
            learner=setup.name,
            cards=cards,
        )
        sprint = rewind(self.book, run, self._universe())
        sorry = self.book.phrase("place_lost", setup.address, setup.name, setup.lang)
        events = tuple(event for event in sprint.events if not (isinstance(event, ev.Said) and event.text == sorry))
        step = lesson.step(at)
        if sprint.run.checkpoint == at and not (step and step.checkpoint):
            return Sprint(replace(sprint.run, checkpoint=""), events)
        return Sprint(sprint.run, events)

    # --- going on ---

    def do(self, deed: Deed) -> bool:
        """Carry one deed out; False when the play cannot go on after it."""
        if not self.run.waiting:
            return False
        match deed.kind:
            case "tap":
                return self._tap(deed)
            case "wait":
                return self._wait(deed)
            case "send":
                self._signal(deed, f"[{deed.what}]", ev.Sent(deed.what))
            case _:
                self._signal(deed, deed.what, ev.Typed(deed.what))
        return True

    def _tap(self, deed: Deed) -> bool:
        choice = next((choice for choice in self.choices if choice.id == deed.what), None)
        if choice is None:
            self._stop(deed, f"Ở đây không còn nút “{deed.what}”: bài đã sửa, nên chơi lại được tới đây.")
            return False
        self._signal(deed, choice.label, ev.Tapped(self.run.seq, choice.id))
        return True

    def _wait(self, deed: Deed) -> bool:
        if deed.what == "due":
            if self.run.remind_at is None:
                self._stop(deed, "Ở đây không còn hẹn giờ nào.")
                return True
            until = max(self.run.remind_at, self.now)
        else:
            seconds = int(deed.what) if deed.what.isascii() and deed.what.isdigit() and len(deed.what) < 10 else 0
            until = self.now + timedelta(seconds=min(seconds, LONGEST_WAIT_S))
        waited, before = until - self.now, len(self.turns)
        said = f"— {spell(waited)} sau —"
        for _ in range(MOST_WAITS):
            due = self.run.remind_at
            if due is None or due > until or not self.run.waiting:
                break
            self.now = max(due, self.now)
            self._signal(deed, said, ev.Due(self.run.wait_id))
            said = ""
        self.now = until
        if len(self.turns) == before:
            self.turns.append(PlayedTurn(deed, self.now, said, (), (), ()))
        self.turns[before] = replace(self.turns[before], waited=waited)
        return True

    def _signal(self, deed: Deed, said: str, signal: ev.Signal) -> None:
        before = self.run
        sprint = resume(self.book, before, signal, self._universe())
        heard = next((event.text for event in sprint.events if isinstance(event, ev.Heard)), said)
        self._turn(deed, heard, sprint, before)

    def _stop(self, deed: Deed, fault: str) -> None:
        self.turns.append(PlayedTurn(deed, self.now, "", (), (), (), fault))

    def _turn(self, deed: Deed | None, said: str, sprint: Sprint, before: Run | None, fault: str = "") -> None:
        self.run = sprint.run
        messages = _messages(sprint.events)
        if any(isinstance(event, ev.Asked) for event in sprint.events):
            self.choices = messages[-1].choices if messages else ()
        if not sprint.run.waiting:
            self.choices = ()
        told = tuple(note for event in sprint.events for note in notes(event))
        self.turns.append(PlayedTurn(deed, self.now, said, messages, told, self._trail(before, sprint), fault))

    def _trail(self, before: Run | None, sprint: Sprint) -> tuple[Passed, ...]:
        found: list[Passed] = []
        for leg in legs(before, sprint.run, sprint.events):
            lesson = self.book.lesson(leg.lesson, leg.version)
            script = self.script_of(lesson) if lesson else None
            if lesson is not None and script is not None:
                found += trail(script, leg, sprint.run, sprint.events, partial(self._stage, lesson))
        return tuple(found)

    def _stage(self, lesson: Lesson, run: Run) -> Stage:
        return Stage(self.book, lesson, run, self._universe())

    def _universe(self) -> ev.Universe:
        return ev.Universe(self.now, self._new_id, len(self.turns))

    def _new_id(self) -> str:
        self._ids += 1
        return f"run{self._ids}"


def _cards(book: Book, lesson: Lesson) -> Mapping[str, Card]:
    """Where the lesson reviews: every question of the other lessons, all of them due."""
    if not any(lesson.of(Review)):
        return {}
    others = (other for each in book.current if each != lesson.id and (other := book.lesson(each)) is not None)
    return {f"{o.id}/{step.id}": Card(LONG_AGO) for o in others for step in o.of(Quiz)}


def _messages(events: Iterable[ev.Event]) -> tuple[PlayedMessage, ...]:
    """The bubbles of one turn: a text joins what stands before it, unless that already asks something."""
    found: list[PlayedMessage] = []
    for event in events:
        match event:
            case ev.Said(text=bare, exhibits=shown):
                choices, seq = (), 0
            case ev.Asked(seq=seq, text=bare, choices=choices, exhibits=shown):
                pass
            case _:
                continue
        text = event.in_words
        if found and not found[-1].choices:
            last = found.pop()
            text = f"{last.text}\n\n{text}" if text else last.text
            bare, shown = f"{last.bare}\n\n{bare}".strip(), (*last.exhibits, *shown)
        found.append(PlayedMessage(text, choices, seq, bare, shown))
    return tuple(message for message in found if message.text or message.choices)
