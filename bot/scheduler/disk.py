"""Whether something can still be written, and a word to the officers before the disk is full."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path

from storage import keeping, pairings, standings
from storage.database import Connection, Database
from storage.records import NoticeRow, to_ms

LITTLE = 500_000_000  # bytes: some months of a commune's conversations and logs
PROVED_FOR_S = 5.0  # whoever asks more often is told what was seen then
TOLD = "disk_low"
"""The phrase, and the key under which the day stands on which it was last said."""


class Writable:
    """Whether the database takes what is written; `counted_s` is what the machine counts, in seconds."""

    def __init__(self, database: Database, now: Callable[[], datetime], counted_s: Callable[[], float]) -> None:
        self.database, self.now, self.counted_s = database, now, counted_s
        self._proved_s: float | None = None

    async def prove(self) -> None:
        """Write one small thing, unless that has just been done. Raises StorageUnavailable."""
        counted_s = self.counted_s()
        if self._proved_s is None or counted_s - self._proved_s >= PROVED_FOR_S:
            at = str(to_ms(self.now()))
            await self.database.transact(lambda c: keeping.set_key(c, keeping.HEALTH, at))
            self._proved_s = counted_s


def free_bytes(folders: Iterable[Path]) -> int:
    """What is left where it is scarcest."""
    return min(shutil.disk_usage(folder).free for folder in folders if folder.exists())


async def warn(database: Database, free: int, now: datetime, new_id: Callable[[], str]) -> int:
    """Tell the officers of the widest area that the disk fills up, once a day; how many are told now."""
    return await database.transact(partial(_warn, free=free, now=now, new_id=new_id)) if free < LITTLE else 0


def _warn(connection: Connection, free: int, now: datetime, new_id: Callable[[], str]) -> int:
    told = keeping.get_key(connection, TOLD)
    today = f"{now:%Y-%m-%d}"
    if told is not None and told[0] == today:
        return 0
    keeping.set_key(connection, TOLD, today)
    pairings.drop_notices_about(connection, [TOLD])  # yesterday's may still wait
    said, at = {"so": str(free // 1_000_000)}, to_ms(now)
    officers = standings.widest_officers(connection)
    pairings.add_notices(connection, [NoticeRow(new_id(), each, TOLD, said, at, at, about=TOLD) for each in officers])
    return len(officers)
