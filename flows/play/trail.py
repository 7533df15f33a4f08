"""Which steps one call of the engine went through, which it passed by, and why: read off its run and events."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flows import events as ev
from flows.conditions import ConditionInvalid, ConditionValue
from flows.engine.kinds.table import kind_of
from flows.engine.stage import MAX_PATH, Stage
from flows.model import Branch, Step
from flows.play.explain import Part, days_name, days_named, told
from flows.rules.rule import Script
from flows.run import Run


@dataclass(frozen=True, slots=True)
class Check:
    """One condition as it stood: `taken` says that it decided the way, `go` where it would have led."""

    what: str
    condition: str
    result: bool
    parts: tuple[Part, ...] = ()
    go: str = ""
    taken: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """One step on the way; `entered` is False where its `when` let the learner pass by."""

    step: str
    kind: str
    line: int
    entered: bool
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Leg:
    """The part of a way that lies in one lesson: from the step `came_from` (empty: its beginning) through `new`."""

    lesson: str
    version: int
    came_from: str
    new: tuple[str, ...]
    vars: Mapping[str, str]
    tries: int = 0


StageOf = Callable[[Run], Stage]
"""The engine's own view of a run: what conditions may look at, and whether they are true."""


def legs(before: Run | None, after: Run, events: Sequence[ev.Event]) -> tuple[Leg, ...]:
    """The way of one call of the engine, lesson by lesson. What a called lesson did before it returned has left no
    path behind, and is not told."""
    if before is None:
        fresh = _given(after.vars, events)
        return tuple(_calls(after, 0, Leg(*_home(after, 0), "", _path(after, 0), fresh)))
    tries = [event.tries for event in events if isinstance(event, ev.AnswerGraded)]
    depth, was = len(after.stack), len(before.stack)
    if depth < was:
        frame = before.stack[depth]
        new = new_steps(frame.path, after.path)
        return (Leg(after.lesson, after.version, frame.step, new, frame.vars),)
    if before.lesson != _home(after, was)[0]:  # out of one lesson and into another
        return (Leg(after.lesson, after.version, "", after.path, _given(after.vars, events)),)
    new = new_steps(before.path, _path(after, was))
    first = Leg(*_home(after, was), before.step, new, before.vars, tries[-1] if tries else before.tries)
    return tuple(_calls(after, was, first))


def _calls(after: Run, depth: int, first: Leg) -> Iterator[Leg]:
    """`first`, and the lessons that were called one inside the other from there on."""
    yield first
    for inner in range(depth + 1, len(after.stack) + 1):
        known = after.vars if inner == len(after.stack) else after.stack[inner].vars
        yield Leg(*_home(after, inner), "", _path(after, inner), known)


def _home(run: Run, depth: int) -> tuple[str, int]:
    frame = run.stack[depth] if depth < len(run.stack) else run
    return frame.lesson, frame.version


def _path(run: Run, depth: int) -> tuple[str, ...]:
    return run.stack[depth].path if depth < len(run.stack) else run.path


def trail(script: Script, leg: Leg, after: Run, events: Sequence[ev.Event], stage_of: StageOf) -> tuple[Passed, ...]:
    """The steps of one leg, those passed by among them, each with the conditions that decided."""
    return tuple(_Walk(script, leg, after, events, stage_of).steps())


