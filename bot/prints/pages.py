"""What is printed, as a page of blocks from top to bottom: what it says, not where that stands. Pure.

A block is a mapping with its `kind`; a list of pages is the JSON that `child.py` lays out:

- `title`, `heading`: large words; `text`: a paragraph (`align`: "left" or "center"); `name`: a person's name, as large
  as fits on one line
- `steps`: `items`, numbered, in letters of a `size` in points
- `fill`: `items`, each with a dotted line to write on by hand
- `ticks`: `items`, paragraphs, with a box to tick for each of `boxes` beside and a dotted line `note` below; `heading`
  stands above and never alone at the end of a page; "" for either: none
- `box`: words that are to be remembered, in a frame; `foot`: small, at the lower edge
- `cards`: `items` beside one another, to be cut out, each with a `name`, `place`, `code`, `lines` and a `qr` ("": none)
- `qr`: what a phone reads from it, with words beside; `large_qr`: for the wall, by itself
- `rule`: a line across; `space`: millimetres
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Block = dict[str, Any]
Size = Literal["A4", "A5", "A5-wide"]


@dataclass(frozen=True, slots=True)
class Page:
    """`size` is the paper; `frame`: with a border, its blocks in the middle; `long`: it goes on on further pages before
    its letters are made smaller."""

    size: Size
    blocks: tuple[Block, ...]
    frame: bool = False
    long: bool = False

    def as_data(self) -> dict[str, Any]:
        """The page as the child process reads it."""
        return {"size": self.size, "frame": self.frame, "long": self.long, "blocks": list(self.blocks)}


def title(text: str) -> Block:
    return {"kind": "title", "text": text}


def heading(text: str) -> Block:
    return {"kind": "heading", "text": text}


def paragraph(text: str, *, center: bool = False) -> Block:
    return {"kind": "text", "text": text, "align": "center" if center else "left"}


def name(text: str) -> Block:
    return {"kind": "name", "text": text}


def steps(items: Sequence[str], size: float = 12) -> Block:
    return {"kind": "steps", "items": list(items), "size": size}


def fill(items: Sequence[str]) -> Block:
    return {"kind": "fill", "items": list(items)}


def ticks(items: Sequence[str], boxes: Sequence[str], note: str, heading: str = "") -> Block:
    return {"kind": "ticks", "items": list(items), "boxes": list(boxes), "note": note, "heading": heading}


def box(text: str) -> Block:
    return {"kind": "box", "text": text}


def foot(text: str) -> Block:
    return {"kind": "foot", "text": text}


def qr(address: str, text: str) -> Block:
    return {"kind": "qr", "of": address, "text": text}


def large_qr(address: str) -> Block:
    return {"kind": "large_qr", "of": address}


def cards(items: Sequence[dict[str, Any]]) -> Block:
    return {"kind": "cards", "items": list(items)}


def space(millimetres: float) -> Block:
    return {"kind": "space", "mm": millimetres}


RULE: Block = {"kind": "rule"}
