"""Dialogues played against the engine: one way for `try`, for the tests and for test-lessons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from flows import events as ev
from flows.cards import LONG_AGO, Card
from flows.engine.kinds.reviews import after_answer
from flows.engine.kinds.table import kind_of
from flows.engine.sprint import resume, start
from flows.play.dialogue import (
    BEGINNING,
    Act,
    DialogueHead,
    Transcript,
    TranscriptInvalid,
    TutorTurn,
    Written,
    parse,
    read,
)
from flows.play.standins import fill, hide
from flows.run import Book, Run, Sprint, Trigger
from flows.saying import say
from flows.words.masking import MASK, mask

__all__ = [
    "BEGINNING", "Act", "Between", "DialogueHead", "Player", "Transcript", "TranscriptInvalid", "TutorTurn", "Watch",
    "Written", "parse", "play", "read",
]  # fmt: skip

MAX_RINGS = 100  # timers in one time jump: more is a lesson that never stops calling

Between = Callable[[Run], Run]
Watch = Callable[[Run | None, Sprint], None]


class Player:
    """Plays against the bare engine.

    `between` may take the run apart and put it together between any two lines; `watch` is told of every call of
    the engine (the run before it, None at a lesson's start, and what came out). `events` are those of the last
    turn, `rung` how long after the beginning of the last time jump each timer rang, `log` all that was played so far,
    as it may be kept: secrets are hidden. `stars`: the lesson has ended and asks for one to so many of them.
    """

    def __init__(
        self,
        book: Book,
        head: DialogueHead,
        between: Between = lambda run: run,
        watch: Watch = lambda was, sprint: None,
    ) -> None:
        self.book = book
        self.head = head
        self.now = head.at
        self.between = between
        self.watch = watch
        self.run = Run("", head.lesson, 0)
        self.buttons: dict[str, str] = {}
        self.events: list[ev.Event] = []
        self.rung: list[timedelta] = []
        self.opening = TutorTurn()
        self.log: list[tuple[Act, TutorTurn]] = []
        self.cards = {key: Card(LONG_AGO) for key in head.due}
        self.stars = 0
        self.ids = 0

    def begin(self) -> TutorTurn:
        """The first turn. Raises TranscriptInvalid when the book has no such lesson."""
        self.events = []
        self.opening = self._open(self.head.lesson)
        return self.opening

    def do(self, act: Act) -> TutorTurn:
        """What the tutor answers; an act that cannot be done raises TranscriptInvalid and leaves no trace."""
        before, self.events = self.run, []
        turn = self._do(act)
        self.log.append((_kept(act, self.book, before, self.events), turn))
        return turn

    @property
    def transcript(self) -> Transcript:
        """What has been played so far, ready to be written down."""
        return Transcript(self.head, self.opening, tuple(self.log))

    def _do(self, act: Act) -> TutorTurn:
        match act.kind:
            case "tap":
                if act.text not in self.buttons:
                    there = " ".join(f"[{label}]" for label in self.buttons)
                    none = say("không có nút [{text}]", text=act.text)
                    others = say("{none}; đang có {there}", none=none, there=there)
                    raise TranscriptInvalid(others if there else none)
                if self.stars:
                    return self._rate(int(act.text))
                return self._signal(ev.Tapped(self.run.seq, self.buttons[act.text]))
            case "send":
                return self._signal(ev.Sent(act.text))
            case "wait":
                return self._wait(timedelta(seconds=act.wait_s))
        return self._signal(ev.Typed(fill(act.text)))

    def _wait(self, span: timedelta) -> TutorTurn:
        """Every timer that is due meanwhile rings at its own time, in order."""
        turn, began, until = TutorTurn(), self.now, self.now + span
        self.rung = []
        while (at := self.run.remind_at) is not None and at <= until and len(self.rung) < MAX_RINGS:
            self.now = max(self.now, at)
            self.rung.append(self.now - began)
            turn += self._signal(ev.Due(self.run.wait_id))
        self.now = until
        return turn

    def _rate(self, stars: int) -> TutorTurn:
        self.stars, self.buttons = 0, {}
        return TutorTurn(notes=(f"rated: {stars}",))

    def _signal(self, signal: ev.Signal) -> TutorTurn:
        before = replace(self.between(self.run), cards=self.cards)
        return self._turn(before, resume(self.book, before, signal, self._universe()))

    def _open(self, lesson_id: str) -> TutorTurn:
        if self.book.lesson(lesson_id) is None:
            raise TranscriptInvalid(say("không có bài “{lesson}”, hoặc bài ấy còn lỗi", lesson=lesson_id))
        head = self.head
        who = head.address, head.name, head.channel, head.lang
        trigger = Trigger(lesson_id, self.run.seq, *who, cards=self.cards, vars=head.values)
        sprint = start(self.book, trigger, self._universe())
        return self._turn(None, sprint)

    def _universe(self) -> ev.Universe:
        return ev.Universe(self.now, self._new_id, 7)

    def _new_id(self) -> str:
        self.ids += 1
        return f"run{self.ids}"

    def _turn(self, before: Run | None, sprint: Sprint) -> TutorTurn:
        """What a learner sees of an engine call; where it leads into another lesson, that lesson's first words too."""
        self.run = sprint.run
        self.stars = 0
        self.watch(before, sprint)
        texts: list[str] = []
        buttons: tuple[str, ...] = ()
        notes: list[str] = []
        opens: str | None = None
        for event in sprint.events:
            self.events.append(event)
            match event:
                case ev.Said(in_words=text):
                    texts.append(text)
                case ev.Asked(in_words=text, choices=choices):
                    texts.append(text)
                    self.buttons = {choice.label.strip(): choice.id for choice in choices}
                    buttons = tuple(self.buttons)
                case ev.AnswerGraded():
                    self._file(event)
                case ev.EmergencyRaised():
                    notes.extend(_note(event))
                    opens = self._emergency()
                case ev.RunEnded(handed_over_to=lesson) if lesson:
                    notes.extend(_note(event))
                    opens = lesson
                case ev.RunEnded(rate=rate) if rate:
                    notes.extend(_note(event))
                    buttons = self._ask_stars(rate)
                case _:
                    notes.extend(_note(event))
        turn = TutorTurn(tuple(filter(None, map(_trimmed, texts))), buttons, tuple(notes))
        return turn if opens is None else turn + self._goes_on(opens)

    # --- what the shell would do ---

    def _emergency(self) -> str | None:
        found = (self.book.lesson(lesson_id) for lesson_id in self.book.current)
        return next((lesson.id for lesson in found if lesson and lesson.emergency), None)

    def _goes_on(self, lesson_id: str) -> TutorTurn:
        """Open the lesson, or show its prompt where the learner is in it already."""
        if self.run.waiting and self.run.home[0] == lesson_id:
            return self._signal(ev.Reoffered(""))
        return self._open(lesson_id)

    def _ask_stars(self, most: int) -> tuple[str, ...]:
        """The prompt is the shell's and no part of the turn, its buttons are."""
        self.stars = most
        self.buttons = {str(each): str(each) for each in range(1, most + 1)}
        choices = tuple(ev.Choice(each, each) for each in self.buttons)
        text = self.book.phrase("ask_rating", self.head.address, self.head.name, self.head.lang, sao=str(most))
        self.events.append(ev.Asked(self.run.step, self.run.seq, text, choices))
        return tuple(self.buttons)

    def _file(self, event: ev.AnswerGraded) -> None:
        """When a question comes back."""
        if not event.review_after_s:
            return
        key = f"{event.lesson}/{event.step}"
        card = after_answer(
            self.cards.get(key), event.right, event.review_after_s, self.now.astimezone(self.book.zone).date()
        )
        self.cards = {other: kept for other, kept in self.cards.items() if other != key} | ({key: card} if card else {})


def _trimmed(text: str) -> str:
    """A text as it can be written down: no white space at the end of lines, and none before them."""
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def _kept(act: Act, book: Book, before: Run, events: Iterable[ev.Event]) -> Act:
    """The act as it may be written down."""
    if act.kind != "say":
        return act
    heard = next((event.text for event in events if isinstance(event, ev.Heard)), None)
    kinds = next((event.kinds for event in events if isinstance(event, ev.SecretMasked)), ())
    if heard is None:  # nobody listens any more: the lesson is over
        masked = mask(fill(act.text), book.nouns)
        heard, kinds = masked.text, masked.kinds
    if kinds and heard != fill(act.text):
        return replace(act, text=hide(heard, kinds, book.nouns))
    step = book.step(before)
    if heard == MASK and step is not None and kind_of(step).is_private(step):
        return replace(act, text=f"•{kind_of(step).wants(step)}•")
    return act


def _note(event: ev.Event) -> Iterable[str]:
    match event:
        case ev.RunEnded(outcome=outcome, points=points):
            yield f"run ended: {outcome} · points {points}"
            if event.handed_over_to:
                yield f"handed over: {event.handed_over_to}"
        case ev.RunFailed(code=code):
            yield f"run failed: {code}"
        case ev.Commanded(command):
            yield f"command: {command}"
        case ev.EmergencyRaised():
            yield "emergency"
        case ev.EmergencySuspected():
            yield "emergency suspected"
        case ev.Digressed():
            yield "digressed"
        case ev.SecretMasked(kinds):
            yield f"secret masked: {', '.join(kinds)}"
        case ev.HelpRequested(step=step):
            yield f"help requested at {step}"
        case ev.PairingWished(role=role):
            yield f"pairing wished: {role}"
        case ev.CheckinPlanned(at=at):
            yield f"check-in planned: {at:%Y-%m-%d %H:%M}"
        case ev.Awarded(kind, name):
            yield f"awarded: {kind} {name}"
        case ev.Called(lesson):
            yield f"called: {lesson}"
        case ev.LessonReturned(lesson, outcome):
            yield f"returned from: {lesson} · {outcome}"
        case ev.TapIgnored(why):
            yield f"tap ignored: {why}"


def play(book: Book, transcript: Transcript, between: Between = lambda run: run) -> Transcript:
    """Let the learner of a transcript act once more: what the tutor says now. Raises TranscriptInvalid when a button is
    missing.
    """
    player = Player(book, transcript.head, between)
    player.begin()
    turns = [player.do(act) for act, _ in transcript.exchanges]
    acts = (act for act, _ in transcript.exchanges)
    return Transcript(transcript.head, player.opening, tuple(zip(acts, turns, strict=True)))
