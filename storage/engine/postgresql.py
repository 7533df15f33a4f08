"""PostgreSQL: the same units of work, over asyncpg."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from flows.saying import said_by, say
from storage.engine.address import postgres_address
from storage.engine.database import T, UnitOfWork, taken
from storage.engine.errors import StorageUnavailable
from storage.engine.faults import decided

CONNECT_TIMEOUT_S = 10.0
COMMAND_TIMEOUT_S = 60.0  # a server that neither answers nor breaks off; no statement of ours takes a second


PATIENTLY = text("SET LOCAL idle_in_transaction_session_timeout = 0")
"""In a transaction that reckons for long between two statements: it is not ended for that."""


async def connect(address: str) -> Any:
    """By asyncpg's own reading of the address: it alone understands libpq's words for TLS."""
    import asyncpg  # whoever has SQLite never needs it

    try:
        return await asyncpg.connect(address, timeout=CONNECT_TIMEOUT_S, command_timeout=COMMAND_TIMEOUT_S)
    except asyncpg.exceptions.ClientConfigurationError as wrong:
        raise StorageUnavailable(say("DATABASE_URL: {reason}", reason=said_by(wrong))) from wrong


class PostgreSQL:
    shared = True
    unscrubbed = False

    def __init__(self, url: str, hang_s: float = 0.0) -> None:
        """`hang_s` as in `open_database`."""
        self.url, self._hang_s = url, hang_s
        self._address = postgres_address(url).asyncpg
        self._engine = create_async_engine(
            "postgresql+asyncpg://", pool_size=4, max_overflow=4, async_creator=self._connect
        )
        self.lane = asyncio.Lock()

    async def _connect(self) -> Any:
        connection = await connect(self._address)
        if self._hang_s:  # not as the connection begins: a pooler would not take it there
            await connection.execute(f"SET idle_in_transaction_session_timeout = {round(self._hang_s * 1000)}")
        return connection

    async def transact(self, work: UnitOfWork[T]) -> T:
        """Run `work` in one transaction of the pool; see `Database.transact`."""
        async with decided(), self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def read(self, work: UnitOfWork[T]) -> T:
        """Run `work` on a connection of the pool; see `Database.read`."""
        async with decided(), self._engine.connect() as connection:
            return taken(await connection.run_sync(work))

    async def read_long(self, work: UnitOfWork[T]) -> T:
        """As `read`: a connection of the pool is nobody else's. It may reckon for long between two statements."""

        def patiently(connection: Connection) -> T:
            if self._hang_s:
                connection.execute(PATIENTLY)
            return work(connection)

        return await self.read(patiently)

    async def scrub(self, patience_s: float = 0.0) -> None:
        """Nothing: dead rows go with the next autovacuum, and the log of writes belongs to the server."""

    async def compact(self) -> None:
        """Nothing, likewise."""

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()
