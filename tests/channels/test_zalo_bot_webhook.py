"""The webhook: the secret, 200 only after the commit, and what the platform is told about it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from io import BytesIO

import aiohttp
import pytest
from aiohttp import web

from bot.channels.base import Submit, Text, Update
from bot.channels.provider import SetUpFailed
from bot.channels.zalo_bot.provider import ZaloBotProvider
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.channels.zalo_bot.webhook import SECRET_HEADER, webhook_address, webhook_path, webhook_secret
from bot.errors import SettingsInvalid, StorageUnavailable
from tests.channels.conformance.under_test import alone
from tests.support.fake_zalo_bot import FakeZaloBot, Fault
from tests.support.process import free_port

NOW = datetime(2026, 11, 29, tzinfo=UTC)
EVENT = {
    "event_name": "message.text.received",
    "message": {
        "from": {"id": "u1", "display_name": "Lan", "is_bot": False},
        "chat": {"id": "u1", "chat_type": "PRIVATE"},
        "text": "chào",
        "message_id": "m1",
        "date": 1_795_000_000_000,
    },
}
BODY = json.dumps(EVENT).encode()


class House:
    """Our side: the provider's route on a server, and what was kept."""

    def __init__(self, fake: FakeZaloBot) -> None:
        self.url = f"http://127.0.0.1:{free_port()}/zalo-bot"
        given = ZaloBotSettings(mode="webhook", webhook_url=self.url, api_base=fake.url, token=fake.token)
        self.provider = ZaloBotProvider(given, alone())
        self.secret = webhook_secret(fake.token)
        self.kept: list[Update] = []
        self.failures = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.news = asyncio.Event()

    async def submit(self, updates: Sequence[Update]) -> None:
        await self.gate.wait()
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

    async def post(self, body: bytes | BytesIO, secret: str | None = None) -> tuple[int, str]:
        """Status and Retry-After of one POST with the right secret, or another one."""
        headers = {SECRET_HEADER: self.secret if secret is None else secret}
        async with aiohttp.ClientSession() as session, session.post(self.url, data=body, headers=headers) as answer:
            return answer.status, answer.headers.get("Retry-After", "")


@pytest.fixture
async def fake() -> AsyncIterator[FakeZaloBot]:
    async with FakeZaloBot() as server:
        yield server


@pytest.fixture
async def house(fake: FakeZaloBot) -> AsyncIterator[House]:
    made = House(fake)
    app = web.Application()
    submit: Submit = made.submit
    app.add_routes(made.provider.routes(submit, lambda: NOW))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(made.url.split(":")[2].split("/")[0])).start()
    yield made
    await runner.cleanup()
    await made.provider.close()


async def test_an_event_is_kept_before_it_is_answered(house: House) -> None:
    house.gate.clear()
    posting = asyncio.create_task(house.post(BODY))
    await asyncio.sleep(0.05)
    assert not posting.done()
    house.gate.set()
    assert await posting == (200, "")
    assert [(update.update_id, update.body) for update in house.kept] == [("m1", Text("chào"))]


@pytest.mark.parametrize("secret", ["", "x", "ă", "0" * 64])
async def test_whoever_has_not_the_secret_is_not_read(house: House, secret: str) -> None:
    assert (await house.post(BODY, secret))[0] == 401
    assert house.kept == []


async def test_without_the_database_zalo_shall_come_again(house: House) -> None:
    house.failures = 1
    assert await house.post(BODY) == (503, "2")
    assert (await house.post(BODY))[0] == 200 and len(house.kept) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b"5", b"[" * 50_000, b'{"event_name": 1}'])
async def test_nonsense_is_taken_and_dropped(house: House, body: bytes) -> None:
    assert (await house.post(body))[0] == 200
    assert house.kept == [] and house.provider.channel.dropped.total() == 1


async def test_ten_megabytes_are_not_read(house: House) -> None:
    try:
        status, _ = await house.post(BytesIO(b" " * 10_000_000))
    except aiohttp.ClientConnectionError:
        status = 413  # the server closed while we were still sending: that is the point
    assert status == 413
    assert (await house.post(BODY))[0] == 200


async def test_events_come_in_order_with_retries_in_either_envelope(fake: FakeZaloBot, house: House) -> None:
    fake.twice = True
    await house.provider.set_up()
    house.failures = 3
    for at, word in enumerate(("một", "hai", "ba")):
        fake.variants.wrapped = bool(at % 2)
        fake.learner(5).say(word)
    await house.until(6)
    assert [update.body.text for update in house.kept if isinstance(update.body, Text)] == [
        "một", "một", "hai", "hai", "ba", "ba",
    ]  # fmt: skip
    assert len({update.update_id for update in house.kept}) == 3, "what comes twice carries the same id"
    assert fake.statuses.count(503) == 3


async def test_another_secret_delivers_nothing(fake: FakeZaloBot, house: House) -> None:
    fake.platform.webhook = house.url, "guessed-by-somebody", 0
    fake.learner(5).say("xin chào")
    await asyncio.sleep(0.1)
    assert house.kept == [] and set(fake.statuses) == {401}
    await house.provider.set_up()
    await house.until(1)


# --- what the platform is told, and the operator -------------------------------------------------------


async def test_what_the_platform_does_not_take_is_said(fake: FakeZaloBot, house: House) -> None:
    fake.variants.verifies = True
    with pytest.raises(SetUpFailed, match="check your server"):
        await house.provider.set_up()
    fake.variants.loopback = False
    with pytest.raises(SetUpFailed, match="url is invalid"):
        await house.provider.set_up()
    fake.fails(Fault("answer", "setWebhook", code=502))
    with pytest.raises(SetUpFailed):
        await house.provider.set_up()


async def test_the_doctor_sees_where_zalo_posts(fake: FakeZaloBot, house: House) -> None:
    assert (await house.provider.check(2.0)).level == "note", "nothing is set yet"
    await house.provider.set_up()
    good = await house.provider.check(2.0)
    assert (good.level, good.values["name"]) == ("good", "Bot Cầm Tay")
    fake.platform.webhook = "https://other.example/hook?key=secret", "x" * 8, 0
    astray = await house.provider.check(2.0)
    assert astray.level == "note" and astray.values == {"host": "other.example"}
    fake.platform.revoked = True
    assert (await house.provider.check(2.0)).level == "bad"


@pytest.mark.parametrize(
    ("configured", "address", "path"),
    [
        ("https://camtay.example", "https://camtay.example/zalo-bot", "/zalo-bot"),
        ("https://camtay.example:8443/in/z", "https://camtay.example:8443/in/z", "/in/z"),
    ],
)
def test_where_the_webhook_stands(configured: str, address: str, path: str) -> None:
    assert (webhook_address(configured), webhook_path(configured)) == (address, path)


def test_the_secret_fits_and_does_not_give_the_token_away() -> None:
    secret = webhook_secret("42:TEST")
    assert secret == webhook_secret("42:TEST") != webhook_secret("42:TESU")
    assert 8 <= len(secret) <= 256 and secret.isalnum()


@pytest.mark.parametrize(
    "given",
    [ZaloBotSettings(token="nonsense"), ZaloBotSettings(token="42:abc-def", mode="webhook")],
)
def test_what_cannot_work_is_refused_with_the_name_of_the_setting(given: ZaloBotSettings) -> None:
    with pytest.raises(SettingsInvalid, match=r"ZALO_BOT_TOKEN|zalo_bot\.webhook_url"):
        given.provider(alone())
