"""A process that serves the studio on a folder of its own: `python -m tests.support.studio_server FOLDER PORT`.

It prints two addresses by which two editors come in, each good once.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from storage.engine import schema
from storage.engine.database import open_database
from tests.support.builders import LESSONS
from tests.support.desk_house import desk_house


async def serve(folder: Path, port: int) -> None:
    lessons = folder / "lessons"
    if not lessons.exists():
        shutil.copytree(LESSONS, lessons)
    database = open_database(f"sqlite:///{folder / 'camtay.db'}")
    await schema.ensure(database)
    async with desk_house(database, folder / "data", datetime.now(UTC), lessons, port) as house:
        for name in ("Lan", "Mai"):
            link = await house.link(await house.person(name, "editor"))
            print(f"{name}: {house.url}desk/vao/{link}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
