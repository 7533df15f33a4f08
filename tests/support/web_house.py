"""The web chat behind a running server, and browsers before it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.channels.webchat import WebChat
from bot.channels.webchat.identity import COOKIE
from bot.errors import StorageUnavailable
from bot.web.access import LocalKey
from bot.web.server import create_app, start
from tests.support.echo_conversation import EchoConversation

KEY = LocalKey("k" * 32)


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@dataclass
class House:
    """A running server, what stands behind it and its address."""

    url: str
    chat: WebChat
    conversation: EchoConversation
    clock: Clock
    runner: web.AppRunner
    state: dict[str, bool]

    @asynccontextmanager
    async def browser(self, *, opened: bool = True) -> AsyncIterator[Browser]:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.url, cookie_jar=jar) as session:
            browser = Browser(session, self)
            if opened:
                async with session.get("/") as response:
                    assert response.status == 200
            yield browser


@dataclass
class Browser:
    session: aiohttp.ClientSession
    house: House
    sent: int = 0

    async def post(self, data: object, **kwargs: object) -> tuple[int, dict[str, object], aiohttp.ClientResponse]:
        body = data if isinstance(data, (bytes, str)) else json.dumps(data)
        headers = {"Content-Type": "application/json", **kwargs.pop("headers", {})}  # type: ignore[dict-item]
        async with self.session.post("/chat/send", data=body, headers=headers) as response:
            return response.status, await response.json(), response

    async def say(self, text: str) -> int:
        self.sent += 1
        return (await self.post({"id": f"message-{self.sent}", "text": text}))[0]

    async def log(self, after: object = 0, tag: str = "") -> dict[str, object]:
        async with self.session.get("/chat/log", params={"after": str(after), "chat": tag}) as response:
            assert response.status == 200
            answer: dict[str, object] = await response.json()
            return answer

    @asynccontextmanager
    async def stream(self, after: int = 0, **headers: str) -> AsyncIterator[Events]:
        async with self.session.get("/chat/stream", params={"after": after}, headers=headers) as response:
            assert response.status == 200, await response.text()
            assert response.headers["Content-Type"].startswith("text/event-stream")
            yield Events(response)

    @property
    def cookie(self) -> str:
        return self.session.cookie_jar.filter_cookies(URL(self.house.url))[COOKIE].value


@dataclass
class Events:
    response: aiohttp.ClientResponse

    async def next(self) -> dict[str, str]:
        """One server-sent event as its fields."""
        fields: dict[str, str] = {}
        while line := (await asyncio.wait_for(self.response.content.readline(), 5)).decode():
            if line == "\n":
                if "data" in fields:
                    return fields
                continue
            name, _, value = line.rstrip("\n").partition(":")
            fields[name] = value.lstrip()
        raise EOFError

    async def texts(self) -> list[str]:
        while (event := await self.next()).get("event"):
            pass
        return [entry["text"] for entry in json.loads(event["data"])]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock, state = Clock(), {"well": True}
    conversation = EchoConversation(tmp_path / "echo.json", clock)
    numbers = iter(range(10**6))
    chat = WebChat(
        submit=conversation.submit,
        history=conversation.history,
        new_id=lambda: f"{next(numbers):032x}",
        now=clock,
        key_path=tmp_path / "web.key",
    )
    conversation.publish = chat.publish

    async def well() -> tuple[bool, dict[str, object]]:
        return state["well"], {"streams": len(chat.streams)}

    async def crash(_: web.Request) -> web.Response:
        raise RuntimeError("a text that must not be shown")

    async def resting(_: web.Request) -> web.Response:
        raise StorageUnavailable

    runner = await start(
        create_app(chat, well, [web.get("/crash", crash), web.get("/resting", resting)], key=KEY), "127.0.0.1", 0
    )
    host, port = runner.addresses[0][:2]
    yield House(f"http://{host}:{port}", chat, conversation, clock, runner, state)
    await runner.cleanup()
