"""Which noun of the tables stands nearest to a place in a text, and what it says of a number there."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from flows.words.nouns import FARTHEST, NounPhrase, NounRow, NounTable, Role, Word

_WORD = re.compile(r"[^\W\d_]+(?:\d{1,2}[^\W\d_]*)+(?![^\W_])|[^\W\d_]+|\d+|•+")
_PART = re.compile(r"[^\W\d_]+|\d+")
_SENTENCE_END = re.compile(r"[.!?;…]+[\s\"”)]|\n")
_JOINED = re.compile(
    r"[\s\"”,]*(?:(?:đó|do|chính|chinh|đây|day|này|nay|cái|cai|cũng|cung)\s)*(?:là|la|laf|làm|lam)(?![^\W_])", re.I
)
SHORT = 300  # characters up to which a message is remembered for a moment: one update asks about it several times
_LONG = 9  # digits of the shortest number of her papers
_SENTENCE_COST, _BEHIND, _ELSE_BEHIND = 3, 1, 4  # words that a noun is farther off


class Noun(NamedTuple):
    """A noun found in a text, which takes the words from `first` to `last`."""

    first: int
    last: int
    rows: tuple[NounRow, ...]


def nouns_in(text: str, table: NounTable) -> Nouns:
    """The nouns of a text; remembered for a moment: numbers, passwords and what announces one are told by them."""
    return _nouns_once(text, table) if len(text) <= SHORT else Nouns(text, table)


class Nouns:
    """The words of a text and the nouns among them."""

    def __init__(self, text: str, table: NounTable) -> None:
        self._text = text
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._typed: list[Word] = []
        for start, end, word in _words(text, table):
            self._starts.append(start)
            self._ends.append(end)
            self._typed.append(word)
        ends = [found.start() for found in _SENTENCE_END.finditer(text)]
        self._sentences = [bisect_right(ends, start) for start in self._starts]
        self._sentence_ends = ends
        self.found = list(_nouns(self._typed, table))
        self._firsts = [noun.first for noun in self.found]

    def near(self, start: int, end: int) -> Iterator[tuple[int, bool, Noun]]:
        """The nouns around a place, with the words that lie between, and whether they stand behind; a sentence's end
        counts for some words."""
        left, right = bisect_right(self._ends, start), bisect_left(self._starts, end)
        here, there = bisect_right(self._sentence_ends, start), bisect_right(self._sentence_ends, end - 1)
        at = bisect_left(self._firsts, left)
        for noun in reversed(self.found[max(0, at - FARTHEST) : at]):
            if noun.last < left:
                yield left - 1 - noun.last + _SENTENCE_COST * (here - self._sentences[noun.last]), False, noun
        at = bisect_left(self._firsts, right)
        for noun in self.found[at : at + FARTHEST]:
            yield noun.first - right + _SENTENCE_COST * (self._sentences[noun.first] - there), True, noun

    def row_of(self, start: int, end: int, shapes: tuple[str, ...], farthest: int = FARTHEST) -> NounRow | None:
        """What the nearest noun says that fits one of these shapes; None where no noun does."""
        best, nearest = None, farthest + 1
        joined, left = _JOINED.match(self._text, end), bisect_right(self._ends, start)
        for words, behind, noun in self.near(start, end):
            between = () if behind or words > FARTHEST else self._typed[noun.last + 1 : left]
            told = any(said == "la" for said, _ in between)
            for row in noun.rows:
                if not any(_fits(row.shape, shape) for shape in shapes):
                    continue
                cost = words + (_behind(row, joined) if behind else 0)
                if cost <= min(row.reach, farthest) and (cost := _weighed(cost, row, shapes[0], told=told)) < nearest:
                    best, nearest = row, cost
        return best

    def spans_of(self, role: Role) -> Iterator[tuple[int, int]]:
        """Where nouns of this role stand, in characters."""
        for noun in self.found:
            if _has(noun, role):
                yield self._starts[noun.first], self._ends[noun.last]

    def ends_at(self, place: int) -> bool:
        """Whether a noun ends right there: "cmnd271222333"."""
        at = bisect_left(self._firsts, bisect_left(self._ends, place) + 1) - 1
        return at >= 0 and self._ends[self.found[at].last] == place

    def is_cued(self, start: int, end: int) -> bool:
        """Whether a code may be spoken of near a place."""
        return any(words <= FARTHEST and _has(noun, "cues") for words, _, noun in self.near(start, end))


@lru_cache(maxsize=8)
def _nouns_once(text: str, table: NounTable) -> Nouns:
    return Nouns(text, table)


def _has(noun: Noun, role: Role) -> bool:
    return any(row.role == role for row in noun.rows)


def _behind(row: NounRow, joined: re.Match[str] | None) -> int:
    """How many words a noun is farther off that stands behind: none where it is said to be that, "… là mật khẩu"."""
    if not row.kind:
        return _ELSE_BEHIND
    return -len(re.findall(r"[^\W_]+", joined[0])) if joined else _BEHIND


def _weighed(cost: int, row: NounRow, number: str, *, told: bool) -> int:
    """In doubt it is a secret: six digits where a code is spoken of, a long number in a contract, what is told to be a
    password, "mã pin là năm cháu sinh 2014"."""
    if (row.six and len(number) == 6 and number.isdigit()) or (told and row.role in ("password", "unlocks")):
        return -1
    return FARTHEST if row.role == "papers" and sum(map(str.isdigit, number)) >= _LONG else cost


@lru_cache(maxsize=8192)
def _fits(shape: str, written: str) -> bool:
    return re.fullmatch(shape, written) is not None


def _words(text: str, table: NounTable) -> Iterator[tuple[int, int, Word]]:
    for found in _WORD.finditer(text):
        if found[0].isalpha() or found[0].isdigit() or found[0][0] == "•":
            yield found.start(), found.end(), table.typed(found[0])
            continue
        word = table.typed(found[0])
        if table.knows(word[0]) and len(found[0]) < 9:  # keys of VNI: "ma65t kha63u"
            yield found.start(), found.end(), word
            continue
        parts = _PART.findall(found[0])
        if len(parts) > 3:  # the number of a thing: 0A4B3CX
            yield found.start(), found.end(), word
            continue
        for part in _PART.finditer(found[0]):
            yield found.start() + part.start(), found.start() + part.end(), table.typed(part[0])


def _nouns(typed: list[Word], table: NounTable) -> Iterator[Noun]:
    behind = 0  # the longest noun so far: what lies within it is none
    has_marks = any(marks for _, marks in typed)
    letters = [each for each, _ in typed]
    for at, first in enumerate(letters):
        for words, phrase in table.phrases.get(first, ()):
            end = at + len(words)
            if letters[at:end] == words and _stands(phrase, typed[at:end], has_marks):
                if end > behind:
                    behind = end
                    yield Noun(at, end - 1, phrase.rows)
                break


def _stands(phrase: NounPhrase, typed: list[Word], has_marks: bool) -> bool:
    """Whether words of these letters are the noun, with all its marks or with none; one word of what is ELSE without
    its marks is none where the writer types marks: "gia" is no "giá"."""
    wanted = [(marks, said) for (_, marks), (_, said) in zip(phrase.words, typed, strict=True) if marks is not None]
    if all(marks == said for marks, said in wanted):
        return True
    is_secret = any(row.kind for row in phrase.rows)
    bare = not phrase.marked and (is_secret or not has_marks or len(typed) > 1)
    return bare and all(not said for _, said in wanted)


def is_plainly_else(text: str, table: NounTable) -> bool:
    """Whether a text speaks of a house's number, a plate, a bill, a file or a meter, and of nothing that is secret."""
    rows = [row for noun in nouns_in(text, table).found for row in noun.rows]
    return any(row.plain for row in rows) and not any(row.kind and not row.vague for row in rows)
