"""`./camtay seed`: made-up people for whoever measures, tests or shows something."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

from bot.cli.environment import CommandEnvironment
from bot.cli.language import told
from bot.cli.terminal import Print, complain, show
from bot.seeding.sizes import planned
from bot.seeding.world import WorldPlan, seed
from bot.settings import Settings
from storage.engine.address import sqlite_path
from storage.engine.database import open_database
from storage.engine.lock import lock_all
from storage.engine.sqlite import SQLite


def main(settings: Settings, given: argparse.Namespace, world: CommandEnvironment, write: Print = show) -> int:
    """Fill the database and say what is in it. Raises CamtayError, AlreadyRunning, StorageError."""
    plan = planned(given.learners, given.instructors, given.attempts, given.days, given.lines)
    began = monotonic()
    rows = asyncio.run(fill(settings, plan, given.seed, world))
    said = "Xong sau {s} giây: {people} người giả, {attempts} câu trả lời, {rows} dòng trong cả cơ sở dữ liệu."
    counted = {"people": rows["person"], "attempts": rows["attempt"], "rows": sum(rows.values())}
    write(told(said, s=f"{monotonic() - began:.0f}", **counted))
    return 0


async def fill(settings: Settings, plan: WorldPlan, number: int, world: CommandEnvironment) -> dict[str, int]:
    """Fill the database of the settings, which nobody else may be using; rows by table."""
    url, data = settings.database_url, Path(settings.data.dir)
    path = sqlite_path(url)
    with lock_all(data, path) if path else ExitStack():
        database = SQLite(path, durable=False) if path else open_database(url)  # nothing in it is anybody's yet
        try:
            return await seed(database, settings, plan, number, world.now(), complain)
        finally:
            await database.close()
