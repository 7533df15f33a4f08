"""`./camtay migrate`: the database brought to the version that this program knows."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.environment import settings_of
from bot.cli.flags import add_flags
from bot.cli.language import told

if TYPE_CHECKING:
    from bot.settings import Settings

HELP = "Đưa cơ sở dữ liệu lên phiên bản mới."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, "config data")


def run(given: argparse.Namespace) -> int:
    """Exit code 0, also where there was nothing to do; a newer database that the program does not serve is an error."""
    before, after = asyncio.run(_migrate(settings_of(given)))
    if before == after:
        print(told("Cơ sở dữ liệu đã ở phiên bản mới nhất ({after}).", after=after))
    else:
        print(told("Đã đưa cơ sở dữ liệu từ {before} lên {after}.", before=before or told("trống"), after=after))
    return 0


async def _migrate(settings: Settings) -> tuple[str | None, str | None]:
    """The schema's version before and after."""
    from contextlib import ExitStack

    from bot import restoring
    from storage.engine import schema
    from storage.engine.address import sqlite_path
    from storage.engine.database import open_database
    from storage.engine.lock import lock_all

    url = settings.database_url
    restoring.finish(Path(settings.data.dir), url)
    database = open_database(url)
    path = sqlite_path(url)
    with lock_all(Path(settings.data.dir), path) if path else ExitStack():
        try:
            before = await schema.current(database) if path is None or path.exists() else None
            await (schema.ensure if path else schema.migrate)(database)
            return before, await schema.current(database)
        finally:
            await database.close()
