"""Long polling: getUpdates, commit, move on. The offset moves only after the batch is committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random
from typing import Any

from bot.channels.base import Misconfigured, SendError, Submit, Throttled, Unreachable
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import Occupied
from bot.channels.telegram.parse import ALLOWED_UPDATES, update_id_of
from bot.errors import AWAY_PAUSE_S, StorageUnavailable
from flows.saying import say

log = logging.getLogger(__name__)

_BATCH = 100
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 60.0
_OCCUPIED_PAUSE_S = 5.0
OCCUPIED = say(
    "Bot Telegram này đang được một máy khác nhận tin. Tắt bên kia đi, hoặc dùng mã bot khác; đang chờ để thử lại."
)
WEBHOOK_SET = say("Bot Telegram này đang đặt webhook nên không hỏi tin được: đang gỡ webhook.")


class Poller:
    """Fetches one bot's updates and hands them to `submit`, for as long as `run` runs.

    `clock` gives aware UTC; `rng` spreads the back-off, so that many bots do not return at once; `remove_webhook` is
    called when a webhook stands in the way; its result is true when it is gone (the app passes a run of the set-up).
    """

    def __init__(
        self,
        channel: TelegramChannel,
        submit: Submit,
        *,
        clock: Callable[[], datetime],
        rng: Random,
        remove_webhook: Callable[[], Awaitable[object]] | None = None,
        timeout_s: int = 50,
        first_pause_s: float = _FIRST_PAUSE_S,
        occupied_pause_s: float = _OCCUPIED_PAUSE_S,
    ) -> None:
        self._channel = channel
        self._submit = submit
        self._clock = clock
        self._rng = rng
        self._remove_webhook = remove_webhook
        self._timeout_s = timeout_s
        self._first_pause_s = first_pause_s
        self._occupied_pause_s = occupied_pause_s
        self._offset: int | None = None
        self._failures = self._away = 0  # of Telegram, and of the database, since it last went well
        self._stopping = asyncio.Event()
        self._idle: asyncio.Task[Any] | None = None

    async def run(self) -> None:
        """Poll until `stop`. Raises Misconfigured when Telegram does not know the token; all else is waited out."""
        while not self._stopping.is_set():
            pause_s = await self._step_or_pause()
            if pause_s:
                await self._interruptible(asyncio.sleep(pause_s))

    def stop(self) -> None:
        """End `run`: a waiting poll is cut off at once, a batch on its way to the database is finished first."""
        self._stopping.set()
        if self._idle is not None:
            self._idle.cancel()

    async def step(self) -> int:
        """One poll: fetch, commit, acknowledge. Returns how many updates Telegram gave.

        Raises what the client or `submit` raise; the offset has then not moved.
        """
        params: dict[str, Any] = {"limit": _BATCH, "timeout": self._timeout_s, "allowed_updates": ALLOWED_UPDATES}
        if self._offset is not None:
            params["offset"] = self._offset
        raws = await self._interruptible(self._channel.api.call("getUpdates", params, wait_s=self._timeout_s))
        if self._stopping.is_set():
            return 0  # what came in this moment is not confirmed: the next start gets it
        if not isinstance(raws, list):
            raise Unreachable("Telegram gave no list of updates")
        if not raws:
            # All below the offset is confirmed now. Without an offset the next poll gets the earliest update there is,
            # also when Telegram has begun to count elsewhere (it does after a week without updates).
            self._offset = None
            return 0
        now = self._clock()
        updates = [update for raw in raws if (update := self._channel.read(raw, now)) is not None]
        if updates:
            await self._submit(updates)
            await self._channel.acknowledge(updates)
        numbers = [number for raw in raws if (number := update_id_of(raw)) is not None]
        if not numbers:
            raise Unreachable("Telegram gave updates without numbers")
        self._offset = max(numbers) + 1
        return len(raws)

    async def _step_or_pause(self) -> float:
        """One step; the seconds to wait before the next one."""
        try:
            await self.step()
        except Occupied as conflict:
            return await self._make_way(str(conflict))
        except Throttled as throttled:
            return throttled.retry_after
        except Misconfigured:
            raise
        except StorageUnavailable as away:
            self._away += 1
            return min(self._back_off(away, self._away - 1), AWAY_PAUSE_S)
        except SendError as failure:
            self._failures += 1
            return self._back_off(failure, self._failures - 1)
        self._failures = self._away = 0
        return 0.0

    def _back_off(self, failure: Exception, tries: int) -> float:
        """Doubling pauses with a random part; the first failure and every tenth are told."""
        if tries % 10 == 0:
            log.warning("telegram polling waits: %s", failure)
        pause_s: float = min(self._first_pause_s * 2 ** min(tries, 16), _LONGEST_PAUSE_S)
        return pause_s * (0.5 + self._rng.random() / 2)

    async def _make_way(self, reason: str) -> float:
        """After a 409: remove a forgotten webhook, else tell the operator; the seconds to wait."""
        if "webhook" in reason.lower() and self._remove_webhook is not None:
            log.warning(WEBHOOK_SET)
            if await self._interruptible(self._remove_webhook()):
                self._remove_webhook = None  # once only: if it comes back, somebody wants it, and two must not fight
                return 0.0
        log.error(OCCUPIED)
        self._failures += 1
        return min(self._occupied_pause_s * self._failures, _LONGEST_PAUSE_S) * (0.5 + self._rng.random() / 2)

    async def _interruptible(self, work: Awaitable[Any]) -> Any:
        """Await what loses nothing when it is cut off by `stop`; cut off, it gives None. No task of its own: a poll
        would cost a tenth more."""
        if self._stopping.is_set():
            asyncio.ensure_future(work).cancel()
            return None
        self._idle = task = asyncio.current_task()
        try:
            return await work
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            if task is not None:
                task.uncancel()
            return None
        finally:
            self._idle = None