def new_steps(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """What a path has grown by; after "quay lại" the one step that was entered again."""
    if after[: len(before)] == before:
        return after[len(before) :]
    if len(before) >= MAX_PATH:
        shared = next((n for n in range(len(after), 0, -1) if before[-n:] == after[:n]), 0)
        return after[shared:]
    return after[-1:]


class _Walk:
    """The values as they were at each step: what was saved before it, in the order of the events."""

    def __init__(self, script: Script, leg: Leg, after: Run, events: Sequence[ev.Event], stage_of: StageOf) -> None:
        self.script = script
        self.leg = leg
        self.after = after
        self.stage_of = stage_of
        self.vars: dict[str, str] = dict(leg.vars)
        self.saved = deque(event for event in events if isinstance(event, ev.ValueSaved))
        self.tries = leg.tries

    def steps(self) -> Iterator[Passed]:
        yield from self._answered()
        at = self.leg.came_from
        for number, step_id in enumerate(self.leg.new):
            step = self.script.lesson.step(step_id)
            if step is None:
                continue
            for passed_by in self._skipped(at, step):
                yield self._passed(passed_by)
            following = self.leg.new[number + 1] if number + 1 < len(self.leg.new) else ""
            yield self._passed(step, following, entered=True)
            self._save(step_id)
            at = step_id

    def _answered(self) -> Iterator[Passed]:
        """The step that waited, where a condition looked at the answer."""
        came_from = self.leg.came_from
        step = self.script.lesson.step(came_from)
        kept = next((event for event in self.saved if event.step == came_from), None)
        if step is not None and kept is not None and not kind_of(step).is_private(step):
            asked = (own for own in kind_of(step).conditions(step) if own.of_answer)
            checks = tuple(self._check(own.name, own.text, value=kept.value) for own in asked)
            if checks:
                yield Passed(step.id, kind_of(step).name, step.place.line, True, checks)
        self._save(came_from)

    def _save(self, step_id: str) -> None:
        while self.saved and self.saved[0].step == step_id:
            event = self.saved.popleft()
            self.vars[event.name] = event.value

    def _passed(self, step: Step, following: str = "", *, entered: bool = False) -> Passed:
        checks = [self._check("when", step.when)] if step.when is not None else []
        if entered:
            self.tries = 0
            checks += self._decided(step, following)
        return Passed(step.id, kind_of(step).name, step.place.line, entered, tuple(checks))

    def _decided(self, step: Step, following: str) -> list[Check]:
        if isinstance(step, Branch):
            return self._cases(step, following)
        decisive = (own for own in kind_of(step).conditions(step) if not own.of_answer)
        return [self._check(own.name, own.text) for own in decisive]

    def _cases(self, step: Branch, following: str) -> list[Check]:
        found: list[Check] = []
        for case in step.cases:
            taken = not any(check.taken for check in found) and self._holds(case.when)
            found.append(self._check("case", case.when, go=case.go, taken=taken))
        is_open = not any(check.taken for check in found)
        for to, share in step.split.items():
            found.append(Check("split", f"{share}", is_open, go=to, taken=is_open and to == following))
        if step.otherwise and not step.split:
            found.append(Check("else", "", is_open, go=step.otherwise, taken=is_open))
        return found

    # --- conditions ---

    @property
    def stage(self) -> Stage:
        """The run as it was at this point of the way."""
        return self.stage_of(self.after.but(vars=self.vars, tries=self.tries))

    def _holds(self, condition: str) -> bool:
        try:
            return self.stage.holds(condition)
        except ConditionInvalid:
            return False

    def _check(self, what: str, condition: str, *, go: str = "", taken: bool = False, **more: ConditionValue) -> Check:
        stage = self.stage
        days = {days_name(step): stage.days_since(step) for step in days_named(condition)}
        values = {**stage.values(**more), **days}
        parts, fault = told(condition, values, lambda part: stage.holds(part, **more))
        return Check(what, condition, bool(parts) and parts[0].result, parts, go, taken, fault)

    def _skipped(self, source: str, target: Step) -> Sequence[Step]:
        """The steps between two on the path whose `when` was false: the shortest chain that explains the way."""
        lesson = self.script.lesson
        starts = [edge.to for edge in self.script.edges.get(source, ())] if source else [lesson.steps[0].id]
        chains = [chain for start in dict.fromkeys(starts) if (chain := self._chain(start, target.id)) is not None]
        return min(chains, key=len, default=())

    def _chain(self, at: str | None, target: str) -> Sequence[Step] | None:
        lesson, chain = self.script.lesson, list[Step]()
        while at is not None and at != target:
            step = lesson.step(at)
            if step is None or step.when is None or self._holds(step.when):
                return None
            chain.append(step)
            below = lesson.index[step.id] + 1
            at = lesson.steps[below].id if below < len(lesson.steps) else None
        return chain if at is not None else None


def _given(known: Mapping[str, str], events: Sequence[ev.Event]) -> Mapping[str, str]:
    """What was known before the first step: all that no event has saved since."""
    saved = {event.name for event in events if isinstance(event, ev.ValueSaved)}
    return {name: value for name, value in known.items() if name not in saved}
