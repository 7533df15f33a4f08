"""A world that stands still until a test moves it: one clock, ids in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from bot.app import Environment
from flows.events import Universe

START = datetime(2026, 1, 5, 1, tzinfo=UTC)  # Monday, 08:00 in Đồng Nai


@dataclass
class Clock:
    """Reads the same instant until it is moved; `passes` also takes negative amounts (a clock set back)."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def passes(self, **amount: float) -> None:
        """Move by timedelta's own keywords: days, hours, minutes, seconds."""
        self.at += timedelta(**amount)


@dataclass
class Ids:
    """n1, n2, n3 … : unique as long as one object makes them all."""

    prefix: str = "n"
    numbers: count[int] = field(default_factory=lambda: count(1))

    def __call__(self) -> str:
        return f"{self.prefix}{next(self.numbers)}"


def fixed_world(clock: Clock, ids: Ids) -> Environment:
    return Environment(now=clock.now, new_id=ids)


def universe(now: datetime = START, seed: str = "test") -> Universe:
    """What the bare engine knows of the world."""
    return Universe(now, Ids("run"), seed)
