"""Which steps one call of the engine went through, which it passed by, and why: read off its session and events."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flows import events as ev
from flows.conditions import ConditionInvalid, Value, holds, parse
from flows.explain import Part, told
from flows.model import Ask, Branch, Step
from flows.rules import Script
from flows.session import Session
from flows.stage import MAX_PATH


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
    """One step on the way; `entered` is False where its `when` let her pass by."""

    step: str
    kind: str
    line: int
    entered: bool
    checks: tuple[Check, ...] = ()


def trail(script: Script, before: Session | None, after: Session, events: Sequence[ev.Event]) -> tuple[Passed, ...]:
    """The steps between two waits. `before` None: the lesson has just begun."""
    return tuple(_Walk(script, before, after, events).steps())


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

    def __init__(self, script: Script, before: Session | None, after: Session, events: Sequence[ev.Event]) -> None:
        self.script = script
        self.after = after
        self.came_from = before.step if before else ""
        self.new = new_steps(before.path if before else (), after.path)
        self.vars: dict[str, Value] = dict(before.vars if before else _given(after, events))
        self.saved = deque(event for event in events if isinstance(event, ev.ValueSaved))
        graded = [event.tries for event in events if isinstance(event, ev.AnswerGraded)]
        self.tries = graded[-1] if graded else before.tries if before else 0

    def steps(self) -> Iterator[Passed]:
        yield from self._answered()
        at = self.came_from
        for step_id in self.new:
            step = self.script.lesson.step(step_id)
            if step is None:
                continue
            for passed_by in self._skipped(at, step):
                yield self._passed(passed_by, entered=False)
            yield self._passed(step, entered=True)
            self._save(step_id)
            self.tries = 0
            at = step_id

    def _answered(self) -> Iterator[Passed]:
        """The step that waited, where a condition looked at her answer."""
        step = self.script.lesson.step(self.came_from)
        kept = next((event for event in self.saved if event.step == self.came_from), None)
        if isinstance(step, Ask) and step.check and kept is not None and not step.private:
            yield Passed(step.id, "ask", step.place.line, True, (self._check("check", step.check, value=kept.value),))
        self._save(self.came_from)

    def _save(self, step_id: str) -> None:
        while self.saved and self.saved[0].step == step_id:
            event = self.saved.popleft()
            self.vars[event.name] = event.value

    def _passed(self, step: Step, *, entered: bool) -> Passed:
        checks = [self._check("when", step.when)] if step.when is not None else []
        if entered:
            self.tries = 0
            checks += self._cases(step)
        return Passed(step.id, type(step).__name__.lower(), step.place.line, entered, tuple(checks))

    def _cases(self, step: Step) -> list[Check]:
        if not isinstance(step, Branch):
            return []
        found: list[Check] = []
        for case in step.cases:
            taken = not any(check.taken for check in found) and self._holds(case.when)
            found.append(self._check("case", case.when, go=case.go, taken=taken))
        if step.otherwise:
            last = not any(check.taken for check in found)
            found.append(Check("else", "", last, go=step.otherwise, taken=last))
        return found

    # --- conditions ---

    def values(self, **more: Value) -> Mapping[str, Value]:
        """What a condition sees, as `Stage.holds` puts it together."""
        session = self.after
        return {**self.vars, "score": session.score, "tries": self.tries, "channel": session.channel, **more}

    def _holds(self, condition: str) -> bool:
        try:
            return holds(parse(condition), self.values())
        except ConditionInvalid:
            return False

    def _check(self, what: str, condition: str, *, go: str = "", taken: bool = False, **more: Value) -> Check:
        parts, fault = told(condition, self.values(**more))
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


def _given(after: Session, events: Sequence[ev.Event]) -> Mapping[str, str]:
    """What was known before the first step: all that no event has saved since."""
    saved = {event.name for event in events if isinstance(event, ev.ValueSaved)}
    return {name: value for name, value in after.vars.items() if name not in saved}
