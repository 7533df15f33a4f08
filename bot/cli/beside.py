"""The database of a command that runs beside the tutor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from bot import restoring
from bot.cli.language import told
from bot.errors import SchemaOutdated
from bot.settings import Settings
from storage.engine import schema
from storage.engine.address import sqlite_path
from storage.engine.database import Database, open_database
from storage.engine.lock import lock_all


@asynccontextmanager
async def beside(settings: Settings, *, dry_run: bool) -> AsyncIterator[Database | None]:
    """The database of a command that runs beside the tutor: no lock is taken, nothing is migrated under it.

    A database that is not there is made, but for a dry run: then it is None. Raises SchemaOutdated,
    StorageError, BackupFailed.
    """
    url = settings.database_url
    restoring.finish(Path(settings.data.dir), url)
    path = sqlite_path(url)
    if dry_run and path is not None and not path.exists():
        yield None
        return
    database = open_database(url)
    try:
        yield database if await _is_ready(database, settings, path, dry_run=dry_run) else None
    finally:
        await database.close()


async def _is_ready(database: Database, settings: Settings, path: Path | None, *, dry_run: bool) -> bool:
    has = await schema.current(database) if path is None or path.exists() else None
    if has is not None and has < schema.SCHEMA:
        raise SchemaOutdated(
            told("Dữ liệu còn ở phiên bản {has}: chạy ./camtay migrate trước (dừng Cầm Tay đã).", has=has)
        )
    if has is None and dry_run:
        return False
    with lock_all(Path(settings.data.dir), path) if has is None and path else ExitStack():
        await schema.ensure(database)
    return True
