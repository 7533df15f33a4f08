"""The table of step kinds: a new kind is a module beside this one and a name in the list below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.engine.kinds.ask import AskKind
from flows.engine.kinds.award import AwardKind
from flows.engine.kinds.branch import BranchKind
from flows.engine.kinds.call import CallKind
from flows.engine.kinds.choose import ChooseKind
from flows.engine.kinds.end import EndKind
from flows.engine.kinds.facets import Edge, OwnCondition, StepFile, StepText, WayOn
from flows.engine.kinds.help import HelpKind
from flows.engine.kinds.kind import StepKind
from flows.engine.kinds.pair import PairKind
from flows.engine.kinds.quiz import QUIZ
from flows.engine.kinds.review import ReviewKind
from flows.engine.kinds.say import SayKind
from flows.engine.kinds.set import SetKind
from flows.engine.kinds.task import TaskKind
from flows.engine.kinds.wait import WaitKind
from flows.model import Lesson, Step, StepOf
from flows.yaml.yamllines import KEYS

KINDS: Mapping[type[Step], StepKind[Any]] = {
    kind.step: kind
    for kind in (
        SayKind(),
        ChooseKind(),
        QUIZ,
        AskKind(),
        TaskKind(),
        BranchKind(),
        SetKind(),
        CallKind(),
        WaitKind(),
        HelpKind(),
        PairKind(),
        ReviewKind(),
        AwardKind(),
        EndKind(),
    )
}
"""Class of a step → its kind, in the order in which an editor is offered them."""

NAMED: Mapping[str, StepKind[Any]] = {kind.name: kind for kind in KINDS.values()}
"""Name of a kind as a lesson writes it → the kind."""

for _kind in KINDS.values():  # whoever slips at one of these words in a file is told so
    KEYS.update({_kind.name}, *(key.split(".") for key in _kind.words.keys))


def kind_of(step: StepOf) -> StepKind[StepOf]:
    """The kind of a step."""
    return KINDS[type(step)]


# --- what every step has, whatever its kind ----------------------------------------------------------


def conditions_of(step: Step) -> Iterator[OwnCondition]:
    """Every condition of a step, `when` first."""
    if step.when is not None:
        yield OwnCondition(("when",), step.when)
    yield from kind_of(step).conditions(step)


def texts_of(step: Step) -> Iterator[StepText]:
    """Every text of a step that a learner can meet, and every value that may hold placeholders."""
    yield StepText(step, ("text",), step.text, "said")
    yield from kind_of(step).texts(step)
    for key, picture in (("image", step.image), ("video", step.video)):
        if picture is not None:
            yield StepText(step, (key, "alt"), picture.alt, "item")
    if step.voice is not None:
        yield StepText(step, ("voice", "spoken"), step.voice.spoken, "voice")


def files_of(lesson: Lesson) -> Iterator[StepFile]:
    """Every file that a lesson names."""
    for step in lesson.steps:
        for kind, picture in (("image", step.image), ("video", step.video)):
            if picture is not None and picture.scene:
                yield StepFile(step, (kind, "scene"), picture.file, "scene")
            elif picture is not None:
                yield StepFile(step, (kind, "src"), picture.src, kind)
        if step.voice is not None:
            yield StepFile(step, ("voice", "file"), step.voice.file, "voice")
        for at, option in enumerate(kind_of(step).options(step)):
            if option.voice is not None:
                yield StepFile(step, ("options", at, "voice", "file"), option.voice.file, "voice")


def edges_of(lesson: Lesson, step: Step) -> Iterator[Edge]:
    """The ways on from a step, those to missing steps included; a false `when` lets pass to the step below."""
    below = lesson.below(step.id)
    if step.when is not None:
        yield Edge(below, (), waits=False)
    on = WayOn(step.next, ("next",), below) if step.next else WayOn(below, (), below)
    yield from kind_of(step).edges(step, on)
