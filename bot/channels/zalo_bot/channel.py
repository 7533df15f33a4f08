"""One Zalo bot as a Channel: what it reads, what it sends.

While it thinks it shows nothing ("typing"): no source says whether such an action counts among the month's messages,
and an answer is there within a second.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.channels.base import Misconfigured, Outgoing, SendError, Update
from bot.channels.zalo_bot.client import ZaloBotApi
from bot.channels.zalo_bot.parse import LeftOut, parse_event
from bot.channels.zalo_bot.render import render
from flows.saying import say

_TOKEN = re.compile(r"([0-9]{1,30}):[A-Za-z0-9_-]{3,200}", re.ASCII)


class ZaloBotChannel:
    """Channel `zalo_bot:<bot id>`. Raises Misconfigured when the token cannot be one."""

    def __init__(self, token: str, address: Callable[[str], str], *, api_base: str) -> None:
        """`address` gives the public address of a file of lessons, "" where it has none."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise Misconfigured(say("mã bot Zalo phải có dạng 123456:abc-xyz; lấy mã ở Zalo Bot Creator"))
        self.name = f"zalo_bot:{match[1]}"
        self.api = ZaloBotApi(token, api_base=api_base)
        self.address = address
        self.dropped: Counter[LeftOut] = Counter()
        self._halfway: dict[tuple[str, int], int] = {}

    def read(self, raw: object, received_at: datetime) -> Update | None:
        """One event as an update; None for what is dropped, which `dropped` counts. `received_at`: aware UTC."""
        parsed = parse_event(raw, self.name, received_at)
        if isinstance(parsed, Update):
            return parsed
        self.dropped[parsed] += 1
        return None

    async def send(self, outgoing: Outgoing, *, plain: bool = False) -> None:
        """Deliver one message, a long one in parts; after a failure in the middle the next try goes on there."""
        key = (outgoing.chat_id, outgoing.no)
        done = self._halfway.pop(key, 0)
        for method, params in render(outgoing, self.address, plain=plain)[done:]:
            try:
                await self.api.call(method, params)
            except SendError as error:
                if error.retryable and done:
                    self._halfway[key] = done
                raise
            done += 1

    async def acknowledge(self, updates: Sequence[Update]) -> None:
        """Nothing: there is nothing to tap, and what was polled is not asked about again."""

    async def fetch(self, ref: str, most_bytes: int) -> bytes:
        """The photo or recording behind an address of Zalo's. Raises SendError."""
        return await self.api.download(ref, most_bytes)
