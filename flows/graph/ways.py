"""A lesson as a graph: its steps, every way between them and what each way is. Drawn by `mermaid` and `svg`.

A broken lesson is drawn as far as it could be read: a way to a step that is not there ends in a marked ghost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from flows.engine.kinds.table import kind_of
from flows.model import Guard, Step
from flows.rules.rule import Script
from flows.run import DEFAULT_ADDRESS, render

AFTER = "(hết)"  # where a lesson without an end falls off; no step can be called so
GUARD = "guard"  # the kind of a node that stands for words she may type anywhere
LONGEST = 160  # characters of a text that a drawing may want

MARKS = {
    "ghost": "không có bước này",
    "after": "hết tệp mà chưa có end",
    "dead_end": "ngõ cụt: không tới end nào",
    "unreached": "không có đường nào tới",
    "uncovered": "chưa có bản thoại nào đi qua",
    "checkpoint": "mốc",
}
"""What a node can be besides its kind, and the words that say so in a drawing."""

WHAT = {
    "next": "",
    "option": "",
    "right": "đúng",
    "out_of_tries": "hết lượt",
    "stuck": "kẹt",
    "verify": "hỏi lại",
    "case": "nếu",
    "else": "còn lại",
    "split": "chia ngẫu nhiên",
    "skip": "bỏ qua nếu sai",
    "guard": "gõ",
    "call": "học xong bài con",
    "wait": "chờ",
    "fallback": "không ai nhận",
    "on_none": "không có ai",
    "skip_if": "khỏi chờ nếu",
    "empty": "không có gì để ôn",
}
"""What a way is, and the word before its label."""


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One step, guard or ghost; `line` is 0 where nothing stands in the file."""

    id: str
    kind: str
    text: str
    line: int = 0
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """One way from node to node. `what` is a key of WHAT, `label` the words of the option or the condition."""

    source: str
    to: str
    what: str
    label: str = ""

    @property
    def words(self) -> str:
        """The arrow's label after the word for what it is, as "đúng: 2"; either may be missing."""
        word = WHAT.get(self.what, self.what)
        return f"{word}: {self.label}" if word and self.label else word or self.label


@dataclass(frozen=True, slots=True)
class Graph:
    """`nodes` in the order of the file: guards, steps, ghosts. Not `whole`: some step could not be read."""

    lesson: str
    title: str
    nodes: tuple[GraphNode, ...]
    arrows: tuple[Arrow, ...]
    whole: bool = True

    @property
    def marked(self) -> dict[str, tuple[str, ...]]:
        """Mark → the nodes that bear it, without checkpoints: what somebody should look at."""
        marks = {mark: tuple(node.id for node in self.nodes if mark in node.marks) for mark in MARKS}
        return {mark: ids for mark, ids in marks.items() if ids and mark != "checkpoint"}


def graph_of(script: Script, covered: Collection[str] | None = None) -> Graph:
    """The graph of a lesson. `covered`: the steps that some transcript walks through; None: nobody has looked."""
    steps = script.lesson.steps
    arrows = tuple(dict.fromkeys([*_guard_arrows(script), *(way for step in steps for way in _arrows(script, step))]))
    known = {step.id for step in steps}
    ghosts = dict.fromkeys(arrow.to for arrow in arrows if arrow.to not in known)
    nodes = [*_guards(script), *(GraphNode(s.id, kind_of(s).name, _text(script, s), s.place.line) for s in steps)]
    nodes += [GraphNode(to, "ghost", "", marks=("after" if to == AFTER else "ghost",)) for to in ghosts]
    marked = tuple(_mark(script, nodes, arrows, covered))
    return Graph(script.lesson.id, script.lesson.title, marked, arrows, script.whole)


def _text(script: Script, step: Step) -> str:
    """What stands in the box: the text, else what the step names (a lesson that is called, a badge)."""
    return _short(script, step.text or kind_of(step).summary(step))


def _short(script: Script, text: str) -> str:
    folded = " ".join(render(text, DEFAULT_ADDRESS, "Lan", script.library.facts).split())
    return folded if len(folded) <= LONGEST else folded[: LONGEST - 1].rstrip() + "…"


# --- nodes -------------------------------------------------------------------------------------------


def _guards(script: Script) -> Iterator[GraphNode]:
    for at, guard in enumerate(script.lesson.guards):
        line = script.header("guards", at).line
        yield GraphNode(f"{GUARD}:{at + 1}", GUARD, _guard_words(guard), line)


def _guard_words(guard: Guard) -> str:
    return ", ".join([*guard.words, *guard.patterns])


def _mark(
    script: Script, nodes: list[GraphNode], arrows: tuple[Arrow, ...], covered: Collection[str] | None
) -> Iterator[GraphNode]:
    hopeful = _reach(
        {step.id for step in script.lesson.steps if kind_of(step).ends(step)}, {(a.to, a.source) for a in arrows}
    )
    starts = {script.lesson.steps[0].id} if script.lesson.steps else set()
    met = _reach(starts | {node.id for node in nodes if node.kind == GUARD}, {(a.source, a.to) for a in arrows})
    checkpoints = {step.id for step in script.lesson.steps if step.checkpoint}
    for node in nodes:
        if node.kind == "ghost":
            yield node
            continue
        marks = {
            "dead_end": node.id not in hopeful,
            "unreached": node.id not in met,
            "uncovered": covered is not None and node.kind != GUARD and node.id not in covered,
            "checkpoint": node.id in checkpoints,
        }
        yield replace(node, marks=tuple(mark for mark, is_so in marks.items() if is_so))


def _reach(starts: Collection[str], ways: Collection[tuple[str, str]]) -> set[str]:
    onward: dict[str, list[str]] = {}
    for source, to in ways:
        onward.setdefault(source, []).append(to)
    seen: set[str] = set()
    todo = list(starts)
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            todo.extend(onward.get(at, ()))
    return seen


# --- ways --------------------------------------------------------------------------------------------


def _guard_arrows(script: Script) -> Iterator[Arrow]:
    for at, guard in enumerate(script.lesson.guards):
        if guard.go:
            yield Arrow(f"{GUARD}:{at + 1}", guard.go, "guard")


def _arrows(script: Script, step: Step) -> Iterator[Arrow]:
    """The ways of the linter, each with its name; options that share a way are told one by one."""
    for number, edge in enumerate(script.edges[step.id]):
        to = AFTER if edge.to is None else edge.to
        is_skip = number == 0 and step.when is not None  # the first way of such a step passes it by
        for what, label in [("skip", step.when or "")] if is_skip else kind_of(step).arrows(step, edge.field):
            yield Arrow(step.id, to, what, _short(script, label))
