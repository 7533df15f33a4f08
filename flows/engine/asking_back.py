"""A value that may have been misheard is asked back: "50.000 đồng phải không {chị}?", with yes and no.

The value waits in the run's `sub` as "kind:value" until the learner says. Where nothing may be kept (a private answer,
no consent) the learner is asked to write it again instead.
"""

from __future__ import annotations

from typing import get_args

from flows import events as ev
from flows.engine.stage import Stage, StepPrompt
from flows.words.values.value import Value, ValueKind

KINDS: tuple[ValueKind, ...] = get_args(ValueKind)
YES, NO, SKIP = "yes", "no", "skip"
MISSES_TO_OFFER = 2  # from the second answer that was not understood on a way past the question is offered


def ask_back(stage: Stage, value: Value) -> None:
    """Let the next prompt of this step ask whether this was meant."""
    stage.change(sub=f"{value.kind}:{value.value}", misses=0)


def asked_back(stage: Stage) -> Value | None:
    """The value that waits for the learner's yes; None where none does."""
    kind, _, value = stage.run.sub.partition(":")
    for known in KINDS if value else ():
        if kind == known:
            return Value(known, int(value) if known in ("money", "number") else value)
    return None


def settled(stage: Stage) -> Value | None:
    """The value that waited; from here on none does."""
    value = asked_back(stage)
    if value is not None:
        stage.change(sub="")
    return value


def question(stage: Stage, value: Value) -> StepPrompt:
    """Whether this was meant, and its two buttons."""
    buttons = (ev.Choice(YES, stage.phrase("label_value_yes")), ev.Choice(NO, stage.phrase("label_value_no")))
    return StepPrompt(stage.phrase("value_ask", gia_tri=value.shown), buttons)
