"""A graph as one SVG: the steps in the order of the file, every way listed in the box it leaves, jumps as arcs.

A way to the row below is a short arrow; jumps down run at the right, jumps up at the left, each in a lane of its own.
Kinds have a sign and a word, faults a word and a line of their own: nothing is said by colour alone.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flows.graph.looks import look_of
from flows.graph.ways import GUARD, MARKS, WHAT, Arrow, Graph, GraphNode

BOX, PAD, LINE, GAP, LANE, TOP = 460, 12, 20, 26, 14, 74  # pixels at scale 1
TEXT_UNITS, WAY_UNITS = 54, 54  # widths of a line in average letters

STYLE = """
:root{--paper:#fffdf9;--ink:#2a1d22;--soft:#6a5a5f;--card:#fff;--way:#7a1f48;--warn:#8a3d00}
@media (prefers-color-scheme:dark){:root{--paper:#1a1417;--ink:#f7eee9;--soft:#c3b1b6;--card:#2a2025;--way:#f5b3cb;
--warn:#ffb866}}
svg{color:var(--ink);background:var(--paper)}
text{font:14px/1 system-ui,-apple-system,Roboto,"Noto Sans",sans-serif;fill:currentColor}
.title{font-size:20px;font-weight:700}.id{font-weight:700}.soft{fill:var(--soft)}.warn{fill:var(--warn);font-weight:700}
.box{fill:var(--card);stroke:currentColor;stroke-width:1.5}.sign{fill:none;stroke:currentColor;stroke-width:1.8;
stroke-linecap:round;stroke-linejoin:round}.way{fill:none;stroke:var(--way);stroke-width:1.8}.head{fill:var(--way)}
.loose{stroke-dasharray:6 4}.end .box{stroke-width:4}.ghost .box,.unreached .box{stroke-dasharray:8 5}
.uncovered .box{stroke-dasharray:2 4}.dead_end .box{stroke-width:4;stroke:var(--warn)}
a:focus .box,a:hover .box{stroke-width:4}
""".strip()


@dataclass(frozen=True, slots=True)
class _Row:
    """One node on the drawing: `y` is its upper edge, `ways` are its arrows in the order they are listed."""

    node: GraphNode
    at: int
    y: float
    height: float
    ways: tuple[Arrow, ...]

    def way_y(self, number: int) -> float:
        return self.y + PAD + LINE * (1 + bool(self.node.text) + number) + LINE / 2

    @property
    def middle(self) -> float:
        return self.y + PAD + LINE / 2


def svg(graph: Graph, href: Callable[[str], str] = lambda _: "") -> str:
    """The drawing; `href` gives the address behind a step (empty: none)."""
    rows = tuple(_rows(graph))
    by_id = {row.node.id: row for row in rows}
    jumps = [
        (row, number, by_id[way.to])
        for row in rows
        for number, way in enumerate(row.ways)
        if by_id[way.to].at != row.at + 1
    ]
    down, up = (_lanes([jump for jump in jumps if (jump[2].at > jump[0].at) is below]) for below in (True, False))
    left = 24 + LANE * (max(up.values(), default=-1) + 1)
    width = left + BOX + 30 + LANE * (max(down.values(), default=-1) + 1)
    height = rows[-1].y + rows[-1].height + 24 if rows else TOP + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" lang="vi" aria-labelledby="title desc">',
        f'<title id="title">{_safe(graph.title)} ({_safe(graph.lesson)})</title>',
        f'<desc id="desc">{_safe(describe(graph))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect width="{width:g}" height="{height:g}" fill="var(--paper)"/>',
        f'<text class="title" x="{left}" y="34">{_safe(_fit(graph.title, 42))}</text>',
        f'<text class="soft" x="{left}" y="56">{_safe(_fit(_summary(graph), TEXT_UNITS + 8))}</text>',
    ]
    parts += [_arc(row, number, target, left, down, up) for row, number, target in jumps]
    for row in rows:
        parts += _box(row, left, href(row.node.id))
        below = next((way for way in row.ways if by_id[way.to].at == row.at + 1), None)
        if below is not None:
            parts.append(_straight(row, left, loose=all(_is_loose(w) for w in row.ways if w.to == below.to)))
    return "\n".join([*parts, "</svg>"]) + "\n"


def describe(graph: Graph) -> str:
    """The whole drawing in words, for whoever does not see it."""
    steps = [node for node in graph.nodes if node.kind not in (GUARD, "ghost")]
    told = [f"{len(steps)} bước, {len(graph.arrows)} lối đi."]
    told += [] if graph.whole else ["Có bước chưa đọc được."]
    told += [f"{MARKS[mark].capitalize()}: {', '.join(ids)}." for mark, ids in graph.marked.items()]
    for node in graph.nodes:
        ways = [f"{arrow.words} → {arrow.to}".strip() for arrow in graph.arrows if arrow.source == node.id]
        if ways:
            told.append(f"{look_of(node.kind).word} {node.id}: {'; '.join(ways)}.")
    return " ".join(told)


def _summary(graph: Graph) -> str:
    steps = sum(node.kind not in (GUARD, "ghost") for node in graph.nodes)
    faults = ", ".join(f"{len(ids)} {MARKS[mark].split(':')[0]}" for mark, ids in graph.marked.items())
    partly = "" if graph.whole else " (có bước chưa đọc được)"
    return f"{graph.lesson} · {steps} bước{partly}" + (f" · {faults}" if faults else "")


# --- where things stand ------------------------------------------------------------------------------


def _rows(graph: Graph) -> Iterator[_Row]:
    ways: dict[str, list[Arrow]] = {}
    for arrow in graph.arrows:
        ways.setdefault(arrow.source, []).append(arrow)
    y: float = TOP
    for at, node in enumerate(graph.nodes):
        own = tuple(ways.get(node.id, ()))
        faults = sum(mark != "checkpoint" for mark in node.marks)
        height = 2 * PAD + LINE * (1 + bool(node.text) + len(own) + faults)
        yield _Row(node, at, y, height, own)
        y += height + GAP


_Jump = tuple[_Row, int, _Row]


def _lanes(jumps: Sequence[_Jump]) -> dict[tuple[str, int], int]:
    """(step, number of its way) → lane, the shortest jumps nearest; ways to one target share a lane."""
    spans: dict[str, tuple[float, float]] = {}
    for row, number, target in jumps:
        low, high = sorted((row.way_y(number), target.middle))
        known = spans.get(target.node.id, (low, high))
        spans[target.node.id] = min(low, known[0]), max(high, known[1])
    taken: list[list[tuple[float, float]]] = []
    lane_of: dict[str, int] = {}
    for target_id, (low, high) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[0])):
        free = (at for at, lane in enumerate(taken) if all(high + 8 < a or low - 8 > b for a, b in lane))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        lane_of[target_id] = lane
    return {(row.node.id, number): lane_of[target.node.id] for row, number, target in jumps}


# --- drawing -----------------------------------------------------------------------------------------


def _box(row: _Row, left: float, address: str) -> Iterator[str]:
    node, x = row.node, left + 40
    look = look_of(node.kind)
    marks = " ".join((node.kind, *node.marks))
    link = f'<a href="{_safe(address)}">' if address else ""
    yield f'<g class="{_safe(marks)}">{link}'
    yield f'<rect class="box" x="{left}" y="{row.y}" width="{BOX}" height="{row.height}" rx="{look.corner}"/>'
    if look.double:
        inner = f'x="{left + 4}" y="{row.y + 4}" width="{BOX - 8}" height="{row.height - 8}"'
        yield f'<rect class="box" {inner} rx="6"/>'
    yield f'<path class="sign" transform="translate({left + 12} {row.y + PAD - 1}) scale(.8)" d="{look.sign}"/>'
    kind = look.word
    flag = " ⚑ mốc" if "checkpoint" in node.marks else ""
    line = f" · dòng {node.line}" if node.line else ""
    name = kind if node.kind == GUARD else node.id
    yield (
        f'<text x="{x}" y="{row.y + PAD + 15}"><tspan class="id">{_safe(_fit(name, 34))}</tspan>'
        f'<tspan class="soft"> {_safe("" if node.kind == GUARD else kind)}{line}{flag}</tspan></text>'
    )
    y = row.y + PAD + LINE + 15
    if node.text:
        yield f'<text x="{x}" y="{y}">{_safe(_fit(node.text, TEXT_UNITS))}</text>'
        y += LINE
    for way in row.ways:
        yield f'<text class="soft" x="{x}" y="{y}">{_way(way)}</text>'
        y += LINE
    for mark in node.marks:
        if mark != "checkpoint":
            yield f'<text class="warn" x="{x}" y="{y}">⚠ {_safe(MARKS[mark])}</text>'
            y += LINE
    yield f"{'</a>' if link else ''}</g>"


def _way(way: Arrow) -> str:
    words = _fit(way.words, max(14, WAY_UNITS - 4 - len(way.to)))
    mark = "✓ " if way.what == "right" else "• "
    shown = words.removeprefix(f"{WHAT['right']}: ") if way.what == "right" else words
    return f"{mark}{_safe(shown)} → {_safe(way.to)}" if shown else f"→ {_safe(way.to)}"


def _straight(row: _Row, left: float, *, loose: bool) -> str:
    x, y = left + BOX / 2, row.y + row.height
    style = "way loose" if loose else "way"
    head = f'<path class="head" d="M{x - 5} {y + GAP - 9}h10l-5 9z"/>'
    return f'<path class="{style}" d="M{x} {y}v{GAP - 8}"/>{head}'


def _arc(
    row: _Row,
    number: int,
    target: _Row,
    left: float,
    down: dict[tuple[str, int], int],
    up: dict[tuple[str, int], int],
) -> str:
    """A way with round corners from its line in one box to the head of another."""
    key, start, end = (row.node.id, number), row.way_y(number), target.middle
    style = "way loose" if _is_loose(row.ways[number]) else "way"
    below = target.at > row.at
    side, edge, lane = (1, left + BOX, down[key]) if below else (-1, left, up[key])
    reach = side * (16 + LANE * lane)
    turn = 1 if end > start else -1
    bend = min(7.0, abs(end - start) / 2)
    path = (
        f"M{edge} {start}h{reach - side * bend}q{side * bend} 0 {side * bend} {turn * bend}"
        f"V{end - turn * bend}q0 {turn * bend} {-side * bend} {turn * bend}H{edge + side * 8}"
    )
    head = f'<path class="head" d="M{edge + side * 9} {end - 5}v10l{-side * 9} -5z"/>'
    return f'<path class="{style}" d="{path}"/>{head}'


def _is_loose(way: Arrow) -> bool:
    """Ways that only some conditions open are dashed."""
    return way.what in ("skip", "skip_if", "guard")


def _fit(text: str, units: float) -> str:
    """As much of a text as fits `units` average letters; wide signs count double."""
    used = 0.0
    for at, char in enumerate(text):
        used += 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used > units and len(text) - at > 1:
            return text[:at].rstrip() + "…"
    return text


def _safe(text: str) -> str:
    """Escaped for text and attributes; what XML may not hold at all is left out."""
    return html.escape("".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in _NOT_XML))


_NOT_XML = "\ufffe\uffff"
