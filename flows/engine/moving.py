"""Where a learner stands after an edit that takes the learner along: by ids, and by the way really walked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Literal, NamedTuple

from flows.model import Lesson, SourcePosition, Step

MoveKind = Literal["same", "was", "decided", "checkpoint", "start", "crossed"]

CHECKPOINT, START = "checkpoint", "start"

_NOWHERE = SourcePosition("", 0, 0)


class Spot(NamedTuple):
    """A step of the new version, and by which rule it was found."""

    step: str
    how: MoveKind


def place_for(
    old: Lesson, new: Lesson, step: str, path: tuple[str, ...], checkpoint: str, decisions: Mapping[str, str]
) -> Spot:
    """The place in `new` of somebody who waits at `step` of `old`.

    In this order: what the editor decided for the step (a step's id, `checkpoint` or `start`), the step of the same id
    and kind, the one that names it with `was:`, the latest checkpoint on the path walked that still stands, the start.
    """
    decided = decisions.get(step)
    if decided and decided in new.index:
        return Spot(decided, "decided")
    if decided == START:
        return Spot(new.steps[0].id, "start")
    if decided != CHECKPOINT:
        kept = _same(old, new, step)
        if kept is not None:
            return kept
    heirs = renamed(new)
    walked = [checkpoint] if checkpoint and checkpoint not in path else []
    for passed in reversed([*walked, *path]):
        now = passed if passed in new.index else heirs.get(passed, passed)
        target = new.step(now)
        if target is not None and target.checkpoint:
            return Spot(now, "checkpoint")
    return Spot(new.steps[0].id, "start")


def _same(old: Lesson, new: Lesson, step: str) -> Spot | None:
    was, now = old.step(step), new.step(step)
    if was is not None and now is not None and type(was) is type(now):
        return Spot(step, "same")
    heir = renamed(new).get(step)
    return Spot(heir, "was") if heir is not None else None


def renamed(lesson: Lesson) -> dict[str, str]:
    """Former id → the step that names it with `was:`, the first where several do."""
    return {step.was: step.id for step in reversed(lesson.steps) if step.was}


def carried(earned: Mapping[str, int], new: Lesson) -> dict[str, int]:
    """Points under the ids of the new version; those of steps that are gone are kept as they are, and so are those of
    a step whose heir has points of its own: two questions that became one were still two answers.
    """
    heirs = renamed(new)
    found: dict[str, int] = {}
    for step, points in earned.items():
        heir = heirs.get(step, step)
        now = step if step in new.index or heir in earned or heir in found else heir
        found[now] = max(points, found.get(now, 0))
    return found


def is_same(old: Step | None, new: Step | None) -> bool:
    """Whether a step is word for word the same, wherever it stands in the file."""
    return old is not None and new is not None and _bare(old) == _bare(new)


def _bare(node: Any) -> Any:
    """Without its places, nor those of its parts."""
    values = {field.name: getattr(node, field.name) for field in fields(node)}
    nested = {name: tuple(map(_bare, parts)) for name, parts in values.items() if _have_places(parts)}
    return replace(node, place=_NOWHERE, **nested)


def _have_places(parts: Any) -> bool:
    return isinstance(parts, tuple) and bool(parts) and hasattr(parts[0], "place")
