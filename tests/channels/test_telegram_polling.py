"""Long polling: the offset follows the commit, whatever fails on the way."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from random import Random

import pytest

from bot.channels.base import Left, Misconfigured, Returned, Tap, Text, Update
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.parse import Dropped
from bot.channels.telegram.polling import OCCUPIED, WEBHOOK_SET, Poller
from bot.errors import StorageUnavailable
from tests.support.fake_telegram import FakeTelegram


class Intake:
    """Keeps what it is given; fails as often as it was told to."""

    def __init__(self) -> None:
        self.kept: list[Update] = []
        self.failures = 0
        self.news = asyncio.Event()

    async def submit(self, updates: Sequence[Update]) -> None:
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable
        self.kept += updates
        self.news.set()

    async def until(self, count: int) -> None:
        """Wait until so many updates are kept."""
        async with asyncio.timeout(5):
            while len(self.kept) < count:
                self.news.clear()
                await self.news.wait()

    def texts(self) -> list[str]:
        return [update.body.text for update in self.kept if isinstance(update.body, Text)]


class Line:
    """A poller between the fake server and an intake."""

    def __init__(self, fake: FakeTelegram, *, timeout_s: int = 50, token: str | None = None) -> None:
        self.fake = fake
        self.intake = Intake()
        self.removed = 0
        self.channel = TelegramChannel(token or fake.token, api_base=fake.url)
        self.poller = Poller(
            self.channel,
            self.intake.submit,
            clock=lambda: datetime(2026, 11, 22, tzinfo=UTC),
            rng=Random(1),
            remove_webhook=self._remove_webhook,
            timeout_s=timeout_s,
            first_pause_s=0.01,
            occupied_pause_s=0.02,
        )

    async def _remove_webhook(self) -> bool:
        self.removed += 1
        if self.removed == 1:
            return False  # the set-up may fail: it is tried again
        await self.channel.api.call("deleteWebhook", {})
        return True

    def offsets(self) -> list[int | None]:
        return [params.get("offset") for method, params in self.fake.calls if method == "getUpdates"]


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server
    assert server.violations == []


@pytest.fixture
async def line(fake: FakeTelegram) -> AsyncIterator[Line]:
    made = Line(fake)
    running = asyncio.create_task(made.poller.run())
    yield made
    made.poller.stop()
    async with asyncio.timeout(1):
        await running
    await made.channel.close()


async def test_updates_come_in_order_and_taps_are_answered(fake: FakeTelegram, line: Line) -> None:
    lan = fake.learner(5)
    lan.start()
    lan.say("một")
    lan.tap_token("c:yes")
    lan.say("hai")
    await line.intake.until(4)
    assert [update.update_id for update in line.intake.kept] == ["1000", "1001", "1002", "1003"]
    await asyncio.sleep(0.05)
    assert len(fake.bot.answered) == 1
    assert not fake.bot.queue


async def test_a_learner_who_blocks_us_and_lets_us_in_again_is_heard(fake: FakeTelegram, line: Line) -> None:
    await asyncio.sleep(0.05)
    fake.learner(5).block()
    fake.learner(5).unblock()
    await line.intake.until(2)
    assert [update.body for update in line.intake.kept] == [Left(), Returned()]


async def test_a_batch_has_at_most_a_hundred(fake: FakeTelegram) -> None:
    line = Line(fake, timeout_s=0)
    for number in range(250):
        fake.learner(5).say(str(number))
    assert [await line.poller.step() for _ in range(4)] == [100, 100, 50, 0]
    assert line.offsets() == [None, 1100, 1200, 1250]
    assert line.intake.texts() == [str(number) for number in range(250)]
    await line.channel.close()


async def test_the_offset_waits_for_the_commit(fake: FakeTelegram, line: Line) -> None:
    line.intake.failures = 3
    fake.learner(5).tap_token("c:yes")
    await line.intake.until(1)
    await asyncio.sleep(0.05)
    assert line.offsets() == [None, None, None, None, 1001]
    assert fake.counts["answerCallbackQuery"] == 1  # nothing is acknowledged before it is kept


async def test_a_crash_between_poll_and_commit_delivers_again(fake: FakeTelegram) -> None:
    fake.learner(5).say("xong rồi")
    first = Line(fake, timeout_s=0)
    first.intake.failures = 1
    with pytest.raises(StorageUnavailable):
        await first.poller.step()
    await first.channel.close()
    second = Line(fake, timeout_s=0)  # the next process knows nothing of the first
    await second.poller.step()
    assert second.intake.texts() == ["xong rồi"]
    await second.channel.close()


async def test_a_crash_after_the_commit_delivers_again_under_the_same_number(fake: FakeTelegram) -> None:
    fake.learner(5).say("xong rồi")
    numbers = []
    for _ in range(2):
        line = Line(fake, timeout_s=0)
        await line.poller.step()
        numbers += [update.update_id for update in line.intake.kept]
        await line.channel.close()
    assert numbers == ["1000", "1000"]  # the inbox tells them apart by this


async def test_confirmed_updates_may_come_back(fake: FakeTelegram, line: Line) -> None:
    fake.learner(5).say("một")
    await line.intake.until(1)
    await asyncio.sleep(0.05)
    fake.bot.redeliver()
    await line.intake.until(2)
    assert line.intake.texts() == ["một", "một"]


async def test_numbers_that_jump_back_are_taken(fake: FakeTelegram) -> None:
    line = Line(fake, timeout_s=0)
    for number in (90_000, 12, 13):
        fake.bot.next_update = number
        fake.learner(5).say(str(number))
        while await line.poller.step():
            pass
    assert line.intake.texts() == ["90000", "12", "13"]
    await line.channel.close()


async def test_malformed_updates_are_dropped_counted_and_confirmed(fake: FakeTelegram, line: Line) -> None:
    fake.bot.push_raw({"update_id": 1, "message": {"text": 5}})
    fake.bot.push_raw({"update_id": 2, "poll_answer": {}})
    fake.bot.push_raw({"update_id": 3, "message": []})
    fake.bot.next_update = 4
    fake.learner(5).say("chào")
    await line.intake.until(1)
    assert line.channel.dropped == {Dropped.MALFORMED: 2, Dropped.IGNORED: 1}


async def test_an_update_without_a_number_does_not_spin(fake: FakeTelegram, line: Line) -> None:
    fake.bot.push_raw({"update_id": None, "message": {}})
    await asyncio.sleep(0.3)
    assert fake.counts["getUpdates"] < 15


@pytest.mark.parametrize("code", [500, 502, 403, 400])
async def test_failures_of_telegram_are_waited_out(fake: FakeTelegram, code: int) -> None:
    fake.faults.answer(code, "something", method="getUpdates", times=3)
    line = Line(fake)
    running = asyncio.create_task(line.poller.run())
    fake.learner(5).say("chào")
    await line.intake.until(1)
    assert [update.chat_id for update in line.intake.kept] == ["5"]
    line.poller.stop()
    await running
    await line.channel.close()


async def test_a_broken_network_is_waited_out(fake: FakeTelegram, line: Line) -> None:
    await fake.stop()
    await asyncio.sleep(0.1)
    fake.learner(5).say("chào")
    await fake.start()
    await line.intake.until(1)
    assert [update.chat_id for update in line.intake.kept] == ["5"]


async def test_flood_control_of_polling_is_obeyed(fake: FakeTelegram) -> None:
    fake.faults.answer(429, "Too Many Requests", method="getUpdates", parameters={"retry_after": 1})
    line = Line(fake)
    running = asyncio.create_task(line.poller.run())
    fake.learner(5).say("chào")
    begun = time.monotonic()
    await line.intake.until(1)
    assert time.monotonic() - begun >= 0.9
    line.poller.stop()
    await running
    await line.channel.close()


async def test_a_wrong_token_ends_the_polling(fake: FakeTelegram) -> None:
    line = Line(fake, token="41:WRONG")
    with pytest.raises(Misconfigured):
        await line.poller.run()
    await line.channel.close()


async def test_two_pollers_are_told_apart_in_plain_words(
    fake: FakeTelegram, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    await asyncio.sleep(0.05)
    other = Line(fake, timeout_s=0)
    await other.poller.step()
    await asyncio.sleep(0.05)
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [OCCUPIED]
    assert line.removed == 0
    await other.channel.close()


async def webhook_of(line: Line) -> str:
    info: dict[str, str] = await line.channel.api.call("getWebhookInfo", {})
    return info["url"]


async def test_a_webhook_in_the_way_is_removed_once(fake: FakeTelegram, caplog: pytest.LogCaptureFixture) -> None:
    line = Line(fake)
    await line.channel.api.call("setWebhook", {"url": "https://other.example/hook"})
    running = asyncio.create_task(line.poller.run())
    await asyncio.sleep(0.1)
    assert await webhook_of(line) == ""
    assert WEBHOOK_SET in caplog.text
    caplog.clear()
    await line.channel.api.call("setWebhook", {"url": "https://other.example/hook"})
    await asyncio.sleep(0.1)
    assert await webhook_of(line) != ""  # somebody wants it: the operator is told, nobody fights
    assert OCCUPIED in caplog.text
    assert line.removed == 2
    line.poller.stop()
    async with asyncio.timeout(1):
        await running
    await line.channel.close()


async def test_a_stop_waits_for_the_batch_on_its_way(fake: FakeTelegram) -> None:
    line = Line(fake)
    gate = asyncio.Event()

    async def slow(updates: Sequence[Update]) -> None:
        await gate.wait()
        await line.intake.submit(updates)

    line.poller._submit = slow
    fake.learner(5).tap_token("c:yes")
    running = asyncio.create_task(line.poller.run())
    await asyncio.sleep(0.1)
    line.poller.stop()
    await asyncio.sleep(0.05)
    assert not running.done()
    gate.set()
    async with asyncio.timeout(1):
        await running
    assert [update.body for update in line.intake.kept] == [Tap("c:yes")]
    await line.channel.close()
    assert len(fake.bot.answered) == 1


async def test_a_database_that_is_away_is_asked_every_second_and_telegram_pays_nothing_for_it(
    fake: FakeTelegram,
) -> None:
    line = Line(fake, timeout_s=0)
    fake.learner(7).say("chào")
    line.intake.failures = 9
    assert 0.5 <= max([await line.poller._step_or_pause() for _ in range(9)]) <= 1.0
    fake.faults.answer(500, "Internal Server Error", method="getUpdates")
    assert await line.poller._step_or_pause() <= 0.01, "the first that Telegram itself failed"
    assert not await line.poller._step_or_pause() and line.intake.texts() == ["chào"]
    await line.channel.close()
