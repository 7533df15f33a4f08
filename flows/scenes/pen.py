"""What elements are drawn with: boxes, lines of text and signs become SVG; where each element lies is noted beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from flows.model import SourcePosition
from flows.saying import say
from flows.scenes.icons import ICONS
from flows.scenes.lettering import BOLD, REGULAR, strange, width_of, wrapped

WIDTH = 360  # of a drawing, in pixels of a small phone; the picture has twice as many
MARGIN, GAP, PAD = 14, 12, 12
INNER = WIDTH - 2 * MARGIN  # the width of what keeps to the margins
SMALL, BODY, LARGE, HUGE = 15, 18, 22, 34  # sizes of letters: the picture is read on a page of 300 pixels
LEADING = 1.35  # Vietnamese has marks above and below

PAPER, CARD, INK, SOFT, LINE = "#f3efec", "#ffffff", "#221a1e", "#5a4d53", "#c9bfbb"
MAIN, GREEN, RED, AMBER, BLUE, DARK = "#7a1f48", "#17693a", "#b71c1c", "#ffd97a", "#1d4f91", "#2b2530"
"""Every pair of letters and ground that is used has a contrast of 4.5 and more; a test computes it."""


class Rect(NamedTuple):
    """Left, top, width and height in pixels of the drawing."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class ScreenPart:
    """An element that can be ringed or tapped: where it lies, and the words by which it is told of."""

    rect: Rect
    words: str


class DrawingFault(NamedTuple):
    """What cannot be drawn as it is written."""

    place: SourcePosition
    message: str
    hint: str


@dataclass(slots=True)
class Pen:
    """One drawing while it is made: `svg` in order, `parts` by id, `faults` as they are met."""

    svg: list[str] = field(default_factory=list)
    parts: dict[str, ScreenPart] = field(default_factory=dict)
    faults: list[DrawingFault] = field(default_factory=list)

    def box(self, rect: Rect, fill: str, *, stroke: str = "", corner: float = 10, wide: float = 1.5) -> None:
        """A rectangle with round corners."""
        line = f' stroke="{stroke}" stroke-width="{wide:g}"' if stroke else ""
        x, y, width, height = (round(each, 1) for each in rect)
        self.svg.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{corner:g}" fill="{fill}"{line}/>'
        )

    def disc(self, x: float, y: float, radius: float, fill: str, *, stroke: str = "", wide: float = 2) -> None:
        """A circle around a middle."""
        line = f' stroke="{stroke}" stroke-width="{wide:g}"' if stroke else ""
        self.svg.append(f'<circle cx="{x:.4g}" cy="{y:.4g}" r="{radius:g}" fill="{fill}"{line}/>')

    def path(self, path: str, fill: str, *, stroke: str = "none", wide: float = 1.5) -> None:
        """Any shape, by the path of SVG."""
        self.svg.append(f'<path d="{path}" fill="{fill}" stroke="{stroke}" stroke-width="{wide:g}"/>')

    def icon(self, name: str, x: float, y: float, size: float = 26, color: str = MAIN) -> None:
        """A sign of `ICONS` in a square whose left upper corner is given."""
        self.svg.append(
            f'<g transform="translate({x:.5g} {y:.5g}) scale({size / 24:.4g})" fill="none" stroke="{color}" '
            f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="{ICONS[name]}"/></g>'
        )

    def write(
        self, text: str, x: float, y: float, size: float = BODY, *, weight: str = REGULAR, color: str = INK,
        anchor: str = "start",
    ) -> None:  # fmt: skip
        """One line; `y` is its foot."""
        bold = ' font-weight="700"' if weight == BOLD else ""
        at = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.svg.append(
            f'<text x="{x:.5g}" y="{y:.5g}" font-size="{size:g}" fill="{color}"{bold}{at}>{escape(text)}</text>'
        )

    def paragraph(
        self, lines: list[str], x: float, top: float, size: float = BODY, *, weight: str = REGULAR, color: str = INK,
        anchor: str = "start",
    ) -> float:  # fmt: skip
        """Lines below one another from `top`; where the last one ends."""
        for line in lines:
            self.write(line, x, top + size * 1.02, size, weight=weight, color=color, anchor=anchor)
            top += size * LEADING
        return top

    def fitted(
        self, text: str, place: SourcePosition, width: float, size: float = BODY, *, weight: str = REGULAR,
        most: int = 8,
    ) -> list[str]:  # fmt: skip
        """The lines of a text; more than `most`, or letters that the font has not, are told as faults."""
        if odd := strange(text.replace("\n", "")):
            message = say("phông chữ của hình không có ký tự “{odd}”", odd=odd)
            self.faults.append(DrawingFault(place, message, say("hãy viết bằng chữ, hoặc dùng icon")))
        lines = wrapped(text, width, size, weight) if text else []
        if len(lines) > most:
            message = say("chữ dài {count} dòng, chỗ này chỉ đủ {most}", count=len(lines), most=most)
            self.faults.append(DrawingFault(place, message, say("hãy viết ngắn lại")))
        return lines[:most]

    def mark(self, part_id: str, rect: Rect, words: str) -> None:
        """Note where an element lies; one without an id can neither be ringed nor tapped."""
        if part_id:
            self.parts[part_id] = ScreenPart(rect, words)


def height_of(lines: list[str], size: float = BODY) -> float:
    """What lines take below one another."""
    return len(lines) * size * LEADING


def longest(lines: list[str], size: float = BODY, weight: str = REGULAR) -> float:
    """The width of the widest line."""
    return max((width_of(line, size, weight) for line in lines), default=0.0)


def columns(count: int, left: float, width: float, gap: float = GAP) -> Iterator[tuple[float, float]]:
    """`count` columns of one width, none of none: left edge and width of each."""
    each = (width - gap * (count - 1)) / max(1, count)
    return ((left + at * (each + gap), each) for at in range(count))
