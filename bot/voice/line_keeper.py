"""What was read in chat to be recorded: judged, kept until an editor takes it over, ready to be played back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from bot.channels.base import Spoken
from bot.media.store import MediaStore
from bot.voice.judging import judged, keep
from bot.voice.transcriber import Transcriber
from flows.shelf.shelf import read_names
from flows.shelf.voice_lines import VoiceLine, recordings_in

RECORDED = "recordings"
"""The folder of the data in which recordings wait."""

log = logging.getLogger(__name__)


def line_of(said: tuple[str, str, str]) -> VoiceLine:
    """The line of this lesson, key and words, whoever hears it."""
    return VoiceLine(*said, ())


class LineKeeper:
    """Keeps recordings in `folder`, from where `./camtay voice add` takes them, and in the `store`, from where they are
    played; `lessons` has the table of how names are read."""

    def __init__(self, lessons: Path, folder: Path, store: MediaStore) -> None:
        self.lessons, self.folder, self.store = lessons, folder, store

    async def take(self, line: VoiceLine, sound: bytes, transcriber: Transcriber, *, sure: bool) -> Spoken:
        """What became of a recording; `sure`: whatever is heard in it. Where there is no room for it, it is gone."""
        names = await asyncio.to_thread(self._names)
        take = await judged(line, sound, names, transcriber, accept=sure)
        if take.outcome != "taken":
            return Spoken(take.heard, take.outcome, line.number)
        try:
            return Spoken(line=line.number, file=await asyncio.to_thread(self._keep, line, take.sound))
        except OSError as fault:
            log.error("recording not kept", extra={"folder": str(self.folder), "reason": fault.strerror})
            return Spoken(fault="gone", line=line.number)

    def _names(self) -> Mapping[str, str]:
        try:
            return read_names(self.lessons)
        except (OSError, ValueError) as fault:
            log.error("table of what is read aloud not read", extra={"fault": type(fault).__name__})
            return {}

    def _keep(self, line: VoiceLine, sound: bytes) -> str:
        path = keep(self.folder, line, sound, recordings_in(self.folder))
        file = self.store.take(path)
        self.store.make(file)
        return file
