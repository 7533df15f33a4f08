"""Numbers that take long: counted beside pages and chat, kept the longer the longer they took, shown with their time.

A count adds rows up in Python for a second: in a thread of its own, with an event loop and a connection of its own,
since the process's loop is whoever chats'.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Generic, TypeVar

from bot.edge import guarded
from bot.heap import give_back
from storage.engine.database import Connection, open_database

T = TypeVar("T")

FRESHEST, FRESH = timedelta(seconds=15), timedelta(minutes=10)
"""So long a count is kept at the least and at the most; at the least, too, where somebody asks to count again."""
KEPT_TIMES = 600
"""So many times as long as it took: a ward is counted with nearly every look, a province every ten minutes."""
PATIENCE_S = 0.06
"""So long a page waits for a count: a ward's is there by then, a province's when the page opens itself again."""
CHANGED_S = 1.0
"""So long where something was changed by hand: she looks for what she has just done."""
MOST = 64  # counts that are kept: what nobody has looked at for longest goes first

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counted(Generic[T]):
    """What was counted, when, and how long it stays."""

    at: datetime
    value: T
    keeps: timedelta = FRESH


async def read_apart(url: str, count: Callable[[Connection], Any]) -> Any:
    """Read a database in a thread of its own."""

    async def read() -> Any:
        database = open_database(url)
        try:
            return await database.read_long(count)
        finally:
            await database.close()

    def alone() -> Any:
        try:
            return asyncio.run(read())
        finally:
            give_back()

    return await asyncio.to_thread(alone)


Reading = Callable[[str, Callable[[Connection], Any]], Awaitable[Any]]


class KeptCounts:
    """One count at a time: whoever chats meanwhile has the other core. What is kept is no person's, only numbers."""

    def __init__(
        self,
        url: str,
        now: Callable[[], datetime],
        read: Reading = read_apart,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """`url` is the database's, `read` how it is read, `seconds` what tells how long that took."""
        self._url, self._now, self._read, self._seconds = url, now, read, seconds
        self._outdated: set[Hashable] = set()
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
        if self._loop is not None and self._is_old(key):
            self._loop.call_soon_threadsafe(self._begun, key, count)
        return known

    async def of(
        self, key: Hashable, count: Callable[[Connection], T], *, awaited: bool = False, again: bool = False
    ) -> Counted[T] | None:
        """What is called `key`, by `count`; an older one while it is counted anew, None while there is none yet.

        `awaited`: however long it takes, where something was typed that must not be lost meanwhile. `again`: somebody
        asks to count anew: None until that is done.
        """
        if self._is_old(key, again=again):
            patience_s = CHANGED_S if key in self._outdated else PATIENCE_S
            await asyncio.wait({self._begun(key, count)}, timeout=None if awaited else patience_s)
            if again and key in self._under_way:
                return None
        known = self._kept.get(key)
        if known is not None:
            self._kept[key] = self._kept.pop(key)  # it was looked at last
        return known

    def outdate(self, *keys: Hashable) -> None:
        """Something of what is counted was changed by hand: these (none named: each) are counted anew when they are
        looked at next."""
        self._outdated |= set(keys) or self._kept.keys()

    def _is_old(self, key: Hashable, *, again: bool = False) -> bool:
        known = self._kept.get(key)
        if known is None or key in self._outdated:
            return True
        return self._now() - known.at >= (FRESHEST if again else known.keeps)

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
            now, begun = self._now(), self._seconds()
            self._outdated.discard(key)
            made = await self._read(self._url, count)
        keeps = min(FRESH, max(FRESHEST, KEPT_TIMES * timedelta(seconds=self._seconds() - begun)))
        self._kept.pop(key, None)
        self._kept[key] = Counted(now, made, keeps)
        while len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    async def settled(self) -> None:
        """Returns when nothing is being counted."""
        while self._under_way:
            await asyncio.wait(list(self._under_way.values()))
