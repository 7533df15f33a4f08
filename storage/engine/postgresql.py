"""PostgreSQL: the same units of work, over asyncpg."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import create_async_engine

from flows.saying import said_by, say
from storage.engine.address import postgres_address
from storage.engine.database import T, UnitOfWork, taken
from storage.engine.errors import StorageUnavailable
from storage.engine.faults import decided

CONNECT_TIMEOUT_S = 10.0
COMMAND_TIMEOUT_S = 60.0  # a server that neither answers nor breaks off; no statement of ours takes a second


async def connect(address: str, called: str = "") -> Any:
    """By asyncpg's own reading of the address: it alone understands libpq's words for TLS."""
    import asyncpg  # whoever has SQLite never needs it

    try:
        return await asyncpg.connect(
            address,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=COMMAND_TIMEOUT_S,
            server_settings={"application_name": called} if called else None,
        )
    except asyncpg.exceptions.ClientConfigurationError as wrong:
        raise StorageUnavailable(say("DATABASE_URL: {reason}", reason=said_by(wrong))) from wrong


class PostgreSQL:
    shared = True
    unscrubbed = False

    def __init__(self, url: str, called: str = "") -> None:
        """`called` as in `open_database`."""
        self.url, self._called = url, called
        self._address = postgres_address(url).asyncpg
        self._engine = create_async_engine(
            "postgresql+asyncpg://", pool_size=4, max_overflow=4, async_creator=self._connect
        )
        self.lane = asyncio.Lock()

    async def _connect(self) -> Any:
        return await connect(self._address, self._called)

    async def transact(self, work: UnitOfWork[T]) -> T:
        """Run `work` in one transaction of the pool; see `Database.transact`."""
        async with decided(), self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def read(self, work: UnitOfWork[T]) -> T:
        """Run `work` on a connection of the pool; see `Database.read`."""
        async with decided(), self._engine.connect() as connection:
            return taken(await connection.run_sync(work))

    async def read_long(self, work: UnitOfWork[T]) -> T:
        """As `read`: a connection of the pool is nobody else's."""
        return await self.read(work)

    async def scrub(self, patience_s: float = 0.0) -> None:
        """Nothing: dead rows go with the next autovacuum, and the log of writes belongs to the server."""

    async def compact(self) -> None:
        """Nothing, likewise."""

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()
