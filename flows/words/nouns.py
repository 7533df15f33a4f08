"""What a number is called: the nouns of `lessons/masking.yaml`, each with the shape of its numbers, ready to be found.

A noun fits a number only by its shape: a house has no twelve digits, a passport begins with a letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Literal, get_args

from flows.words.keys import unslipped

MASK = "•••"
PHONE = r"(?:(?:0|84)[35789]\d{8}|02\d{9}|1[89]00\d{4,8})"
NEVER = r"(?!)"
"""The shape of no number."""
KINDS = ("citizen_id", "passport", "insurance", "account", "otp", "card", "password")
"""What is hidden; a phrase `kind_…` names each."""
FARTHEST = 14
"""Words that a noun reaches, at most."""

Role = Literal["", "password", "unlocks", "papers", "cues"]
ROLES = tuple(role for role in get_args(Role) if role not in ("", "cues"))
Word = tuple[str, str]
"""Letters without marks, and the marks."""
_NOUN = re.compile(r"(?:[^\W_]+(?:/[^\W_]+)*\??)(?: [^\W_]+(?:/[^\W_]+)*\??)*!?")


@dataclass(frozen=True, slots=True, eq=False)
class NounRow:
    """What its nouns name: `kind`, "" for what is no secret; the shape of its numbers, a regular expression; how many
    words its nouns reach. `nouns` as a teacher writes them, see `ways_of`.

    `role`: "password" what may be said in words behind it, "unlocks" what opens a thing, "papers" a contract or file,
    in which a long number is a secret all the same, "cues" where six digits that are parted are a code. `six`: six
    digits beside it are a code whatever else they are called. `vague`: alone it tells nothing of a text, `plain`: it
    tells that a text is about this.
    """

    kind: str
    shape: str
    reach: int
    nouns: tuple[str, ...]
    id: str = ""
    role: Role = ""
    six: bool = False
    vague: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """One noun, word by word; marks None: whatever marks. `marked`: only with them. It may stand in several rows."""

    words: tuple[tuple[str, str | None], ...]
    marked: bool
    rows: tuple[NounRow, ...]


def is_noun(text: str) -> bool:
    """Whether a noun can be read: words, "/" between those in the same place, "?" behind one that may be missing, "!"
    at the end of one that counts only with its marks."""
    return _NOUN.fullmatch(text) is not None


def ways_of(noun: str) -> list[str]:
    """A noun with its choices written out."""
    return [" ".join(filter(None, way)) for way in product(*map(_choices, noun.rstrip("!").split()))]


def _choices(word: str) -> list[str]:
    return [*word.rstrip("?").split("/"), *([""] if word.endswith("?") else [])]


class NounTable:
    """All rows, and every noun by its first word, the longest first."""

    def __init__(self, rows: Iterable[NounRow]) -> None:
        self.rows = tuple(rows)
        self.phrases = _phrases(self.rows)
        self._known = {letters for each in self.phrases.values() for phrase in each for letters, _ in phrase.words}
        self.typed: Callable[[str], Word] = lru_cache(maxsize=4096)(self._typed)
        """A word as it may stand in a noun: by itself when it does, else with the keys of Telex and VNI as marks."""

    def _typed(self, token: str) -> Word:
        word = token.casefold()
        return (word, "") if word in self._known else unslipped(word)

    def knows(self, letters: str) -> bool:
        """Whether a word of some noun has these letters."""
        return letters in self._known


def _phrases(rows: Iterable[NounRow]) -> dict[str, list[NounPhrase]]:
    named: dict[tuple[str, bool], list[NounRow]] = {}
    for row in rows:
        for noun in row.nouns:
            for way in ways_of(noun):
                named.setdefault((way, noun.endswith("!")), []).append(row)
    found: dict[str, list[NounPhrase]] = {}
    for (noun, is_marked), of in named.items():
        lenient = any(row.kind for row in of)
        spelled = [(word, "") if word.isascii() else unslipped(word) for word in noun.split()]
        words = tuple((letters, marks if marks or not lenient else None) for letters, marks in spelled)
        found.setdefault(words[0][0], []).append(NounPhrase(words, is_marked, tuple(of)))
    return {first: sorted(each, key=lambda phrase: -len(phrase.words)) for first, each in found.items()}


SPARE = NounTable(
    (
        NounRow("account", r"\d{8,16}", 10, ("stk", "so tai khoan", "tai khoan", "tk")),
        NounRow("citizen_id", r"\d{9}|\d{12}", 10, ("cmnd", "cccd", "can cuoc", "chung minh")),
        NounRow("otp", r"\d{4,8}", 10, ("otp", "ma"), six=True),
        NounRow(
            "password",
            r"\d{4,8}|(?=.*[a-z])(?=.*\d).{4,}",
            10,
            ("mat khau", "mk", "pass", "pin"),
            role="password",
            six=True,
        ),
    )
)
"""Stands where no masking.yaml was read, as in a fault's log before a book is there: what is stored must be masked
whether lessons can be read or not, so this is never nothing. Cards and citizens' ids need no noun at all."""
