"""A graph as Mermaid text (flowchart TD), to paste wherever Mermaid is shown."""

from __future__ import annotations

import re

from flows.graph.looks import look_of
from flows.graph.ways import GUARD, MARKS, Arrow, Graph, GraphNode

LONGEST_TEXT = 60  # characters of a step's text in its box
LONGEST_LABEL = 40

_CLOSING = str.maketrans("([{/>", ")]}/]")

_SPECIAL = re.compile(r"[\"#&<>`\\$*|~\[\]{}()^;%@]|(?<!\w)_|_(?!\w)")
_LIST = re.compile(r"^(\d+)([.)])|^([-+])")


def mermaid(graph: Graph) -> str:
    """The text; nodes are called n0, n1, …, so that no id can clash with a word of Mermaid's."""
    names = {node.id: f"n{at}" for at, node in enumerate(graph.nodes)}
    lines = ["---", f'title: "{_title(graph)}"', "---", "flowchart TD"]
    lines += [f"  {_box(names[node.id], node)}" for node in graph.nodes]
    lines += [f"  {_arrow(names, arrow)}" for arrow in graph.arrows]
    marked = graph.marked
    for mark, style in _STYLES.items():
        if found := [names[step] for step in marked.get(mark, ())]:
            lines += [f"  classDef {mark} {style}", f"  class {','.join(found)} {mark}"]
    return "\n".join(lines) + "\n"


_STYLES = {
    "uncovered": "stroke-dasharray:2 4",
    "unreached": "stroke-dasharray:8 4",
    "dead_end": "stroke-width:4px",
    "ghost": "stroke-width:3px,stroke-dasharray:3 3",
    "after": "stroke-width:3px,stroke-dasharray:3 3",
}


def escape(text: str) -> str:
    """Text for a label between double quotes: entities for all that Mermaid, its Markdown or HTML would read."""
    folded = _SPECIAL.sub(lambda found: f"#{ord(found[0])};", " ".join(text.split()))
    return _LIST.sub(lambda found: f"{found[1] or ''}#{ord(found[2] or found[3])};", folded)


def _title(graph: Graph) -> str:
    """The title stands in YAML front matter, where other rules hold."""
    shown = "".join(c for c in f"{graph.title} ({graph.lesson})" if c.isprintable())
    return shown.replace("\\", "\\\\").replace('"', '\\"')


def _box(name: str, node: GraphNode) -> str:
    opening = look_of(node.kind).shape
    closing = opening[::-1].translate(_CLOSING) if opening[0] != ">" else '"]'
    head = f"{escape(node.kind)} · {escape(node.id)}" if node.kind not in (GUARD, "ghost") else escape(node.id)
    notes = (f"{'⚑' if mark == 'checkpoint' else '⚠'} {escape(MARKS[mark])}" for mark in node.marks)
    lines = [head, escape(_cut(node.text, LONGEST_TEXT)), *notes]
    return f"{name}{opening}{'<br>'.join(line for line in lines if line)}{closing}"


def _arrow(names: dict[str, str], arrow: Arrow) -> str:
    line = "-.->" if arrow.what in ("skip", "guard", "skip_if") else "-->"
    words = escape(_cut(arrow.words, LONGEST_LABEL))
    label = f'|"{words}"|' if words else ""
    return f"{names[arrow.source]} {line}{label} {names[arrow.to]}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
