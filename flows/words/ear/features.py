"""What of a message is looked at: its words, two and three in a row, and which word comes somewhere before which.

Each feature is a number below SIZE, made from the words themselves, so that no table of their names need be kept; two
features may share a number, and with this SIZE too few do to be noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

BITS = 19
SIZE = 1 << BITS
MOST = 60  # words looked at at a time: a longer message is heard piece by piece
WINDOW = 10  # words within which one comes "before" another

_MASK = SIZE - 1
_FIRST, _NEXT, _THIRD, _BEFORE, _GAP = 0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0xB5297A4D, 0x165667B1  # odd: they mix bits


_LOW = (1 << BITS + 7) - 1  # the bits of a product that any feature can feel; small numbers are the faster ones


@lru_cache(maxsize=16_384)
def _numbers(word: str) -> tuple[int, int, int, int, int]:
    """The number of a word, mixed once for each place in which it can stand."""
    number = crc32(word.encode())
    return tuple(number * mix & _LOW for mix in (_FIRST, _NEXT, _THIRD, _BEFORE, _GAP))  # type: ignore[return-value]


def features_of(words: Sequence[str]) -> list[int]:
    """The features of these words, each once; time and space linear in the number of words."""
    if not words:
        return []
    first, after, third, before, gap = zip(*map(_numbers, words), strict=True)
    found = {(third[0] + 7 >> 6) & _MASK, (gap[-1] + 11 >> 6) & _MASK}
    found.update([one >> 5 & _MASK for one in first])
    pairs = [one ^ two for one, two in zip(first, after[1:], strict=False)]
    found.update([pair >> 5 & _MASK for pair in pairs])
    found.update([(pair ^ three) >> 5 & _MASK for pair, three in zip(pairs, third[2:], strict=False)])
    found.update(
        [(one ^ other) >> 5 & _MASK for at, one in enumerate(before) for other in gap[at + 2 : at + 1 + WINDOW]]
    )
    return list(found)


def words_only(words: Sequence[str]) -> list[str]:
    """Words and neighbours by their names, each once, in the order of the message."""
    found: dict[str, None] = {}
    for at, word in enumerate(words):
        found[word] = None
        for after in words[at + 1 : at + 2]:
            found[f"{word} {after}"] = None
        for later in words[at + 2 : at + 3]:
            found[f"{word}_{later}"] = None
    return list(found)
