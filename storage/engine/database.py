"""One database, two kinds. A unit of work is a plain function of a connection: it commits when it returns.

On SQLite all of it runs with synchronous Core (one hop per unit of work, whatever it holds): writing in one thread,
reading in a few, and over a connection of aiosqlite what takes long. On PostgreSQL the same functions run over asyncpg.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection as Connection
from sqlalchemy import CursorResult, Dialect, Engine, Pool, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool, QueuePool, StaticPool
from sqlalchemy.util import LRUCache

from flows.saying import said_by, say
from storage.engine.address import postgres_address, sqlite_path
from storage.engine.errors import Conflict, StorageUnavailable

T = TypeVar("T")
UnitOfWork = Callable[[Connection], T]

LOOK_AGAIN_S, SCRUB_AGAIN_S = 0.001, 0.05
BUSY_TIMEOUT_S = 2.5  # a backup may hold SQLite for a moment; a graceful stop waits for it three times at most
READERS = 8  # threads that read SQLite, a connection each: files and threads stay few however many pages are opened
READER_CACHE_KB = 256  # of each; the system keeps the file's pages as well, once for all of them
POURED_CACHE_KB = 262_144  # of a writer who fills a whole database that nobody else uses
STATEMENTS = 2000  # compiled ones that are kept; there are some hundreds
CONNECT_TIMEOUT_S = 10.0
COMMAND_TIMEOUT_S = 60.0  # a server that neither answers nor breaks off; no statement of ours takes a second
_RETRY_STATES = {"40001", "40P01", "23505"}  # serialisation failure, deadlock, unique violation (another was quicker)


class Database(Protocol):
    """What services need of a database."""

    url: str
    lane: asyncio.Lock  # see `Slices`
    unscrubbed: bool  # something was deleted, here or before a crash, that a `scrub` has still to wipe

    async def transact(self, work: UnitOfWork[T]) -> T:
        """Run `work` in one write transaction. Raises Conflict or StorageUnavailable; then nothing was kept."""

    async def read(self, work: UnitOfWork[T]) -> T:
        """Run `work` on a reading connection. Raises StorageUnavailable."""

    async def read_long(self, work: UnitOfWork[T]) -> T:
        """As `read`, for work that may take seconds (a report, an export): no page waits for it."""

    async def hold(self, name: str) -> bool:
        """Become the one process that owns `name` (a channel's outbox) until it ends; False while another does."""

    async def scrub(self, patience_s: float = 0.0) -> None:
        """After a deletion: let nothing of it stay in files beside the tables, as far as the database can.

        Nobody is held up for it: while others read or write it is tried again for `patience_s`; then it is left
        `unscrubbed`.
        """

    async def compact(self) -> None:
        """Write the file anew: nothing deleted stays in an unused corner of a page. Holds the writer for long."""

    async def close(self) -> None:
        """Wait for running work and close every connection."""


def open_database(url: str) -> Database:
    """`sqlite:///path` or `postgresql://…`; nothing is connected yet. Raises AddressInvalid for another kind."""
    path = sqlite_path(url)
    return PostgreSQL(url) if path is None else SQLite(path)


class SQLite:
    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """`durable`: no commit is lost when the machine fails; a file that is thrown away need not be."""
        self.path, self._durable = path, durable
        self.url = f"sqlite:///{path}"
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._engine: Engine | None = None
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._reading = reader_engine(path)
        self.lane, self.unscrubbed = asyncio.Lock(), True

    async def transact(self, work: UnitOfWork[T]) -> T:
        """Run `work` in one transaction, one writer at a time; see `Database.transact`."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, work)

    def _write(self, work: UnitOfWork[T]) -> T:
        if self._engine is None:
            self._engine = writer_engine(self.path, durable=self._durable)
        try:
            with self._engine.begin() as connection:
                return work(connection)
        except (SQLAlchemyError, sqlite3.Error) as fault:
            raise decide(fault) from fault

    async def read(self, work: UnitOfWork[T]) -> T:
        """Run `work` on one of the reader threads; see `Database.read`."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: UnitOfWork[T]) -> T:
        try:
            with self._reading.connect() as connection:
                return _taken(work(connection))
        except (SQLAlchemyError, sqlite3.Error) as fault:
            raise decide(fault) from fault

    async def read_long(self, work: UnitOfWork[T]) -> T:
        """Run `work` on a connection of its own, beside the reader threads."""
        engine = create_async_engine(
            f"sqlite+aiosqlite:///{self.path}", poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT_S}
        )
        async with _decided(), engine.connect() as connection:
            return await connection.run_sync(work)

    async def hold(self, name: str) -> bool:
        """True always: the lock on the data folder lets only one process in."""
        return True  # the lock on the data folder lets one process in

    async def scrub(self, patience_s: float = 0.0) -> None:
        """Empty the write-ahead log, so that deleted rows lie in no file; tries again for `patience_s` seconds while
        readers hold it."""
        loop = asyncio.get_running_loop()
        for _ in range(1 + round(patience_s / SCRUB_AGAIN_S)):
            await self.read(_checkpoint)  # most of it, beside writers
            if await loop.run_in_executor(self._writer, self._scrub):
                return
            await asyncio.sleep(SCRUB_AGAIN_S if patience_s else 0)

    async def compact(self) -> None:
        """Where rows moved from page to page while others were deleted, secure_delete leaves copies in the gaps."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._scrub, "VACUUM")

    def _scrub(self, first: str = "") -> bool:
        """Pages are overwritten when they are freed (secure_delete); the log of writes still has them as they were.

        False while others are at work: SQLite would wait for whoever reads, and let nobody write meanwhile.
        """
        if self._engine is None:
            return True
        try:
            with self._engine.connect() as connection:
                sqlite: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
                _patiently(sqlite, first)
                self.unscrubbed = bool(sqlite.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        except (SQLAlchemyError, sqlite3.Error) as fault:
            raise decide(fault) from fault
        return not self.unscrubbed

    async def close(self) -> None:
        """Wait for running work, then close readers and writer."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._readers.shutdown)
        self._reading.dispose()
        engine, self._engine = self._engine, None
        if engine is not None:
            await loop.run_in_executor(self._writer, engine.dispose)
        self._writer.shutdown()


