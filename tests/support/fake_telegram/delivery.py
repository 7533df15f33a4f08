"""Webhook delivery as the Bot API server does it: in order within a line, retried with doubling pauses, 2xx is done."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp

from tests.support.fake_telegram.bots import Bot, Queued

_LONGEST_PAUSE_S = 60.0
_NOT_IN_REPLY = ("setWebhook", "deleteWebhook", "close", "logOut")


class Delivery:
    """Posts one bot's updates to its webhook. A line is a chat's messages, or a person's taps: see Queued.

    `reply` runs the call that an answer may carry; `pause_s` is the first pause after a failure (Telegram: 1 s).
    """

    def __init__(self, bot: Bot, reply: Callable[[str, dict[str, Any]], Any], *, pause_s: float = 1.0) -> None:
        self._bot = bot
        self._reply = reply
        self._pause_s = pause_s
        self._lines: dict[tuple[str, int], deque[Queued]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._room = asyncio.Semaphore(40)
        self.twice = False
        """True: every update is posted a second time after it was taken, as after a lost 200."""
        self.statuses: list[int] = []
        """What the webhook answered, in order; 0 when it could not be reached."""

    def begin(self) -> None:
        """A webhook was set: post what waits and all that comes."""
        self.end()
        if self._bot.webhook is None:
            return
        self._room = asyncio.Semaphore(self._bot.webhook.max_connections)
        self._bot.on_queued = self._enqueue
        for queued in list(self._bot.queue):
            self._enqueue(queued)

    def end(self) -> None:
        """The webhook is gone; what was not delivered stays in the bot's queue."""
        self._bot.on_queued = lambda queued: None
        for task in list(self._tasks):
            task.cancel()
        self._lines.clear()

    async def close(self) -> None:
        """Stop for good."""
        self.end()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _enqueue(self, queued: Queued) -> None:
        line = self._lines.get(queued.line)
        if line is not None:
            line.append(queued)
            return
        self._lines[queued.line] = deque([queued])
        task = asyncio.create_task(self._work_off(queued.line))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_off(self, key: tuple[str, int]) -> None:
        line = self._lines[key]
        while line:
            await self._until_taken(line[0])
            if self.twice:
                await self._until_taken(line[0])
            queued = line.popleft()
            if queued in self._bot.queue:
                self._bot.queue.remove(queued)
        del self._lines[key]

    async def _until_taken(self, queued: Queued) -> None:
        pause_s = self._pause_s
        while queued.expires_at > self._bot.clock():
            async with self._room:
                status, retry_after_s = await self._post(queued)
            self.statuses.append(status)
            if 200 <= status < 300:
                return
            self._bot.webhook_error = f"Wrong response from the webhook: {status}"
            await asyncio.sleep(min(retry_after_s, self._pause_s * 2) if retry_after_s else pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _post(self, queued: Queued) -> tuple[int, float]:
        """Status and Retry-After in seconds of one attempt."""
        webhook = self._bot.webhook
        if webhook is None:
            return 0, 0.0
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        body = json.dumps(queued.update, ensure_ascii=False).encode()
        try:
            async with self._session.post(webhook.url, data=body, headers=headers) as response:
                answer = await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0, 0.0
        if response.status == 200 and answer:
            self._run_reply(answer)
        return response.status, float(response.headers.get("Retry-After", 0))

    def _run_reply(self, answer: bytes) -> None:
        try:
            call = json.loads(answer)
        except ValueError:
            return
        if isinstance(call, dict) and "method" in call:
            method = call.pop("method")
            if method not in _NOT_IN_REPLY and not method.startswith("get"):
                self._reply(method, call)
