"""Three people and a process that is killed between any two of their acts: everybody hears of it, once."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from bot.conversation.services import ConversationServices
from bot.people.policy.permissions import OPERATOR
from bot.people.pseudonyms import Pseudonyms
from bot.people.service import People
from storage.engine.database import open_database
from tests.support.builders import where_it_is_noon
from tests.support.process import TutorProcess, running, until
from tests.support.web_learner import WebLearner

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

WARD = "w26041"
AWAKE = {
    "CAMTAY__TIME__QUIET_FROM": "00:00",
    "CAMTAY__TIME__QUIET_TO": "00:00",
    "CAMTAY__TIME__ZONE": where_it_is_noon(),
}


async def invite(tutor: TutorProcess, url: str, *roles: str) -> list[str]:
    """Fresh codes, made beside the running tutor as an officer makes them."""
    database = open_database(url or f"sqlite:///{tutor.data / 'camtay.db'}")
    services = ConversationServices(Pseudonyms.of_folder(tutor.data, lambda: uuid4().hex))
    people = People(database, services, lambda: datetime.now(UTC), lambda: uuid4().hex)
    try:
        return [(await people.invite(OPERATOR, role, WARD)).code for role in roles]
    finally:
        await database.close()


class Person(WebLearner):
    async def joins(self, name: str, code: str, *more: str) -> None:
        await self.post(text="xin chào")
        for token in ("c:yes", "n:skip", "a:0"):
            await (self.post(text=name) if token == "n:skip" else self.post(token=token))
        await self.post(text=code)
        for each in [b["token"] for b in (await self.log())[-1]["buttons"] if b["label"] == "Đúng là tôi"]:
            await self.post(token=each)
        for token in more:
            await self.post(token=token)

    async def token(self, label: str) -> str:
        """The newest button that reads so, once there is one."""

        async def there() -> str:
            shown = [b["token"] for entry in await self.log() for b in entry["buttons"] if b["label"] == label]
            return shown[-1] if shown else ""

        there.__doc__ = f"a button “{label}”"
        return str(await until(there, 30.0, 0.05))

    async def heard(self, words: str) -> int:
        """How often she was told so, once she was."""

        async def times() -> int:
            return sum(words in entry["text"] for entry in await self.log())

        times.__doc__ = f"the words “{words}”"
        return int(await until(times, 30.0, 0.05))


async def test_an_offer_is_made_taken_and_told_once_however_often_it_is_killed(
    tmp_path: Path, database_url: str, long_run: bool
) -> None:
    rng = Random(database_url[:6])
    async with running(tmp_path / "tutor", {"DATABASE_URL": database_url, **AWAKE}) as tutor:
        for _ in range(20 if long_run else 2):
            await _one_story(tutor, database_url, rng)


async def _one_story(tutor: TutorProcess, url: str, rng: Random) -> None:
    codes = await invite(tutor, url, "learner", "instructor", "officer")

    async def dies() -> None:
        if tutor.exit_code is not None or rng.random() < 0.5:
            await tutor.kill()
            await tutor.launch()
        else:
            tutor.crash_at("after commit", 1)

    async with AsyncExitStack() as stack:
        lan, hoa, cuc = [await stack.enter_async_context(Person(tutor)) for _ in range(3)]
        await lan.joins("Lan", codes[0])
        await hoa.joins("Hoa", codes[1], "i:promise")
        await cuc.joins("Cúc", codes[2])
        await dies()
        await _awake(tutor, lan.post(text="nhờ người chỉ"))
        accept = await _awake(tutor, hoa.token("Nhận giúp"))
        await dies()
        await _awake(tutor, hoa.post(token=accept))
        assert await _awake(tutor, lan.heard("Có người chỉ cho chị rồi")) == 1
        await dies()
        await _awake(tutor, lan.post(text="tôi bị lừa mất tiền rồi"))
        assert await _awake(tutor, cuc.heard("KHẨN")) == await _awake(tutor, hoa.heard("KHẨN")) == 1
        await _awake(tutor, hoa.post(text="xóa dữ liệu"))
        await _awake(tutor, hoa.post(token="d:yes"))
        assert await _awake(tutor, lan.heard("không tiếp tục được")) == 1
        for one in (lan, cuc):
            await one.post(text="xóa dữ liệu")
            await one.post(token="d:yes")


async def _awake(tutor: TutorProcess, act: Any) -> Any:
    """Await what somebody does, starting the tutor again whenever it has died meanwhile."""
    doing = asyncio.ensure_future(act)
    while not doing.done():
        await asyncio.wait([doing], timeout=0.1)
        if tutor.exit_code is not None:
            await tutor.launch()
    return doing.result()
