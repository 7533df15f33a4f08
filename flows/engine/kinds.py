"""The table of step kinds. A new kind: a class in one of the rooms beside this one, and a row here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.engine.kind import AGAIN, ENDED, WAIT, Next, StepKind, request_help
from flows.engine.kinds_acting import AwardKind, HelpKind, PairKind, TaskKind, WaitKind
from flows.engine.kinds_answering import QUIZ, AskKind, ReviewKind
from flows.engine.kinds_walking import (
    BranchKind,
    CallKind,
    ChooseKind,
    EndKind,
    SayKind,
    SetKind,
    finish,
    go_on,
    move_to,
)
from flows.model import (
    Ask,
    Award,
    Branch,
    Call,
    Choose,
    End,
    Help,
    Pair,
    Quiz,
    Review,
    Say,
    Set,
    Task,
    Wait,
)

__all__ = ["AGAIN", "ENDED", "KINDS", "WAIT", "Next", "StepKind", "finish", "go_on", "move_to", "request_help"]

KINDS: Mapping[type, StepKind[Any]] = {
    Say: SayKind(),
    Choose: ChooseKind(),
    Quiz: QUIZ,
    Ask: AskKind(),
    Task: TaskKind(),
    Branch: BranchKind(),
    Set: SetKind(),
    Call: CallKind(),
    Wait: WaitKind(),
    Help: HelpKind(),
    Pair: PairKind(),
    Review: ReviewKind(),
    Award: AwardKind(),
    End: EndKind(),
}
