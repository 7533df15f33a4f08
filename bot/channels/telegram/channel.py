"""One Telegram bot as a Channel: what it reads, what it sends, how it thanks for a tap."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from bot.channels.base import Misconfigured, Outgoing, SendError, SendRefused, Update
from bot.channels.telegram.client import BotApi
from bot.channels.telegram.parse import Dropped, parse_update
from bot.channels.telegram.render import render
from flows.saying import say

_TOKEN = re.compile(r"([0-9]{1,20}):[A-Za-z0-9_-]{3,}", re.ASCII)
_GOODBYE_S = 1.0


class TelegramChannel:
    """Channel `telegram:<bot id>`. Raises Misconfigured when the token cannot be one."""

    def __init__(self, token: str, *, api_base: str = "https://api.telegram.org") -> None:
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise Misconfigured(say("mã bot Telegram phải có dạng 123456:ABC-DEF; lấy mã ở @BotFather"))
        self.bot_id = match[1]
        self.name = f"telegram:{self.bot_id}"
        self.api = BotApi(token, api_base=api_base)
        self.dropped: Counter[Dropped] = Counter()
        self._thanks: set[asyncio.Task[None]] = set()
        self._halfway: dict[tuple[str, int], int] = {}

    def read(self, raw: object, received_at: datetime) -> Update | None:
        """One raw update as ours; None for what is dropped, which `dropped` counts. `received_at`: aware UTC."""
        parsed = parse_update(raw, self.name, received_at)
        if isinstance(parsed, Update):
            return parsed
        self.dropped[parsed] += 1
        return None

    async def send(self, outgoing: Outgoing, *, plain: bool = False) -> None:
        """Deliver one message, a long one in parts; after a failure in the middle the next try goes on there."""
        calls = render(outgoing, plain=plain)
        if len(calls) == 1:
            await self.api.call(*calls[0])
            return
        key = (outgoing.chat_id, outgoing.no)
        done = self._halfway.pop(key, 0)
        for method, params in calls[done:]:
            try:
                await self.api.call(method, params)
            except SendError as error:
                if error.retryable and done:
                    self._halfway[key] = done
                raise
            done += 1

    async def acknowledge(self, updates: Sequence[Update]) -> None:
        """Answer the taps among committed updates, all at once and in the background: the next poll does not wait."""
        for update in updates:
            if update.receipt:
                task = asyncio.create_task(self._thank(update.receipt))
                self._thanks.add(task)
                task.add_done_callback(self._thanks.discard)

    async def fetch(self, ref: str, most_bytes: int) -> bytes:
        """The bytes behind a file id. Raises SendError; of what Telegram does not hand to bots (above 20 MB)
        SendRefused."""
        found = await self.api.call("getFile", {"file_id": ref})
        known = found if isinstance(found, dict) else {}
        size, path = known.get("file_size", 0), known.get("file_path")
        if not isinstance(path, str) or not path or (type(size) is int and size > most_bytes):
            raise SendRefused("the file cannot be had")
        return await self.api.download(path, most_bytes)

    async def _thank(self, receipt: str) -> None:
        # Her button stops spinning by itself after a while; the answer she waits for is in the outbox.
        with suppress(SendError):
            await self.api.call("answerCallbackQuery", {"callback_query_id": receipt})

    async def close(self) -> None:
        """Let the last thanks leave (a second at most), then close the connections."""
        if self._thanks:
            await asyncio.wait(self._thanks, timeout=_GOODBYE_S)
        for task in list(self._thanks):
            task.cancel()
        await asyncio.gather(*self._thanks, return_exceptions=True)
        await self.api.close()
