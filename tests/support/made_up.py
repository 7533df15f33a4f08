"""A small made-up world, also as a program whose hashes are its own: `python -m tests.support.made_up FOLDER`."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot import settings
from bot.seeding.world import WorldPlan, seed
from bot.settings import Settings
from storage.engine.database import open_database

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)  # half past two in the afternoon in Đồng Nai
SMALL = WorldPlan(learners=14, instructors=4, attempts=200, days=40)


def settings_in(folder: Path, url: str = "", **flags: str) -> Settings:
    """The project's settings over a folder."""
    return settings.load(ROOT / "config.yaml", {"DATABASE_URL": url}, {"data.dir": str(folder), **flags})


async def make(folder: Path, plan: WorldPlan = SMALL, url: str = "", number: int = 7) -> Settings:
    """Fill the folder's database, or the one at `url`; the settings over it."""
    made = settings_in(folder, url)
    database = open_database(made.database_url)
    try:
        await seed(database, made, plan, number, NOW)
    finally:
        await database.close()
    return made


if __name__ == "__main__":
    os.umask(0o077)
    asyncio.run(make(Path(sys.argv[1])))
