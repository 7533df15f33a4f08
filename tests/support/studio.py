"""A studio on a folder of two small lessons, and the people who may or may not use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.media.store import MediaStore
from bot.people.policy.permissions import OPERATOR, Actor, Grant
from bot.publishing.drafts import Circumstances
from bot.publishing.library import LiveLessons
from bot.studio.checking import Checker
from bot.studio.publishing import Publisher
from bot.studio.service import Studio
from storage.engine.database import Database
from tests.support.builders import facts
from tests.support.harness import rows_of
from tests.support.world import Clock

LAN, MAI = (Actor(name * 40, (Grant("editor", "/1/"),)) for name in "ab")
ADMIN = OPERATOR
OTHERS = [Actor(f"{role}-x", (Grant(role, "/"),)) for role in ("learner", "instructor", "officer")]
OTHERS += [Actor("nobody", ()), Actor("gone", (Grant("editor", "/1/", active=False),))]


@dataclass
class Room:
    """All of a studio: `database` is behind it, `root` are its lessons."""

    database: Database
    root: Path
    clock: Clock
    library: LiveLessons
    checker: Checker
    studio: Studio
    publisher: Publisher

    def file(self, lesson: str = "mot") -> Path:
        return self.root / "m" / lesson / "lesson.yaml"

    async def audit(self) -> list[tuple[str, str, str]]:
        rows = await self.database.read(lambda c: rows_of(c, "audit"))
        return [(row["by"], row["what"], row["detail"]) for row in rows]


@asynccontextmanager
async def studio_on(
    database: Database, root: Path, *, writes: bool = True, store: MediaStore | None = None
) -> AsyncIterator[Room]:
    clock = Clock()
    library = LiveLessons(database, root, facts(), store=store)
    await library.open(clock.now())
    checker = Checker(root, lambda: Circumstances(facts()))
    studio = Studio(library, checker, clock.now)
    yield Room(database, root, clock, library, checker, studio, Publisher(studio, lambda _: writes))
