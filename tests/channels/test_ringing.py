"""/chat/push over real HTTP: what a page may ask for, and nobody else; and that the browser comes to be kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

import aiohttp
import pytest

from bot.channels.webchat import WebChat
from bot.channels.webchat.ringing import Browser
from bot.errors import StorageUnavailable
from bot.knocks.doorbell import Doorbell
from bot.web.access import LocalKey
from bot.web.server import create_app, start
from storage.conversations import conversations
from storage.conversations import tables as conversations_t
from storage.engine.database import Database, open_database
from storage.people.records import PersonRow
from tests.support.echo_conversation import EchoConversation
from tests.support.harness import QUIET, empty_database
from tests.support.push_service import BrowserKeys, b64
from tests.support.world import START, Clock

KEYS = BrowserKeys()
SUBSCRIPTION = {
    "endpoint": "https://push.example/send/abc",
    "expirationTime": None,
    "keys": {"p256dh": b64(KEYS.public), "auth": b64(KEYS.auth)},
}


class Page:
    """A browser with its cookie before a running server; `chat_id` is known to the database once it has `met`."""

    def __init__(self, session: aiohttp.ClientSession, database: Database, folder: Path, chat: WebChat) -> None:
        self.session, self.database, self.folder, self.chat = session, database, folder, chat
        self.chat_id = ""

    async def open(self) -> None:
        async with self.session.get("/") as response:
            self.chat_id = response.cookies["camtay"].value.partition(".")[0]

    async def met(self) -> None:
        person = PersonRow("p1", "Lan", "chị/em", "agreed")
        await self.database.transact(lambda c: conversations.add_learner(c, person, "web", self.chat_id, START))

    async def post(self, data: object, **headers: str) -> tuple[int, dict[str, Any]]:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        sent = {"Content-Type": "application/json", **headers}
        async with self.session.post("/chat/push", data=body, headers=sent) as response:
            return response.status, await response.json()

    async def endpoints(self) -> list[str]:
        query = conversations_t.subscription.select()
        return await self.database.read(lambda c: list(c.scalars(query)))


@asynccontextmanager
async def page_at(folder: Path) -> AsyncIterator[Page]:
    await empty_database(folder / "camtay.db")
    database, clock = open_database(f"sqlite:///{folder / 'camtay.db'}"), Clock()
    bell = Doorbell(database, "web", clock.now, QUIET, lambda _: False, folder=folder, title="Cầm Tay")
    echo = EchoConversation(folder / "echo.json", clock.now)
    chat = WebChat(
        submit=echo.submit, history=echo.history, new_id=lambda: token_hex(16), now=clock.now,
        key_path=folder / "web.key", ringing=bell.subscriptions,
    )  # fmt: skip

    async def well() -> tuple[bool, dict[str, object]]:
        return True, {}

    runner = await start(create_app(chat, well, key=LocalKey("k" * 32)), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        page = Page(session, database, folder, chat)
        await page.open()
        yield page
    await runner.cleanup()
    await database.close()


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with page_at(tmp_path) as found:
        yield found


async def test_a_browser_is_kept_looked_at_and_forgotten(page: Page):
    await page.met()
    assert not (page.folder / "push.key").exists(), "nobody has asked yet"
    async with page.session.get("/chat/push") as response:
        key = (await response.json())["key"]
    assert await page.post({"subscription": SUBSCRIPTION}) == (200, {"ok": True, "key": key})
    assert await page.endpoints() == [SUBSCRIPTION["endpoint"]]
    assert await page.post({"looked": True}) == (200, {"ok": True})
    assert await page.post({"gone": "https://push.example/another"}) == (200, {"ok": True})
    assert await page.endpoints() == [SUBSCRIPTION["endpoint"]]
    assert await page.post({"gone": SUBSCRIPTION["endpoint"]}) == (200, {"ok": True})
    assert await page.endpoints() == []


async def test_who_is_not_known_or_cannot_be_rung_is_not_kept(page: Page):
    assert (await page.post({"subscription": SUBSCRIPTION}))[1]["ok"] is False
    await page.met()
    for endpoint in ("https://127.0.0.1/x", "http://push.example/x", "https://[::ffff:10.0.0.1]/x"):
        assert (await page.post({"subscription": {**SUBSCRIPTION, "endpoint": endpoint}}))[1]["ok"] is False
    assert await page.endpoints() == []


async def test_only_our_own_page_may_ask(page: Page):
    await page.met()
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "text/plain"},
    ):
        assert (await page.post({"subscription": SUBSCRIPTION}, **headers))[0] == 403
    page.session.cookie_jar.clear()
    assert (await page.post({"subscription": SUBSCRIPTION}))[0] == 401
    async with page.session.get("/chat/push") as response:
        assert response.status == 401
    assert await page.endpoints() == []


@pytest.mark.parametrize(
    "sent",
    [
        [], {}, "x", {"subscription": {}}, {"subscription": {"endpoint": 1}}, {"looked": 1}, {"gone": None},
        {"subscription": {**SUBSCRIPTION, "keys": {"p256dh": "A" * 201, "auth": "A"}}}, b"{", b"x" * 20_000,
    ],
    ids=range(10),
)  # fmt: skip
async def test_what_is_nothing_of_our_page_is_refused_in_a_sentence(page: Page, sent: object):
    status, answer = await page.post(sent)
    assert (status, answer["ok"]) == (400, False) and answer["say"]


async def test_a_page_that_asks_too_often_has_to_wait(page: Page):
    statuses = [(await page.post({"looked": True}))[0] for _ in range(125)]
    assert statuses[:100] == [200] * 100 and statuses[-1] == 429


class Resting:
    """A database that is away."""

    async def key(self) -> str:
        return ""

    async def keep(self, chat_id: str, browser: Browser) -> bool:
        raise StorageUnavailable("away")

    async def forget(self, chat_id: str, endpoint: str) -> None:
        raise StorageUnavailable("away")

    async def looked(self, chat_id: str) -> None:
        raise StorageUnavailable("away")


async def test_a_database_that_is_away_is_told(page: Page):
    page.chat.ringing = Resting()
    for sent in ({"looked": True}, {"gone": "x"}, {"subscription": SUBSCRIPTION}):
        status, answer = await page.post(sent)
        assert status == 503 and answer["say"]
