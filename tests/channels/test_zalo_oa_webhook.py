"""The webhook: true signatures by either timestamp, 200 only after the commit, an answer in time whatever happens."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.channels.base import Began, Left, Text, Update
from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.client import OaApi
from bot.channels.zalo_oa.signature import is_signed
from bot.channels.zalo_oa.tokens import OaTokens
from bot.channels.zalo_oa.webhook import webhook_handler, webhook_path
from bot.delivery.surroundings import NoFiles
from bot.errors import StorageUnavailable
from tests.channels.conformance.under_test import Scratch
from tests.support.fake_zalo_oa import FakeZaloOa
from tests.support.process import until

NOW = datetime(2026, 11, 22, tzinfo=UTC)
COMMIT_S = 0.3


class House:
    """Our side: an aiohttp server with the handler mounted, and what it kept, each id once as the inbox does."""

    def __init__(self, fake: FakeZaloOa) -> None:
        api, memory = OaApi(fake.app_id, fake.app_secret, fake.url, fake.url), Scratch()
        tokens = OaTokens("refresh-0-SECRET", memory, api.exchange, self.clock)
        self.channel = ZaloOaChannel(fake.oa_id, api, tokens, memory, NoFiles(), self.clock, "none")
        self.kept: dict[str, Update] = {}
        self.failures, self.handed_in = 0, 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.off = timedelta(0)

    def clock(self) -> datetime:
        return NOW + self.off

    async def submit(self, updates: Sequence[Update]) -> None:
        """As the intake's: whoever stops waiting takes nothing back."""
        await asyncio.shield(self._keep(updates))

    async def _keep(self, updates: Sequence[Update]) -> None:
        await self.gate.wait()
        self.handed_in += 1
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable
        self.kept |= {each.update_id: each for each in updates}

    def bodies(self) -> list[object]:
        return [each.body for each in self.kept.values()]


@pytest.fixture
async def fake() -> AsyncIterator[FakeZaloOa]:
    async with FakeZaloOa(NOW.timestamp, pauses=(0.01,) * 5) as server:
        yield server


@pytest.fixture
async def house(fake: FakeZaloOa) -> AsyncIterator[House]:
    made, app = House(fake), web.Application()
    given = made.channel, made.submit, fake.app_id, fake.oa_secret
    app.router.add_post("/zalo-oa", webhook_handler(*given, clock=made.clock, commit_s=COMMIT_S))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.webhook = f"http://127.0.0.1:{runner.addresses[0][1]}/zalo-oa"
    yield made
    await runner.cleanup()
    await made.channel.close()


def an_event(fake: FakeZaloOa, text: str = "chào") -> tuple[bytes, dict[str, str]]:
    return fake.signed("user_send_text", "777", {"message": {"text": text}})


async def delivered(fake: FakeZaloOa, count: int) -> None:
    await until(lambda: fake.delivered >= count, every_s=0.005)


@pytest.mark.parametrize("timestamp", ["body", "header"])
@pytest.mark.parametrize("mac", [True, False])
async def test_a_true_signature_by_either_timestamp(fake: FakeZaloOa, house: House, timestamp, mac: bool) -> None:
    fake.account.switches.timestamp, fake.account.switches.mac = timestamp, mac
    lan = fake.person("777")
    lan.follow()
    lan.says("chào em")
    lan.unfollow()
    await delivered(fake, 3)
    assert house.bodies() == [Began(), Text("chào em"), Left()]
    assert {each.chat_id for each in house.kept.values()} == {"777"}


async def test_forgeries_are_refused(fake: FakeZaloOa, house: House) -> None:
    body, headers = an_event(fake)
    signed = headers["X-ZEvent-Signature"]
    by_hmac = hmac.new(fake.oa_secret.encode(), body, hashlib.sha256).hexdigest()
    of_app = hashlib.sha256(fake.app_id.encode() + body + b"1" + fake.app_secret.encode()).hexdigest()
    for forged in ("", "mac=", "mac=x", "ă", signed[:-1], f"mac={by_hmac}", f"mac={of_app}", "0" * 64):
        assert await fake.post(body, {**headers, "X-ZEvent-Signature": forged}) == 403, forged
    assert await fake.post(body.replace(b"ch", b"CH"), headers) == 403, "another body"
    assert await fake.post(body + b" ", headers) == 403, "the bytes count, not what they mean"
    assert house.kept == {}
    assert await fake.post(body, {**headers, "X-ZEvent-Signature": signed.upper().replace("MAC=", "mac=")}) == 200


