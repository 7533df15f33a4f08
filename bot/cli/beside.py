"""The database of a command that runs beside the tutor."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from bot import restoring
from bot.cli.language import told
from bot.errors import SchemaOutdated
from bot.settings import Settings
from storage.engine import schema
from storage.engine.address import sqlite_path
from storage.engine.database import Database, open_database
from storage.engine.lock import lock_all


class Beside:
    """The database of a command that runs beside the tutor: no lock is taken, nothing is migrated under it.

    A database that is not there is made, but for a dry run: then it is None. Raises SchemaOutdated,
    StorageError, BackupFailed.
    """

    def __init__(self, settings: Settings, *, dry_run: bool) -> None:
        self.settings = settings
        self.dry_run = dry_run
        self.database: Database | None = None

    async def __aenter__(self) -> Database | None:
        url = self.settings.database_url
        restoring.finish(Path(self.settings.data.dir), url)
        path = sqlite_path(url)
        if path is not None and not path.exists() and self.dry_run:
            return None
        self.database = open_database(url)
        try:
            has = await schema.current(self.database) if path is None or path.exists() else None
            if has is None and not self.dry_run:
                held = lock_all(Path(self.settings.data.dir), path) if path else ExitStack()
                with held:
                    await schema.ensure(self.database)
            elif has is None:
                await self.database.close()
                return None
            elif has < schema.SCHEMA:
                raise SchemaOutdated(
                    told("Dữ liệu còn ở phiên bản {has}: chạy ./camtay migrate trước (dừng Cầm Tay đã).", has=has)
                )
            else:
                await schema.ensure(self.database)
        except BaseException:
            await self.database.close()
            raise
        return self.database

    async def __aexit__(self, *_: object) -> None:
        if self.database is not None:
            await self.database.close()
