"""PostgreSQL: the same units of work, over asyncpg, on whichever server is the primary now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.engine.address import postgres_address
from storage.engine.database import T, UnitOfWork, taken
from storage.engine.faults import decided, is_left
from storage.engine.reaching import PrimaryFinder, goodbye

if TYPE_CHECKING:
    from asyncpg import Connection

DOUBT_S = 1.0  # what takes longer may wait for a server that is no longer the primary
UNNAMED: dict[str, Any] = {"prepared_statement_cache_size": 0, "prepared_statement_name_func": lambda: ""}
"""Behind a pooler: a statement is prepared without a name each time, within the transaction that runs it."""


class PostgreSQL:
    shared = True
    unscrubbed = False

    def __init__(self, url: str, called: str = "") -> None:
        """`called` as in `open_database`."""
        self.url = url
        address = postgres_address(url)
        self._finder = PrimaryFinder(address.asyncpg, called, pooled=address.pooled)
        self._lines: WeakKeyDictionary[Connection[Any], object] = WeakKeyDictionary()
        self._look: asyncio.Task[None] | None = None
        self._engine = create_async_engine(
            "postgresql+asyncpg://", pool_size=4, max_overflow=4, async_creator=self._connect,
            connect_args=UNNAMED if address.pooled else {},
        )  # fmt: skip
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")  # one trip a question, not three
        event.listen(self._engine.sync_engine, "checkout", _check_out)
        event.listen(self._engine.sync_engine, "handle_error", _leave)
        self.lane = asyncio.Lock()

    async def _connect(self) -> Connection[Any]:
        """By asyncpg's own reading of the address: it alone understands libpq's words for TLS."""
        line, self._lines[line] = await self._finder.reach()
        return line

    async def transact(self, work: UnitOfWork[T]) -> T:
        """Run `work` in one transaction of the pool; see `Database.transact`."""
        with _Doubt(self._look_around):
            async with decided(), self._engine.begin() as connection:
                return await connection.run_sync(work)

    async def read(self, work: UnitOfWork[T]) -> T:
        """Run `work` on a connection of the pool; see `Database.read`."""
        with _Doubt(self._look_around):
            async with decided(), self._reading.connect() as connection:
                return taken(await connection.run_sync(work))

    async def read_long(self, work: UnitOfWork[T]) -> T:
        """Run `work` in one transaction, so that a cursor can go through rows by the hundred."""
        with _Doubt(self._look_around):
            async with decided(), self._engine.connect() as connection:
                return taken(await connection.run_sync(work))

    def _look_around(self) -> None:
        """Something takes long: it may wait for a server that is the primary no more."""
        if self._look is None or self._look.done():
            self._look = asyncio.get_running_loop().create_task(self._follow_primary())

    async def _follow_primary(self) -> None:
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
        if self._look is not None:
            self._look.cancel()
            await asyncio.wait([self._look])
        await self._engine.dispose()


class _Doubt:
    """While a unit of work runs, `look` is called every `DOUBT_S`."""

    __slots__ = ("_look", "_timer")

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look

    def __enter__(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(DOUBT_S, self._say)

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _say(self) -> None:
        self._look()
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
