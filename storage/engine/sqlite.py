"""SQLite: synchronous Core, one hop per unit of work, whatever it holds.

Writing in one thread, reading in a few, and in a thread of its own what takes long.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Pool, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool, StaticPool
from sqlalchemy.util import LRUCache

from storage.engine.database import T, UnitOfWork, taken
from storage.engine.faults import decide, decided
from storage.engine.hop import Hop

LOOK_AGAIN_S, SCRUB_AGAIN_S = 0.001, 0.05
BUSY_TIMEOUT_S = 2.5  # a backup may hold SQLite for a moment; a graceful stop waits for it three times at most
READERS = 8  # threads that read SQLite, a connection each: files and threads stay few however many pages are opened
READER_CACHE_KB = 256  # of each; the system keeps the file's pages as well, once for all of them
POURED_CACHE_KB = 262_144  # of a writer who fills a whole database that nobody else uses
CHECKPOINT_PAGES = 4000  # 16 MB; SQLite's own 1000 are full after eighty answers, and whoever comes then waits for it
STATEMENTS = 2000  # compiled ones that are kept; there are some hundreds


class SQLite:
    shared = False  # the lock on the data folder lets one process in

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """`durable`: no commit is lost when the machine fails; a file that is thrown away need not be."""
        self.path, self._durable = path, durable
        self.url = f"sqlite:///{path}"
        self._writer = Hop("sqlite-writer")
        self._connection: Connection | None = None
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._reading = reader_engine(path)
        self.lane, self.unscrubbed = asyncio.Lock(), True

    async def transact(self, work: UnitOfWork[T]) -> T:
        """Run `work` in one transaction, one writer at a time; see `Database.transact`."""
        written: T = await self._writer.run(self._write, work)
        return written

    def _write(self, work: UnitOfWork[T]) -> T:
        try:
            if self._connection is None:
                self._connection = writer_engine(self.path, durable=self._durable).connect()
            with _writing(self._connection):
                return work(self._connection)
        except (SQLAlchemyError, sqlite3.Error) as fault:
            raise decide(fault) from fault

    async def read(self, work: UnitOfWork[T]) -> T:
        """Run `work` on one of the reader threads; see `Database.read`."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: UnitOfWork[T]) -> T:
        try:
            with self._reading.connect() as connection:
                return taken(work(connection))
        except (SQLAlchemyError, sqlite3.Error) as fault:
            raise decide(fault) from fault

    async def read_long(self, work: UnitOfWork[T]) -> T:
        """Run `work` on a connection of its own, beside the reader threads."""
        from sqlalchemy.ext.asyncio import create_async_engine  # it brings the ORM, 6 MB, and aiosqlite

        engine = create_async_engine(
            f"sqlite+aiosqlite:///{self.path}", poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT_S}
        )
        async with decided(), engine.connect() as connection:
            return taken(await connection.run_sync(work))

    async def scrub(self, patience_s: float = 0.0) -> None:
        """Empty the write-ahead log, so that deleted rows lie in no file; tries again for `patience_s` seconds while
        readers hold it."""
        for _ in range(1 + round(patience_s / SCRUB_AGAIN_S)):
            await self.read(_checkpoint)  # most of it, beside writers
            if await self._writer.run(self._scrub, ""):
                return
            await asyncio.sleep(SCRUB_AGAIN_S if patience_s else 0)

    async def compact(self) -> None:
        """Where rows moved from page to page while others were deleted, secure_delete leaves copies in the gaps."""
        await self._writer.run(self._scrub, "VACUUM")

    def _scrub(self, first: str) -> bool:
        """Pages are overwritten when they are freed (secure_delete); the log of writes still has them as they were.

        False while others are at work: SQLite would wait for whoever reads, and let nobody write meanwhile.
        """
        if self._connection is None:
            return True
        try:
            sqlite: sqlite3.Connection = self._connection.connection.driver_connection  # type: ignore[assignment]
            _patiently(sqlite, first)
            self.unscrubbed = bool(sqlite.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        except (SQLAlchemyError, sqlite3.Error) as fault:
            raise decide(fault) from fault
        return not self.unscrubbed

    async def close(self) -> None:
        """Wait for running work, then close readers and writer."""
        if self._writer.is_closed:
            return
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._readers.shutdown)
        self._reading.dispose()
        await self._writer.run(self._let_go, None)
        await loop.run_in_executor(None, self._writer.close)

    def _let_go(self, _: None) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            connection.engine.dispose()


class _writing:
    """One transaction of the writer, begun and committed by the driver: Core only takes note where it is used."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection

    def __enter__(self) -> None:
        _patiently(self._driver, "BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._driver.execute("COMMIT")
        finally:
            if self._driver.in_transaction:
                self._driver.rollback()
            if self._connection.in_transaction():
                self._connection.rollback()


def _checkpoint(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").close()


def writer_engine(path: Path, *, durable: bool = True) -> Engine:
    """The one writing connection: WAL, every commit on disk (where `durable`), transactions that begin as writers."""
    kept = (
        ("synchronous=FULL", "secure_delete=ON") if durable else ("synchronous=OFF", f"cache_size=-{POURED_CACHE_KB}")
    )
    engine = _engine(path, StaticPool, isolation_level=None)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"wal_autocheckpoint={CHECKPOINT_PAGES}", *kept):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA busy_timeout=0")  # from here on see `_patiently`

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if not driver.in_transaction:  # see `_writing`
            _patiently(driver, "BEGIN IMMEDIATE")

    return engine


def reader_engine(path: Path) -> Engine:
    """A connection for each reading thread, opened when it is first needed and then kept."""
    engine = _engine(path, partial(QueuePool, pool_size=READERS, max_overflow=0))

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute(f"PRAGMA cache_size=-{READER_CACHE_KB}")

    return engine


def _engine(path: Path, pool: Callable[..., Pool], **more: Any) -> Engine:
    dialect, compiled = _sqlite()
    connect = partial(sqlite3.connect, path, timeout=BUSY_TIMEOUT_S, check_same_thread=False, **more)
    url, options = make_url(f"sqlite:///{path}"), {"compiled_cache": compiled}
    return Engine(pool(connect, dialect=dialect), dialect, url, execution_options=options)


@cache
def _sqlite() -> tuple[Dialect, LRUCache[Any, Any]]:
    """How SQLite is spoken to, and the statements compiled so far: once for whoever writes and reads, whatever file."""
    engine = create_engine("sqlite://", poolclass=NullPool)
    engine.connect().close()
    return engine.dialect, LRUCache(STATEMENTS)


def _patiently(connection: Any, statement: str) -> None:
    """Wait until another process has written, and look often: SQLite would sleep longer each time, up to 100 ms, while
    the other ends one short transaction and begins the next."""
    until = monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
        sleep(LOOK_AGAIN_S)
