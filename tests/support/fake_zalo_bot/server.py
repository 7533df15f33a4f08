"""The fake platform over HTTP, and the learners who chat with it."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.support.fake_zalo_bot.platform import Chat, Fault, Message, Platform, Refusal, Variants

STORMY = 0.01
TOKEN = "1234568:fake-Zalo_SECRET"
_SECRET_HEADER = "X-Bot-Api-Secret-Token"


class FakeZaloBot:
    """`async with FakeZaloBot() as fake:` listens on a free loopback port; `fake.url` is ZALO_BOT_API_BASE.

    `calls` keeps every call with its parameters, `paths` each path as it came, the token taken out. Events go to the
    webhook as long as one is set: each until it is answered 2xx, once more if it is `twice`.
    """

    def __init__(self, variants: Variants | None = None, clock: Callable[[], float] = time.time) -> None:
        self.variants = variants or Variants()
        self.platform = Platform(TOKEN, clock, self.variants)
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.paths: list[str] = []
        self.counts: Counter[str] = Counter()
        """Calls by method, refused ones too."""
        self.violations: list[str] = []
        """Calls that no client of this platform should make."""
        self.statuses: list[int] = []
        """What the webhook answered; 0 when it could not be reached."""
        self.twice = False
        self.storm: Random | None = None
        """By its chance one call in a hundred is throttled, one fails, one event is posted or polled once more."""
        self.pause_s = 0.05
        self.platform.on_event = self._deliver
        self._port = 0
        self._runner: web.ServerRunner | None = None
        self._listening: socket.socket
        self._lines: dict[str, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def token(self) -> str:
        return TOKEN

    def learner(self, number: int, name: str = "Lan") -> Learner:
        """A person who chats with the bot; the same number is the same person."""
        return Learner(self.platform, self.platform.chat(f"6ede9afa66b88fe{number:05x}", name))

    def fails(self, fault: Fault) -> Fault:
        """Script what goes wrong next."""
        self.faults.append(fault)
        return fault

    async def start(self) -> None:
        """Listen; after `stop` on the same port again."""
        server = web.Server(self._handle, access_log=None, handler_cancellation=True)  # a poll ends with its line
        self._runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await self._runner.setup()
        self._listening = socket.create_server(("127.0.0.1", self._port))
        await web.SockSite(self._runner, self._listening).start()
        self._port = self._listening.getsockname()[1]

    async def stop(self) -> None:
        """Break all connections; what happened stays known."""
        lines = list(self._lines.values())
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        if self._runner is not None:
            asyncio.get_running_loop().remove_reader(self._listening)  # one that is being accepted would leak
            await asyncio.sleep(0)
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self.stop()

    # --- requests ------------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        head, _, method = request.path.lstrip("/").partition("/")
        self.paths.append(f"{request.method} {request.path.replace(TOKEN, '(token)')}")
        if head != f"bot{TOKEN}" or self.platform.revoked:
            return self._refuse(Refusal(401, "Unauthorized"))
        params = await _params(request)
        self.calls.append((method, params))
        self.counts[method] += 1
        fault = self._strike(method, params) or self._weather(method)
        if fault is not None and fault.kind != "drop_after":
            return await self._befall(fault, request)
        try:
            answer = await self.platform.run(method, params)
        except Refusal as refusal:
            if refusal.code == 400:
                self.violations.append(f"{method}: {refusal.description}")
            return self._refuse(refusal)
        if fault is not None and request.transport is not None:
            request.transport.abort()
        return _json({"ok": True, **answer, **({"error_code": 0} if self.variants.zero_code else {})})

    def _strike(self, method: str, params: dict[str, Any]) -> Fault | None:
        for fault in self.faults:
            if fault.method in ("*", method) and fault.chat_id in ("", str(params.get("chat_id"))):
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    def _weather(self, method: str) -> Fault | None:
        chance = self.storm.random() if self.storm and method != "getUpdates" else 1.0
        if chance < STORMY:
            return Fault("answer", code=429, description="Quota exceeded")
        return Fault("answer", code=502) if chance < 2 * STORMY else None

    async def _befall(self, fault: Fault, request: web.BaseRequest) -> web.StreamResponse:
        if fault.kind == "answer" and fault.code >= 500:
            return web.Response(status=fault.code, text="<html>Bad Gateway</html>", content_type="text/html")
        if fault.kind == "answer":
            return self._refuse(Refusal(fault.code, fault.description, fault.status, fault.headers))
        if fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _refuse(self, refusal: Refusal) -> web.Response:
        body = {"ok": False, "description": refusal.description, "error_code": refusal.code}
        return _json(body, refusal.status, refusal.headers)

    # --- the webhook ---------------------------------------------------------------------------------

    def _deliver(self) -> None:
        """Each chat's events in their order; chats side by side."""
        while self.platform.webhook is not None and self.platform.queue:
            event, _ = self.platform.queue.popleft()
            chat = str(event.get("message", {}).get("chat", {}).get("id", ""))
            before = self._lines.get(chat)
            self._lines[chat] = asyncio.get_running_loop().create_task(self._until_taken(event, before))

    async def _until_taken(self, event: dict[str, Any], before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.gather(before, return_exceptions=True)
        times = 2 if self.twice or (self.storm and self.storm.random() < STORMY) else 1
        while times:
            if 200 <= await self._post(event) < 300:
                times -= 1
            else:
                await asyncio.sleep(self.pause_s)

    async def _post(self, event: dict[str, Any]) -> int:
        if self.platform.webhook is None:
            return 0
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        url, secret, _ = self.platform.webhook
        body = {"ok": True, "result": event} if self.variants.wrapped else event
        status = 0
        with suppress(aiohttp.ClientError, OSError):
            async with self._session.post(url, json=body, headers={_SECRET_HEADER: secret}) as answer:
                status = answer.status
        self.statuses.append(status)
        return status


async def _params(request: web.BaseRequest) -> dict[str, Any]:
    """JSON, a form or the query."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        with suppress(ValueError):
            found = json.loads(await request.read() or b"{}")
            given |= found if isinstance(found, dict) else {}
    elif request.method == "POST":
        given |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return given


def _json(content: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)


class Learner:
    """One private chat. What she does becomes an event at once."""

    def __init__(self, platform: Platform, chat: Chat) -> None:
        self._platform, self._chat = platform, chat
        self.chat_id = chat.chat_id
        self._read = 0

    @property
    def inbox(self) -> list[Message]:
        """All that the bot sent her, oldest first."""
        return self._chat.inbox

    def say(self, text: str) -> str:
        """Write; the id of the message."""
        return self.does("text", text=text)

    def start(self) -> str:
        """Her first word: there is no other way to begin."""
        return self.say("xin chào")

    def tap(self, choice: str) -> str:
        """She has nothing to tap: the number that stands before it in the newest text that has it."""
        line = re.compile(rf"^(\d+)\. {re.escape(choice)}$", re.MULTILINE)
        return self.say(next(found[1] for each in reversed(self.inbox) if (found := line.search(each.text))))

    def send(self, kind: str, caption: str = "", source: str = "https://f4.example.vn/a.jpg") -> str:
        """image, sticker, voice or unsupported."""
        photo = self._platform.variants.photo_field
        fields: dict[str, dict[str, Any]] = {
            "image": {photo: source, "caption": caption},
            "sticker": {"sticker": "bfe458bc64f98da7d4e8", "url": source},
            "voice": {"voice_url": source},
        }
        if kind == "unsupported" and not self._platform.variants.message_of_unsupported:
            self._platform.push({"event_name": "message.unsupported.received"})
            return ""
        return self.does(kind, **fields.get(kind, {}))

    def does(self, kind: str, *, chat_type: str = "PRIVATE", **fields: Any) -> str:
        """An event of any kind, sound or not."""
        number = self._platform.new_id()
        self._platform.push(
            {
                "event_name": f"message.{kind}.received",
                "message": {
                    "from": {"id": self.chat_id, "display_name": self._chat.name, "is_bot": False},
                    "chat": {"id": self.chat_id, "chat_type": chat_type},
                    "message_id": number,
                    "date": int(self._platform.clock() * 1000),
                    **fields,
                },
            }
        )
        return number

    def leave(self) -> None:
        """From now on the bot's messages are refused."""
        self._chat.left = True

    async def expect(self, what: str | Callable[[Message], bool] = "", timeout_s: float = 5.0) -> Message:
        """The next unread message that holds `what` (or fulfils it). Raises AssertionError."""
        fulfils = what if callable(what) else lambda message: what in message.text
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    self._chat.news.clear()
                    for at in range(self._read, len(self.inbox)):
                        if fulfils(self.inbox[at]):
                            self._read = at + 1
                            return self.inbox[at]
                    await self._chat.news.wait()
        except TimeoutError:
            unread = [message.text for message in self.inbox[self._read :]]
            raise AssertionError(f"{self.chat_id} waited for {what!r}, unread: {unread}") from None
