"""What is done once a day: who has been silent for a year is asked or forgotten, old copies go, the file is tidied."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from bot.edge import guarded
from bot.people import retention
from bot.people.retention import Retention
from bot.scheduler import disk
from bot.scheduler.steady import Steady
from bot.tutor.quiet_hours import QuietHours
from storage.engine.files import remove, sweep

EVERY = timedelta(days=1)
LOOK_EVERY_S = 600.0
SMALL_HOURS = 3  # o'clock: when hardly anybody notices a second

log = logging.getLogger(__name__)


class Caretaker:
    """`folders` are where copies of the database may lie, `data` the data folder among them."""

    def __init__(
        self,
        retention_: Retention,
        now: Callable[[], datetime],
        quiet: QuietHours,
        folders: set[Path],
        data: Path,
        steady: Steady | None = None,
        free: Callable[[Iterable[Path]], int] = disk.free_bytes,
        sweep_files: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.sweep_files = sweep_files
        self.steady, self.free = steady, free
        self.retention, self.now, self.quiet, self.folders, self.data = retention_, now, quiet, folders, data
        self._done_at: datetime | None = None
        self._compacted = False  # a machine that is off at night does it when it is switched on

    async def run(self) -> None:
        """Take a step every LOOK_EVERY_S seconds until cancelled; a failing step is logged and tried again."""
        while True:
            await guarded(self.step, log, "retention failed")
            await asyncio.sleep(LOOK_EVERY_S)

    async def step(self) -> None:
        """Once a day and only by day, since people are asked; and in the small hours what holds everybody up."""
        await self._look_at_disk()
        if self.steady and await self.steady.look() is not None:
            return  # whoever would be asked or forgotten by a clock that has jumped
        now = self.now()
        small_hours = now.astimezone(self.quiet.zone).hour == SMALL_HOURS
        if (small_hours or not self._compacted) and await self.retention.compact():
            log.info("compacted")
        self._compacted = True
        if self.quiet.holds(now) or (self._done_at is not None and abs(now - self._done_at) < EVERY):
            return
        forgotten = await self.retention.forget(now)
        asked = await self.retention.ask(now)
        await self.retention.close_news(now)
        await self.retention.drop_brought(now)
        dropped = await self.retention.drop_history(now)
        removed = await asyncio.to_thread(self._remove_copies, now)
        if self.sweep_files:
            await self.sweep_files()
        self._done_at = now
        counts = await self.retention.counts(now)
        done = {"forgotten": forgotten, "asked": asked, "copies": removed, "waiting": counts["asked"]}
        log.info("retention", extra={**done, "dropped": dropped})
        if counts["officers"]:
            log.warning("officers silent", extra={"people": counts["officers"]})

    async def _look_at_disk(self) -> None:
        """Warn well before the disk is full; officers hear it by day, whoever reads the log at once."""
        free = await asyncio.to_thread(self.free, self.folders)
        if free < disk.LITTLE:
            told = await disk.warn(self.retention.database, free, self.now(), self.retention.new_id)
            log.warning("disk nearly full", extra={"free_mb": free // 1_000_000, "told": told})

    def _remove_copies(self, now: datetime) -> int:
        removed = sweep({*self.folders, self.data / "backup"})
        for path in list(retention.old_copies(self.folders, self.retention.rules, now)):
            try:
                remove(path)
                removed += 1
            except OSError as refused:
                log.warning("copy not removed", extra={"reason": refused.strerror})
        return removed
