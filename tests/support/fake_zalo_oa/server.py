"""The fake over HTTP: OpenAPI and OAuth in one server, and a webhook that posts signed events and tries again."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from random import Random
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.support.fake_zalo_oa.account import Account, OaError, Person

STORMY = 0.01
PAUSES = (0.05, 0.5, 1.5, 3.0, 6.0)  # for 30 s, 5, 15, 30 minutes and an hour
WITHIN_S = 2.0


class FakeZaloOa:
    """`async with FakeZaloOa() as fake:` listens on a free loopback port; `fake.url` is the API's and the OAuth's
    address.

    `webhook`: where events go, "" nowhere; `pauses`: seconds before each further try of an event. After the last the
    webhook is `disabled`, as the console would show. `calls`: (path, body) of everything that was asked for, without
    tokens.
    """

    app_id, oa_id = "1234567890", "98765432109876"
    app_secret, oa_secret = "app-SECRET", "oa-SECRET"

    def __init__(
        self, clock: Callable[[], float] = time.time, *, pauses: Sequence[float] = PAUSES, port: int = 0
    ) -> None:
        self.account = Account(clock)
        self.webhook, self.pauses, self.disabled = "", pauses, False
        self.calls: list[tuple[str, Any]] = []
        self.failing: list[int] = []  # statuses of HTTP to be answered to the next calls of the API
        self.storm: Random | None = None
        """By its chance one call in a hundred is told to be slower, one fails, one event is posted once more."""
        self.delivered = 0
        self.on_sent: Callable[[str], object] = lambda user_id: None
        self._port, self._events, self._tasks = port, 0, set[asyncio.Task[None]]()
        self._queues: dict[str, asyncio.Task[None]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def person(self, user_id: str) -> Person:
        """Somebody who chats with the account; two handles on one id are one person."""
        if user_id not in self.account.people:
            self.account.people[user_id] = Person(user_id, acted=lambda *event: self._acted(user_id, *event))
        return self.account.people[user_id]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2_000_000)
        app.router.add_post("/v3.0/oa/message/cs", self._message)
        app.router.add_post("/v2.0/oa/upload/image", self._upload)
        app.router.add_post("/v3.0/oa/quota/message", self._quota)
        app.router.add_post("/v4/oa/access_token", self._exchange)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Close everything; nothing is delivered any more."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()
        await self._runner.cleanup()

    # --- the API -------------------------------------------------------------------------------------

    async def _message(self, request: web.Request) -> web.Response:
        async def run() -> dict[str, Any]:
            body = await request.json()
            self.calls.append((request.path, body))
            made = self.account.take(body)
            self.account.counts["message"] += 1
            self.on_sent(body["recipient"]["user_id"])
            return {"message_id": made, "user_id": body["recipient"]["user_id"]}

        return await self._answer(request, run)

    async def _upload(self, request: web.Request) -> web.Response:
        async def run() -> dict[str, Any]:
            form = await request.post()
            part = form["file"]
            assert isinstance(part, web.FileField)
            self.calls.append((request.path, {"filename": part.filename, "type": part.content_type}))
            self.account.counts["upload"] += 1
            return {"attachment_id": self.account.upload(part.file.read())}

        return await self._answer(request, run)

    async def _quota(self, request: web.Request) -> web.Response:
        async def run() -> list[dict[str, Any]]:
            self.calls.append((request.path, await request.json()))
            self.account.counts["quota"] += 1
            return [{"quota_type": "sub_quota", "remain": 2_000, "total": 2_000}]

        return await self._answer(request, run)

    async def _answer(self, request: web.Request, run: Callable[[], Any]) -> web.Response:
        chance = self.storm.random() if self.storm else 1.0
        if chance < STORMY:
            return web.json_response({"error": -32, "message": "too fast"})
        if chance < 2 * STORMY:
            return web.Response(status=502, text="Bad Gateway")
        if self.failing:
            return web.Response(status=self.failing.pop(0), text="Bad Gateway")
        try:
            self.account.admit(request.headers.get("access_token", ""))
            return web.json_response({"error": 0, "message": "Success", "data": await run()})
        except OaError as wrong:
            return web.json_response({"error": wrong.code, "message": wrong.message})

    async def _exchange(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.account.counts["exchange"] += 1
        known = request.headers.get("secret_key") == self.app_secret and form.get("app_id") == self.app_id
        try:
            if not known or form.get("grant_type") != "refresh_token":
                raise OaError(-14002, "Invalid app")
            return web.json_response(self.account.exchange(str(form.get("refresh_token", ""))))
        except OaError as wrong:
            return web.json_response({"error": wrong.code, "error_description": wrong.message})

    # --- the webhook ---------------------------------------------------------------------------------

    def _acted(self, user_id: str, name: str, event: dict[str, Any]) -> None:
        """Somebody did something: it opens her window, and is posted behind what she did before."""
        person = self.account.people[user_id]
        if name.startswith("user_send_") or (name == "follow" and self.account.switches.follow_opens):
            person.heard_at, person.since = self.account.clock(), 0
        body, headers = self.signed(name, user_id, event)
        stormy = self.storm is not None and self.storm.random() < STORMY
        for _ in range(2 if self.account.switches.twice or stormy else 1):
            before = self._queues.get(user_id)
            task = asyncio.get_running_loop().create_task(self._deliver(body, headers, before))
            self._queues[user_id] = task
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def event(self, name: str, user_id: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """The body of an event, before it is signed."""
        self._events += 1
        stamp = str(int(self.account.clock() * 1000))
        common = {"app_id": self.app_id, "event_name": name, "timestamp": stamp}
        if "follower" in event:
            return {**common, "oa_id": self.oa_id, "user_id_by_app": f"app-{user_id}", "source": "oa_profile", **event}
        message = {"msg_id": f"{self._events:020x}", **event.get("message", {})}
        sides = {"sender": {"id": user_id}, "recipient": {"id": self.oa_id}, "user_id_by_app": f"app-{user_id}"}
        return {**common, **sides, "message": message}

    def signed(self, name: str, user_id: str, event: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        """Body and headers of one POST, the signature over the bytes as they leave."""
        made, of = self.event(name, user_id, event), self.account.switches
        stamp = made["timestamp"]
        headers = {"Content-Type": "application/json"}
        if of.timestamp == "header":
            headers["X-ZEvent-Timestamp"] = stamp = str(int(stamp) + 17)
        body = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
        mac = hashlib.sha256(self.app_id.encode() + body + stamp.encode() + self.oa_secret.encode()).hexdigest()
        return body, {**headers, "X-ZEvent-Signature": f"mac={mac}" if of.mac else mac}

    async def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of one POST; 0 when nothing came within two seconds."""
        limit = aiohttp.ClientTimeout(total=WITHIN_S)
        try:
            async with self._session.post(self.webhook, data=BytesIO(body), headers=headers, timeout=limit) as answer:
                return answer.status
        except (TimeoutError, aiohttp.ClientError):
            return 0

    async def _deliver(self, body: bytes, headers: Mapping[str, str], before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        for number, pause in enumerate((*self.pauses, 0)):
            if not self.webhook or self.disabled:
                return
            again = {"num_retry": str(number)} if number else {}
            if await self.post(body, {**headers, **again}) == 200:
                self.delivered += 1
                return
            await asyncio.sleep(pause)
        self.disabled = True
