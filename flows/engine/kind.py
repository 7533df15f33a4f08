"""What every step kind answers to; the kinds themselves are in flows/kinds_*.py, their table in flows/engine/kinds.py.

`enter` returns where to go on (a step id, None for the step below) or WAIT. `prompt` gives the text and the choices of
the step as it waits now. `tap` takes the id of a choice; `typed` takes words that are none of the choices; `sent` what
is not words; `due` says that the step's own time has come. All return like `enter`, or AGAIN where it means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

from flows import events as ev
from flows.engine.stage import Stage
from flows.model import Option, Step


class Mark(Enum):
    WAIT = "wait"
    AGAIN = "again"
    ENDED = "ended"


WAIT, AGAIN, ENDED = Mark.WAIT, Mark.AGAIN, Mark.ENDED

Next = str | Mark | None
StepPrompt = tuple[str, tuple[ev.Choice, ...]]

S = TypeVar("S", bound=Step)

MAX_ANSWER = 200  # characters of a free answer that are kept


class StepKind(Generic[S]):
    """A kind that waits for a tap on one of its choices; the others override."""

    def enter(self, stage: Stage, step: S) -> Next:
        self.put(stage, step)
        return WAIT

    def put(self, stage: Stage, step: S, *, fresh: bool = True) -> None:
        step = stage.freshest(step)  # type: ignore[assignment]
        text, choices = self.prompt(stage, step)
        stage.ask(step, text, choices, fresh=fresh)

    def asked(self, stage: Stage, step: S) -> Step:
        """The step whose question stands before her; a review puts that of another lesson."""
        return step

    def prompt(self, stage: Stage, step: S) -> StepPrompt:
        return stage.shown(step), ()

    def tap(self, stage: Stage, step: S, choice: str) -> Next:
        return AGAIN

    def typed(self, stage: Stage, step: S, text: str) -> Next:
        return AGAIN

    def sent(self, stage: Stage, step: S, kind: str) -> Next:
        return AGAIN

    def due(self, stage: Stage, step: S) -> Next:
        return AGAIN

    def met(self, stage: Stage, step: S) -> Next:
        """Somebody she was waiting for has come."""
        return AGAIN


def labels(stage: Stage, options: tuple[Option, ...]) -> tuple[ev.Choice, ...]:
    return tuple(ev.Choice(o.id, f"{o.icon} {stage.words(o.text)}".strip()) for o in options)


def option_of(options: tuple[Option, ...], choice: str) -> Option | None:
    return next((option for option in options if option.id == choice), None)


def remember(stage: Stage, step: Step, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        stage.save(step.id, name, stage.words(value))


def request_help(
    stage: Stage, step: Step, need: str = "learning", topic: str = "", sla_s: int = 0, *, keeps_place: bool = True
) -> None:
    """Say who can help and tell the shell where she stands."""
    session = stage.session
    known = stage.book.facts.get("nguoi_giup") and stage.book.facts.get("so_nguoi_giup")
    stage.emit(ev.HelpRequested(session.lesson, session.version, step.id, session.tries, need, topic, sla_s))
    unknown = "help_nobody_emergency" if stage.lesson.emergency else "help_nobody"
    stage.say(step.id, stage.phrase("help" if known else unknown))
    if keeps_place:
        stage.say(step.id, stage.phrase("place_kept"))
