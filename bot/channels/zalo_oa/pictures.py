"""Pictures of lessons at Zalo: uploaded once, sent by the id that this gives, uploaded again when the id is over."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from bot.channels.base import SendRefused, Unreachable
from bot.channels.provider import ChannelMemory, MediaFiles, Now
from bot.errors import StorageError
from flows.profiles import Profile

UPLOADABLE = (".jpg", ".jpeg", ".png")
LIVES = timedelta(days=6)
"""How old an id may be. Zalo says of an old one that it is gone, and after how long nobody has published: this only
spares calls that would be refused."""

UploadPicture = Callable[[bytes, str], Awaitable[str]]
"""The bytes and the name of a picture → the id that Zalo gives it. Raises SendError."""


class Pictures:
    """What was uploaded by this account, kept in `memory` under "picture:<file>" with the instant of its upload."""

    def __init__(
        self, profile: Profile, memory: ChannelMemory, files: MediaFiles, upload: UploadPicture, now: Now
    ) -> None:
        self._most, self._memory, self._files = profile.image_bytes, memory, files
        self._upload, self._now = upload, now

    async def ids(self, names: Iterable[str], *, anew: bool = False) -> dict[str, str]:
        """Ids of those that can be had: a file of the right kind and size, taken by Zalo. `anew`: what is known is not
        trusted. Raises SendError where it is worth trying again."""
        found: dict[str, str] = {}
        for name in dict.fromkeys(names):
            if name.endswith(UPLOADABLE) and (known := await self._id(name, anew=anew)):
                found[name] = known
        return found

    async def _id(self, name: str, *, anew: bool) -> str:
        key = f"picture:{name}"
        try:
            kept = await self._memory.get(key)
            if kept is not None and not anew and (known := self._still_good(kept[0])):
                return known
            await asyncio.to_thread(self._files.draw, [name])
            path = self._files.path(name)
            content = await asyncio.to_thread(path.read_bytes) if path is not None else b""
            if not 0 < len(content) <= self._most:
                return ""
            known = await self._upload(content, name)
            row = json.dumps({"id": known, "at": self._now().isoformat()})
            await self._memory.put(
                key, row, kept[1] if kept is not None else None
            )  # who was quicker has a good one too
            return known
        except StorageError:
            raise Unreachable("the storage is away") from None
        except (SendRefused, OSError):
            return ""

    def _still_good(self, row: str) -> str:
        try:
            kept = json.loads(row)
            at, known = datetime.fromisoformat(kept["at"]), str(kept["id"])
        except (ValueError, KeyError, TypeError):
            return ""
        return known if timedelta(0) <= self._now() - at < LIVES else ""
