"""What the house lends to the accounts of messengers: a memory that outlives the process, the files of lessons."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from bot.channels.provider import MediaFiles, Surroundings
from storage.engine import key_value
from storage.engine.database import Database


class AccountMemory:
    """The `ChannelMemory` of one channel: rows of `key_value` under its name."""

    def __init__(self, database: Database, channel: str) -> None:
        self._database, self._prefix = database, f"channel:{channel}:"

    async def get(self, key: str) -> tuple[str, int] | None:
        """A value and its revision. Raises StorageError."""
        name = self._prefix + key
        return await self._database.read(lambda connection: key_value.get_key(connection, name))

    async def put(self, key: str, value: str, revision: int | None) -> bool:
        """Write it unless somebody was quicker. Raises StorageError."""
        name = self._prefix + key
        return await self._database.transact(lambda c: key_value.put_key(c, name, value, revision))


class NoFiles:
    """The `MediaFiles` of a tutor whose lessons show nothing."""

    def path(self, file: str) -> Path | None:
        """None."""
        return None

    def address(self, file: str) -> str:
        """Nothing is to be fetched."""
        return ""

    def draw(self, wanted: Iterable[str]) -> None:
        """Nothing is drawn."""


NO_FILES = NoFiles()


def surroundings_of(database: Database, media: MediaFiles = NO_FILES) -> Surroundings:
    """Those of a running tutor."""
    return Surroundings(partial(AccountMemory, database), media)
