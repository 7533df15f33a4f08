"""The wall clock as mass work may use it: nothing is deleted and nobody asked by a clock that has just jumped."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from bot.scheduler.policy import clocks
from bot.scheduler.policy.clocks import Belief, ClockReading
from storage.engine import key_value
from storage.engine.database import Connection, Database

KEEP_EVERY = timedelta(hours=1)

log = logging.getLogger(__name__)


class Steady:
    """`now` is the wall clock, `counted_s` what the machine counts by itself, sleep included, in seconds."""

    def __init__(self, database: Database, now: Callable[[], datetime], counted_s: Callable[[], float]) -> None:
        self.database, self.now, self.counted_s = database, now, counted_s
        self.belief: Belief | None = None
        self.apart = timedelta()
        """How far ahead of the database's clock this machine's is; negative: behind."""
        self._kept_at: datetime | None = None

    @property
    def is_apart(self) -> bool:
        """Whether it differs from the database's by more than clocks do that somebody sets."""
        return abs(self.apart) >= clocks.APART

    async def compare(self, asking: Awaitable[datetime]) -> None:
        """Hold the wall clock beside what the database's says; that they differ is told in the log, and that they do
        no more. Raises what `asking` raises."""
        began, was_apart = self.now(), self.is_apart
        self.apart = clocks.apart(began, await asking, self.now())
        if self.is_apart != was_apart:
            level, event = (logging.WARNING, "clocks differ") if self.is_apart else (logging.INFO, "clocks agree again")
            log.log(level, event, extra={"seconds": round(self.apart.total_seconds())})

    @property
    def jumped(self) -> bool:
        """Whether it was in doubt when it was last looked at."""
        return self.belief is not None and self.belief.doubted is not None

    async def look(self) -> timedelta | None:
        """How long ago the clock jumped, None when it can be believed. A jump is told in the log and remembered."""
        before, reading = self.belief, ClockReading(self.now(), self.counted_s())
        if before is None:
            known, doubted = await self.database.read(clock_of)
            belief = clocks.begin(known, doubted, reading)
        else:
            belief = clocks.look(before, reading)
        jumped = belief.doubted is not None and (before is None or before.doubted != belief.doubted)
        if jumped:
            off_by = belief.last.wall - (before.last if before else belief.known).wall
            log.error("clock jumped", extra={"seconds": round(off_by.total_seconds())})
        is_old = self._kept_at is None or abs(belief.known.wall - self._kept_at) >= KEEP_EVERY
        if jumped or is_old or (before is not None and before.doubted is not None and belief.doubted is None):
            await self.database.transact(lambda c: _keep(c, belief))
            self._kept_at = belief.known.wall
        self.belief = belief
        return belief.doubt_for


def clock_of(connection: Connection) -> tuple[datetime | None, datetime | None]:
    """The last instant that was believed, and where a jump led to; None each where there is none."""
    stored = key_value.get_key(connection, key_value.CLOCK)
    known, doubted = json.loads(stored[0]) if stored else (None, None)
    return _instant(known), _instant(doubted)


def _keep(connection: Connection, belief: Belief) -> None:
    doubted = belief.doubted.timestamp() if belief.doubted else None
    key_value.set_key(connection, key_value.CLOCK, json.dumps([belief.known.wall.timestamp(), doubted]))


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
