"""Numbers that take long: counted beside the pages, kept for some minutes, shown with the time of the count."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from bot.edge import guarded
from storage.engine.database import Connection, Database

T = TypeVar("T")

FRESH = timedelta(minutes=10)
PATIENCE_S = 0.06  # so long a page waits for a count; a ward's is there by then, a province's with the next look
MOST = 64  # counts that are kept: what nobody has looked at for longest goes first

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counted(Generic[T]):
    """What was counted, and when."""

    at: datetime
    value: T


class Counts:
    """One count at a time: whoever chats meanwhile has the other core. What is kept is no person's, only numbers."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self._kept: dict[Hashable, Counted[Any]] = {}
        self._under_way: dict[Hashable, asyncio.Task[bool]] = {}
        self._turn = asyncio.Lock()

    async def of(self, key: Hashable, count: Callable[[Connection], T]) -> Counted[T] | None:
        """What is called `key`, by `count`; an older one while it is counted anew, None while there is none yet."""
        known = self._kept.get(key)
        if known is None or self._now() - known.at >= FRESH:
            task = self._under_way.get(key)
            if task is None:
                task = self._under_way[key] = asyncio.ensure_future(
                    guarded(lambda: self._count(key, count), log, "count failed")
                )
                task.add_done_callback(lambda _: self._under_way.pop(key, None))
            await asyncio.wait({task}, timeout=PATIENCE_S)
            known = self._kept.get(key)
        if known is not None:
            self._kept[key] = self._kept.pop(key)  # it was looked at last
        return known

    async def _count(self, key: Hashable, count: Callable[[Connection], Any]) -> None:
        async with self._turn:
            now = self._now()
            made = await self._database.read_long(count)
        self._kept.pop(key, None)
        self._kept[key] = Counted(now, made)
        while len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    async def settled(self) -> None:
        """Returns when nothing is being counted."""
        while self._under_way:
            await asyncio.wait(list(self._under_way.values()))
