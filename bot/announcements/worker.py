"""Announcements under way: every few seconds a slice of people is told, as long as nobody's reply waits behind it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from bot.announcements.service import AnnouncementFeeder
from bot.edge import guarded

EVERY_S = 5.0
AT_ONCE = 12  # people told in one transaction: some milliseconds of the writer

log = logging.getLogger(__name__)


class AnnouncementWorker:
    """`wake` is called after each slice: the notices that bring it are there to be said."""

    def __init__(
        self,
        feeder: AnnouncementFeeder,
        now: Callable[[], datetime],
        wake: Callable[[], None],
        every_s: float = EVERY_S,
    ) -> None:
        self.feeder, self.now, self.wake = feeder, now, wake
        self.every_s = min(every_s, AT_ONCE * 60 / feeder.rules.per_minute)

    async def run(self) -> None:
        """Take a step every `every_s` seconds until cancelled; a failing step is logged and tried again."""
        while True:
            await guarded(self.step, log, "announcing failed")
            await asyncio.sleep(self.every_s)

    async def step(self) -> int:
        """Tell one slice; how many people were told."""
        told = await self.feeder.feed(self.now(), self.every_s)
        if told:
            log.info("announced", extra={"people": told})
            self.wake()
        return told
