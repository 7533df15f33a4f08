"""The state of one engine call while it runs: what a step kind may do to the session, and what it may say."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flows import events as ev
from flows.conditions import Value, holds, parse
from flows.model import Lesson, Step, Task
from flows.session import Book, Session, render
from flows.understand import Own

MAX_PATH = 200  # steps remembered for "quay lại"; longer than any lesson
REMIND_AFTER = timedelta(days=1)  # facts sheet section 9: never more than two reminders a day
REMIND_TIMES = 2


class Stage:
    """One call of the engine. Step kinds read `lesson`, `book`, `universe` and act through the verbs below."""

    def __init__(self, book: Book, lesson: Lesson, session: Session, universe: ev.Universe) -> None:
        self.book = book
        self.lesson = lesson
        self.session = session
        self.universe = universe
        self.events: list[ev.Event] = []

    # --- saying ---

    def change(self, **fields: Any) -> None:
        self.session = replace(self.session, **fields)

    def emit(self, event: ev.Event) -> None:
        self.events.append(event)

    def words(self, text: str, **values: str) -> str:
        """A text of the lesson, rendered for her."""
        if "{" not in text:
            return text
        session = self.session
        return render(text, session.address, session.name, {**self.book.facts, **session.vars, **values})

    def phrase(self, phrase_id: str, **values: str) -> str:
        return self.words(self.book.phrases[phrase_id], **values)

    def say(self, step: str, text: str) -> None:
        if text:
            self.emit(ev.Said(step, text))

    def ask(self, step: Step, text: str, choices: tuple[ev.Choice, ...], *, fresh: bool = True) -> None:
        """Put a prompt and wait. `fresh` gives it a new number, so that older buttons no longer act."""
        if fresh:
            remind_at = self.universe.now + reminders(step)[0]
            seq = self.session.seq + 1
            self.change(step=step.id, seq=seq, waiting=True, remind_at=remind_at, reminded=0)
        self.emit(ev.Asked(step.id, self.session.seq, text, choices))

    # --- deciding ---

    def holds(self, condition: str, **more: Value) -> bool:
        values: dict[str, Value] = {**self.session.vars, "score": self.session.score, "tries": self.session.tries}
        return holds(parse(condition), {**values, "channel": self.session.channel, **more})

    def save(self, step: str, name: str, value: str, *, private: bool = False) -> None:
        if private:
            value = "•"
        self.change(vars={**self.session.vars, name: value})
        self.emit(ev.ValueSaved(step, name, value))

    def grade(self, step: Step, answer: str, *, right: bool, points: int, skill: str | None) -> None:
        """Write down one graded answer; points of a step are earned once and never lost."""
        tries = self.session.tries + 1
        had = self.session.earned.get(step.id, 0)
        if right and points > had:
            self.change(earned={**self.session.earned, step.id: points})
        self.change(tries=tries)
        self.emit(ev.AnswerGraded(step.id, answer, right, tries, points if right and not had else 0, skill))


def reminders(step: Step) -> tuple[timedelta, int]:
    """After how long she is reminded of this step, and how often at most."""
    if isinstance(step, Task):
        return timedelta(seconds=step.later.remind_s), step.later.times
    return REMIND_AFTER, REMIND_TIMES


def own_answers(stage: Stage, choices: tuple[ev.Choice, ...]) -> tuple[Own, ...]:
    """What may be typed instead of tapping: each label, and the usual words for done, stuck, later, next."""
    usual = stage.book.words.answers
    return tuple(Own(choice.id, (choice.label, *usual.get(choice.id, ()))) for choice in choices)


def clean(text: str) -> str:
    """NFC, without control and invisible characters, white space folded; lines stay lines."""
    text = unicodedata.normalize("NFC", text)
    kept = (c for c in text if c in "\n" or unicodedata.category(c)[0] != "C")
    return "\n".join(" ".join(line.split()) for line in "".join(kept).splitlines()).strip()
