"""How wide a text is in the font that pictures are drawn with, and where it is broken into lines.

`widths.json` holds the advance of every letter of the two weights of Be Vietnam Pro, in thousandths of its size; a test
measures them again in the font itself (bot/media/fonts). Kerning is left out: it only ever makes a line shorter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

REGULAR, BOLD = "400", "700"


@cache
def _widths() -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = json.loads(Path(__file__).with_name("widths.json").read_text("utf-8"))
    return found


def strange(text: str) -> str:
    """The characters of a text that the font has no letter for, each once, in their order."""
    return "".join(dict.fromkeys(each for each in text if each not in _widths()[REGULAR]))


def width_of(text: str, size: float, weight: str = REGULAR) -> float:
    """The width of a text in pixels; what the font does not know counts as a wide letter."""
    known = _widths()[weight]
    return sum(known.get(each, 1000) for each in text) * size / 1000


def wrapped(text: str, width: float, size: float, weight: str = REGULAR) -> list[str]:
    """The lines of a text, each at most `width` pixels wide; a longer word (an address) is broken anywhere."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            for piece in _pieces(word, width, size, weight):
                joined = f"{line} {piece}" if line else piece
                if line and width_of(joined, size, weight) > width:
                    lines.append(line)
                    joined = piece
                line = joined
        lines.append(line)
    return lines


def _pieces(word: str, width: float, size: float, weight: str) -> list[str]:
    if width_of(word, size, weight) <= width:
        return [word]
    pieces = [""]
    for each in word:
        if pieces[-1] and width_of(pieces[-1] + each, size, weight) > width:
            pieces.append("")
        pieces[-1] += each
    return pieces
