"""Two edits of one text put together, line by line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from flows.model import Problem, SourcePosition
from flows.saying import say

OURS, BETWEEN, THEIRS = "<<<<<<< chị vừa viết", "=======", ">>>>>>> đã có trước đó"
"""The lines around what both have changed: no lesson can be read with them, so none is published by mistake. Behind the
last one stands in brackets whose the other text is, where that is known."""

_MARK = re.compile(r"(?m)^(<{7}|={7}|>{7})( .*)?$")
_Lines = Sequence[str]


@dataclass(frozen=True, slots=True)
class Merged:
    """The text of both; `conflicts` counts the places where both changed the same lines otherwise: there both stand."""

    text: str
    conflicts: int = 0


def merge(base: str, mine: str, theirs: str, whose: str = "") -> Merged:
    """What both have made of `base`, lines ending in a newline. Two edits that touch each other are a conflict.
    `whose`: who has written `theirs`."""
    if mine in (base, theirs):
        return Merged(theirs)
    if theirs == base:
        return Merged(mine)
    found: list[str] = []
    conflicts = 0
    for was, ours, other in _regions(base.split("\n"), mine.split("\n"), theirs.split("\n")):
        if ours == other or other == was:
            found += ours
        elif ours == was:
            found += other
        else:
            conflicts += 1
            found += _both(ours, other, f"{THEIRS} ({whose})" if whose else THEIRS)
    return Merged("\n".join(found), conflicts)


def conflicts_in(text: str, path: str) -> tuple[Problem, ...]:
    """The one problem of a text in which a merge has left both, at the first place; `path` is that of the file. What
    else a reader finds there comes of the marks."""
    places = [mark for mark in _MARK.finditer(text) if mark[1][0] == "<"]
    if places:
        message, hint = say("còn {count} chỗ phải chọn", count=len(places)), say("chọn giữ câu nào ở đầu trang")
        return (Problem("E001", _line_of(places[0], text, path), message, hint),)
    if left := _MARK.search(text):
        message, hint = say("còn sót dòng dấu của chỗ ghép"), say("xóa dòng dấu này")
        return (Problem("E001", _line_of(left, text, path), message, hint),)
    return ()


def _line_of(mark: re.Match[str], text: str, path: str) -> SourcePosition:
    return SourcePosition(path, text.count("\n", 0, mark.start()) + 1, 1)


def _both(ours: _Lines, theirs: _Lines, end: str) -> list[str]:
    """The lines of both between marks, without those that they have in common at the ends."""
    shorter = min(len(ours), len(theirs))
    head = next((at for at in range(shorter) if ours[at] != theirs[at]), shorter)
    left = shorter - head
    tail = next((at for at in range(left) if ours[-1 - at] != theirs[-1 - at]), left)
    inner, other = ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]
    return [*ours[:head], OURS, *inner, BETWEEN, *other, end, *ours[len(ours) - tail :]]


def _regions(base: _Lines, mine: _Lines, theirs: _Lines) -> Iterator[tuple[_Lines, _Lines, _Lines]]:
    """The three texts side by side, cut where all three are the same; what is the same is a region, too."""
    at = ours = other = 0
    for start, in_mine, in_theirs, length in [*_common(base, mine, theirs), (len(base), len(mine), len(theirs), 0)]:
        yield base[at:start], mine[ours:in_mine], theirs[other:in_theirs]
        at, ours, other = start + length, in_mine + length, in_theirs + length
        yield base[start:at], mine[in_mine:ours], theirs[in_theirs:other]


def _common(base: _Lines, mine: _Lines, theirs: _Lines) -> Iterator[tuple[int, int, int, int]]:
    """Where lines of `base` stand in both: its first line, that in `mine`, that in `theirs`, how many."""
    ours, other = _blocks(base, mine), _blocks(base, theirs)
    one = two = 0
    while one < len(ours) and two < len(other):
        (a, in_mine, first), (b, in_theirs, second) = ours[one], other[two]
        start, end = max(a, b), min(a + first, b + second)
        if start < end:
            yield start, in_mine + start - a, in_theirs + start - b, end - start
        if a + first < b + second:
            one += 1
        else:
            two += 1


def _blocks(base: _Lines, other: _Lines) -> list[tuple[int, int, int]]:
    """Runs of equal lines: (first in `base`, first in `other`, how many). What is equal at both ends is taken off
    first: the time for the rest grows with the square of its length."""
    shorter = min(len(base), len(other))
    head = next((at for at in range(shorter) if base[at] != other[at]), shorter)
    left = shorter - head
    tail = next((at for at in range(left) if base[-1 - at] != other[-1 - at]), left)
    inner = SequenceMatcher(None, base[head : len(base) - tail], other[head : len(other) - tail])
    blocks = [(head + a, head + b, size) for a, b, size in inner.get_matching_blocks() if size]
    return [(0, 0, head), *blocks, (len(base) - tail, len(other) - tail, tail)]
