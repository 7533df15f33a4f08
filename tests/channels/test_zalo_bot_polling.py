"""Long polling: what a poll brings is kept, whatever the platform does with it afterwards."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from bot.channels.base import Misconfigured, Text, Update
from bot.channels.zalo_bot.channel import ZaloBotChannel
from bot.channels.zalo_bot.polling import LOOK_AFTER, ZaloBotPoller
from bot.errors import StorageUnavailable
from tests.support.fake_zalo_bot import FakeZaloBot, Fault, Variants
from tests.support.process import until


class Line:
    """A poller between the fake platform and an intake that fails as often as it was told to."""

    def __init__(self, fake: FakeZaloBot, **settings: Any) -> None:
        self.fake = fake
        self.kept: list[Update] = []
        self.failures = 0
        self.news = asyncio.Event()
        self.channel = ZaloBotChannel(fake.token, lambda file: "", api_base=fake.url)
        given: dict[str, Any] = {"every_s": 0.0, "timeout_s": 5.0, "first_pause_s": 0.01, **settings}
        now = datetime(2026, 11, 29, tzinfo=UTC)
        self.poller = ZaloBotPoller(self.channel, self.submit, clock=lambda: now, rng=Random(1), **given)

    async def submit(self, updates: Sequence[Update]) -> None:
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable
        self.kept += updates
        self.news.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.kept) < count:
                self.news.clear()
                await self.news.wait()

    def texts(self) -> list[str]:
        return [update.body.text for update in self.kept if isinstance(update.body, Text)]


@asynccontextmanager
async def running(line: Line) -> AsyncIterator[Line]:
    task = asyncio.create_task(line.poller.run())
    try:
        yield line
    finally:
        line.poller.stop()
        async with asyncio.timeout(2):
            await task
        await line.channel.api.close()


@pytest.fixture
async def fake() -> AsyncIterator[FakeZaloBot]:
    async with FakeZaloBot() as server:
        yield server


@pytest.mark.parametrize("variants", [Variants(), Variants(idle_status=200, zero_code=False), Variants(replays=3)])
async def test_events_come_in_order_with_their_own_ids(variants: Variants) -> None:
    async with FakeZaloBot(variants) as fake, running(Line(fake, timeout_s=0.05)) as line:
        ids = [fake.learner(5).say(text) for text in ("một", "hai", "ba")]
        await line.until(3 * (1 + variants.replays))
        assert list(dict.fromkeys(line.texts())) == ["một", "hai", "ba"]
        assert list(dict.fromkeys(update.update_id for update in line.kept)) == ids, "by it the inbox knows them again"


async def test_a_platform_that_brings_the_same_for_ever_is_asked_once_a_second(fake: FakeZaloBot) -> None:
    fake.variants.replays = 1_000
    fake.learner(5).say("một")
    async with running(Line(fake, every_s=0.2)) as line:
        await line.until(2)
        began, polls = asyncio.get_running_loop().time(), fake.counts["getUpdates"]
        await line.until(5)
        passed = asyncio.get_running_loop().time() - began
        assert fake.counts["getUpdates"] - polls <= 1 + passed / 0.2


async def test_what_was_brought_is_handed_in_until_it_is_kept(fake: FakeZaloBot) -> None:
    """It may not come again; and nothing is asked for before."""
    line = Line(fake)
    line.failures = 3
    fake.learner(5).say("một")
    fake.learner(5).say("hai")
    async with running(line):
        await line.until(2)
        assert line.texts() == ["một", "hai"]


async def test_a_poll_is_not_repeated_before_its_event_is_kept(fake: FakeZaloBot) -> None:
    line = Line(fake)
    line.failures = 10**9
    fake.learner(5).say("một")
    async with running(line):
        await asyncio.sleep(0.1)
        assert fake.counts["getUpdates"] == 1
        line.failures = 0
        await line.until(1)


@pytest.mark.parametrize("with_webhook", ["silence", "error"])
async def test_a_forgotten_webhook_is_removed_and_named(
    fake: FakeZaloBot, with_webhook: str, caplog: pytest.LogCaptureFixture
) -> None:
    fake.variants.with_webhook = "error" if with_webhook == "error" else "silence"
    fake.platform.webhook = "https://other.example/hook?key=secret", "x" * 8, 0
    async with running(Line(fake)) as line:
        await until(lambda: fake.platform.webhook is None)
        fake.learner(5).say("một")
        await line.until(1)
    assert "other.example" in caplog.text and "secret" not in caplog.text


async def test_one_that_comes_back_is_left_alone_and_told(fake: FakeZaloBot, caplog: pytest.LogCaptureFixture) -> None:
    hook = ("https://other.example/hook", "x" * 8, 0)
    fake.platform.webhook = hook
    line = Line(fake, timeout_s=0.01)
    async with running(line):
        await until(lambda: fake.counts["deleteWebhook"])
        fake.platform.webhook = hook
        await until(lambda: [each for each in caplog.records if each.levelno == logging.ERROR])
        polls = fake.counts["getUpdates"]
        await asyncio.sleep(0.1)
        assert fake.counts["deleteWebhook"] == 1, "two must not fight"
        assert fake.counts["getUpdates"] == polls
    assert polls >= LOOK_AFTER


@pytest.mark.parametrize("code", [400, 403, 413, 500, 502])
async def test_failures_of_the_platform_are_waited_out(fake: FakeZaloBot, code: int) -> None:
    fake.fails(Fault("answer", "getUpdates", code=code, description="Internal", times=3))
    async with running(Line(fake)) as line:
        fake.learner(5).say("chào")
        await line.until(1)


async def test_a_broken_network_is_waited_out(fake: FakeZaloBot) -> None:
    async with running(Line(fake)) as line:
        await asyncio.sleep(0.05)
        await fake.stop()
        await asyncio.sleep(0.05)
        fake.learner(5).say("chào")
        await fake.start()
        await line.until(1)


async def test_a_token_that_is_revoked_ends_the_polling(fake: FakeZaloBot) -> None:
    line = Line(fake, timeout_s=0.02)
    task = asyncio.create_task(line.poller.run())
    await asyncio.sleep(0.05)
    fake.platform.revoked = True
    with pytest.raises(Misconfigured):
        async with asyncio.timeout(2):
            await task
    await line.channel.api.close()


async def test_nonsense_neither_stops_nor_spins_it(fake: FakeZaloBot) -> None:
    nonsense: list[dict[str, Any]] = [{}, {"event_name": 5}, {"event_name": "message.unsupported.received"}]
    for raw in (*nonsense, {"message": []}):
        fake.platform.push(raw)
    async with running(Line(fake)) as line:
        fake.learner(5).say("chào")
        await line.until(1)
        assert line.channel.dropped.total() == 4
