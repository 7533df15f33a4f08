"""Mass work in transactions so short, and with such pauses between, that whoever writes meanwhile hardly notices."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from math import ceil
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

AIM_S = 0.002  # a slice: below what one chat's own transaction takes, so nobody waits twice as long as alone
REST = 3.0  # times as long as the slice took: three quarters of the writer are everybody else's
REST_S = 0.1  # at most: after a database that was away for a minute nobody rests for three
SHRINK, GROW = 0.5, 1.25  # at most, from one slice to the next: one that had to wait for others says little


class Slices:
    """How many rows go into the next transaction: it follows from how long the last one took, on this machine, now.

    `async with slices as size:` is one slice and the pause after it. Whatever else is done in slices in this `lane`
    waits for both, so all of it together leaves as much to others as each alone.
    """

    def __init__(self, lane: asyncio.Lock, least: int, most: int, aim_s: float = AIM_S, rest: float = REST) -> None:
        """From `least` rows, of which a transaction costs little more than of one, to `most`; `rest` 0 where nobody
        else is there."""
        self.lane = lane
        self.size, self.least, self.most, self.aim_s, self.rest = least, least, most, aim_s, rest
        self._began = 0.0

    async def __aenter__(self) -> int:
        await self.lane.acquire()
        self._began = monotonic()
        return self.size

    async def __aexit__(self, *_: object) -> None:
        took = monotonic() - self._began
        by = min(GROW, max(SHRINK, self.aim_s / max(took, 1e-6)))
        self.size = max(self.least, min(self.most, ceil(self.size * by)))
        try:
            await asyncio.sleep(min(self.rest * took, REST_S))
        finally:
            self.lane.release()

    async def through(self, rows: Sequence[T], write: Callable[[Sequence[T]], Awaitable[object]]) -> None:
        """Let all rows be written, slice by slice."""
        at = 0
        while at < len(rows):
            async with self as size:
                await write(rows[at : at + size])
            at += size
