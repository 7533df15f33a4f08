"""The step kinds: how each is entered, what it shows, what an answer does. A new kind: a class and a row in KINDS.

`enter` returns where to go on (a step id, None for the step below) or WAIT. `prompt` gives the text and the choices of
the step as it waits now. `tap` takes the id of a choice; `typed` takes words that are none of the choices; both return
like `enter`, or AGAIN when the words mean nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum
from random import Random
from typing import Any, Generic, TypeVar

from flows import events as ev
from flows.model import Ask, Branch, Choose, End, Option, Quiz, Say, Set, Step, Task
from flows.stage import Stage
from flows.understand import Answered, Own, amount, positions, understand


class Mark(Enum):
    WAIT = "wait"
    AGAIN = "again"
    ENDED = "ended"


WAIT, AGAIN, ENDED = Mark.WAIT, Mark.AGAIN, Mark.ENDED

Next = str | Mark | None
Prompt = tuple[str, tuple[ev.Choice, ...]]

S = TypeVar("S", bound=Step)

MAX_ANSWER = 200  # characters of a free answer that are kept


class Kind(Generic[S]):
    """A kind that waits for a tap on one of its choices; the others override."""

    def enter(self, stage: Stage, step: S) -> Next:
        self.put(stage, step)
        return WAIT

    def put(self, stage: Stage, step: S, *, fresh: bool = True) -> None:
        text, choices = self.prompt(stage, step)
        stage.ask(step, text, choices, fresh=fresh)

    def prompt(self, stage: Stage, step: S) -> Prompt:
        return stage.words(step.text), ()

    def tap(self, stage: Stage, step: S, choice: str) -> Next:
        return AGAIN

    def typed(self, stage: Stage, step: S, text: str) -> Next:
        return AGAIN


class SayKind(Kind[Say]):
    def enter(self, stage: Stage, step: Say) -> Next:
        if step.wait_tap:
            return super().enter(stage, step)
        for text in (step.text, *step.more):
            stage.say(step.id, stage.words(text))
        return step.next

    def prompt(self, stage: Stage, step: Say) -> Prompt:
        text = "\n\n".join(stage.words(part) for part in (step.text, *step.more))
        return text, (ev.Choice("next", stage.words(step.wait_tap or "")),)

    def tap(self, stage: Stage, step: Say, choice: str) -> Next:
        return step.next if choice == "next" else AGAIN


class ChooseKind(Kind[Choose]):
    def prompt(self, stage: Stage, step: Choose) -> Prompt:
        return stage.words(step.text), _labels(stage, step.options)

    def tap(self, stage: Stage, step: Choose, choice: str) -> Next:
        option = _option(step.options, choice)
        if option is None:
            return AGAIN
        if step.save:
            stage.save(step.id, step.save, option.id)
        _remember(stage, step, option.sets)
        stage.say(step.id, stage.words(option.say))
        return option.next or step.next


class QuizKind(Kind[Quiz]):
    def prompt(self, stage: Stage, step: Quiz) -> Prompt:
        text = stage.words(step.text)
        if step.type in ("one", "true_false"):
            return text, _labels(stage, step.options)
        if step.type in ("number", "text"):
            return text, ()
        shown = _shown(stage, step)
        listed = "\n".join(f"{at}. {stage.words(option.text)}" for at, option in enumerate(shown, 1))
        how = stage.phrase("type_numbers" if step.type == "many" else "type_order")
        return f"{text}\n{listed}\n{how}", ()

    def tap(self, stage: Stage, step: Quiz, choice: str) -> Next:
        option = _option(step.options, choice)
        if option is None:
            return AGAIN
        stage.grade(step, option.id, right=option.right, points=step.points, skill=step.skill)
        stage.say(step.id, stage.words(option.say) or stage.phrase("right" if option.right else "wrong"))
        if option.right or option.next:
            return option.next or step.next
        return self._missed(stage, step)

    def typed(self, stage: Stage, step: Quiz, text: str) -> Next:
        right = _accepts(stage, step, text)
        if not right and is_stuck(stage, text):
            stage.change(tries=stage.session.tries + 1)
            return self._missed(stage, step)
        if right is None:
            return AGAIN
        stage.grade(step, text[:MAX_ANSWER], right=right, points=step.points, skill=step.skill)
        if right:
            stage.say(step.id, stage.words(step.say) or stage.phrase("right"))
            return step.next
        stage.say(step.id, stage.phrase({"number": "wrong_number", "text": "wrong_typed"}.get(step.type, "wrong")))
        return self._missed(stage, step)

    def _missed(self, stage: Stage, step: Quiz) -> Next:
        tries = stage.session.tries
        if step.tries and tries >= step.tries:
            if step.out_of_tries:
                return step.out_of_tries
            stage.say(step.id, stage.phrase("reveal", dap_an=_answer(stage, step)))
            return step.next
        if tries <= len(step.hints):
            stage.say(step.id, stage.phrase("hint", goi_y=stage.words(step.hints[tries - 1])))
        self.put(stage, step)
        return WAIT


class AskKind(Kind[Ask]):
    def typed(self, stage: Stage, step: Ask, text: str) -> Next:
        value = _read(stage, step, text)
        if value is None or (step.check and not stage.holds(step.check, value=value)):
            stage.say(step.id, stage.words(step.retry_text) or stage.phrase(_RETRY.get(step.type, "ask_retry")))
            self.put(stage, step)
            return WAIT
        stage.save(step.id, step.save, value, private=step.private)
        return step.next


class TaskKind(Kind[Task]):
    def prompt(self, stage: Stage, step: Task) -> Prompt:
        listed = (f"{at}. {stage.words(part)}" for at, part in enumerate(step.steps, 1))
        done = stage.words(step.done) if step.done else stage.phrase("label_done")
        stuck = stage.words(step.stuck.label) if step.stuck.label else stage.phrase("label_stuck")
        choices = ev.Choice("done", done), ev.Choice("stuck", stuck), ev.Choice("later", stage.phrase("label_later"))
        return "\n".join((stage.words(step.text), *listed)), choices

    def tap(self, stage: Stage, step: Task, choice: str) -> Next:
        match choice:
            case "done":
                stage.emit(ev.TaskDone(step.id))
                stage.say(step.id, stage.phrase("task_done"))
                return step.verify or step.next
            case "stuck":
                return self._stuck(stage, step)
            case "later":
                return self._later(stage, step)
        return AGAIN

    def _stuck(self, stage: Stage, step: Task) -> Next:
        times = stage.session.tries + 1
        stage.change(tries=times)
        stage.emit(ev.TaskStuck(step.id, times))
        enough = step.stuck.after_tries and times >= step.stuck.after_tries
        if step.stuck.go and enough:
            return step.stuck.go
        if times <= len(step.stuck.hints):
            stage.say(step.id, stage.words(step.stuck.hints[times - 1]))
        elif step.stuck.go:
            return step.stuck.go
        else:
            stage.say(step.id, stage.phrase("task_stuck_end"))
            request_help(stage, step)
        _, choices = self.prompt(stage, step)
        stage.ask(step, stage.phrase("task_again"), choices)  # the steps stand just above; "nói lại" shows them again
        return WAIT

    def _later(self, stage: Stage, step: Task) -> Next:
        remind_at = stage.universe.now + timedelta(seconds=step.later.remind_s) if step.later.times else None
        stage.change(remind_at=remind_at, reminded=0)
        stage.emit(ev.TaskPostponed(step.id, remind_at))
        stage.say(step.id, stage.phrase("task_later"))
        return WAIT


class BranchKind(Kind[Branch]):
    def enter(self, stage: Stage, step: Branch) -> Next:
        return next((case.go for case in step.cases if stage.holds(case.when)), step.otherwise)


class SetKind(Kind[Set]):
    def enter(self, stage: Stage, step: Set) -> Next:
        _remember(stage, step, step.values)
        return step.next


class EndKind(Kind[End]):
    def enter(self, stage: Stage, step: End) -> Next:
        stage.say(step.id, stage.words(step.text))
        finish(stage, step.outcome, step.then)
        return ENDED


KINDS: Mapping[type, Kind[Any]] = {
    Say: SayKind(),
    Choose: ChooseKind(),
    Quiz: QuizKind(),
    Ask: AskKind(),
    Task: TaskKind(),
    Branch: BranchKind(),
    Set: SetKind(),
    End: EndKind(),
}


def finish(stage: Stage, outcome: str, then: str | None) -> None:
    session, lesson = stage.session, stage.lesson
    stage.change(waiting=False, remind_at=None)
    passed = outcome == "completed" and session.score >= lesson.pass_points
    stage.emit(ev.RunEnded(session.run_id, session.lesson, session.version, outcome, session.score, passed, then))


def request_help(stage: Stage, step: Step) -> None:
    """Say who can help and tell the shell where she stands."""
    session = stage.session
    known = stage.book.facts.get("nguoi_giup") and stage.book.facts.get("so_nguoi_giup")
    stage.emit(ev.HelpRequested(session.lesson, session.version, step.id, session.tries))
    unknown = "help_nobody_emergency" if stage.lesson.emergency else "help_nobody"
    stage.say(step.id, stage.phrase("help" if known else unknown))
    stage.say(step.id, stage.phrase("place_kept"))


def is_stuck(stage: Stage, text: str) -> bool:
    """She says that she cannot, where words are asked for: no wrong answer."""
    own = (Own("stuck", stage.book.words.answers.get("stuck", ())),)
    return isinstance(understand(stage.book.words, text, own, numbered=False), Answered)


def _labels(stage: Stage, options: tuple[Option, ...]) -> tuple[ev.Choice, ...]:
    return tuple(ev.Choice(o.id, f"{o.icon} {stage.words(o.text)}".strip()) for o in options)


def _option(options: tuple[Option, ...], choice: str) -> Option | None:
    return next((option for option in options if option.id == choice), None)


def _remember(stage: Stage, step: Step, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        stage.save(step.id, name, stage.words(value))


def _shown(stage: Stage, step: Quiz) -> tuple[Option, ...]:
    """The options as listed: `order` is shuffled by the run, so that it stays the same on every repeat."""
    options = list(step.options)
    if step.type == "order":
        chance = Random(f"{stage.session.run_id}:{step.id}")
        chance.shuffle(options)
        if options == list(step.options) and len(options) > 1:
            options.reverse()
    return tuple(options)


def _accepts(stage: Stage, step: Quiz, text: str) -> bool | None:
    """Whether typed words are right; None when they are no answer at all."""
    if step.type in ("one", "true_false"):
        return None
    if step.type == "number":
        given = amount(text)
        return None if given is None else given in {amount(accepted) for accepted in step.accept}
    if step.type == "text":
        meaning = understand(stage.book.words, text, (Own("accept", step.accept),), numbered=False)
        return isinstance(meaning, Answered)
    shown = _shown(stage, step)
    chosen = positions(text, len(shown))
    if chosen is None:
        return None
    ids = [shown[at].id for at in chosen]
    if step.type == "many":
        return set(ids) == {option.id for option in step.options if option.right}
    return ids == [option.id for option in step.options]


def _answer(stage: Stage, step: Quiz) -> str:
    if step.type == "order":
        return " → ".join(stage.words(option.text) for option in step.options)
    if step.options:
        return ", ".join(stage.words(option.text) for option in step.options if option.right)
    return step.accept[0] if step.accept else ""


_RETRY = {"number": "ask_retry_number", "date": "ask_retry_date", "phone_vn": "ask_retry_phone_vn"}


def _read(stage: Stage, step: Ask, text: str) -> str | None:
    """The value in a free answer, normalised (date: YYYY-MM-DD; phone: ten digits); None when it is not one."""
    match step.type:
        case "number":
            given = amount(text)
            return None if given is None else str(given)
        case "date":
            return _read_date(text)
        case "phone_vn":
            digits = re.sub(r"[ .\-()]", "", text).replace("+84", "0", 1)
            return digits if re.fullmatch(r"0[2-9]\d{8,9}", digits) else None
        case "text" | "place":
            value = " ".join(text.split())
            return value if 0 < len(value) <= MAX_ANSWER else None


def _read_date(text: str) -> str | None:
    found = re.fullmatch(r"\s*(\d{1,2})[ /.\-](\d{1,2})[ /.\-](\d{4})\s*", text)
    if found is None:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        return None
