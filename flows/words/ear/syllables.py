"""Words as they were typed: which letters, which marks, and whether any marks were typed at all.

Vietnamese is written a syllable at a time, and half of those who write here leave the marks away. "dữ" is not "dụ", but
"du" may be either: so each word is kept in the one form that was really typed. Hỏi and ngã are one tone, as they are
spoken in the South and the centre; where the tone stands in the word ("hoà", "hòa") makes no difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from flows.words.keys import LONGEST_WORD, SLIPS, as_meant, plain_of, unslipped

_WORD = re.compile(r"[^\W_]+")
_HELD = re.compile(r"([^\W\d])\1{2,}")  # a key held down: "lừaaaa"
_AMOUNT = re.compile(r"\d+(?:k|tr\d*|ng|tram|trieu|cu|ty)")
LONGEST_SYLLABLE = 7  # letters: "nghiêng"
NUMBER, AMOUNT = "#", "#k"


@dataclass(frozen=True, slots=True)
class Syllable:
    """`marked` is the word with its marks ("lua'fw"), empty where it was typed without; `plain` the word without.

    Left-over Telex or VNI keys give both: nobody can tell whether "max" is "mã" or a name.
    """

    plain: str
    marked: str

    @property
    def typed(self) -> str:
        """The syllable with its marks where any were typed, else its bare letters."""
        return self.marked or self.plain


def syllables(text: str, most: int, known: frozenset[str] = frozenset()) -> list[Syllable]:
    """The first `most` words of a text of any length; unseen letters and look-alikes of other alphabets put right.

    A word longer than any syllable is taken apart where it is made of `known` words, typed without marks or with.
    """
    return [syllable(word) for word in spelled(text, most, known)]


def spelled(text: str, most: int, known: frozenset[str] = frozenset()) -> list[str]:
    """The same words for reading, one for each syllable, in small letters."""
    found: list[str] = []
    for word in _words(text, most):
        parts = _parted(word, known) if len(word) > LONGEST_SYLLABLE and known else ()
        found += parts or (word,)
    return found


def _parted(word: str, known: frozenset[str]) -> list[str]:
    """The fewest known words that a word without spaces is made of ("tôibịlừa" → tôi bị lừa); none where it is not."""
    plain = plain_of(word)
    if len(plain) != len(word) or len(word) > LONGEST_WORD:
        return []
    best: list[list[str] | None] = [[]] + [None] * len(plain)
    for end in range(2, len(plain) + 1):
        for start in range(max(0, end - LONGEST_SYLLABLE), end - 1):
            before, now = best[start], best[end]
            if before is not None and plain[start:end] in known and (now is None or len(before) + 1 < len(now)):
                best[end] = [*before, word[start:end]]
    return best[-1] or []


def _words(text: str, most: int) -> list[str]:
    found = []
    for word in _WORD.finditer(as_meant(text)):
        found.append(word[0])
        if len(found) == most:
            break
    return found


@lru_cache(maxsize=8192)
def _short(word: str) -> Syllable:
    word = _HELD.sub(r"\1", word)
    if word.isdigit():
        return Syllable(NUMBER, "")
    plain = plain_of(word)
    if _AMOUNT.fullmatch(plain):
        return Syllable(AMOUNT, "")
    if word.isascii() and not SLIPS.search(word):
        return Syllable(_squeezed(plain), "")
    letters, marks = unslipped(word)
    if not marks:
        return Syllable(letters, "")
    marked = f"{letters}'{''.join(sorted(set(marks.replace('x', 'r'))))}"
    return Syllable(letters if word.isascii() else "", marked)


def syllable(word: str) -> Syllable:
    """One word as it was typed, in small letters (see `as_meant`); of a very long one its beginning."""
    return _short(word[:LONGEST_WORD])


def _squeezed(plain: str) -> str:
    return re.sub(r"([a-z])\1+", r"\1", plain)


def stripped(each: Syllable) -> Syllable:
    """The same word as somebody types it who leaves marks away."""
    return Syllable(each.plain or each.marked.partition("'")[0], "")
