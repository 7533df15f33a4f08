"""One Telegram bot as a Channel: what it reads, what it sends, how it thanks for a tap."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.base import Attachment, Misconfigured, Outgoing, SendError, SendRefused, Update
from bot.channels.provider import Surroundings
from bot.channels.telegram.client import BotApi
from bot.channels.telegram.files import TelegramFiles
from bot.channels.telegram.groups import GroupChats
from bot.channels.telegram.parse import Dropped, parse_update
from bot.channels.telegram.render import attachments_in, render
from flows.saying import say

log = logging.getLogger(__name__)

_TOKEN = re.compile(r"([0-9]{1,20}):[A-Za-z0-9_-]{3,}", re.ASCII)
_GOODBYE_S = 1.0


@dataclass(slots=True)
class _Progress:
    """How far a message of several calls has come: `done` calls, what is `lost` and told in words, and whether an album
    goes `singly` because Telegram did not take it whole."""

    done: int = 0
    lost: frozenset[Attachment] = frozenset()
    singly: bool = False


class TelegramChannel:
    """Channel `telegram:<bot id>`. Raises Misconfigured when the token cannot be one."""

    def __init__(
        self, token: str, around: Surroundings | None = None, *, api_base: str = "https://api.telegram.org"
    ) -> None:
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise Misconfigured(say("mã bot Telegram phải có dạng 123456:ABC-DEF; lấy mã ở @BotFather"))
        self.bot_id = match[1]
        self.name = f"telegram:{self.bot_id}"
        self.api = BotApi(token, api_base=api_base)
        self.dropped: Counter[Dropped] = Counter()
        self._errands: set[asyncio.Task[None]] = set()
        self._files = TelegramFiles(self.api, self.name, around)
        self._groups = GroupChats(self.api, self.bot_id, token, around.memory(self.name)) if around else None
        self._halfway: dict[tuple[str, int], _Progress] = {}

    def read(self, raw: object, received_at: datetime) -> Update | None:
        """One raw update as ours; None for what is dropped, which `dropped` counts. `received_at`: aware UTC."""
        parsed = parse_update(raw, self.name, received_at)
        if isinstance(parsed, Update):
            return parsed
        self.dropped[parsed] += 1
        if self._groups and (errand := self._groups.answer_to(raw, received_at)):
            self._behind(errand)
        return None

    async def send(self, outgoing: Outgoing, *, plain: bool = False) -> None:
        """Deliver one message, a long one in parts; after a failure in the middle the next try goes on there.

        A picture that Telegram does not take is told in its words, and the rest goes on.
        """
        if not outgoing.media:
            calls = render(outgoing, plain=plain)
            if len(calls) == 1:
                await self.api.tell(*calls[0])
                return
        key = (outgoing.chat_id, outgoing.no)
        progress = self._halfway.pop(key, None) or _Progress(lost=await self._files.missing(outgoing.media))
        try:
            while not await self._goes_on(outgoing, progress, plain=plain):
                pass
        except SendError as error:
            if error.retryable and progress != _Progress():
                self._halfway[key] = progress
            raise

    async def _goes_on(self, outgoing: Outgoing, progress: _Progress, *, plain: bool) -> bool:
        """Make the calls that are left; False when what was refused changes them, and nothing is left to raise."""
        calls = render(outgoing, plain=plain, lost=progress.lost, singly=progress.singly)
        for call in calls[progress.done :]:
            shown = attachments_in(call[1])
            try:
                await (self._files.call(call) if shown else self.api.tell(*call))
            except SendRefused as refused:
                if not shown:
                    raise
                log.info("telegram shows the words", extra={"count": len(shown), "reason": str(refused)[:200]})
                if len(shown) > 1:
                    progress.singly = True
                else:
                    progress.lost |= {*shown}
                return False
            progress.done += 1
        return True

    async def acknowledge(self, updates: Sequence[Update]) -> None:
        """Answer the taps among committed updates, all at once and in the background: the next poll does not wait."""
        for update in updates:
            if update.receipt:
                self._behind(self._thank(update.receipt))

    async def fetch(self, ref: str, most_bytes: int) -> bytes:
        """The bytes behind a file id. Raises SendError; of what Telegram does not hand to bots (above 20 MB)
        SendRefused."""
        found = await self.api.call("getFile", {"file_id": ref})
        known = found if isinstance(found, dict) else {}
        size, path = known.get("file_size", 0), known.get("file_path")
        if not isinstance(path, str) or not path or (type(size) is int and size > most_bytes):
            raise SendRefused("the file cannot be had")
        return await self.api.download(path, most_bytes)

    def _behind(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it in the background: what Telegram gave us does not wait for it."""
        task = asyncio.create_task(work)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _thank(self, receipt: str) -> None:
        # Her button stops spinning by itself after a while; the answer she waits for is in the outbox.
        with suppress(SendError):
            await self.api.tell("answerCallbackQuery", {"callback_query_id": receipt})

    async def close(self) -> None:
        """Let the last thanks leave (a second at most), then close the connections."""
        if self._errands:
            await asyncio.wait(self._errands, timeout=_GOODBYE_S)
        for task in list(self._errands):
            task.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)
        await self.api.close()
