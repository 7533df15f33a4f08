"""What can be told of the lesson that is open and of the step where it waits; nothing is changed."""

from __future__ import annotations

from bot.tutor.turn import TurnContext
from flows.engine.kinds.kind import AGAIN
from flows.engine.kinds.table import kind_of
from flows.engine.stage import Stage
from flows.model import Help, Step
from flows.run import render


def emergency_of(turn: TurnContext) -> str | None:
    """The lesson for the first hour, if there is one."""
    return turn.book.first_hour


def in_emergency(turn: TurnContext) -> bool:
    """Whether the lesson that is open is the one for the first hour."""
    run = turn.state.open_run
    return run is not None and run.home[0] == emergency_of(turn)


def is_about_safety(turn: TurnContext) -> bool:
    """Whether what time brings to the open lesson may ring at night: a robbery, or a cry for safety that is out.

    In an emergency lesson, be it one that another has called; at a step that has asked somebody for safety.
    """
    run = turn.state.open_run
    lesson = turn.book.lesson(run.lesson, run.version) if run else None
    if run is None or lesson is None:
        return False
    if lesson.emergency or in_emergency(turn):
        return True
    step = lesson.step(run.step)
    return isinstance(step, Help) and step.need == "safety"


def is_reminded(turn: TurnContext) -> bool:
    """Whether what time brings next is only a reminder of the open question: no time of the step's own, no check-in."""
    run = turn.state.open_run
    lesson = turn.book.lesson(run.lesson, run.version) if run else None
    step = lesson.step(run.step) if run and lesson else None
    if run is None or lesson is None or step is None or run.remind_at != turn.state.next_at:
        return False
    return kind_of(step).due(Stage(turn.book, lesson, run, turn.universe), step) is AGAIN


def wants(turn: TurnContext, kind: str) -> bool:
    """Whether the open step asks for a picture or a recording."""
    step = _open_step(turn)
    return step is not None and kind_of(step).wants(step) == kind


def takes_words(turn: TurnContext) -> bool:
    """Whether the open step asks for words of the learner's own."""
    step = _open_step(turn)
    return step is not None and kind_of(step).writes_freely(step) and not turn.state.offer


def is_private(turn: TurnContext) -> bool:
    """Whether what answers the open step is kept nowhere and shown to nobody."""
    step = _open_step(turn)
    return step is not None and kind_of(step).is_private(step)


def labels(turn: TurnContext) -> list[str]:
    """What can be chosen at the open step, as the learner reads it."""
    step, run = _open_step(turn), turn.state.open_run
    if step is None or run is None:
        return []
    texts = [option.text for option in kind_of(step).options(step)]
    return [render(text, run.address, run.name, turn.book.facts) for text in texts]


def _open_step(turn: TurnContext) -> Step | None:
    run = turn.state.open_run
    lesson = turn.book.lesson(run.lesson, run.version) if run else None
    return lesson.step(run.step) if lesson and run else None
