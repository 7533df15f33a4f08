"""A message in canonical words, with a blank around each: letters, an apostrophe, marks. "mật" is mat'^j.

A word may have lost all its marks, wrong ones part words ("mã" is never "mà"); what Telex and VNI keys left behind is
read as marks too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from flows.words.keys import SLIPS, as_meant, plain_of, unslipped

BARE = "="
"""Stands behind the apostrophe of a word that is meant without marks."""
FEW = 3
"""Marked words from which a message counts as typed with its marks, if they are half of it."""

_WORD = re.compile(r"\d+(?:[.,]\d+)*[^\W\d_]*\d*|[^\W_]+|[.,;:!?…•]|\n")
_ONE_BY_ONE = re.compile(r"(?<![^\W_])[^\W\d_]([\s.\-_*]{1,3})[^\W\d_](?:\1[^\W\d_])+(?![^\W_])")
_DOTTED = re.compile(r"(?<![^\W_])[^\W\d_]{1,2}(?:[.*_~][^\W\d_]{1,2})+(?![^\W_])")
_INSIDE = re.compile(r"(?<=[^\W\d_])[.\-_*~|+](?=[^\W\d_])")
_LATE = re.compile(r"([aeo])(ch|nh|ng|[cmnpt])\1(?=[sfrxj]?\b)")  # "mataj": the key came late
_MARKS = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "r", "\u0323": "j", "\u0302": "^", "\u031b": "w"}
_MARKS["\u0306"] = "w"  # hook and tilde are one: half of the country does not tell them apart
_SIGNS = frozenset(".,;:!?…•\n")


def readings(text: str) -> tuple[str, ...]:
    """The message in canonical words with a blank around each; a second time with Telex or VNI keys read as marks."""
    meant = as_meant(unicodedata.normalize("NFKC", text))
    meant = _ONE_BY_ONE.sub(lambda found: re.sub(r"[\W_]", "", found[0]), meant)
    meant = _DOTTED.sub(lambda found: re.sub(r"[\W_]", "", found[0]), meant)
    words = _WORD.findall(_INSIDE.sub(" ", meant))
    plain = _said(words, canonical_word)
    keyed = _said(words, _keyed)
    return (plain,) if plain == keyed else (plain, keyed)


def _said(words: list[str], read: Callable[[str], str]) -> str:
    """In a message that is typed with its marks, a word without any is meant so: "quay" is not "quầy"."""
    said = [read(word) for word in words]
    marked = sum(not word.endswith("'") for word in said if "'" in word)
    if marked >= FEW and 2 * marked >= sum("'" in word for word in said):
        said = [f"{word}{BARE}" if word.endswith("'") and not word[0].isdigit() else word for word in said]
    return f" {' '.join(said)} "


@lru_cache(maxsize=1024)
def canonical_word(word: str) -> str:
    """Letters without marks, an apostrophe, the marks in order: "mật" is mat'^j. A sign stays what it is."""
    if word in _SIGNS:
        return "." if word == "\n" else word
    if word[0].isdigit() or word.isascii():
        return f"{plain_of(word)}'"
    marks = {"d"} if "đ" in word else set()
    letters = []
    for character in unicodedata.normalize("NFD", word.replace("đ", "d")):
        if mark := _MARKS.get(character):
            marks.add(mark)
        elif not unicodedata.combining(character):
            letters.append(character)
    return f"{''.join(letters)}'{''.join(sorted(marks))}"


def _keyed(word: str) -> str:
    if word in _SIGNS or word[0].isdigit() or not SLIPS.search(word):
        return canonical_word(word)
    letters, marks = unslipped(_LATE.sub(r"\1\1\2", word))
    return f"{letters}'{''.join(sorted(set(marks.replace('x', 'r'))))}"
