"""One door: what a text says, as a value of the kind that is asked for."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date
from functools import lru_cache
from typing import Final, Literal

from flows.words.values.amounts import read_amount
from flows.words.values.dates import read_date
from flows.words.values.phones import read_phone
from flows.words.values.value import Value, ValueKind

MAX_TEXT = 4_000  # characters that are looked at
SHORT = 200  # characters up to which a text is remembered
SUMS: Final[tuple[Literal["number", "money"], ...]] = ("number", "money")


def read_value(text: str, kind: ValueKind, *, today: date) -> Value | None:
    """What `text` says as money (đồng), number, date or phone; None where not understood, impossible or left open.

    Takes time linear in the length of `text`, of which the first 4,000 characters count; raises nothing.
    """
    text = text[:MAX_TEXT]
    match kind:
        case "money" | "number":
            return read_amount(text, kind)
        case "date":
            return read_date(text, today)
        case "phone":
            return read_phone(text)


def read_sum(text: str, accepted: Container[int] = ()) -> Value | None:
    """A number where nobody said whether it is one of money: the reading that is accepted, else as said, else as money.

    So "năm chục" answers 50 and 50.000, whichever was asked for; `accepted` are whole numbers.
    """
    readings = _sums_in(text) if len(text) <= SHORT else _read_sums(text[:MAX_TEXT])
    for found in readings:
        if found.value in accepted:
            return found
    return readings[0] if readings else None


@lru_cache(maxsize=512)
def _sums_in(text: str) -> tuple[Value, ...]:
    """Remembered for a moment: of one answer it is asked whether it is right, whether it is sure, whether it is a
    secret."""
    return _read_sums(text)


def _read_sums(text: str) -> tuple[Value, ...]:
    return tuple(found for kind in SUMS if (found := read_amount(text, kind)) is not None)


def sums_of(texts: Iterable[str]) -> frozenset[int]:
    """What texts of an author are worth ("500.000", "1,5 triệu"); those that are no number are left out."""
    return _worth(tuple(texts))


@lru_cache(maxsize=512)
def _worth(texts: tuple[str, ...]) -> frozenset[int]:
    return frozenset(int(found.value) for text in texts if (found := read_sum(text)) is not None)