async def test_the_consoles_probe_is_answered(fake: FakeZaloOa, house: House) -> None:
    assert [await fake.post(each, {}) for each in (b"", b"{}", b"null")] == [200, 200, 200]
    assert await fake.post(b'{"event_name": "user_send_text"}', {}) == 403
    assert house.kept == {}


@pytest.mark.parametrize("minutes", [-5, 5, -60 * 24 * 6, 60 * 24 * 6])
async def test_a_clock_that_is_off_shuts_nobody_out(fake: FakeZaloOa, house: House, minutes: int) -> None:
    house.off = timedelta(minutes=minutes)
    assert await fake.post(*an_event(fake)) == 200
    assert house.bodies() == [Text("chào")]


async def test_a_replay_is_harmless(fake: FakeZaloOa, house: House) -> None:
    event = an_event(fake)
    assert [await fake.post(*event) for _ in range(3)] == [200, 200, 200]
    assert len(house.kept) == 1, "by its id"
    house.off = timedelta(days=15)  # ids of updates are known for fourteen
    assert await fake.post(*event) == 200
    assert house.handed_in == 3, "what is older is not even asked about"


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[]", b"5", b"[" * 50_000, b'{"event_name": 7}'])
async def test_nonsense_that_is_signed_is_taken_and_dropped(fake: FakeZaloOa, house: House, body: bytes) -> None:
    mac = hashlib.sha256(fake.app_id.encode() + body + b"17" + fake.oa_secret.encode()).hexdigest()
    assert await fake.post(body, {"X-ZEvent-Signature": mac, "X-ZEvent-Timestamp": "17"}) == 200
    assert house.kept == {} and house.channel.dropped.total() == 1


async def test_a_body_of_ten_megabytes_is_not_read_to_the_end(fake: FakeZaloOa, house: House) -> None:
    assert await fake.post(b" " * 10_000_000, {}) in (413, 0)  # 0: closed while we were still sending, as it should be
    assert await fake.post(*an_event(fake)) == 200


async def test_who_sends_drop_by_drop_holds_nobody_up(fake: FakeZaloOa, house: House) -> None:
    port = int(fake.webhook.split(":")[2].split("/")[0])
    _, slow = await asyncio.open_connection("127.0.0.1", port)
    slow.write(b"POST /zalo-oa HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
    await slow.drain()
    assert await fake.post(*an_event(fake)) == 200
    slow.close()


async def test_without_the_storage_zalo_shall_come_again(fake: FakeZaloOa, house: House) -> None:
    house.failures = 3
    fake.person("777").says("cứu")
    fake.person("777").says("tôi")
    await delivered(fake, 2)
    assert house.bodies() == [Text("cứu"), Text("tôi")] and not fake.disabled


async def test_a_commit_that_is_slow_goes_on_and_its_repetition_is_known(fake: FakeZaloOa, house: House) -> None:
    house.gate.clear()
    event = an_event(fake)
    assert await fake.post(*event) == 503
    house.gate.set()
    await until(lambda: house.kept, every_s=0.005)
    assert await fake.post(*event) == 200
    assert len(house.kept) == 1


async def test_what_fails_after_its_answer_is_said_by_the_next_try(fake: FakeZaloOa, house: House) -> None:
    house.gate.clear()
    house.failures = 1
    event = an_event(fake)
    assert await fake.post(*event) == 503
    house.gate.set()
    assert await fake.post(*event) == 200
    assert len(house.kept) == 1


@pytest.mark.parametrize(
    ("configured", "path"),
    [
        ("https://camtay.example", "/zalo-oa"),
        ("https://camtay.example/", "/zalo-oa"),
        ("https://camtay.example:8443/a/b", "/a/b"),
    ],
)
def test_where_the_webhook_stands(configured: str, path: str) -> None:
    assert webhook_path(configured) == path


def test_the_scheme_as_it_is_published() -> None:
    body = json.dumps({"app_id": "1", "timestamp": "17"}).encode()
    mac = hashlib.sha256(b"1" + body + b"17" + b"key").hexdigest()
    assert is_signed(f"mac={mac}", "1", body, ("", "17"), "key")
    assert not is_signed(f"mac={mac}", "1", body, ("", "18"), "key")
    assert not is_signed(f"mac={mac}", "1", body, (), "key"), "no timestamp, no signature"


async def test_the_server_of_the_fake_gives_up_like_zalos(fake: FakeZaloOa) -> None:
    fake.webhook = "http://127.0.0.1:9/nobody"
    fake.person("777").says("alo")
    await until(lambda: fake.disabled, every_s=0.005)