def _taken(result: T) -> T:
    """What was read; rows nobody has taken would hold the connection, and whoever reads there next, in the past."""
    assert not isinstance(result, CursorResult), "rows are to be taken before the connection is given back"
    return result


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
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", *kept):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA busy_timeout=0")  # from here on see `_patiently`

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        _patiently(connection.connection.driver_connection, "BEGIN IMMEDIATE")

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
        async with _decided(), self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def read(self, work: UnitOfWork[T]) -> T:
        """Run `work` on a connection of the pool; see `Database.read`."""
        async with _decided(), self._engine.connect() as connection:
            return _taken(await connection.run_sync(work))

    async def read_long(self, work: UnitOfWork[T]) -> T:
        """As `read`: a connection of the pool is nobody else's."""
        return await self.read(work)

    async def hold(self, name: str) -> bool:
        """Whether this process holds the advisory lock `name`, taken for as long as its connection lives."""
        holder, self._holder = self._holder, None
        async with _decided():
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


@asynccontextmanager
async def _decided() -> AsyncIterator[None]:
    """The edge of a unit of work: asyncpg's own errors reach us bare when a connection cannot be made."""
    try:
        yield
    except Exception as fault:
        decision = decide(fault)
        if decision is fault:
            raise
        raise decision from fault


def decide(fault: Exception) -> Exception:
    """Which of our errors a database error is; a fault of our own SQL or data stays itself."""
    if isinstance(fault, IntegrityError) and "UNIQUE" in str(fault.orig).upper():
        return Conflict(str(fault.orig))
    driver = fault.orig if isinstance(fault, DBAPIError) else fault
    ours = isinstance(driver, ValueError) or isinstance(getattr(driver, "__cause__", None), ValueError)
    if ours and not isinstance(driver, OSError):  # a certificate that does not hold is both
        return fault  # a value that asyncpg cannot even send: ours, and no better the next time
    state = getattr(driver, "sqlstate", None)
    if state in _RETRY_STATES:
        return Conflict(f"{state}: {driver}")
    if _is_away(fault, driver, state):
        return StorageUnavailable(say("Không dùng được cơ sở dữ liệu: {reason}", reason=_in_words(driver)))
    return fault


def _is_away(fault: Exception, driver: object, state: str | None) -> bool:
    if isinstance(driver, sqlite3.Error):
        return not isinstance(driver, sqlite3.IntegrityError | sqlite3.ProgrammingError)
    if isinstance(driver, OSError | TimeoutError | NoConnectionFree):
        return True
    if state is not None:  # classes of PostgreSQL's appendix A: connection, resources, operator, system, who may enter
        return state[:2] in {"08", "28", "3D", "53", "57", "58"} or state == "25006"
    return isinstance(fault, DBAPIError)


_WORDS = {
    "not a database": say("tệp dữ liệu bị hỏng, hãy lấy lại bản sao lưu (./camtay restore TỆP)"),
    "malformed": say("tệp dữ liệu bị hỏng, hãy lấy lại bản sao lưu (./camtay restore TỆP)"),
    "locked": say("tệp dữ liệu đang bị một chương trình khác giữ"),
    "full": say("ổ đĩa đã đầy"),
    "disk i/o": say("không ghi được lên ổ đĩa"),
    "readonly": say("tệp dữ liệu không cho ghi"),
    "unable to open": say("không mở được tệp dữ liệu"),
    "password": say("PostgreSQL không nhận tên hay mật khẩu trong DATABASE_URL"),
    "does not exist": say("PostgreSQL không có cơ sở dữ liệu hay tên trong DATABASE_URL"),
}


def _in_words(fault: object) -> str:
    """What happened, for the person who runs the tutor, and what the database itself said."""
    reason = f"{type(fault).__name__}: {fault}"
    words = next((words for sign, words in _WORDS.items() if sign in reason.lower()), "")
    return say("{words} ({reason})", words=words, reason=reason) if words else reason
