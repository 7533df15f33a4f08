"""The webhook: the secret, 200 only after the commit, and the tap that is answered on the way back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web

from bot.channels.base import Text, Update
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.webhook import SECRET_HEADER, webhook_address, webhook_handler, webhook_path, webhook_secret
from bot.errors import StorageUnavailable
from tests.support.fake_telegram import FakeTelegram

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEXT = {
    "update_id": 7,
    "message": {
        "message_id": 1,
        "from": {"id": 5},
        "chat": {"id": 5, "type": "private"},
        "date": 1_795_000_000,
        "text": "chào",
    },
}
TAP = {"update_id": 8, "callback_query": {"id": "q1", "from": {"id": 5}, "data": "c:yes"}}


class House:
    """Our side: an aiohttp server with the handler mounted, and what it kept."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.channel = TelegramChannel(fake.token, api_base=fake.url)
        self.secret = webhook_secret(fake.token)
        self.kept: list[Update] = []
        self.failures = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.news = asyncio.Event()
        self.url = ""

    async def submit(self, updates: Sequence[Update]) -> None:
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable
        self.kept += updates
        self.news.set()

    async def post(self, body: bytes, secret: str | None = None) -> tuple[int, bytes, str]:
        """Status, body and Retry-After of one POST with the right secret, or another one."""
        headers = {SECRET_HEADER: self.secret if secret is None else secret}
        async with aiohttp.ClientSession() as session, session.post(self.url, data=body, headers=headers) as response:
            return response.status, await response.read(), response.headers.get("Retry-After", "")


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(pause_s=0.01) as server:
        yield server
    assert server.violations == []


@pytest.fixture
async def house(fake: FakeTelegram) -> AsyncIterator[House]:
    made = House(fake)
    app = web.Application()
    handler = webhook_handler(made.channel, made.submit, made.secret, clock=lambda: NOW)
    app.router.add_post("/telegram", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    yield made
    await runner.cleanup()
    await made.channel.close()


async def test_an_update_is_kept_and_answered(house: House) -> None:
    assert await house.post(json.dumps(TEXT).encode()) == (200, b"", "")
    assert [update.body for update in house.kept] == [Text("chào")]


async def test_a_tap_is_answered_in_the_answer(house: House) -> None:
    status, body, _ = await house.post(json.dumps(TAP).encode())
    assert (status, json.loads(body)) == (200, {"method": "answerCallbackQuery", "callback_query_id": "q1"})


@pytest.mark.parametrize("secret", ["", "x", "ă", "0" * 64])
async def test_without_the_secret_nothing_is_read(house: House, secret: str) -> None:
    status, _, _ = await house.post(json.dumps(TEXT).encode(), secret)
    assert (status, house.kept) == (401, [])


async def test_without_the_database_telegram_shall_come_again(house: House) -> None:
    house.failures = 1
    assert await house.post(json.dumps(TEXT).encode()) == (503, b"", "2")
    assert house.kept == []
    assert (await house.post(json.dumps(TEXT).encode()))[0] == 200


async def test_the_answer_comes_after_the_commit(house: House) -> None:
    house.gate.clear()
    posting = asyncio.create_task(house.post(json.dumps(TEXT).encode()))
    await asyncio.sleep(0.1)
    assert not posting.done()
    house.gate.set()
    assert (await posting)[0] == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[]", b"5", b"[" * 50_000, b'{"update_id": 1}', b'{"update_id": 1, "message": 5}'],
)
async def test_nonsense_is_taken_and_dropped(house: House, body: bytes) -> None:
    assert (await house.post(body))[0] == 200
    assert house.kept == []
    assert house.channel.dropped.total() == 1


async def test_a_body_above_a_megabyte_is_not_read_to_the_end(house: House) -> None:
    try:
        status, _, _ = await house.post(b" " * 1_040_000)
    except aiohttp.ClientConnectionError:
        status = 413  # the server closed while we were still sending: that is the point
    assert status == 413
    assert (await house.post(json.dumps(TEXT).encode()))[0] == 200


@pytest.mark.parametrize(
    ("configured", "address", "path"),
    [
        ("https://camtay.example", "https://camtay.example/telegram", "/telegram"),
        ("https://camtay.example/", "https://camtay.example/telegram", "/telegram"),
        ("https://camtay.example:8443/bot/tg", "https://camtay.example:8443/bot/tg", "/bot/tg"),
    ],
)
def test_where_the_webhook_stands(configured: str, address: str, path: str) -> None:
    assert (webhook_address(configured), webhook_path(configured)) == (address, path)


def test_the_secret_fits_telegram_and_does_not_give_the_token_away() -> None:
    secret = webhook_secret("42:TEST")
    assert secret == webhook_secret("42:TEST") != webhook_secret("42:TESU")
    assert len(secret) == 64
    assert secret.isalnum()


# --- with the fake's own delivery ---------------------------------------------------------------------


async def hook(fake: FakeTelegram, house: House) -> None:
    await house.channel.api.call("setWebhook", {"url": house.url, "secret_token": house.secret})


async def until(house: House, count: int) -> None:
    async with asyncio.timeout(5):
        while len(house.kept) < count:
            house.news.clear()
            await house.news.wait()


async def test_delivery_in_order_with_retries(fake: FakeTelegram, house: House) -> None:
    fake.learner(5).say("trước khi có webhook")
    await hook(fake, house)
    house.failures = 3
    for word in ("một", "hai", "ba"):
        fake.learner(5).say(word)
    await until(house, 4)
    texts = [update.body.text for update in house.kept if isinstance(update.body, Text)]
    assert texts == ["trước khi có webhook", "một", "hai", "ba"]
    assert fake.delivery.statuses.count(503) == 3


async def test_a_tap_costs_no_call(fake: FakeTelegram, house: House) -> None:
    await hook(fake, house)
    fake.learner(5).tap_token("c:yes")
    await until(house, 1)
    await asyncio.sleep(0.1)
    assert fake.bot.answered == [{"callback_query_id": "7000001000"}]


async def test_duplicates_carry_the_same_number(fake: FakeTelegram, house: House) -> None:
    await hook(fake, house)
    fake.delivery.twice = True
    fake.learner(5).say("xong")
    await until(house, 2)
    assert [update.update_id for update in house.kept] == ["1000", "1000"]


async def test_another_secret_delivers_nothing(fake: FakeTelegram, house: House) -> None:
    await house.channel.api.call("setWebhook", {"url": house.url, "secret_token": "guess"})
    fake.learner(5).say("xin chào")
    await asyncio.sleep(0.1)
    assert house.kept == []
    assert set(fake.delivery.statuses) == {401}
    await hook(fake, house)
    await until(house, 1)
