"""PostgreSQL: the same units of work, over asyncpg."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from flows.saying import said_by, say
from storage.engine.address import postgres_address
from storage.engine.database import T, UnitOfWork, taken
from storage.engine.errors import StorageUnavailable
from storage.engine.faults import decided

CONNECT_TIMEOUT_S = 10.0
COMMAND_TIMEOUT_S = 60.0  # a server that neither answers nor breaks off; no statement of ours takes a second


class PostgreSQL:
    unscrubbed = False

    def __init__(self, url: str) -> None:
        self.url = url
        self._address = postgres_address(url).asyncpg
        self._engine = create_async_engine(
            "postgresql+asyncpg://", pool_size=4, max_overflow=4, async_creator=self._connect
        )
        self._holder: AsyncConnection | None = None
        self.lane = asyncio.Lock()

    async def _connect(self) -> Any:
        """By asyncpg's own reading of the address: it alone understands libpq's words for TLS."""
        import asyncpg  # whoever has SQLite never needs it

        try:
            return await asyncpg.connect(self._address, timeout=CONNECT_TIMEOUT_S, command_timeout=COMMAND_TIMEOUT_S)
        except asyncpg.exceptions.ClientConfigurationError as wrong:
            raise StorageUnavailable(say("DATABASE_URL: {reason}", reason=said_by(wrong))) from wrong

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

    async def hold(self, name: str) -> bool:
        """Whether this process holds the advisory lock `name`, taken for as long as its connection lives."""
        holder, self._holder = self._holder, None
        async with decided():
            if holder is None or holder.closed:
                holder = await self._engine.connect()
                await holder.execution_options(isolation_level="AUTOCOMMIT")
            query = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 20260101))")
            try:
                owned = bool((await holder.execute(query, {"name": name})).scalar_one())
            except BaseException:
                await holder.invalidate()  # not into the pool: should it still be connected it may own the name
                await holder.close()
                raise
        self._holder = holder
        return owned

    async def scrub(self, patience_s: float = 0.0) -> None:
        """Nothing: dead rows go with the next autovacuum, and the log of writes belongs to the server."""

    async def compact(self) -> None:
        """Nothing, likewise."""

    async def close(self) -> None:
        """Let go of the advisory lock and close the pool."""
        if self._holder is not None:
            await self._holder.close()
        await self._engine.dispose()
