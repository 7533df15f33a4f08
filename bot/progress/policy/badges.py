"""Badges for who has taught somebody. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

LEVELS = (10, 3, 1)
"""How many times one has shown something to somebody, for each badge (`badge_10` and so on), the highest first."""


def level_of(times: int) -> int:
    """The badge for so many times; 0 for none."""
    return next((each for each in LEVELS if times >= each), 0)


def lesson_taught(done: Iterable[str], told: Collection[str]) -> str:
    """Which lesson she means who says that she has shown somebody: the one finished last of those not told of yet; ""
    where all are."""
    return next((each for each in reversed(list(done)) if each not in told), "")
