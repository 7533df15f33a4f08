"""From the elements of a screen to one SVG, and where on it each element lies.

The strip that says “MÀN HÌNH TẬP” is part of every drawing: none of them may be taken for the real thing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from math import ceil, floor

from flows.model import SourcePosition
from flows.saying import say
from flows.scenes.element import Element
from flows.scenes.kinds.table import KINDS
from flows.scenes.lettering import BOLD
from flows.scenes.pen import AMBER, GAP, INK, PAPER, SMALL, WIDTH, DrawingFault, Pen, Rect, ScreenPart

STRIP = 30  # height of the strip at the head
LEAST, MOST = 220, 760  # height of a drawing, in pixels
FOOTED = 460  # the least height of one that has something at its foot
FAMILY = "Be Vietnam Pro"

RING, HALO = "#d50000", "#ffffff"


@dataclass(frozen=True)
class Drawing:
    """A screen as it is drawn: `parts` by id, `body` its SVG without the end, `height` in pixels."""

    body: str
    height: int
    parts: Mapping[str, ScreenPart]

    def svg(self, ring: str = "") -> str:
        """The whole SVG, with a red ring round the element `ring`; its metadata say where each element lies."""
        part = self.parts.get(ring)
        ringed = "".join(_ring(part.rect, self.height)) if part else ""
        where = f"<metadata>{json.dumps(self.spots)}</metadata>" if self.parts else ""
        return f"{self.body}{ringed}{where}</svg>\n"

    def name(self, ring: str = "") -> str:
        """What the finished picture is called in the store: by what it is drawn from."""
        return f"{sha256(self.svg(ring).encode()).hexdigest()}.png"

    @cached_property
    def spots(self) -> dict[str, tuple[int, ...]]:
        """Where each element can be tapped: left, top, width and height in per cent of the picture."""
        return {part_id: _per_cent(part.rect, self.height) for part_id, part in self.parts.items()}


def _per_cent(rect: Rect, height: float) -> tuple[int, ...]:
    left, top = max(0, ceil(100 * rect.left / WIDTH)), max(0, ceil(100 * rect.top / height))
    right = min(100, floor(100 * (rect.left + rect.width) / WIDTH))
    foot = min(100, floor(100 * (rect.top + rect.height) / height))
    return left, top, max(1, right - left), max(1, foot - top)


def ring_around(rect: Rect, height: float) -> Rect:
    """The ring of an element: a little wider than it, and still on the picture."""
    left, top = max(4.0, rect.left - 5), max(4.0, rect.top - 5)
    right, foot = min(WIDTH - 4, rect.left + rect.width + 5), min(height - 4, rect.top + rect.height + 5)
    return Rect(left, top, right - left, foot - top)


def _ring(rect: Rect, height: float) -> Iterator[str]:
    x, y, width, tall = (round(each, 1) for each in ring_around(rect, height))
    for color, wide in ((HALO, 9), (RING, 5)):
        yield (
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{tall:g}" rx="14" fill="none" '
            f'stroke="{color}" stroke-width="{wide}"/>'
        )


def draw(elements: Sequence[Element], place: SourcePosition) -> tuple[Drawing, list[DrawingFault]]:
    """The drawing of elements from top to bottom, and what of them could not be drawn as it is written."""
    pen = Pen()
    end = _down(pen, [each for each in elements if not KINDS[each.kind].below], STRIP)
    feet = [each for each in elements if KINDS[each.kind].below]
    if feet:
        tall = _below(Pen(), feet, 0)
        start = max(end + GAP, FOOTED - tall)
        end = _below(pen, feet, start)
    elif not elements or not KINDS[elements[-1].kind].wide:
        end += GAP
    height = max(LEAST, ceil(end))
    if height > MOST:
        message = say("màn hình cao {height} điểm, nhiều nhất {most}", height=height, most=MOST)
        pen.faults.append(DrawingFault(place, message, say("hãy bỏ bớt, hoặc tách làm hai màn hình")))
    return Drawing("".join((*_head(height), *pen.svg)), height, pen.parts), pen.faults


def _down(pen: Pen, elements: Sequence[Element], top: float) -> float:
    """Elements below one another; those that reach from edge to edge touch the one above."""
    for at, each in enumerate(elements):
        kind = KINDS[each.kind]
        touches = kind.wide and (at == 0 or KINDS[elements[at - 1].kind].wide)
        top = kind.draw(pen, each, top if touches else top + GAP)
    return top


def _below(pen: Pen, elements: Sequence[Element], top: float) -> float:
    for each in elements:
        top = KINDS[each.kind].draw(pen, each, top)
    return top


def _head(height: int) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="{FAMILY}"><rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>'
    )
    strip = Pen()
    strip.box(Rect(0, 0, WIDTH, STRIP), AMBER, corner=0)
    strip.write("MÀN HÌNH TẬP", WIDTH / 2, STRIP - 9, SMALL, weight=BOLD, color=INK, anchor="middle")
    yield from strip.svg
