"""Which words a message must hold before a pattern is worth looking for: most patterns need not be tried at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from flows.words.keys import plain_of
from flows.words.wishes import BUILT_IN, Groups

Needs = tuple[frozenset[str], ...]
"""Words without marks; of each set one must be there."""

_GLUED = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){1,2}")
_WAY = re.compile(r"\{[^{}]+\}|[^/{}]+")


def needs_of(pattern: str, groups: Groups) -> Needs:
    """What a message must hold for a pattern, as a teacher writes it, to be found; nothing where it cannot be told."""
    found = (_firsts(piece, groups, glued) for piece, glued in _pieces(pattern))
    return tuple(each for each in found if each)


def _pieces(pattern: str) -> Iterator[tuple[str, str]]:
    """The words that must be there, each with what stands for it where the words have lost the blanks between them."""
    for part in re.split(r"\s&\s", pattern):
        glued = plain_of(part.replace(" ", "")) if _GLUED.fullmatch(part.strip()) else ""
        yield from ((piece, glued) for piece in part.split() if _must_be(piece))


def _must_be(piece: str) -> bool:
    return piece[0] not in "…!^" and (piece[-1] not in "?*" or piece == "?")


def _firsts(piece: str, groups: Groups, glued: str = "") -> frozenset[str]:
    """The words by which one of the ways of a piece begins; nothing where they are no words."""
    words = {glued} - {""}
    for way in _WAY.findall(piece.rstrip("?*")):
        if not way.startswith("{"):
            words.add(plain_of(way.lstrip("=")))
        elif way[1:-1] in BUILT_IN:
            return frozenset()
        else:
            begins = _of_group(way[1:-1], groups)
            if not begins:
                return frozenset()
            words |= begins
    return frozenset(words)


@lru_cache(maxsize=512)
def _of_group(name: str, groups: Groups) -> frozenset[str]:
    """The words by which any text of a group may begin; nothing where one of them begins with anything."""
    found = [_begins(str(text), groups) for text in groups.texts.get(name, ())]
    return frozenset().union(*found) if all(found) else frozenset()


def _begins(text: str, groups: Groups) -> frozenset[str]:
    """The words by which a text of a group may begin: what may be missing, and what must be there after it."""
    words: set[str] = {plain_of(text.replace(" ", ""))} if _GLUED.fullmatch(text) else set()
    for piece in text.split():
        if piece[0] in "…!^":
            if piece[0] == "…":
                return frozenset()
            continue
        firsts = _firsts(piece, groups)
        if not firsts:
            return frozenset()
        words |= firsts
        if _must_be(piece):
            return frozenset(words)
    return frozenset()
