"""A town with officers and learners, to whom something is announced."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.announcements.service import AnnouncementFeeder, AnnouncementRules, Announcements
from bot.announcements.worker import AnnouncementWorker
from bot.people.policy.permissions import OPERATOR
from storage.engine.database import Connection
from storage.people import people
from storage.people.records import RoleRow
from tests.support.builders import book, lesson, real_book
from tests.support.harness import QUIET, TELEGRAM, Learner, Tutor, tutor
from tests.support.world import START

LESSON = lesson(
    """
    - {say: nghi, text: Nghỉ, wait_tap: Tiếp}
    - {end: het, text: Hết}
    """
)
WARD, OTHER = "w26041", "w26068"
TEXT = "Sáng thứ bảy mời các chị tới nhà văn hóa học dùng VNeID."
LINK = "https://dongnai.gov.vn/lop-hoc"
EVERY_S = 5.0


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Tutor]:
    async with tutor(tmp_path, book(LESSON)) as running:
        yield running


class Town:
    """A ward with women in it, and whoever brings the news."""

    def __init__(self, t: Tutor, per_minute: int = 24) -> None:
        self.t = t
        self.rules = AnnouncementRules(per_minute=per_minute)  # two every five seconds
        self.service = Announcements(t.database, t.services, t.clock.now, t.ids)
        self.service.rules, self.service.wishes = self.rules, real_book().wishes
        self.again()

    def again(self) -> None:
        """As a new process begins."""
        self.service.database = self.t.database
        feeder = AnnouncementFeeder(self.t.database, self.rules, QUIET, self.t.ids)
        self.announcer = AnnouncementWorker(feeder, self.t.clock.now, lambda: None, EVERY_S)

    async def woman(self, name: str, area_id: str = WARD, channel: str = TELEGRAM, role: str = "learner") -> Learner:
        she = await self.t.learner(name, channel).meets(name)
        await self.grant(await self.id_of(name), role, area_id)
        return she

    async def id_of(self, name: str) -> str:
        return next(str(row["learner_id"]) for row in await self.t.rows("person") if row["name"] == name)

    async def grant(self, learner_id: str, role: str, area_id: str, state: str = "active") -> None:
        def work(c: Connection) -> None:
            people.set_role(c, RoleRow(learner_id, role, area_id, state, "x", START))
            people.set_area(c, learner_id, area_id)

        await self.t.database.transact(work)

    async def slice(self) -> int:
        """One turn of the worker, and of those that say and send."""
        self.t.clock.passes(seconds=EVERY_S)
        told = await self.announcer.step()
        await self.t.tells()
        return told

    async def all(self) -> None:
        for _ in range(30):
            await self.slice()

    async def announces(self, text: str = TEXT, link: str = "", area_id: str = WARD) -> str:
        shown = await self.service.draft(OPERATOR, area_id, text, link)
        await self.service.send(OPERATOR, shown.row.announcement_id)
        return shown.row.announcement_id

    async def audit(self) -> list[str]:
        return [row["what"] for row in await self.t.rows("audit")]

    async def state(self) -> str:
        return str((await self.t.rows("announcement"))[-1]["state"])


def got(she: Learner, text: str = TEXT) -> int:
    return sum(text in message.text for message in she.heard)
