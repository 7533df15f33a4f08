"""Databases in trouble: away, locked, full, newer, older, not a database at all; and who owns what."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from storage import tables
from storage.conversations import expiry
from storage.engine import faults, key_value, schema, sqlite
from storage.engine.address import postgres_address
from storage.engine.database import Connection, Database, open_database
from storage.engine.errors import AlreadyRunning, SchemaOutdated, StorageUnavailable
from storage.engine.hung import HUNG_S, SERVING, free_of_hung
from storage.engine.lock import lock_folder
from storage.engine.reaching import PrimaryFinder
from tests.support.builders import PROJECT
from tests.support.harness import empty_database

# --- away --------------------------------------------------------------------------------------------


async def test_a_postgresql_that_is_not_there_is_unavailable(tmp_path: Path):
    database = open_database(f"postgresql://nobody@/nothing?host={tmp_path}")
    try:
        for attempt in (database.read(expiry.counts), database.transact(expiry.counts)):
            with pytest.raises(StorageUnavailable):
                await attempt
    finally:
        await database.close()


@pytest.mark.postgres
async def test_a_postgresql_that_breaks_off_is_unavailable_and_comes_back(postgres_url: str):
    database = open_database(postgres_url)
    await schema.ensure(database)

    def break_off(connection: Connection) -> None:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    try:
        with pytest.raises(StorageUnavailable):
            await database.transact(break_off)
        assert (await database.transact(expiry.counts))["learners"] == 0
    finally:
        await database.close()


async def test_an_sqlite_locked_by_another_writer_for_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)
    path = tmp_path / "camtay.db"
    await empty_database(path)
    database = open_database(f"sqlite:///{path}")
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageUnavailable, match="giữ"):
                await database.transact(expiry.counts)
            assert (await database.read(expiry.counts))["learners"] == 0, "readers are not held up"
            other.execute("ROLLBACK")
        assert (await database.transact(expiry.counts))["learners"] == 0
    finally:
        await database.close()


async def test_the_first_to_come_waits_for_a_process_that_is_just_going(tmp_path: Path):
    """The last connection to close takes the whole file to tidy it."""
    path = tmp_path / "camtay.db"
    await empty_database(path)
    database = open_database(f"sqlite:///{path}")
    held = threading.Event()

    def holds_all() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            for statement in ("PRAGMA locking_mode=EXCLUSIVE", "BEGIN IMMEDIATE", "DELETE FROM person", "COMMIT"):
                other.execute(statement)
            held.set()
            threading.Event().wait(0.3)

    going = asyncio.create_task(asyncio.to_thread(holds_all))
    try:
        await asyncio.to_thread(held.wait)
        assert (await database.transact(expiry.counts))["learners"] == 0
    finally:
        await going
        await database.close()


async def test_wiping_what_was_deleted_waits_for_whoever_reads_but_nobody_waits_for_it(tmp_path: Path):
    path = tmp_path / "camtay.db"
    await empty_database(path)
    database = open_database(f"sqlite:///{path}")
    log = tmp_path / "camtay.db-wal"
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM person").fetchone()
            await database.transact(lambda c: c.execute(text("INSERT INTO key_value VALUES ('a', 'b', 1)")).close())
            await database.scrub()
            assert database.unscrubbed and log.stat().st_size
            await database.transact(expiry.counts)
            later = asyncio.create_task(database.scrub(patience_s=5))
            await asyncio.sleep(0.1)
            assert not later.done()
            reader.execute("ROLLBACK")
        await later
        assert log.stat().st_size == 0
    finally:
        await database.close()


async def test_a_full_disk_keeps_nothing_by_halves_and_says_so(tmp_path: Path):
    path = tmp_path / "camtay.db"
    await empty_database(path)
    database = open_database(f"sqlite:///{path}")

    def fill(connection: Connection) -> None:
        key_value.put_key(connection, "small", "x", None)
        key_value.put_key(connection, "large", "x" * 1_000_000, None)

    def limit(connection: Connection) -> None:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))

    try:
        await database.transact(limit)
        with pytest.raises(StorageUnavailable, match="đầy"):
            await database.transact(fill)
        assert await database.read(lambda c: key_value.get_key(c, "small")) is None
        assert await database.transact(lambda c: key_value.put_key(c, "small", "y", None)), (
            "and what fits still goes in"
        )
    finally:
        await database.close()


async def test_a_file_that_is_no_database(tmp_path: Path):
    path = tmp_path / "camtay.db"
    path.write_bytes(b"khong phai co so du lieu " * 100)
    database = open_database(f"sqlite:///{path}")
    try:
        with pytest.raises(StorageUnavailable, match="hỏng"):
            await schema.ensure(database)
        with pytest.raises(StorageUnavailable, match="hỏng"):
            await database.transact(expiry.counts)
    finally:
        await database.close()


async def test_a_folder_in_the_place_of_the_file(tmp_path: Path):
    (tmp_path / "camtay.db").mkdir()
    database = open_database(f"sqlite:///{tmp_path / 'camtay.db'}")
    try:
        with pytest.raises(StorageUnavailable):
            await schema.ensure(database)
    finally:
        await database.close()


def test_another_kind_of_database_is_refused():
    with pytest.raises(ValueError, match="postgresql"):
        open_database("mysql://x")


# --- schema ------------------------------------------------------------------------------------------


async def test_the_program_needs_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "storage" / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.SCHEMA]


async def test_migrations_make_the_tables_as_they_are_declared(database: Database):
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))

    assert await database.read(differences) == []


async def test_a_new_file_has_what_migrations_would_have_made(tmp_path: Path):
    def all_of(path: Path) -> tuple[list[tuple[str, str, str]], dict[str, list[tuple[object, ...]]]]:
        with closing(sqlite3.connect(path)) as file:
            made = file.execute(
                "SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name"
            ).fetchall()
            rows = {
                name: file.execute(f'SELECT * FROM "{name}"').fetchall() for kind, name, _ in made if kind == "table"
            }
        return [(kind, name, "".join(sql.split())) for kind, name, sql in made], rows

    paths = tmp_path / "made.db", tmp_path / "migrated.db"
    for path, ready in zip(paths, (schema.ensure, schema.migrate), strict=True):
        database = open_database(f"sqlite:///{path}")
        await ready(database)
        await database.close()
    assert all_of(paths[0]) == all_of(paths[1])


async def test_a_current_schema_is_left_alone(database: Database):
    assert await schema.current(database) == schema.SCHEMA
    await schema.ensure(database)


async def test_an_older_schema_is_copied_aside_first_or_refused(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await database.transact(lambda c: key_value.put_key(c, "k", "giữ lại", None))
    has = schema.SCHEMA
    monkeypatch.setattr(schema, "SCHEMA", "9999")
    if "postgresql" in database.url:
        with pytest.raises(SchemaOutdated, match="migrate"):
            await schema.ensure(database)
        return
    await schema.ensure(database)
    with closing(sqlite3.connect(tmp_path / f"camtay.db.before-{has}")) as copy:
        assert copy.execute("SELECT value FROM key_value").fetchall() == [("giữ lại",)]
    assert not list(tmp_path.glob("*.partial"))


async def test_an_empty_database_is_made_ready(tmp_path: Path):
    database = open_database(f"sqlite:///{tmp_path / 'new' / 'folder' / 'camtay.db'}")
    try:
        await schema.ensure(database)
        assert (await database.read(expiry.counts)) == {"learners": 0, "unsent": 0, "set_aside": 0}
    finally:
        await database.close()


# --- who owns what -----------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.parametrize("half_asked", [False, True])
async def test_a_process_that_hangs_in_a_transaction_keeps_its_locks_for_a_moment(postgres_url: str, half_asked: bool):
    """Between two statements, or in the middle of one: of that PostgreSQL itself takes no notice, however long."""
    other, is_locked, go_on = open_database(postgres_url), threading.Event(), threading.Event()
    await other.transact(key_value.key_value.create)
    await other.transact(lambda c: key_value.set_key(c, "k", "as it was"))

    async def in_another_process() -> str:
        hung = (await PrimaryFinder(postgres_address(postgres_url).asyncpg, SERVING).reach()).line
        await hung.execute("BEGIN; UPDATE key_value SET value = 'half done'")
        if half_asked:  # as asyncpg asks: Parse, and the rest when that was answered
            asked = asyncio.create_task(hung.prepare("SELECT pg_sleep(0)"))
            await asyncio.sleep(0)
            is_locked.set()
            go_on.wait(10)
            await asyncio.wait([asked])
        is_locked.set()
        go_on.wait(10)
        try:
            await hung.execute("COMMIT")
            return "committed"
        except Exception as fault:  # noqa: BLE001 whatever it says
            return type(fault).__name__
        finally:
            hung.terminate()

    hanging = asyncio.create_task(asyncio.to_thread(asyncio.run, in_another_process()))
    try:
        await asyncio.to_thread(is_locked.wait)
        state = "SELECT state FROM pg_stat_activity WHERE application_name = :called AND wait_event = 'ClientRead'"
        seen = await other.read(lambda c: c.scalar(text(state), {"called": SERVING}))
        assert seen == ("active" if half_asked else "idle in transaction")
        waiting = asyncio.create_task(other.transact(lambda c: key_value.set_key(c, "k", "gone on")))
        await asyncio.wait([waiting], timeout=0.2)
        await free_of_hung(other)
        assert not waiting.done(), "it may only be slow"
        async with asyncio.timeout(5.0):  # who waits looks
            await waiting
        go_on.set()
        assert await hanging != "committed"
        assert await other.read(lambda c: key_value.get_key(c, "k")) == ("gone on", 2)
    finally:
        go_on.set()
        await hanging
        await other.close()


@pytest.mark.postgres
async def test_who_reckons_for_long_and_holds_nobody_up_goes_on(postgres_url: str):
    database, looking = open_database(postgres_url, SERVING), open_database(postgres_url)

    def reckon(connection: Connection) -> object:
        connection.execute(text("CREATE TABLE t (n int)"))
        time.sleep(HUNG_S + 0.2)
        asyncio.run_coroutine_threadsafe(free_of_hung(looking), loop).result(10)
        return connection.scalar(text("SELECT 2"))

    async def alone() -> object:
        try:
            return await database.transact(reckon)
        finally:
            await database.close()

    loop = asyncio.get_running_loop()
    try:
        assert await asyncio.to_thread(asyncio.run, alone()) == 2
    finally:
        await looking.close()


def test_one_process_to_a_data_folder(tmp_path: Path):
    first = lock_folder(tmp_path / "data")
    with pytest.raises(AlreadyRunning, match="data"):
        lock_folder(tmp_path / "data")
    first.close()
    lock_folder(tmp_path / "data").close()


async def test_sqlite_waits_for_the_disk_and_keeps_readers_apart(tmp_path: Path):
    await empty_database(tmp_path / "camtay.db")
    database = open_database(f"sqlite:///{tmp_path / 'camtay.db'}")

    def pragma(connection: Connection, name: str) -> object:
        return connection.execute(text(f"PRAGMA {name}")).scalar_one()

    try:
        assert await database.transact(lambda c: pragma(c, "journal_mode")) == "wal"
        assert await database.transact(lambda c: pragma(c, "synchronous")) == 2  # FULL
        assert await database.transact(lambda c: pragma(c, "foreign_keys")) == 1
    finally:
        await database.close()


async def test_however_many_read_at_once_threads_and_files_stay_few(tmp_path: Path):
    path = tmp_path / "camtay.db"
    await empty_database(path)
    database = open_database(f"sqlite:///{path}")
    threads: set[int] = set()
    files: list[int] = []

    def look(connection: Connection) -> None:
        connection.execute(text("SELECT count(*) FROM person")).scalar_one()
        time.sleep(0.002)  # long enough that the next one finds this reader at work
        threads.add(threading.get_ident())
        files.append(_open_files(path))

    try:
        await asyncio.gather(*(database.read(look) for _ in range(200)))
    finally:
        await database.close()
    assert 1 < len(threads) <= sqlite.READERS <= 8
    assert max(files) <= 3 * sqlite.READERS  # the database, its log of writes and what they share
    assert not _open_files(path)


def _open_files(path: Path) -> int:
    """How many open files of this process begin with this path."""
    held = 0
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            held += os.readlink(f"/proc/self/fd/{descriptor}").startswith(str(path))
        except FileNotFoundError:
            continue
    return held


def test_a_pool_that_has_no_connection_free_is_unavailable_not_our_fault():
    assert isinstance(faults.decide(NoConnectionFree("QueuePool limit")), StorageUnavailable)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (asyncpg.DiskFullError('could not extend file "base/5/1": No space left on device'), "ổ đĩa đã đầy"),
        (
            asyncpg.ConnectionDoesNotExistError(
                'connection was closed in the middle of operation: could not write to file "pg_wal/xlogtemp.7": '
                "No space left on device"
            ),
            "ổ đĩa đã đầy",
        ),
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 5432)"), "có lẽ nó chưa chạy"),
    ],
    ids=["data", "log of writes", "off"],
)
def test_what_keeps_postgresql_away_is_said_in_words(fault: Exception, told: str):
    away = faults.decide(fault)
    assert isinstance(away, StorageUnavailable) and told in str(away)
