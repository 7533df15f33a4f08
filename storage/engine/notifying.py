"""LISTEN and NOTIFY: small payloads to whoever uses the same PostgreSQL, over one connection that no pooler shares.

Nothing depends on a payload: it may be lost with a connection, a process, a queue that is full. It is never told within
somebody's transaction, which a full queue would break.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.engine.address import postgres_address
from storage.engine.database import Database
from storage.engine.errors import StorageError, StorageUnavailable
from storage.engine.faults import decided
from storage.engine.reaching import PrimaryFinder

CHANNEL = "camtay"
MOST_BYTES = 7_900  # PostgreSQL takes less than 8,000
TELL_S = 2.0  # a server that neither answers nor breaks off
AGAIN_S = 0.5

# Nothing is kept of it, so no disk is waited for.
_NOTIFY = "SELECT clock_timestamp(), set_config('synchronous_commit', 'off', true), pg_notify('{0}', {1})"
_BY_POOL = text(_NOTIFY.format(CHANNEL, ":payload"))
_BY_HAND = _NOTIFY.format(CHANNEL, "$1")

log = logging.getLogger(__name__)


class Notifications:
    """`heard` is called with each payload, one's own too, while `run` runs; `url` is that of the database."""

    def __init__(self, database: Database, url: str, heard: Callable[[str], None]) -> None:
        self._database, self._heard = database, heard
        self._finder = PrimaryFinder(postgres_address(url).direct)
        self._connection: Any = None
        self._lost = asyncio.Event()

    async def beat(self, payload: str) -> datetime:
        """As `tell`, by the way of what is committed: whoever hears it hears of that. What the server's clock says."""
        async with _heeded():
            return await self._database.read(lambda c: c.execute(_BY_POOL, {"payload": payload}).scalar_one())

    async def tell(self, payload: str) -> None:
        """Hand it to all that listen now. Raises StorageError: they were not told."""
        if (connection := self._connection) is None:
            await self.beat(payload)
            return
        async with _heeded():
            try:
                async with asyncio.timeout(TELL_S):
                    await connection.execute(_BY_HAND, payload)
            except TimeoutError:
                self._lost.set()  # `run` makes another
                raise
            finally:
                if connection.is_closed():
                    self._lost.set()

    async def run(self) -> None:
        """Listen until cancelled, over another connection where one was lost."""
        while True:
            try:
                await self._listen()
            except StorageError as away:
                log.warning("storage away", extra={"reason": str(away)[:200]})
            await asyncio.sleep(AGAIN_S)

    async def _listen(self) -> None:
        lost = self._lost = asyncio.Event()
        async with _heeded():
            connection = (await self._finder.reach()).line
            try:
                connection.add_termination_listener(lambda _: lost.set())
                await connection.add_listener(CHANNEL, lambda *told: self._heard(told[-1]))
                self._connection = connection
                await lost.wait()
            finally:
                self._connection = None
                connection.terminate()


@asynccontextmanager
async def _heeded() -> AsyncIterator[None]:
    """Raises StorageError for whatever the server refuses, and for what a connection says that has ended."""
    import asyncpg

    try:
        async with decided():
            yield
    except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as fault:
        raise StorageUnavailable(f"{type(fault).__name__}: {fault}") from fault
