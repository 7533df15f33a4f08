"""What she does at Telegram with pictures, edits and forwarding, fetched over HTTP from the fake Bot API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.channels.base import Edited, Media, Text
from tests.channels.test_telegram_polling import Line
from tests.support.fake_telegram import FakeTelegram


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


async def test_all_of_it_is_asked_for_and_read(fake: FakeTelegram):
    her, line = fake.learner(5), Line(fake, timeout_s=1)
    her.send("photo", "coi giúp em", "77", "ONE")
    her.send("photo", "", "77", "TWO")
    her.send("document", "giấy của em")
    her.edit("tôi bị lừa mất tiền rồi")
    her.say("Bạn trúng thưởng", forwarded=True)
    await _runs(line, 5)
    assert [update.body for update in line.intake.kept] == [
        Media("photo", "ONE", "coi giúp em", "77"),
        Media("photo", "TWO", "", "77"),
        Media("file", "", "giấy của em"),
        Edited("tôi bị lừa mất tiền rồi"),
        Text("Bạn trúng thưởng", forwarded=True),
    ]
    assert fake.violations == []


async def _runs(line: Line, count: int) -> None:
    running = asyncio.create_task(line.poller.run())
    try:
        await line.intake.until(count)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await line.channel.close()
