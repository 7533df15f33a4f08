"""PostgreSQL: the same units of work, over asyncpg, on whichever server is the primary now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import greenlet_spawn

from storage.engine.address import postgres_address
from storage.engine.database import T, UnitOfWork, taken
from storage.engine.errors import StorageError
from storage.engine.faults import decided, is_left
from storage.engine.hung import HUNG_LOOK_S, free_of_hung
from storage.engine.reaching import PrimaryFinder, goodbye

if TYPE_CHECKING:
    from asyncpg import Connection

DOUBT_S = 1.0  # what takes longer may wait for a server that is no longer the primary


class PostgreSQL:
    shared = True
    unscrubbed = False

    def __init__(self, url: str, called: str = "") -> None:
        """`called` as in `open_database`."""
        self.url = url
        address = postgres_address(url)
        self._finder = PrimaryFinder(address.asyncpg, called, pooled=address.pooled)
        self._lines: WeakKeyDictionary[Connection[Any], object] = WeakKeyDictionary()
        self._looks: dict[Look, asyncio.Task[None]] = {}
        self._engine: Engine = create_engine("postgresql+asyncpg://", pool_size=4, max_overflow=4, creator=self._line)
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")  # one trip a question, not three
        event.listen(self._engine, "checkout", _check_out)
        event.listen(self._engine, "handle_error", _leave)
        self.lane = asyncio.Lock()

    def _line(self) -> DBAPIConnection:
        """A connection as Core wants it. Where a pooler is, the driver prepares each statement anew as it runs."""
        dbapi: Any = self._engine.dialect.dbapi
        line: DBAPIConnection = dbapi.connect(async_creator_fn=self._connect)
        return line

    async def _connect(self) -> Connection[Any]:
        """By asyncpg's own reading of the address: it alone understands libpq's words for TLS."""
        line, self._lines[line] = await self._finder.reach()
        return line

    async def transact(self, work: UnitOfWork[T]) -> T:
        """Run `work` in one transaction of the pool; see `Database.transact`."""

        def unit() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        return await self._run(unit)

    async def read(self, work: UnitOfWork[T]) -> T:
        """Run `work` on a connection of the pool; see `Database.read`."""

        def unit() -> T:
            with self._reading.connect() as connection:
                return taken(work(connection))

        return await self._run(unit)

    async def read_long(self, work: UnitOfWork[T]) -> T:
        """Run `work` in one transaction, so that a cursor can go through rows by the hundred."""

        def unit() -> T:
            with self._engine.connect() as connection:
                return taken(work(connection))

        return await self._run(unit)

    async def _run(self, unit: Callable[[], T]) -> T:
        """All of it in one greenlet, from the pool and back to it: each more costs as much as a statement."""
        with _Doubt(self):
            async with decided():
                return await greenlet_spawn(unit)

    def look(self, for_: Look) -> None:
        """Something takes long: it may wait for who hangs, or for a server that is the primary no more. One at a time
        looks, however many wait."""
        if (task := self._looks.get(for_)) is None or task.done():
            self._looks[for_] = asyncio.get_running_loop().create_task(for_(self))

    async def free_of_hung(self) -> None:
        """Cut off who hangs with something locked that others wait for."""
        with suppress(StorageError):  # whoever waits finds out
            await free_of_hung(self)

    async def follow_primary(self) -> None:
        """Break off whatever waits for another server than the one that is the primary now."""
        try:
            found = await self._finder.reach()
        except Exception:  # noqa: BLE001 there is none: whoever waits goes on waiting
            return
        await goodbye(found.line)
        for line, server in list(self._lines.items()):
            if server != found.server:
                line.terminate()

    async def scrub(self, patience_s: float = 0.0) -> None:
        """Nothing: dead rows go with the next autovacuum, and the log of writes belongs to the server."""

    async def compact(self) -> None:
        """Nothing, likewise."""

    async def close(self) -> None:
        """Close the pool."""
        if looks := self._looks.values():
            for each in looks:
                each.cancel()
            await asyncio.wait(looks)
        await greenlet_spawn(self._engine.dispose)


Look = Callable[[PostgreSQL], Coroutine[Any, Any, None]]


class _Doubt:
    """While a unit of work runs: every `HUNG_LOOK_S` a look for who hangs, every `DOUBT_S` for the primary."""

    __slots__ = ("_database", "_since_s", "_timer")

    def __init__(self, database: PostgreSQL) -> None:
        self._database, self._since_s = database, 0.0

    def __enter__(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(HUNG_LOOK_S, self._say)

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _say(self) -> None:
        self._since_s += HUNG_LOOK_S
        self._database.look(PostgreSQL.free_of_hung)
        if self._since_s >= DOUBT_S:
            self._since_s = 0.0
            self._database.look(PostgreSQL.follow_primary)
        self.__enter__()


def _check_out(_: object, entry: ConnectionPoolEntry, __: object) -> None:
    """What has broken off while it lay in the pool is replaced before anybody works on it."""
    line = entry.driver_connection
    if line is None or line.is_closed():
        raise DisconnectionError


def _leave(context: ExceptionContext) -> None:
    """A server that goes, or takes nothing any more, is left with all connections there are to it."""
    if is_left(context.original_exception):
        context.is_disconnect = True
