"""`./camtay demo`: a folder of its own with a made-up ward in it, and the tutor on it."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import socket
from dataclasses import dataclass, replace
from pathlib import Path

from bot.cli.environment import CommandEnvironment
from bot.cli.language import shown
from bot.cli.seeding import fill
from bot.cli.terminal import complain, near
from bot.errors import SettingsInvalid
from bot.seeding.cast import cast_of
from bot.seeding.world import WorldPlan
from bot.settings import Data, DatabaseAddress, Helper, Lessons, Settings, Web
from flows.saying import say
from storage import worlds
from storage.engine import schema
from storage.engine.database import open_database

LOOPBACK = "127.0.0.1"
MADE_UP_HELPER = Helper("Nguyễn Thị Hoa", "0123 456 789")
"""Whom "giúp" names in a made-up ward. Numbers of ten digits have not begun with 012 since 2018: it is nobody's."""
DATABASE = "camtay.db"
LESSONS = "demo-lessons"
BEGUN = ("camtay.", "people.key", "checked.json", LESSONS)
"""How the files are called that are there when a first start is broken off at once."""
NUMBER = 1
PLAN = WorldPlan(learners=50, instructors=12, attempts=1_500, days=120, pictures=True)


@dataclass(frozen=True, slots=True)
class FoundWorld:
    """What a database holds: `how` it was made up, whether nobody is in it, whether a made-up ward is whole."""

    how: str = ""
    is_empty: bool = True
    is_whole: bool = False


def main(settings: Settings, given: argparse.Namespace, world: CommandEnvironment) -> int:
    """Make the ward where there is none yet, and serve it. Raises SettingsInvalid for a folder with anything else."""
    from bot.app import Environment
    from bot.serving import run as serve

    folder = Path(given.data)
    made = apart(settings, folder, given.port or _free_port())
    is_new = is_to_be_made(folder, fresh=given.fresh)
    _bring_lessons(Path(settings.lessons.dir), folder / LESSONS)
    if is_new:
        complain(say("Đang dựng một xã giả trong {folder}, chừng một phút…", folder=near(folder)))
        asyncio.run(fill(made, PLAN, NUMBER, world))
    return serve(made, Environment(told=shown), watch=False)


def apart(settings: Settings, folder: Path, port: int) -> Settings:
    """The same tutor over that folder alone, at this machine alone, without any messenger; nobody real is named,
    and what is published there is written into lessons of its own."""
    return replace(
        settings, data=Data(str(folder)), database=DatabaseAddress(""), web=Web(LOOPBACK, port), channels={},
        helper=MADE_UP_HELPER, lessons=Lessons(str(folder / LESSONS)),
    )  # fmt: skip


def is_to_be_made(folder: Path, *, fresh: bool) -> bool:
    """Whether there is no whole made-up ward in the folder, or a new one is wished; what is left of one is removed.

    Raises SettingsInvalid where the folder holds anything else: nothing of that is touched.
    """
    there = {path.name for path in folder.iterdir()} if folder.exists() else set()
    found = asyncio.run(_look(folder / DATABASE)) if DATABASE in there else FoundWorld()
    if found.is_empty and all(name.startswith(BEGUN) for name in there):
        return True
    if not found.how:
        why = "{folder} đã có dữ liệu khác, nên không dựng xã giả ở đây; chọn thư mục khác bằng --data."
        raise SettingsInvalid(say(why, folder=near(folder)))
    if found.is_whole and not fresh:
        return False
    shutil.rmtree(folder)
    return True


def _bring_lessons(real: Path, copy: Path) -> None:
    """A copy of the lessons where there is none yet; one that was broken off is no copy."""
    if not copy.exists():
        begun = copy.with_name(f"{copy.name}.begun")
        shutil.rmtree(begun, ignore_errors=True)
        shutil.copytree(real, begun)
        begun.rename(copy)


async def _look(path: Path) -> FoundWorld:
    database = open_database(f"sqlite:///{path}")
    try:
        if await schema.current(database) is None:
            return FoundWorld()
        return await database.read(
            lambda c: FoundWorld(worlds.made_up(c), is_empty=worlds.is_untouched(c), is_whole=bool(cast_of(c)))
        )
    finally:
        await database.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
