"""Masking by the nouns of the lessons."""

from __future__ import annotations

from flows.words import masking
from flows.words.masking import Masked
from flows.words.nouns import NounRow, ways_of
from tests.support.builders import real_book

CARD = "4111111111111111"
NOUNS = real_book().nouns
SECRET_ROWS = [row for row in NOUNS.rows if row.kind]
OTHER_ROWS = [row for row in NOUNS.rows if row.id and not row.kind]


def mask(text: str) -> Masked:
    """By the nouns of the real lessons."""
    return masking.mask(text, NOUNS)


def nouns_of(row: NounRow) -> list[str]:
    """Every noun of a row, its choices written out."""
    return [way for noun in row.nouns for way in ways_of(noun)]
