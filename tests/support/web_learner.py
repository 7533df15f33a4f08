"""A learner on the web chat over plain HTTP, as stubborn as the page: what is not acknowledged is sent again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, Self
from uuid import uuid4

import aiohttp

from tests.support.short_lesson import LAST, STEPS

_AGAIN_S = 0.05


class Served(Protocol):
    """Where the page is: a tutor, or what stands before several."""

    @property
    def url(self) -> str: ...


@dataclass(slots=True)
class WebLearner:
    """`async with WebLearner(tutor)`; `sent_again` counts messages that had to be sent more than once, `refused` what
    was answered with 503.
    """

    tutor: Served
    sent_again: int = 0
    refused: int = 0
    _session: aiohttp.ClientSession = field(init=False)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        status, _ = await self._ask("GET", "/", text=True)
        assert status == 200
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._session.close()

    @property
    def chat_id(self) -> str:
        return next(cookie.value for cookie in self._session.cookie_jar).partition(".")[0]

    async def log(self, after: int = 0) -> list[dict[str, Any]]:
        """The conversation as the page gets it."""
        status, content = await self._ask("GET", f"/chat/log?after={after}")
        assert status == 200, content
        return list(content["entries"])

    @asynccontextmanager
    async def stream(self, tutor: Served) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The lines that a page gets which listens at `tutor`, one after the other; a first one waits in any case."""
        ask = self._session.get(f"{tutor.url}/chat/stream?after=1", timeout=aiohttp.ClientTimeout(sock_read=60))
        async with ask as answer:
            assert answer.status == 200, await answer.text()
            yield _lines(answer)

    async def post(self, **message: str) -> None:
        """Send one message until it is acknowledged, always with the same id."""
        message["id"] = uuid4().hex
        status, content = await self._ask("POST", "/chat/send", json=message)
        assert status == 200 and content["ok"], content

    async def take_lesson(self) -> None:
        """From the first page to the end of the short lesson. Raises AssertionError when an answer is missing."""
        entries = await self.log()
        for waits_for, verb, what in STEPS:
            if verb == "start":
                continue
            shown = entries[-1]
            tokens = {each["label"]: each["token"] for each in shown["buttons"]}
            assert waits_for in shown["text"] or waits_for in tokens.values(), (waits_for, shown)
            await self.post(**({"text": what} if verb == "say" else {"token": tokens.get(what, what)}))
            entries = await self.log(shown["no"])
            assert entries, f"acknowledged, but no answer to {what!r}"
        assert LAST in entries[-1]["text"], entries[-1]

    async def _ask(self, method: str, path: str, text: bool = False, **more: Any) -> tuple[int, Any]:
        """One request until it is answered: the tutor may be dead for a while, or ask to wait."""
        tries = 0
        while True:
            try:
                async with self._session.request(method, self.tutor.url + path, **more) as answer:
                    if answer.status not in (429, 503):
                        return answer.status, await (answer.text() if text else answer.json())
                    self.refused += answer.status == 503
                    await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
            except (aiohttp.ClientError, OSError):
                tries += 1
                self.sent_again += method == "POST" and tries == 1
                await asyncio.sleep(_AGAIN_S)


async def _lines(answer: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    async for line in answer.content:
        if line.startswith(b"data: ["):
            for entry in json.loads(line[6:]):
                yield entry
