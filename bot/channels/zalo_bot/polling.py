"""Long polling, for trials: one event a poll, kept before the next one is asked for.

Sources disagree what a poll does to what it brings: one saw events come back with every poll, at once, for ever;
another saw them gone with the first. So what was brought is handed in until it is kept, and between two polls lies a
second.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit

from bot.channels.base import Misconfigured, SendError, Submit, Throttled, Update
from bot.channels.zalo_bot.channel import ZaloBotChannel
from bot.channels.zalo_bot.client import WebhookInTheWay
from bot.errors import AWAY_PAUSE_S, StorageUnavailable
from flows.saying import say

POLL_S = 30.0  # the platform's own default
LOOK_AFTER = 20  # polls in a row that bring nothing: ten minutes of silence may be a webhook that was set elsewhere
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 60.0

log = logging.getLogger(__name__)


class ZaloBotPoller:
    """Fetches one bot's events and hands them to `submit`, for as long as `run` runs.

    `clock` gives aware UTC; `rng` spreads the back-off; `every_s` lie at least between the beginnings of two polls.
    """

    def __init__(
        self,
        channel: ZaloBotChannel,
        submit: Submit,
        *,
        clock: Callable[[], datetime],
        rng: Random,
        every_s: float = 1.0,
        timeout_s: float = POLL_S,
        first_pause_s: float = _FIRST_PAUSE_S,
    ) -> None:
        self._channel, self._submit, self._clock, self._rng = channel, submit, clock, rng
        self._every_s, self._timeout_s, self._first_pause_s = every_s, timeout_s, first_pause_s
        self._failures = 0
        self._silent = LOOK_AFTER  # the first step looks
        self._removed = False
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Poll until `stop`. Raises Misconfigured when Zalo does not know the token; all else is waited out."""
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            pause_s = await self._step_or_pause()
            await self._unless_stopped(asyncio.sleep(max(pause_s, began + self._every_s - loop.time())))

    def stop(self) -> None:
        """End `run`: a waiting poll is cut off at once, what was brought is handed in first."""
        self._stopping.set()

    async def step(self) -> bool:
        """One poll; whether it brought anything. Returns once that is kept. Raises what the client raises."""
        if self._silent >= LOOK_AFTER:
            await self._look_for_webhook()
        raw = await self._unless_stopped(self._channel.api.poll(self._timeout_s))
        if raw is None:
            self._silent += 1
            return False
        self._silent = 0
        now = self._clock()
        events = raw if isinstance(raw, list) else [raw]  # one, say all sources; several would do no harm
        await self._keep([update for each in events if (update := self._channel.read(each, now)) is not None])
        return True

    async def _keep(self, updates: list[Update]) -> None:
        """Hand them in until they are kept, since Zalo may not bring them again; a stop does not wait."""
        tries = 0
        while updates:
            try:
                await self._submit(updates)
                return
            except StorageUnavailable as away:
                if self._stopping.is_set():
                    log.warning("zalo bot: not kept", extra={"updates": len(updates)})
                    return
                await self._unless_stopped(asyncio.sleep(min(self._back_off(away, tries), AWAY_PAUSE_S)))
                tries += 1

    async def _look_for_webhook(self) -> None:
        """Where a webhook is set polls bring nothing: it is removed, once. If it comes back, somebody wants it."""
        url = await self._channel.api.webhook()
        self._silent = 0
        if not url:
            return
        host = urlsplit(url).hostname
        if self._removed:
            raise WebhookInTheWay(str(host))
        log.warning(say("Bot Zalo này đang đặt webhook ({host}) nên không hỏi tin được: đang gỡ webhook.", host=host))
        await self._channel.api.call("deleteWebhook")
        self._removed = True

    async def _step_or_pause(self) -> float:
        """One step; the seconds to wait before the next one."""
        try:
            await self.step()
        except WebhookInTheWay:
            self._silent = LOOK_AFTER
            if not self._removed:
                return 0.0
            told = "Bot Zalo này đang được một máy khác nhận tin bằng webhook. Tắt bên kia đi, hoặc dùng mã bot khác."
            log.error(say(told))
            return _LONGEST_PAUSE_S
        except Throttled as throttled:
            return throttled.retry_after
        except Misconfigured:
            raise
        except SendError as failure:
            self._failures += 1
            return self._back_off(failure, self._failures - 1)
        self._failures = 0
        return 0.0

    def _back_off(self, failure: Exception, tries: int) -> float:
        """Doubling pauses with a random part; the first failure and every tenth are told."""
        if tries % 10 == 0:
            log.warning("zalo bot polling waits: %s", failure)
        pause_s: float = min(self._first_pause_s * 2.0 ** min(tries, 16), _LONGEST_PAUSE_S)
        return pause_s * (0.5 + self._rng.random() / 2)

    async def _unless_stopped(self, work: Any) -> Any:
        """Await what `stop` may cut off; cut off, it gives None."""
        doing, stopped = asyncio.ensure_future(work), asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((doing, stopped), return_when=asyncio.FIRST_COMPLETED)
            return doing.result() if doing.done() else None
        finally:
            for each in (doing, stopped):
                each.cancel()
