"""Numbers that take long: counted beside pages and chat, kept for some minutes, shown with the time of the count.

A count adds rows up in Python for a second: in a thread of its own, with an event loop and a connection of its own,
since the process's loop is whoever chats'.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from bot.edge import guarded
from storage.engine.database import Connection, open_database

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


async def read_apart(url: str, count: Callable[[Connection], Any]) -> Any:
    """Read a database in a thread of its own."""

    async def read() -> Any:
        database = open_database(url)
        try:
            return await database.read_long(count)
        finally:
            await database.close()

    return await asyncio.to_thread(lambda: asyncio.run(read()))


Reading = Callable[[str, Callable[[Connection], Any]], Awaitable[Any]]


class KeptCounts:
    """One count at a time: whoever chats meanwhile has the other core. What is kept is no person's, only numbers."""

    def __init__(self, url: str, now: Callable[[], datetime], read: Reading = read_apart) -> None:
        """`url` is the database's, `read` how it is read."""
        self._url, self._now, self._read = url, now, read
        self._kept: dict[Hashable, Counted[Any]] = {}
        self._under_way: dict[Hashable, asyncio.Task[bool]] = {}
        self._turn = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> None:
        """From now on a loop runs in which it can be counted for whoever cannot wait."""
        self._loop = asyncio.get_running_loop()

    @property
    def is_running(self) -> bool:
        """Whether a tutor runs around it: a command counts by itself."""
        return self._loop is not None

    def at_once(self, key: Hashable, count: Callable[[Connection], T]) -> Counted[T] | None:
        """What is called `key`, as it was counted last, None while there is none yet; where that is long ago it is
        counted anew. Waits for nothing; from any thread, while it is running."""
        known = self._kept.get(key)
        if self._loop is not None and self._is_old(known):
            self._loop.call_soon_threadsafe(self._begun, key, count)
        return known

    async def of(self, key: Hashable, count: Callable[[Connection], T], *, awaited: bool = False) -> Counted[T] | None:
        """What is called `key`, by `count`; an older one while it is counted anew, None while there is none yet.

        `awaited`: however long it takes, where something was typed that must not be lost meanwhile.
        """
        known = self._kept.get(key)
        if self._is_old(known):
            await asyncio.wait({self._begun(key, count)}, timeout=None if awaited else PATIENCE_S)
            known = self._kept.get(key)
        if known is not None:
            self._kept[key] = self._kept.pop(key)  # it was looked at last
        return known

    def _is_old(self, known: Counted[Any] | None) -> bool:
        return known is None or self._now() - known.at >= FRESH

    def _begun(self, key: Hashable, count: Callable[[Connection], Any]) -> asyncio.Task[bool]:
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.ensure_future(
                guarded(lambda: self._count(key, count), log, "count failed")
            )
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return task

    async def _count(self, key: Hashable, count: Callable[[Connection], Any]) -> None:
        async with self._turn:
            now = self._now()
            made = await self._read(self._url, count)
        self._kept.pop(key, None)
        self._kept[key] = Counted(now, made)
        while len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    async def settled(self) -> None:
        """Returns when nothing is being counted."""
        while self._under_way:
            await asyncio.wait(list(self._under_way.values()))
