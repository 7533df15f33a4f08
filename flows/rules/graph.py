"""Rules about ways: every step is met, every way ends, nothing turns in circles."""

from __future__ import annotations

from collections.abc import Iterator

from flows.engine.kinds.table import kind_of
from flows.model import Branch, Choose, Task
from flows.rules.rule import LintFinding, Rulebook, Script
from flows.saying import say
from flows.yaml.fields import did_you_mean

rules = Rulebook()


@rules.add("E101", "bước được nhắc tới mà không có", paths=True)
def target_missing(script: Script) -> Iterator[LintFinding]:
    """Steps named by `next`, an option, a case or a guard that the lesson does not have."""
    index = script.lesson.index
    for step in script.lesson.steps:
        for edge in script.edges[step.id]:
            if edge.to and edge.to not in index:
                hint = did_you_mean(edge.to, index) or say("hãy thêm bước ấy hoặc sửa tên")
                yield LintFinding(script.at(step, *edge.field), say("không có bước nào tên “{to}”", to=edge.to), hint)
    for at, guard in enumerate(script.lesson.guards):
        if guard.go and guard.go not in index:
            hint = did_you_mean(guard.go, index) or say("hãy thêm bước ấy hoặc sửa tên")
            yield LintFinding(script.header("guards", at, "go"), say("không có bước nào tên “{go}”", go=guard.go), hint)


@rules.add("E102", "bước không bao giờ tới", paths=True)
def unreachable(script: Script) -> Iterator[LintFinding]:
    """Steps to which no way leads from the first step or from a guard; silent while E101 finds a misspelt name."""
    if any(target_missing(script)):  # most likely its echo: the misspelt name would lead there
        return
    for step in script.lesson.steps:
        if step.id not in script.reachable:
            yield LintFinding(
                step.place,
                say("không có đường nào tới bước “{id}”", id=step.id),
                say("hãy trỏ next tới bước này, hoặc bỏ nó"),
            )


@rules.add("E103", "đi mãi không tới chỗ kết thúc", paths=True)
def no_end(script: Script) -> Iterator[LintFinding]:
    """Parts of the lesson from which no `end` can be reached, each told once, at its first step."""
    hopeful = _can_end(script)
    lost = {step.id for step in script.lesson.steps if step.id in script.reachable - hopeful}
    ways = _ways(script, lost)
    onward = {step_id: _after(ways, step_id) for step_id in lost}
    told: set[str] = set()
    for step in script.lesson.steps:
        if step.id not in lost or step.id in told or _is_told_already(script, step.id):
            continue
        if all(step.id in onward[other] for other in onward[step.id]):  # the last circle, or the last step
            told |= onward[step.id]
            yield LintFinding(
                step.place,
                say("từ bước “{id}” không đi tới bước end nào", id=step.id),
                say("hãy thêm next hoặc một bước end"),
            )


def _can_end(script: Script) -> set[str]:
    """The steps from which an end can be reached: a walk backwards from all ends."""
    before: dict[str, list[str]] = {}
    for step_id, edges in script.edges.items():
        for edge in edges:
            before.setdefault(edge.to or "", []).append(step_id)
    todo = [step.id for step in script.lesson.steps if kind_of(step).ends(step)]
    found: set[str] = set()
    while todo:
        step_id = todo.pop()
        if step_id not in found:
            found.add(step_id)
            todo.extend(before.get(step_id, ()))
    return found


def _is_told_already(script: Script, step_id: str) -> bool:
    """Whether every way on is to a missing step: E101 has told that already."""
    edges = script.edges[step_id]
    return bool(edges) and all(edge.to is not None and edge.to not in script.lesson.index for edge in edges)


@rules.add("E104", "vòng lặp không có bước nào chờ học viên", paths=True)
def endless_loop(script: Script) -> Iterator[LintFinding]:
    """Circles of steps in which none waits for the learner: the engine would give the lesson up (`MAX_STEPS`)."""
    free = {
        step_id: [edge.to for edge in edges if not edge.waits and edge.to in script.lesson.index and edge.to]
        for step_id, edges in script.edges.items()
    }
    onward = {step_id: _after(free, step_id) for step_id, to in free.items() if to}
    told: set[str] = set()
    for step in script.lesson.steps:
        circle = {other for other in onward.get(step.id, ()) if step.id in onward.get(other, ())}
        if step.id in circle and step.id not in told:
            told |= circle
            hint = say("hãy cho một bước trong vòng chờ học viên (choose, quiz, ask, task, hoặc say có wait_tap)")
            yield LintFinding(step.place, say("bước “{id}” quay lại chính nó mà không chờ học viên", id=step.id), hint)


def _ways(script: Script, among: set[str]) -> dict[str, list[str]]:
    return {step_id: [edge.to for edge in script.edges[step_id] if edge.to in among and edge.to] for step_id in among}


def _after(ways: dict[str, list[str]], start: str) -> set[str]:
    """All that comes after a step; the step itself only where it comes round again."""
    seen: set[str] = set()
    todo = list(ways[start])
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            todo.extend(ways[at])
    return seen


@rules.add("E105", "branch thiếu else")
def branch_without_else(script: Script) -> Iterator[LintFinding]:
    """A `branch` that has neither `else` nor `split`: where no case holds it would lead nowhere."""
    for step in script.lesson.of(Branch):
        if not step.otherwise and not step.split:
            yield LintFinding(
                step.place,
                say("bước “{id}” thiếu else", id=step.id),
                say("hãy thêm “else: bước”, phòng khi không điều kiện nào đúng"),
            )


@rules.add("W108", "mọi lựa chọn dẫn tới cùng một chỗ", paths=True)
def same_place(script: Script) -> Iterator[LintFinding]:
    """A `choose` whose options all lead to the same step and change, save and say nothing: no choice at all."""
    for step in script.lesson.of(Choose):
        if len(step.options) > 1 and not step.save:
            ways = {edge.to for edge in script.edges[step.id] if edge.waits}
            if len(ways) == 1 and not any(option.sets or option.say for option in step.options):
                yield LintFinding(
                    step.place,
                    say("lựa chọn nào của “{id}” cũng tới cùng một bước", id=step.id),
                    say("dùng save, hoặc next khác nhau"),
                )


@rules.add("E111", "verify không trỏ tới một quiz", paths=True)
def verify_is_no_quiz(script: Script) -> Iterator[LintFinding]:
    """A `task` whose `verify` names a step of another kind."""
    quizzes = {quiz.id for quiz in script.quizzes}
    for step in script.lesson.of(Task):
        if step.verify in script.lesson.index.keys() - quizzes:
            yield LintFinding(
                script.at(step, "verify"),
                say("“{verify}” không phải là quiz", verify=step.verify),
                say("verify cần mã của một quiz"),
            )
