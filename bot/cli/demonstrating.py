"""`./camtay demo`: a folder of its own with a made-up ward in it, and the tutor on it."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import socket
from dataclasses import replace
from pathlib import Path

from bot.cli.environment import CommandEnvironment
from bot.cli.language import shown
from bot.cli.seeding import fill
from bot.cli.terminal import complain, near
from bot.errors import SettingsInvalid
from bot.seeding.world import WorldPlan, cast_of
from bot.settings import Data, DatabaseAddress, Settings, Web
from flows.saying import say
from storage import worlds
from storage.engine.database import open_database

LOOPBACK = "127.0.0.1"
DATABASE = "camtay.db"
NUMBER = 1
PLAN = WorldPlan(learners=50, instructors=12, attempts=1_500, days=120, pictures=True)


def main(settings: Settings, given: argparse.Namespace, world: CommandEnvironment) -> int:
    """Make the ward where there is none yet, and serve it. Raises SettingsInvalid for a folder with anything else."""
    from bot.app import Environment
    from bot.serving import run as serve

    folder = Path(given.data)
    made = apart(settings, folder, given.port or _free_port())
    if is_to_be_made(folder, fresh=given.fresh):
        complain(say("Đang dựng một xã giả trong {folder}, chừng nửa phút…", folder=near(folder)))
        asyncio.run(fill(made, PLAN, NUMBER, world))
    return serve(made, Environment(told=shown), watch=False)


def apart(settings: Settings, folder: Path, port: int) -> Settings:
    """The same tutor over that folder alone, at this machine alone, without any messenger."""
    return replace(settings, data=Data(str(folder)), database=DatabaseAddress(""), web=Web(LOOPBACK, port), channels={})


def is_to_be_made(folder: Path, *, fresh: bool) -> bool:
    """Whether there is no whole made-up ward in the folder, or a new one is wished; what is left of one is removed.

    Raises SettingsInvalid where the folder holds anything else: nothing of that is touched.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return True
    how, is_whole = asyncio.run(_look(folder / DATABASE)) if (folder / DATABASE).exists() else ("", False)
    if not how:
        why = "{folder} đã có dữ liệu khác, nên không dựng xã giả ở đây; chọn thư mục khác bằng --data."
        raise SettingsInvalid(say(why, folder=near(folder)))
    if is_whole and not fresh:
        return False
    shutil.rmtree(folder)
    return True


async def _look(path: Path) -> tuple[str, bool]:
    """How the world in this file was made up, and whether it is whole."""
    database = open_database(f"sqlite:///{path}")
    try:
        return await database.read(worlds.made_up), bool(await database.read(cast_of))
    finally:
        await database.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
