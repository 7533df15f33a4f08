"""What an edit does: what differs between two versions of a lesson, and what becomes of those who are inside."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flows.engine.kinds.table import kind_of
from flows.model import Lesson, Problem, SourcePosition, Step
from flows.saying import joined, say

STAY, CHECKPOINT, START = "stay", "checkpoint", "start"
DECISIONS = (STAY, CHECKPOINT, START)
"""What may be decided about those at a step that is gone, beside the id of another step."""

Inside = Mapping[tuple[int, str], int]
"""(version, step) → how many learners are there."""

Fate = Literal["stay", "words", "move", "decide"]
"""Goes on in the old version; does so with the new words; is put into the new version; not decided yet."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs. Steps by id; `renamed` old → new (`was:`), `rekinded` step (old id) → (old kind, new kind)."""

    text: bool = False
    graph: bool = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    rekinded: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    retyped: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    checkpoints_gone: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        """Whether the two versions are the same to whoever is inside: neither a text nor a way differs."""
        return not (self.text or self.graph)


@dataclass(frozen=True, slots=True)
class Stand:
    """The learners at one step of one version. `to` is where they are put ("" where they stay, or by checkpoint)."""

    version: int
    step: str
    count: int
    fate: Fate
    to: str = ""
    why: Literal["", "removed", "kind"] = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a publication would do to those inside: `stands` by version and step, `problems` of the group `change`."""

    stands: tuple[Stand, ...]
    problems: tuple[Problem, ...]

    @property
    def blocked(self) -> bool:
        """Whether the version may not be published as it is: at least one of the problems is an error."""
        return any(problem.severity == "error" for problem in self.problems)

    @property
    def total(self) -> int:
        """How many learners are inside any version of the lesson."""
        return sum(stand.count for stand in self.stands)

    def count(self, *fates: Fate) -> int:
        """How many learners meet one of these fates."""
        return sum(stand.count for stand in self.stands if stand.fate in fates)


def compare(old: Lesson, new: Lesson) -> Changes:
    """What the author changed from `old` to `new`."""
    renamed = {step.was: step.id for step in new.steps if step.was and step.was in old.index}
    arrived = set(renamed.values())
    pairs = [(step, counterpart(step, new)) for step in old.steps]
    return Changes(
        text=old.text_hash != new.text_hash,
        graph=old.graph_hash != new.graph_hash,
        added=tuple(step.id for step in new.steps if step.id not in old.index and step.id not in arrived),
        removed=tuple(step.id for step, now in pairs if now is None),
        renamed={before: after for before, after in renamed.items() if before != after},
        rekinded={
            step.id: (kind_of(step).name, kind_of(now).name)
            for step, now in pairs
            if now and kind_of(step).name != kind_of(now).name
        },
        retyped=_retyped(old, new),
        checkpoints_gone=tuple(step.id for step, now in pairs if step.checkpoint and not (now and now.checkpoint)),
    )


def counterpart(step: Step, new: Lesson) -> Step | None:
    """The step that `step` became: the one of its id and kind, else the one that says `was:`, else that of its id."""
    same = new.step(step.id)
    if same is not None and type(same) is type(step):
        return same
    return next((each for each in new.steps if each.was == step.id), same)


def variable_types(lesson: Lesson) -> dict[str, frozenset[str]]:
    """What each variable may hold: the type of an `ask`, else the kind of the step that writes it."""
    types: dict[str, set[str]] = {}
    for step in lesson.steps:
        for name in kind_of(step).saves(step):
            types.setdefault(name, set()).add(kind_of(step).wants(step) or kind_of(step).name)
    return {name: frozenset(found) for name, found in types.items()}


def _retyped(old: Lesson, new: Lesson) -> dict[str, tuple[str, str]]:
    before, after = variable_types(old), variable_types(new)
    lost = {name: before[name] - after[name] for name in before if name in after}
    return {name: (_any(before[name]), _any(after[name])) for name, gone in lost.items() if gone}


def _any(types: frozenset[str]) -> str:
    return "/".join(sorted(types))


# --- those inside ------------------------------------------------------------------------------------


def impact(
    old_lessons_by_version: Mapping[int, Lesson],
    new: Lesson,
    inside: Inside,
    decisions: Mapping[str, str],
    urgent: bool,
    settled: Collection[int] = (),
    current: Lesson | None = None,
) -> Impact:
    """What publishing `new` does to those inside; a version that cannot be read any more keeps them where they are.

    Without `urgent` they stay in their version (with the new words where the graph is the same); with it they are put
    into `new`. In both, whoever waits at a step that is gone or has become of another kind needs `was:` or a decision,
    but for those in `settled` versions: they were left there by an earlier publication and stay, unless their step is
    gone only now, which `current` (the lesson as it is published) tells.
    """
    stands: list[Stand] = []
    problems: list[Problem] = []
    for (version, step_id), count in sorted(inside.items()):
        old = old_lessons_by_version.get(version)
        step = old.step(step_id) if old else None
        left = (
            version in settled and step is not None and not (current and _is_gone(step, new) > _is_gone(step, current))
        )
        if old is None or step is None or (left and old.graph_hash != new.graph_hash):
            stands.append(Stand(version, step_id, count, "stay"))
            continue
        stand = _stand(version, old, step, count, new, decisions, urgent)
        stands.append(stand)
        if stand.fate == "decide":
            problems.append(_undecided(stand, step, new, urgent))
    moved = {stand.version for stand in stands if stand.fate == "move"}
    inhabited = ({stand.version for stand in stands} & old_lessons_by_version.keys()) - set(settled)
    for version in sorted(inhabited):
        changes = compare(old_lessons_by_version[version], new)
        if version in moved:
            problems += [_retyped_problem(name, types, new) for name, types in changes.retyped.items()]
        if changes.graph:
            old_lesson = old_lessons_by_version[version]
            problems += [
                _checkpoint_gone(step, new) for step in old_lesson.steps if step.id in changes.checkpoints_gone
            ]
    found = Impact(tuple(stands), ())
    if found.total:
        problems.append(Problem("I805", SourcePosition(new.place.path, new.place.line, new.place.col), summary(found)))
    ordered = sorted(set(problems), key=lambda p: (p.place.line, p.place.col, p.code, p.message))
    return Impact(tuple(stands), tuple(ordered))


def _stand(
    version: int, old: Lesson, step: Step, count: int, new: Lesson, decisions: Mapping[str, str], urgent: bool
) -> Stand:
    if old.graph_hash == new.graph_hash and not urgent:
        return Stand(version, step.id, count, "words")
    if (old.graph_hash, old.text_hash) == (new.graph_hash, new.text_hash):
        return Stand(version, step.id, count, "stay")
    decision = decisions.get(step.id, "")
    if decision and not urgent:
        return Stand(version, step.id, count, "stay")
    if decision:
        return Stand(version, step.id, count, "move", decision if decision in new.index else "")
    now = counterpart(step, new)
    if now is None or _is_gone(step, new):
        return Stand(version, step.id, count, "decide", why="removed" if now is None else "kind")
    return Stand(version, step.id, count, "move", now.id) if urgent else Stand(version, step.id, count, "stay")


def _is_gone(step: Step, lesson: Lesson) -> bool:
    """Whether whoever waits at `step` finds no such step in `lesson`: removed, or of another kind without `was:`."""
    now = counterpart(step, lesson)
    return now is None or (kind_of(now).name != kind_of(step).name and now.was != step.id)


def summary(found: Impact) -> str:
    """How many stay, move and wait for a decision, in one sentence."""
    stay = say("{count} ở lại", count=found.count("stay", "words"))
    if found.count("words"):
        stay = say("{stay} ({words} nhận lời mới)", stay=stay, words=found.count("words"))
    parts = [stay]
    if found.count("move"):
        parts.append(say("{count} chuyển", count=found.count("move")))
    if found.count("decide"):
        gone = [say(_GONE[each.why], step=each.step) for each in found.stands if each.why]
        where = joined(list(dict.fromkeys(gone)))
        parts.append(say("{count} cần quyết định ({where})", count=found.count("decide"), where=where))
    return say("{total} người đang học: {parts}", total=found.total, parts=joined(parts))


_GONE = {"removed": "bước “{step}” đã bỏ", "kind": "bước “{step}” đã đổi loại"}


def _undecided(stand: Stand, step: Step, new: Lesson, urgent: bool) -> Problem:
    ways, flag = (say("checkpoint|start|MÃ_BƯỚC"), " --urgent") if urgent else (STAY, "")
    command = f"./camtay publish {new.id}{flag} --decide"
    decide = say("{command} {step}={ways}", command=command, step=stand.step, ways=ways)
    now = new.step(stand.step)
    if stand.why == "kind" and now is not None:
        message = say(
            "{count} người đang ở bước “{step}” (bản {version}), vốn là {old}, nay là {new}",
            count=stand.count,
            step=stand.step,
            version=stand.version,
            old=kind_of(step).name,
            new=kind_of(now).name,
        )
        hint = say("đặt mã bước khác, hoặc quyết định: {decide}", decide=decide)
        return Problem("E802", now.place, message, hint)
    message = say(
        "{count} người đang ở bước “{step}” (bản {version}), nay không còn",
        count=stand.count,
        step=stand.step,
        version=stand.version,
    )
    hint = say("ghi “was: {step}” ở bước thay nó, hoặc quyết định: {decide}", step=stand.step, decide=decide)
    return Problem("E801", steps_place(new), message, hint)


def _retyped_problem(name: str, types: tuple[str, str], new: Lesson) -> Problem:
    step = next((step for step in new.steps if name in kind_of(step).saves(step)), None)
    message = say(
        "biến “{name}” vốn là {types}, nay là {types2}; người được chuyển còn giữ giá trị cũ",
        name=name,
        types=types[0],
        types2=types[1],
    )
    return Problem("E803", step.place if step else steps_place(new), message, say("hãy lưu vào một tên khác"))


def _checkpoint_gone(step: Step, new: Lesson) -> Problem:
    now = counterpart(step, new)
    message = say("bước “{id}” không còn là mốc (checkpoint)", id=step.id)
    hint = say("người cần chuyển sẽ về mốc trước đó hoặc về đầu bài; giữ mốc thì tốt hơn")
    return Problem("W804", now.place if now else steps_place(new), message, hint)


def steps_place(lesson: Lesson) -> SourcePosition:
    """Where the header's `steps` stands."""
    for number, line in enumerate(lesson.source.splitlines(), 1):
        if re.match(r"[\"']?steps[\"']?\s*:", line):
            return SourcePosition(lesson.place.path, number, 1)
    return lesson.place
