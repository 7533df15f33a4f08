"""Whether something can still be written, and a word to the officers before the disk is full."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path

from storage.engine import key_value
from storage.engine.database import Connection, Database
from storage.engine.instants import to_ms
from storage.pairing import availability, pairings
from storage.pairing.records import NoticeRow

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
            await self.database.transact(lambda c: key_value.set_key(c, key_value.HEALTH, at))
            self._proved_s = counted_s


def free_bytes(folders: Iterable[Path]) -> int:
    """What is left where it is scarcest; 0 where none of them is there any more."""
    return min((shutil.disk_usage(folder).free for folder in folders if folder.exists()), default=0)


async def warn(database: Database, free: int, now: datetime, new_id: Callable[[], str]) -> int:
    """Tell the officers of the widest area that the disk fills up, once a day; how many are told now."""
    return await database.transact(partial(_warn, free=free, now=now, new_id=new_id)) if free < LITTLE else 0


def _warn(connection: Connection, free: int, now: datetime, new_id: Callable[[], str]) -> int:
    told = key_value.get_key(connection, TOLD)
    today = f"{now:%Y-%m-%d}"
    if told is not None and told[0] == today:
        return 0
    key_value.set_key(connection, TOLD, today)
    pairings.drop_notices_about(connection, [TOLD])  # yesterday's may still wait
    said, at = {"so": str(free // 1_000_000)}, to_ms(now)
    officers = availability.widest_officers(connection)
    pairings.add_notices(connection, [NoticeRow(new_id(), each, TOLD, said, at, at, about=TOLD) for each in officers])
    return len(officers)
