"""What no learner may ever find stored: numbers of papers, accounts and cards, one-time codes, passwords. Told apart.

In doubt a number is hidden: a needless warning costs a smile, a kept secret may cost the savings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from flows.words.nouns import MASK, NounTable
from flows.words.numbers import SecretNumber, numbers_in, said_in
from flows.words.passwords import passwords_in
from flows.words.said import misheard_in

__all__ = ["MASK", "Masked", "mask", "mask_heard", "with_cue"]

SHORT = 300  # characters up to which a message is remembered for a moment: one update asks about it several times
MOST_ROUNDS = 12  # looks at a text; ordinary ones need three, and beyond this many all its figures go
_FIGURES = re.compile(r"\S*\d\S*")
_LIKE_DIGITS = "OoОоΟοlIІіӀΙ|"
_LOOKALIKE = re.compile(rf"(?<=\d)[{_LIKE_DIGITS}]+(?![^\W\d_])|(?<![^\W\d_])[{_LIKE_DIGITS}]+(?=\d)")
_OF_YEAR = re.compile(r"(?<!\w)(tháng(?: \w+){1,2}? năm) (?=\w)")
_YEAR_TOLD = re.compile(r"(?<!\w)(tháng(?: \w+){1,2}? năm): ")
_DIGIT_OF = str.maketrans(_LIKE_DIGITS, "0000001111111")


@dataclass(frozen=True, slots=True)
class Masked:
    """`text` is safe to store; `kinds` names what was hidden, numbers first: citizen_id, passport,
    insurance, account, otp, card, password."""

    text: str
    kinds: tuple[str, ...]


def mask(text: str, nouns: NounTable) -> Masked:
    """Hide whatever could rob a learner, told by `nouns`. Phone numbers, dates and sums of money stay: they are needed.

    Text without a secret comes back as it is; with one, in NFKC and without invisible characters.
    Masking again changes nothing. Takes time linear in the length of `text`; raises nothing.
    """
    return _masked_once(text, nouns) if len(text) <= SHORT else _masked(text, nouns)


def mask_heard(text: str, nouns: NounTable) -> Masked:
    """The same for what a machine has heard. It mistakes a digit of a code for another word: then the rest goes too. It
    writes dates out: the "năm" of "tháng tư năm một chín sáu hai" is a year and no five."""
    masked = mask(_OF_YEAR.sub(r"\1: ", text), nouns)
    kinds = [*masked.kinds]
    hidden = _hide(masked.text, (SecretNumber(start, end, "otp") for start, end in misheard_in(masked.text)), kinds)
    return Masked(_YEAR_TOLD.sub(r"\1 ", hidden), tuple(kinds))


@lru_cache(maxsize=64)
def _masked_once(text: str, nouns: NounTable) -> Masked:
    return _masked(text, nouns)


def _masked(text: str, nouns: NounTable) -> Masked:
    kinds: list[str] = []
    before, masked = "", _visible(text)
    for _ in range(MOST_ROUNDS):  # what is hidden may set free what stood next to it
        if before == masked:
            break
        before, masked = masked, _hidden(masked, nouns, kinds)
    else:
        masked = _hidden(_FIGURES.sub(MASK, masked), nouns, kinds)
    return Masked(masked if kinds else text, tuple(kinds))


def _hidden(text: str, nouns: NounTable, kinds: list[str]) -> str:
    """What is found at one look is hidden; `kinds` grows."""
    view = _LOOKALIKE.sub(lambda found: found[0].translate(_DIGIT_OF), text)
    if view != text:
        text = _hide(text, numbers_in(view, nouns), kinds)
    text = _hide(text, numbers_in(text, nouns), kinds)
    text = _hide(text, said_in(text, nouns), kinds)
    return _hide(text, passwords_in(text, nouns), kinds)


def with_cue(text: str, nouns: NounTable) -> str:
    """What comes after a text that announces a password, as in one message with it; whatever is no password stays."""
    whole = f"mật khẩu\n{text}"
    return whole if mask(whole, nouns).kinds == ("password",) and not mask(text, nouns).kinds else text


def _visible(text: str) -> str:
    """One way to write each letter and digit, and nothing that cannot be seen."""
    if text.isascii():
        return text
    seen = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return "".join(str(int(c)) if c.isdecimal() else c for c in seen)


def _hide(text: str, numbers: Iterable[SecretNumber], kinds: list[str]) -> str:
    kept, at = [], 0
    for found in numbers:
        if found.start >= at:
            kinds.append(found.kind)
            kept.append(text[at : found.start] + MASK)
            at = found.end
    return "".join(kept) + text[at:]
