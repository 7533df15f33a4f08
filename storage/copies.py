"""A whole database copied out while it is used, and put back: SQLite's online backup, PostgreSQL's own programs."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from storage import pg_tools
from storage.errors import StorageError

SQLITE, POSTGRESQL = "database.sqlite3", "database.pgdump"
DATABASE_NAMES = (SQLITE, POSTGRESQL)


class CopyFailed(StorageError):
    """The database could not be copied or put back; what is there is as it was."""


def sqlite_path(url: str) -> Path | None:
    """The file of an `sqlite:///path` address; None for another kind of database."""
    kind, _, path = url.partition("///")
    return Path(path) if kind.split("+")[0].rstrip(":") == "sqlite" else None


def copy_name(url: str) -> str:
    """What a copy of this database is called."""
    return POSTGRESQL if sqlite_path(url) is None else SQLITE


def copy_database(url: str, folder: Path) -> tuple[Path, str]:
    """A consistent, checked copy in `folder` and its schema version. Raises CopyFailed, OSError."""
    target = folder / copy_name(url)
    try:
        path = sqlite_path(url)
        if path is None:
            pg_tools.dump(url, target)
            return target, pg_tools.ask(url, "SELECT version_num FROM alembic_version")
        # In one step: in WAL mode a reader hinders no writer, and a copy in slices would start again at every write.
        with closing(_open_existing(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return target, _checked_version(target)
    except (sqlite3.Error, pg_tools.PgToolFailed) as fault:
        raise CopyFailed(str(fault)) from fault


def put_database(url: str, folder: Path, aside: Path) -> None:
    """Put the copy in `folder` in the place of the database, whose former content is kept in `aside`.

    Nobody else may be using it. At every moment the database is the former or the copy. Raises CopyFailed, OSError.
    """
    try:
        path = sqlite_path(url)
        if path is None:
            _put_postgresql(url, folder / POSTGRESQL, aside)
        else:
            _checked_version(folder / SQLITE)
            _put_sqlite(path, folder / SQLITE, aside)
    except (sqlite3.Error, pg_tools.PgToolFailed) as fault:
        raise CopyFailed(str(fault)) from fault


def _put_postgresql(url: str, copy: Path, aside: Path) -> None:
    if pg_tools.ask(url, pg_tools.OTHERS_CONNECTED) != "0":
        raise CopyFailed("có chương trình khác đang dùng cơ sở dữ liệu này; hãy dừng Cầm Tay trước")
    pg_tools.dump(url, aside / POSTGRESQL)
    pg_tools.load(url, copy)


def _put_sqlite(path: Path, copy: Path, aside: Path) -> None:
    """What SQLite still has in its side files goes home first: it must not be read into the restored database."""
    if path.exists():
        try:
            with closing(_open_existing(path)) as former:
                former.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.DatabaseError:
            pass  # broken, perhaps the very reason to restore: its parts are kept side by side
        shutil.copy2(path, aside / path.name)
    for tail in ("-wal", "-shm", "-journal"):
        left = path.with_name(path.name + tail)
        if left.exists():
            os.replace(left, aside / left.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.replace(copy, path)


def _open_existing(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise CopyFailed(f"chưa có cơ sở dữ liệu ở {path}; chạy ./camtay run trước đã")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)


def _checked_version(path: Path) -> str:
    """The schema version of a copy, once SQLite has found every page whole."""
    with closing(sqlite3.connect(path)) as copy:
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise CopyFailed(f"{path.name} có chỗ hỏng")
        return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
