"""Voice messages that a page has posted: files that live until they were listened to."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from datetime import datetime, timedelta
from pathlib import Path

from bot.channels.base import SendRefused

KEPT = timedelta(minutes=15)
"""So long a sound is there for whoever listens; what went to nobody, or was left by a crash, goes then."""

_REF = re.compile(r"[0-9a-f]{32}")


class Sounds:
    """Files of a folder, called by the chat and the page's own id of the message: sent twice, it is one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ref(self, chat_id: str, client_id: str) -> str:
        """How the file is called; tells nothing of the chat."""
        return hashlib.sha256(f"{chat_id}:{client_id}".encode()).hexdigest()[:32]

    async def keep(self, ref: str, sound: bytes) -> None:
        """Write it durably, readable by the tutor alone. Raises OSError."""
        await asyncio.to_thread(self._keep, ref, sound)

    def _keep(self, ref: str, sound: bytes) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        part = self._folder / f"{ref}.part"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(sound)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._folder / ref)

    async def fetch(self, ref: str, most_bytes: int) -> bytes:
        """As a channel's. Raises SendRefused where it is not there (any more)."""
        path = self._folder / ref
        try:
            sound = await asyncio.to_thread(path.read_bytes) if _REF.fullmatch(ref) else b""
        except OSError:
            sound = b""
        if not sound or len(sound) > most_bytes:
            raise SendRefused("the recording is gone")
        return sound

    def drop(self, ref: str) -> None:
        """It has been listened to."""
        if _REF.fullmatch(ref):
            (self._folder / ref).unlink(missing_ok=True)

    def sweep(self, now: datetime) -> None:
        """Drop whatever is older than `KEPT`."""
        before = (now - KEPT).timestamp()
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            if path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
