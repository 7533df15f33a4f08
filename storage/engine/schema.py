"""The schema's version: what the program needs, what a database has, and how one becomes the other (Alembic)."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from flows.saying import said_by, say
from storage.engine.database import Database
from storage.engine.errors import SchemaOutdated, SchemaTooNew
from storage.engine.sqlite import SQLite

SCHEMA = "0024"  # the newest file in migrations/versions; a test holds the two together

_FOLDER = Path(__file__).parent.parent / "migrations"


async def current(database: Database) -> str | None:
    """The version the database has; None while it is empty."""

    def look(connection: Connection) -> str | None:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()

    return await database.read(look)


async def server(database: Database) -> str:
    """What kind of database answers, and its version: "SQLite 3.46.1", "PostgreSQL 17.2"."""
    if isinstance(database, SQLite):
        return f"SQLite {sqlite3.sqlite_version}"
    version = await database.read(lambda connection: connection.scalar(text("SHOW server_version")))
    return f"PostgreSQL {str(version).partition(' ')[0]}"


async def ensure(database: Database) -> None:
    """Bring an empty database, or an SQLite file of an older version, up to date.

    An older SQLite file is copied aside first (`<file>.before-<version>`). Raises SchemaOutdated for an older
    PostgreSQL (an administrator decides when), SchemaTooNew for a newer schema.
    """
    if isinstance(database, SQLite):
        database.path.parent.mkdir(parents=True, exist_ok=True)
    has = await current(database)
    if has == SCHEMA:
        return
    if has is not None and has > SCHEMA:
        raise SchemaTooNew(
            say("{fault} (dữ liệu {has}, chương trình {known})", fault=said_by(SchemaTooNew()), has=has, known=SCHEMA)
        )
    if has is not None:
        if not isinstance(database, SQLite):
            raise SchemaOutdated(
                say(
                    "{fault} (dữ liệu {has}, chương trình {known})",
                    fault=said_by(SchemaOutdated()),
                    has=has,
                    known=SCHEMA,
                )
            )
        _copy_aside(database.path, has)
    if has is None and isinstance(database, SQLite):
        await database.transact(_make)
    else:
        await migrate(database)


async def migrate(database: Database) -> None:
    """Run every migration that is missing, each database in one transaction."""
    await database.transact(lambda connection: build(connection))


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
