"""Words of lists as they are compared, shown and written: with tones, without them, without harm."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from flows.words.keys import plain_of

_FORMULA = ("=", "+", "-", "@", "|", "%", "−")  # what one spreadsheet or another would execute

ONE_D = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"})  # letters that look like Đ and are typed for it
TONES = "\u0300\u0301\u0303\u0309\u0323"
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0e-\x1f]")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """For comparing: no case, no diacritics, no punctuation, single blanks."""
    return " ".join(re.sub(r"[\W_]+", " ", plain_of(text.translate(ONE_D))).split())


@lru_cache(maxsize=65_536)
def key(text: str) -> str:
    """For telling apart: as `fold`, but marks count. Where in a syllable the tone is typed does not: hòa is hoà."""
    words = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", text.translate(ONE_D).casefold())).split()
    return " ".join(map(_tone_last, words))


def _tone_last(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(sorted(decomposed, key=lambda each: each in TONES))


def has_marks(text: str) -> bool:
    """Whether it was typed with Vietnamese marks: then they mean something."""
    return not text.isascii()


@lru_cache(maxsize=65_536)
def tidy(cell: str) -> str:
    """One line, single blanks, one Đ, composed letters, nothing unseen."""
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", cell.translate(ONE_D))).split())


NUMBER = re.compile(r"\d(?:[ .-]?\d){5,}")
"""A number that is somebody's: of an identity card, of a phone."""


def short(text: str, most: int = 30) -> str:
    """As it is quoted: not too long, and without numbers that are somebody's."""
    text = NUMBER.sub("•••", text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet might run it: wide signs count, and so does what stands behind blanks or unseen letters."""
    begins = unicodedata.normalize("NFKC", cell[:40])
    shown = next((each for each in begins if unicodedata.category(each)[0] not in "CZ"), "")
    return shown in _FORMULA or cell[:1] in ("\t", "\r", "\n")


def harmless(cell: str) -> str:
    """A cell as it may be written into a CSV file: what a spreadsheet would execute becomes text."""
    return f"'{cell}" if is_formula(cell) else cell
