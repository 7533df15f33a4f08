"""More from one chat than anybody can type: what is too much is let go, and the sender is told so once.

The web page is told to wait instead, and keeps what was typed; a messenger has delivered already, and every message
that is taken has to be answered, one a second.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.channels.base import Left, Notice, NoticesDue, Submit, Update
from bot.conversation.batch import INNER
from bot.pace import RateLimiter

BURST = 120  # messages and taps at once: a lesson tapped through by an impatient thumb, or a day without a network
REFILLED_IN_S = 240.0  # one in two seconds: an answer leaves each second, so that they never pile up
TOLD_AGAIN_S = 600.0
TOO_FAST = NoticesDue((Notice("too_fast"),))

log = logging.getLogger(__name__)


class Flood:
    """Stands before `submit`; the clock is that of the updates."""

    def __init__(self, submit: Submit) -> None:
        self._submit = submit
        self._taken = RateLimiter(BURST, REFILLED_IN_S)
        self._told = RateLimiter(1, TOLD_AGAIN_S)
        self.let_go = 0

    async def submit(self, updates: Sequence[Update]) -> None:
        """As `Intake.submit`; what was let go is never handed on."""
        kept = [each for update in updates if (each := self._kept(update)) is not None]
        self.let_go += len(updates) - len(kept)
        if any(update.body is TOO_FAST for update in kept):  # each message of a webhook comes alone: no line for each
            log.warning("flood", extra={"let_go": self.let_go})
        await self._submit(kept)

    def _kept(self, update: Update) -> Update | None:
        """The update, or what its sender is told in its place, or nothing."""
        chat = f"{update.channel}:{update.chat_id}"
        if (
            update.channel == INNER
            or isinstance(update.body, Left)
            or not self._taken.take(chat, update.at.timestamp())
        ):
            return update
        return None if self._told.take(chat, update.at.timestamp()) else replace(update, body=TOO_FAST)
