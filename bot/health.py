"""What /healthz tells: whether the tutor is well, and the figures behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.backup import proof
from bot.delivery.intake import Intake
from bot.delivery.owner import ChannelOwner
from bot.errors import StorageError
from bot.publishing.library import LiveLessons
from bot.scheduler.disk import Writable, free_bytes
from bot.scheduler.steady import Steady
from storage.conversations import expiry
from storage.engine.database import Database

STUCK_S = 30.0  # an update takes ten milliseconds, a batch a second: whoever waits longer waits for something broken


class Health:
    """The tutor is not well when the database takes nothing, or an update has waited for `stuck_s` seconds."""

    def __init__(
        self,
        database: Database,
        library: LiveLessons,
        intake: Intake,
        writable: Writable,
        steady: Steady,
        owners: Sequence[ChannelOwner],
        data: Path,
    ) -> None:
        self.database, self.library, self.intake = database, library, intake
        self.writable, self.steady, self.owners, self.data = writable, steady, owners, data
        self.stuck_s = STUCK_S

    async def tell(self) -> tuple[bool, dict[str, object]]:
        """Whether all is well, and what to show to who may see it."""
        try:
            await self.writable.prove()
            counts = await self.database.read(expiry.counts)
        except StorageError as away:
            return False, {"database": str(away)[:200]}
        shelf = self.library.shelf
        free, proved = await asyncio.to_thread(lambda: (free_bytes([self.data]), proof(self.data)))
        of_machine: dict[str, object] = {
            "clock": "jumped" if self.steady.jumped else "steady",
            "free_mb": free // 1_000_000,
        }
        if self.steady.is_apart:
            of_machine["clock_ahead_s"] = round(self.steady.apart.total_seconds())  # of the database's
        handled = {"handled": self.intake.handled, "lessons": len(shelf.good), "broken": len(shelf.broken)}
        channels = {self._called(owner): owner.state for owner in self.owners}
        channels |= {f"{self._called(owner)}_sent": owner.meter.told for owner in self.owners if owner.meter}
        waits_s = self.intake.waits_s
        tried = {"waits_s": round(waits_s, 1), "proved": proved.at if proved else None}
        return waits_s < self.stuck_s, {**counts, **handled, **of_machine, **tried, **channels}

    def _called(self, owner: ChannelOwner) -> str:
        """Its messenger, or the account where there are several of it."""
        kind = owner.provider.profile.id
        alone = sum(each.provider.profile.id == kind for each in self.owners) == 1
        return kind if alone else owner.channel.name
