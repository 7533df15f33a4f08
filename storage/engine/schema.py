"""The schema's version: what the program needs, what a database has, and how one becomes the other (Alembic)."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from flows.saying import said_by, say
from storage.engine.database import Database
from storage.engine.errors import SchemaBusy, SchemaOutdated, SchemaTooNew
from storage.engine.hung import SERVING
from storage.engine.sqlite import SQLite

SCHEMA = "0025"  # the newest file in migrations/versions; a test holds the two together

LOCK_WAIT_S = 3.0
"""So long a migration waits for a table that somebody holds, a dump for instance: all who chat wait behind it."""

_LOCKED = "55P03"  # PostgreSQL: what it waited for was not let go in time
_SERVED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :serving"
)

_FOLDER = Path(__file__).parent.parent / "migrations"


async def current(database: Database) -> str | None:
    """The version the database has; None while it is empty."""

    def look(connection: Connection) -> str | None:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()

    return await database.read(look)


def serves(version: str) -> bool:
    """Whether this program works on a database of this version: its own, or a newer one of the same hundred.

    Within a hundred a migration only adds, so programs of several versions work side by side, and a new one can be
    taken back. What takes something away begins a new hundred (0101), on which an older program does not start.
    """
    return version >= SCHEMA and _hundred(version) == _hundred(SCHEMA)


def _hundred(version: str) -> str:
    return version[:-2]


async def server(database: Database) -> str:
    """What kind of database answers, and its version: "SQLite 3.46.1", "PostgreSQL 17.2"."""
    if isinstance(database, SQLite):
        return f"SQLite {sqlite3.sqlite_version}"
    version = await database.read(lambda connection: connection.scalar(text("SHOW server_version")))
    return f"PostgreSQL {str(version).partition(' ')[0]}"


async def ensure(database: Database) -> None:
    """Bring an empty database, or an SQLite file of an older version, up to date.

    An older SQLite file is copied aside first (`<file>.before-<version>`). Raises SchemaOutdated for an older
    PostgreSQL (an administrator decides when), SchemaTooNew for a newer schema that it does not serve.
    """
    if isinstance(database, SQLite):
        database.path.parent.mkdir(parents=True, exist_ok=True)
    has = await current(database)
    if has is not None and serves(has):
        return
    if has is not None and has > SCHEMA:
        raise SchemaTooNew(_told(SchemaTooNew(), has))
    if has is not None:
        if not isinstance(database, SQLite):
            raise SchemaOutdated(_told(SchemaOutdated(), has))
        _copy_aside(database.path, has)
    if has is None and isinstance(database, SQLite):
        await database.transact(_make)
    else:
        await migrate(database)


async def migrate(database: Database) -> None:
    """Run every migration that is missing, in one transaction; none on a newer schema that this program serves.

    Raises SchemaTooNew for any other newer one; SchemaBusy, and nothing has changed, where a table is held for long, or
    where what is taken away may still be used.
    """
    has = await current(database)
    if has is not None and has > SCHEMA:
        return await ensure(database)
    try:
        await database.transact(lambda connection: _advance(connection, has))
    except DBAPIError as fault:
        if getattr(fault.orig, "sqlstate", None) != _LOCKED:
            raise
        raise SchemaBusy from fault


def _advance(connection: Connection, has: str | None) -> None:
    if connection.dialect.name == "postgresql":
        takes_away = has is not None and _hundred(has) != _hundred(SCHEMA)
        if takes_away and connection.scalar(_SERVED, {"serving": SERVING}):
            raise SchemaBusy(say("Bản này bỏ bớt bảng cũ: hãy dừng hết mọi tiến trình Cầm Tay rồi chạy lại."))
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT_S * 1_000:.0f}ms'"))
    build(connection)


def _told(refusal: SchemaTooNew | SchemaOutdated, has: str) -> str:
    return say("{fault} (dữ liệu {has}, chương trình {known})", fault=said_by(refusal), has=has, known=SCHEMA)


def _make(connection: Connection) -> None:
    """Make the tables of an empty SQLite file as they are declared: nobody then holds what migrating takes in memory.

    A test holds the two ways together. By its name, for subjects lie above this.
    """
    import_module("storage.fresh").make(connection, SCHEMA)


def build(connection: Connection, to: str = "head") -> None:
    """Run what is missing, up to a version, within the transaction of this connection."""
    from alembic import command  # costs 0.3 s, and is needed once in a schema's life
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _copy_aside(path: Path, version: str) -> None:
    target = path.with_name(f"{path.name}.before-{version}")
    partial = target.with_suffix(".partial")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
    shutil.move(partial, target)
