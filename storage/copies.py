"""A whole database copied out while it is used, and put back: SQLite's online backup, PostgreSQL's own programs."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

from sqlalchemy import Connection, inspect, text

from flows.saying import said_by, say
from storage.engine import pg_tools
from storage.engine.address import other_database, sqlite_path
from storage.engine.errors import StorageError, StorageUnavailable
from storage.engine.files import sync_folder
from storage.pouring import pour

SQLITE, POSTGRESQL = "database.sqlite3", "database.pgdump"
DATABASE_NAMES = (SQLITE, POSTGRESQL)


class CopyFailed(StorageError):
    """The database could not be copied or put back; what is there is as it was."""


def copy_database(url: str, folder: Path) -> tuple[Path, str]:
    """A consistent, checked copy in `folder` and its schema version. Raises CopyFailed, OSError."""
    path = sqlite_path(url)
    target = folder / (POSTGRESQL if path is None else SQLITE)
    try:
        if path is None:
            pg_tools.dump(url, target)
            return target, pg_tools.ask(url, "SELECT version_num FROM alembic_version")
        # In one step: in WAL mode a reader hinders no writer, and a copy in slices would start again at every write.
        with closing(_open_existing(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return target, _checked_version(target)
    except (sqlite3.Error, pg_tools.PgToolFailed) as fault:
        raise CopyFailed(said_by(fault)) from fault


def keep_sqlite(path: Path, aside: Path) -> None:
    """Copy an SQLite database aside, where there is one; nobody else is using it. Raises OSError.

    What SQLite still has in its side files goes home first.
    """
    if not path.exists():
        return
    try:
        with closing(_open_existing(path)) as former:
            former.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError:
        pass  # broken, perhaps the very reason to restore: its parts are kept side by side
    for part in (path, *_side_files(path)):
        if part.exists():
            shutil.copy2(part, aside / part.name)


def put_sqlite(path: Path, new: Path) -> None:
    """The new one takes the place of the former, whose side files must not be read into it; at most once."""
    if new.exists():
        for left in _side_files(path):
            left.unlink(missing_ok=True)
        os.replace(new, path)
        sync_folder(path.parent)


def keep_postgresql(url: str, aside: Path) -> None:
    """Dump a PostgreSQL database that nobody else uses. Raises CopyFailed."""
    try:
        if pg_tools.ask(url, pg_tools.OTHERS_CONNECTED) != "0":
            raise CopyFailed(say("có chương trình khác đang dùng cơ sở dữ liệu này; hãy dừng Cầm Tay trước"))
        pg_tools.dump(url, aside / POSTGRESQL)
    except pg_tools.PgToolFailed as fault:
        raise CopyFailed(said_by(fault)) from fault


async def put_postgresql(url: str, new: Path, copied: str) -> None:
    """Fill the database with a dump or with an SQLite file, in one transaction.

    Raises CopyFailed; then it is as it was.
    """
    try:
        if copied == POSTGRESQL:
            pg_tools.load(url, new)
        else:
            await pour(new, url)
    except (sqlite3.Error, pg_tools.PgToolFailed, StorageUnavailable) as fault:
        raise CopyFailed(said_by(fault)) from fault


def check(copied: Path, name: str) -> None:
    """Read the whole copy, as one that is to be put in place. Raises CopyFailed."""
    try:
        if name == SQLITE:
            _checked_version(copied)
        else:
            pg_tools.read_through(copied)
    except (sqlite3.Error, pg_tools.PgToolFailed) as fault:
        raise CopyFailed(said_by(fault)) from fault


def rows_in(copied: Path, name: str) -> dict[str, int]:
    """How many rows each table of a copy has, read in the copy itself. Raises CopyFailed."""
    try:
        if name != SQLITE:
            return pg_tools.rows_in(copied)
        with closing(sqlite3.connect(copied)) as copy:
            tables = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
            return {table: _count(copy, table) for (table,) in sorted(tables)}
    except (sqlite3.Error, pg_tools.PgToolFailed) as fault:
        raise CopyFailed(said_by(fault)) from fault


def count_rows(connection: Connection, tables: Collection[str] = ()) -> dict[str, int]:
    """How many rows each of these tables has; without any named all that there are."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    every = sorted(tables or inspect(connection).get_table_names())
    return {name: connection.scalar(text(f"SELECT count(*) FROM {quote(name)}")) or 0 for name in every}


def _count(copy: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    return int(copy.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])


@contextmanager
def spare_database(url: str, name: str) -> Iterator[str]:
    """A new empty database of this name beside that of a PostgreSQL address; its address. Gone afterwards.

    Raises CopyFailed where the account may not make one.
    """
    quoted = '"' + name.replace('"', '""') + '"'
    try:
        pg_tools.ask(url, f"DROP DATABASE IF EXISTS {quoted}")  # of a rehearsal that was broken off
        pg_tools.ask(url, f"CREATE DATABASE {quoted} TEMPLATE template0")
    except pg_tools.PgToolFailed as fault:
        raise CopyFailed(
            say(
                "chưa tạo được cơ sở dữ liệu tạm {name} ({reason}); tài khoản cần quyền CREATEDB",
                name=name,
                reason=said_by(fault),
            )
        ) from fault
    try:
        yield other_database(url, name)
    finally:
        pg_tools.ask(url, f"DROP DATABASE IF EXISTS {quoted}")


def _side_files(path: Path) -> list[Path]:
    return [path.with_name(path.name + tail) for tail in ("-wal", "-shm", "-journal")]


def _open_existing(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise CopyFailed(say("chưa có cơ sở dữ liệu ở {path}; chạy ./camtay run trước đã", path=path))
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)


def integrity_fault(path: Path, patience_s: float) -> str:
    """What is wrong inside an SQLite file, in words; empty when nothing is, as far as could be read in this time.

    It is only read, and may be in use.
    """
    until = monotonic() + patience_s
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            database.set_progress_handler(lambda: monotonic() > until, 100_000)
            (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as fault:
        is_late = fault.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT
        return "" if is_late else say("không đọc hết được ({fault})", fault=fault)
    except sqlite3.DatabaseError as fault:
        return say("có chỗ hỏng ({fault})", fault=fault)
    return "" if found == "ok" else say("có chỗ hỏng ({fault})", fault=found)


def _checked_version(path: Path) -> str:
    """The schema version of a copy, once SQLite has found every page whole."""
    with closing(sqlite3.connect(path)) as copy:
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise CopyFailed(say("{name} có chỗ hỏng", name=path.name))
        return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
