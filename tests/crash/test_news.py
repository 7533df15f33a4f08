"""An announcement under way and a process that is killed again and again: everybody hears of it, once; a stop stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from bot.announcements.service import Announcements
from bot.conversation.services import ConversationServices
from bot.people.policy.permissions import OPERATOR
from bot.people.pseudonyms import Pseudonyms
from storage.engine.database import open_database
from tests.crash.test_people import AWAKE, WARD, Person, _awake, invite
from tests.support.builders import real_book
from tests.support.process import TutorProcess, running, until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

TEXT = "Sáng thứ bảy mời các chị tới nhà văn hóa học dùng VNeID."
SLOWLY = {"CAMTAY__ANNOUNCE__PER_MINUTE": "300"}  # one person a tick


@asynccontextmanager
async def beside(tutor: TutorProcess, url: str) -> AsyncIterator[Announcements]:
    """As an officer's command line stands beside the running tutor."""
    database = open_database(url or f"sqlite:///{tutor.data / 'camtay.db'}")
    services = ConversationServices(Pseudonyms.of_folder(tutor.data, lambda: uuid4().hex))
    try:
        service = Announcements(database, services, lambda: datetime.now(UTC), lambda: uuid4().hex)
        service.wishes = real_book().wishes
        yield service
    finally:
        await database.close()


async def told(women: list[Person]) -> list[int]:
    return [sum(TEXT in entry["text"] for entry in await she.log()) for she in women]


async def test_killed_between_slices_it_goes_on_and_tells_nobody_twice(
    tmp_path: Path, database_url: str, long_run: bool
) -> None:
    rng, number = Random(database_url[:6]), 60 if long_run else 12
    async with AsyncExitStack() as stack:
        settings = {"DATABASE_URL": database_url, **AWAKE, **SLOWLY}
        tutor = await stack.enter_async_context(running(tmp_path / "tutor", settings))
        codes = await invite(tutor, database_url, *["learner"] * number)
        women = [await stack.enter_async_context(Person(tutor)) for _ in codes]
        for at, (she, code) in enumerate(zip(women, codes, strict=True)):
            await she.joins("Lan" if at % 2 else "Mai", code)
        service = await stack.enter_async_context(beside(tutor, database_url))
        shown = await service.draft(OPERATOR, WARD, TEXT)
        assert shown.reach.told == number
        await service.send(OPERATOR, shown.row.announcement_id)
        for _ in range(100):
            await asyncio.sleep(rng.uniform(0.3, 1.5))
            await tutor.kill()
            await tutor.launch()
            if sum(await _awake(tutor, told(women))) >= number:
                break
        await asyncio.sleep(1.0)
        assert await told(women) == [1] * number


async def test_a_stop_stops_in_the_middle(tmp_path: Path, database_url: str) -> None:
    async with AsyncExitStack() as stack:
        settings = {"DATABASE_URL": database_url, **AWAKE, **SLOWLY}
        tutor = await stack.enter_async_context(running(tmp_path / "tutor", settings))
        codes = await invite(tutor, database_url, *["learner"] * 12)
        women = [await stack.enter_async_context(Person(tutor)) for _ in codes]
        for she, code in zip(women, codes, strict=True):
            await she.joins("Lan", code)
        service = await stack.enter_async_context(beside(tutor, database_url))
        shown = await service.draft(OPERATOR, WARD, TEXT)
        await service.send(OPERATOR, shown.row.announcement_id)

        async def two() -> bool:
            """two of them told"""
            return sum(await told(women)) >= 2

        await until(two, 30.0, 0.05)
        await service.stop(OPERATOR, shown.row.announcement_id)
        await tutor.kill()
        await tutor.launch()
        await asyncio.sleep(2.0)
        heard = await _awake(tutor, told(women))
        assert 2 <= sum(heard) < 12 and max(heard) == 1
