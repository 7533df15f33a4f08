"""The state of one engine call while it runs: what a step kind may do to the run, and what it may say."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from flows import events as ev
from flows.conditions import NEVER, ConditionValue, holds, parse
from flows.engine import buttons
from flows.files import words_digest
from flows.model import Lesson, Picture, Step, StepOf, Voice
from flows.run import Book, Frame, Route, Run, changed, filled_in, pieces_of, render

MAX_PATH = 200  # steps remembered for "quay lại"; longer than any lesson
MAX_STACK = 5  # lessons inside one another: nobody can keep more of them in mind
REMINDED = (timedelta(days=1), timedelta(days=1))  # after a day, and once more after another
FOLLOWED_UP = (timedelta(minutes=15), timedelta(hours=1))  # whoever is being robbed is asked how far she has come
FIELDS = len(fields(Run))
NOT_SET = "…"  # stands where a variable has no value: better than its name in braces


class StepPrompt(NamedTuple):
    """What a step says as it waits, what can be tapped, what goes with it."""

    text: str
    choices: tuple[ev.Choice, ...] = ()
    exhibits: tuple[ev.Exhibit, ...] = ()


class Stage:
    """One call of the engine. Step kinds read `lesson`, `book`, `universe` and act through the verbs below."""

    def __init__(self, book: Book, lesson: Lesson, run: Run, universe: ev.Universe) -> None:
        self.book = book
        self.lesson = lesson
        self.run = changed(run, {})  # a copy of its own, which nobody else holds until the call is over
        self.universe = universe
        self.events: list[ev.Event] = []
        self._nameless: dict[str, str] = {}  # a text that was said by name, as it is recorded: without
        self.is_personal = False  # whether something put into words since then is of this learner alone
        self.asks: tuple[str, int, str] | None = None  # the question of another lesson that a review puts

    # --- saying ---

    @property
    def source(self) -> Lesson:
        """The lesson whose words are put: that of the question a review asks, else the one she is in."""
        if self.asks is None or not self.run.queue:
            return self.lesson
        return self.book.lesson(*self.asks[:2]) or self.lesson

    def change(self, **changes: Any) -> None:
        """Set fields of the run by name. It is immutable for everybody else: the stage alone writes into its copy."""
        values = self.run.__dict__
        values.update(changes)
        assert len(values) == FIELDS, changes

    def emit(self, event: ev.Event) -> None:
        """Add an event to what this call of the engine returns, in order."""
        self.events.append(event)

    def words(self, text: str, **values: str) -> str:
        """A text of the lesson, with forms of address, facts and variables filled in for the learner."""
        if "{" not in text:
            return text
        run = self.run
        pieces = pieces_of(text, run.address, bool(run.name))
        if len(pieces) == 1:
            return pieces[0]
        keys = pieces[1::2]
        if not (values and values.keys() >= set(keys)):
            self.is_personal = True
        known = {**self.book.facts, **run.vars, **values}
        said = filled_in(pieces, run.address, run.name, known, NOT_SET)
        if "ten" in keys and self.source.files:
            self._nameless[said] = render(text, run.address, "", known, NOT_SET)
        return said

    def exhibits(self, step: Step) -> tuple[ev.Exhibit, ...]:
        """What goes with the text of a step of the lesson she is in."""
        if step.image is None and step.video is None and step.voice is None:
            return ()
        shown = (self._picture("image", step.image), self._picture("video", step.video))
        return tuple(filter(None, (*shown, self.recording(step.voice, step.text))))

    def _picture(self, kind: Literal["image", "video"], picture: Picture | None) -> ev.Exhibit | None:
        if picture is None:
            return None
        words = self.words(picture.alt)
        told = self.phrase(f"show_{kind}", mo_ta=words) if words else ""
        return ev.Exhibit(kind, self.source.files.get(picture.file), words, told)

    def spot(self, step: Step, spot: tuple[int, ...] | str) -> tuple[int, ...]:
        """Where on the picture of a step something lies, in per cent; of an element as the picture was drawn."""
        if not isinstance(spot, str):
            return spot
        shown = self.source.files.get(step.image.file) if step.image else None
        return shown.spots.get(spot, ()) if shown else ()

    def recording(self, voice: Voice | None, text: str) -> ev.Exhibit | None:
        """The recording of a text, with what it says."""
        if voice is None:
            return None
        return ev.Exhibit("voice", self.source.files.get(voice.file), self.words(voice.spoken or text))

    def recordings_of(self, text: str) -> tuple[ev.Exhibit, ...]:
        """What is recorded of a text as the learner is told it: of all of it, else of its paragraphs."""
        if not self.source.files:
            return ()
        whole = self._recorded(text)
        parts = (whole,) if whole else map(self._recorded, text.split("\n\n"))
        return tuple(filter(None, parts))

    def _recorded(self, text: str) -> ev.Exhibit | None:
        file = self.source.files.get(words_digest(self._nameless.get(text, text)))
        return ev.Exhibit("voice", file, text, repeats=True) if file else None

    def _sounding(self, text: str, exhibits: tuple[ev.Exhibit, ...]) -> tuple[ev.Exhibit, ...]:
        """What goes with a text, and what is recorded of it where its editor has named no recording."""
        named = any(each.kind == "voice" for each in exhibits)
        return exhibits if named else (*exhibits, *self.recordings_of(text))

    def phrase(self, phrase_id: str, **values: str) -> str:
        """One of the tutor's own sentences in the learner's language, filled in. Raises KeyError."""
        text = self.book.sentence(phrase_id, self.run.lang)
        return self.words(text, **values) if "{" in text else text

    def say(self, step: str, text: str, exhibits: tuple[ev.Exhibit, ...] = ()) -> None:
        """Let the tutor say a text at a step; an empty one says nothing."""
        if text or exhibits:
            self.emit(ev.Said(step, text, self._sounding(text, exhibits) if self.source.files else exhibits))

    def tell(self, step: Step) -> None:
        """Say the text of a step, with what goes with it."""
        self.say(step.id, self.words(step.text), self.exhibits(step))

    def whole(self, step: Step, prompt: StepPrompt) -> StepPrompt:
        """A prompt of a step with what is recorded of it, and the buttons that every prompt has."""
        text, choices, exhibits = prompt
        if self.source.files:
            choices = tuple(each if each.voice else each._replace(voice=self._recorded(each.label)) for each in choices)
            exhibits = self._sounding(text, exhibits)
        return StepPrompt(text, (*choices, *self.ways_out(step)), exhibits)

    def ask(self, step: str, prompt: StepPrompt, reminders: tuple[timedelta, ...], *, fresh: bool = True) -> None:
        """Put a whole prompt at a step and wait. `fresh` gives it a new number, so that older buttons no longer act.

        `reminders`: after how much silence each reminder comes.
        """
        if fresh:
            remind_at = self.universe.now + reminders[0] if reminders else None
            self.change(step=step, seq=self.run.seq + 1, waiting=True, remind_at=remind_at, reminded=0)
        self.emit(ev.Asked(step, self.run.seq, *prompt))

    def ways_out(self, step: Step) -> tuple[ev.Choice, ...]:
        """The buttons that every prompt has besides its own: the one that opens everything else, in an emergency
        lesson a person at once.

        "It was a mistake" is offered while that may just have been noticed: at the first step.
        """
        if not self.lesson.emergency:
            return _others_at(self.phrase("label_other"))
        human = ev.Choice(buttons.HUMAN, self.phrase("label_human"))
        first = self.lesson.steps[0].id == step.id
        return (human, ev.Choice(buttons.MISTAKE, self.phrase("label_mistake"))) if first else (human,)

    def others(self) -> tuple[ev.Choice, ...]:
        """What the button for everything else opens; nothing in an emergency lesson, which has no such button."""
        labels = {
            buttons.REPEAT: "label_repeat",
            buttons.BACK: "label_back",
            buttons.HUMAN: "label_person",
            buttons.REST: "label_rest",
            buttons.BIGGER: "label_letters",
        }
        if self.lesson.emergency:
            return ()
        return tuple(ev.Choice(choice, self.phrase(label)) for choice, label in labels.items())

    # --- deciding ---

    @property
    def today(self) -> date:
        """The date now where the learners live."""
        return self.universe.now.astimezone(self.book.zone).date()

    def values(self, **more: ConditionValue) -> dict[str, ConditionValue]:
        """What a condition may look at."""
        run = self.run
        own: dict[str, ConditionValue] = {"score": run.score, "tries": run.tries, "channel": run.channel}
        return {**run.vars, **own, **more}

    def holds(self, condition: str, **more: ConditionValue) -> bool:
        """Whether a condition is true now; `more` are names only it may see. Raises ConditionInvalid."""
        return holds(parse(condition), self.values(**more), self.days_since)

    def days_since(self, step: str) -> int:
        """Whole days since the learner went through a step; "": since this pass began; NEVER where not at all."""
        at = self.run.passed.get(step) if step else None
        since = datetime.fromisoformat(at) if at else None if step else self.run.began_at
        return NEVER if since is None else max(0, (self.universe.now - since).days)

    def save(self, step: str, name: str, value: str, *, private: bool = False) -> None:
        """Write a variable; of a private answer only that there was one is kept, as "•"."""
        if private:
            value = "•"
        self.change(vars={**self.run.vars, name: value})
        self.emit(ev.ValueSaved(step, name, value))

    def grade(self, step: Step, answer: str, *, right: bool, points: int, skill: str | None) -> None:
        """Write down one graded answer; points of a step are earned once and never lost."""
        run = self.run
        tries = run.tries + 1
        had = run.earned.get(step.id, 0)
        earned = {**run.earned, step.id: points} if right and points > had else run.earned
        self.change(tries=tries, earned=earned)
        of = self.asks or (run.lesson, run.version, step.id)
        lesson = self.book.lesson(*of[:2]) if self.asks else self.lesson
        pauses = lesson.review_after_s if lesson else ()
        self.emit(ev.AnswerGraded(*of, answer, right, tries, points if right and not had else 0, skill, pauses))

    # --- lessons inside one another, and newer versions of them ---

    @property
    def route(self) -> Route | None:
        """Where the version the learner is in leads, when it is no longer the current one."""
        return self.book.routes.get((self.run.lesson, self.run.version))

    def turn_to(self, lesson: Lesson, version: int) -> None:
        """Go on in this lesson and version; where in it is the caller's to say."""
        self.lesson = lesson
        self.change(lesson=lesson.id, version=version)

    def freshen(self) -> None:
        """Take the newest words of a lesson whose graph has not changed."""
        route, lesson = self.route, self.newest_words
        if route is not None and lesson is not None:
            self.turn_to(lesson, route.to)

    @property
    def newest_words(self) -> Lesson | None:
        """The newest text of the lesson, where its graph has not changed since; None where there is none."""
        route = self.route
        return self.book.lesson(self.run.lesson, route.to, self.run.lang) if route and route.how == "text" else None

    def freshest(self, step: StepOf) -> StepOf:
        """The step of the same id in the newest words."""
        self.freshen()
        newest = self.lesson.step(step.id)
        return newest if isinstance(newest, type(step)) else step

    def push(self, step: str, lesson: Lesson, version: int, values: Mapping[str, str]) -> None:
        """Begin `lesson` in the middle of this one, which will go on after `step`."""
        s = self.run
        frame = Frame(s.lesson, s.version, step, s.vars, s.earned, s.path, s.checkpoint)
        self.change(stack=(*s.stack, frame), vars=dict(values), earned={}, path=(), checkpoint="", passed={})
        self.emit(ev.Called(lesson.id, version, s.lesson))
        self.turn_to(lesson, version)

    def pop(self) -> Frame:
        """Go back into the lesson that called; its own values and points are there again."""
        frame = self.run.stack[-1]
        self.change(**self.run.outward().__dict__)
        return frame


@lru_cache(maxsize=16)
def _others_at(label: str) -> tuple[ev.Choice]:
    return (ev.Choice(buttons.OTHER, label),)


def instead_of(book: Book, kind: str) -> tuple[str, str]:
    """The sentence that answers what is no text, and how its kind is called: ids of two phrases."""
    own, named = f"media_{kind}", f"kind_{kind}"
    return own if own in book.phrases else "media_instead", named if named in book.phrases else "kind_other"


def clean(text: str) -> str:
    """NFC, without control and invisible characters, white space folded; lines stay lines."""
    text = unicodedata.normalize("NFC", text)
    if text.isprintable():  # one line of what can be seen
        return " ".join(text.split())
    kept = (c for c in text if c in "\n" or unicodedata.category(c)[0] != "C")
    return "\n".join(" ".join(line.split()) for line in "".join(kept).splitlines()).strip()
