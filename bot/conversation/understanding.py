"""What the tutor would make of one message, by the very functions of the conversation. Nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bot.channels.base import Text
from bot.conversation.policy.answering import RESTING, answers_to, kind_of_talk, lesson_of, said
from bot.conversation.policy.dispatch import answer
from bot.pairing.policy import relay
from bot.pairing.policy.commands import CallForSafety
from bot.tutor.state import ConversationState
from bot.tutor.turn import Person, TurnContext
from flows import Book, Run, mask, rewind
from flows import events as ev
from flows.answers import Answer
from flows.engine import buttons
from flows.engine.kinds.table import kind_of
from flows.engine.stage import clean
from flows.run import DEFAULT_ADDRESS, render
from flows.saying import say
from flows.words.defining import asked_term
from flows.words.ear.ear import LONGEST, listen, matter_of
from flows.words.ear.why import Reason, why
from flows.words.understand import Command, understand
from flows.words.values.reading import read_value

WORDS = {"help": "human", "repeat": "again", "go_on": "again", "mistake": "back", "unharmed": "back"}
"""A global word → what it is called here, where that differs."""

KINDS = ("money", "number", "date", "phone")
SIDES = ("learner", "instructor")


@dataclass(frozen=True, slots=True)
class HearReport:
    """What `./camtay hear` tells of a message, and for reading: the answers, each (id, as a learner would read it), the
    title of each topic's lesson (empty where it is not written), why it rings or does not, and the label of the button
    that it presses at a step.
    """

    told: Mapping[str, Any]
    answers: tuple[tuple[str, str], ...]
    titles: Mapping[str, str]
    reason: Reason
    button: str = ""


class Overheard:
    """One book to hear with; `today` is the day on which two-digit years and the like are read."""

    def __init__(self, book: Book, now: datetime) -> None:
        self.book = book
        self.now = now
        self.today: date = now.astimezone(book.zone).date()

    def line(self, raw: str) -> dict[str, Any]:
        """What comes out for one line; a line that cannot be used gives {"error": why}."""
        try:
            asked = json.loads(raw)
        except (ValueError, RecursionError):  # the latter: a thousand lists in one another
            return {"error": say("dòng này không phải JSON")}
        fault = self._fault(asked)
        return {"error": fault} if fault else self._heard(asked)

    def look(self, asked: Mapping[str, Any]) -> HearReport | str:
        """What is told of a message, for a page with the reason; a sentence where it cannot be used."""
        if fault := self._fault(asked):
            return fault
        told, text, turn = self._heard(asked), clean(asked["text"][:LONGEST]), self._desk(ConversationState())
        found = [each for each in self._answers(text) if each.id in told["answers"]]
        lessons = {code: lesson_of(self.book, code) for code in told["topics"]}
        return HearReport(
            told,
            tuple((each.id, said(turn, each)) for each in found),
            {code: turn.lesson_title(lesson) if lesson else "" for code, lesson in lessons.items()},
            why(self.book.words.ear, text, self.book.nouns),
            self._button(asked["at"], told["does"]) if asked.get("at") else "",
        )

    def _button(self, at: str, option: str) -> str:
        """The label of a step's option; empty where it has none of this id."""
        lesson_id, step_id = self._place(at) or ("", "")
        lesson = self.book.lesson(lesson_id)
        step = lesson.steps[lesson.index[step_id]] if lesson else None
        options = kind_of(step).options(step) if step else ()
        label = next((each.text for each in options if each.id == option), "")
        person = self._desk(ConversationState()).person
        return render(label, person.address, person.name, self.book.facts)

    def _fault(self, asked: object) -> str:
        if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
            return say("thiếu “text”, hoặc “text” không phải chữ")
        if asked.get("as") not in (None, *KINDS):
            return say("“as” là một trong: {ways}", ways=", ".join(KINDS))
        if asked.get("from") not in (None, *SIDES):
            return say("“from” là một trong: {ways}", ways=", ".join(SIDES))
        at = asked.get("at")
        if at is not None and (not isinstance(at, str) or self._place(at) is None):
            return say("“at” phải là BÀI/BƯỚC có thật")
        return ""

    def _heard(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        text = clean(asked["text"][:LONGEST])
        words = self.book.words
        alarm, matter, masked = listen(words.ear, text), matter_of(words.ear, text), mask(text, self.book.nouns)
        meaning = understand(words, text, ())
        command = meaning.word if isinstance(meaning, Command) else None
        if command is None and alarm.level == "quiet":
            command = {"human": "help", "learn": "menu"}.get(matter.kind)
        asks = command is None and alarm.level != "ring"
        told: dict[str, Any] = {
            "emergency": "quiet" if command and alarm.level == "ask" else alarm.level,
            "command": WORDS.get(command, command) if command in ("help",) else command,
            "topics": list(matter.topics) if asks else [],
            "answers": [each.id for each in self._answers(text)] if asks and matter.kind == "question" else [],
            "stored": masked.text,
            "masked": list(masked.kinds),
        }
        if asked.get("as"):
            value = read_value(text, asked["as"], today=self.today)
            told["value"] = value.value if value else None
        if asked.get("from"):
            verdict = relay.look(self.book.wishes, asked["text"], asked["from"])
            told["relay"] = "report" if verdict.report else verdict.what
        if asked.get("at"):
            told["does"] = self.does(asked["at"], asked["text"])
        return told

    def _answers(self, text: str) -> tuple[Answer, ...]:
        return answers_to(self._desk(ConversationState()), text)

    # --- at a step ---

    def does(self, at: str, text: str) -> str:
        """What these words do at LESSON/STEP: an option's id, or a word of `_deed`."""
        turn, stood = self._turn(at)
        assert stood is not None
        answer(turn, Text(text))
        return _deed(turn, stood)

    def replies(self, text: str, at: str = "") -> list[tuple[str, list[str]]]:
        """What the tutor says to these words, each with the labels of its buttons, at LESSON/STEP or in no lesson;
        so far as the conversation alone answers: what only services know is not in it."""
        turn, _ = self._turn(at)
        answer(turn, Text(text))
        return [(each.text, [button.label for button in each.buttons]) for each in turn.replies if each.text]

    def _turn(self, at: str) -> tuple[TurnContext, Run | None]:
        """A turn before it is answered, and the run of whoever stands at that step; none where `at` names no step."""
        turn, place = self._desk(ConversationState()), self._place(at)
        if place is None:
            return turn, None
        lesson_id, step_id = place
        run = Run(turn.universe.new_id(), lesson_id, self.book.current[lesson_id], checkpoint=step_id)
        stood = rewind(self.book, replace(run, began_at=self.now), turn.universe).run
        turn.state = ConversationState(run=stood, seq=stood.seq)
        return turn, stood

    def _place(self, at: str) -> tuple[str, str] | None:
        """Lesson and step of LESSON/STEP; LESSON is an id or what stands before its first hyphen."""
        name, _, step_id = at.partition("/")
        known = (each for each in self.book.current if name.casefold() in (each, each.partition("-")[0]))
        lesson_id = next(known, None)
        lesson = self.book.lesson(lesson_id) if lesson_id else None
        if lesson is None or lesson_id is None:
            return None
        was = next((step.id for step in lesson.steps if step_id in (step.id, step.was)), None)
        return (lesson_id, was) if was else None

    def _desk(self, state: ConversationState) -> TurnContext:
        numbers = iter(range(1_000_000))
        universe = ev.Universe(self.now, lambda: f"run{next(numbers)}", 0)
        return TurnContext(
            self.book, universe, Person("her", "Lan", address=DEFAULT_ADDRESS, consent="agreed"), state, "web"
        )


def _deed(turn: TurnContext, before: Run) -> str:
    """What happened, as one word."""
    events, after = turn.events, turn.state.run
    is_told_again = any(isinstance(each, ev.EmergencyRepeated) for each in events)  # there what the step does counts
    if any(isinstance(each, CallForSafety) for each in events) and not is_told_again:
        return "emergency"
    if any(token == "g:emergency" for token, _ in turn.state.offer):
        return "ask"
    if after is not None and after.used is not None and after.used != before.used and after.used[1]:
        return {buttons.HUMAN: "human", buttons.MISTAKE: "back"}.get(after.used[1], after.used[1])
    for event in events:
        match event:
            case ev.AnswerGraded(right=right):
                return "right" if right else "wrong"
            case ev.ValueSaved():
                return "done"
            case ev.HelpRequested():
                return "human"
            case ev.NotUnderstood():
                return "not_understood"
            case ev.Commanded(word):
                return WORDS.get(word, word)
            case ev.Digressed(text):
                return _aside(turn, text)
            case _:
                pass
    return _shown(turn, before, after)


def _aside(turn: TurnContext, text: str) -> str:
    words = turn.book.words
    if asked_term(words, turn.book.glossary, text):
        return "answer"
    kind = matter_of(words.ear, clean(text)).kind
    if kind == "small" and kind_of_talk(words, text) in RESTING:
        return "stop"
    return {"question": "answer", "small": "smalltalk", "chat": "smalltalk", "learn": "again"}.get(
        kind, "not_understood"
    )


def _shown(turn: TurnContext, before: Run, after: Run | None) -> str:
    """Nothing was chosen: what was shown instead."""
    if after is None or (after.lesson, after.step) != (before.lesson, before.step):
        return "back" if after is not None and len(after.path) < len(before.path) else after.step if after else "menu"
    if after.tries > before.tries:
        return "hint"
    if any(isinstance(each, ev.Said) and each.text == turn.phrase("small_chat") for each in turn.events):
        return "smalltalk"
    asked = [each for each in turn.events if isinstance(each, ev.Asked)]
    unsure = turn.phrase("unsure")
    return "ask" if asked and asked[-1].text == unsure else "again"
