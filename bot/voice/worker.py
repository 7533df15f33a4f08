"""From a voice message that was written down to what it says: fetched, listened to, handed to the intake, once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.channels.base import SendError, SendRefused, Spoken, Submit, Update
from bot.conversation.batch import INNER
from bot.edge import guarded
from bot.voice.line_keeper import LineKeeper, line_of
from bot.voice.transcriber import Transcriber
from storage.conversations import recordings
from storage.conversations.records import RecordingRow
from storage.engine.database import Database

LARGEST = 1_000_000  # bytes that are listened to: a minute at the 128 kbit/s of the best of phones
FETCHED = 5_000_000  # bytes that are fetched, to be able to say that it was too long
FETCH_S = 20.0
GIVEN_UP = timedelta(minutes=10)  # from then on she is told that it could not be heard
EVERY_S = 5.0  # how often it is looked for what another process, or the one before, has left

log = logging.getLogger(__name__)


def _of(row: RecordingRow, spoken: Spoken) -> Spoken:
    return replace(spoken, line=line_of(row.line).number) if row.line else spoken


class SoundSource(Protocol):
    """Where the sound of a voice message is to be had: a channel, or the files that a page has posted."""

    async def fetch(self, ref: str, most_bytes: int) -> bytes:
        """As `Channel.fetch`."""


class SoundFiles(SoundSource, Protocol):
    """What pages have posted, until it has been listened to."""

    def drop(self, ref: str) -> None:
        """It is not needed any more."""

    def sweep(self, now: datetime) -> None:
        """Drop what nobody came for."""


class VoiceWorker:
    """`run` listens to what has come, the oldest first; `wake` says that something has.

    `sources` are the channels that this process serves now, by name, and `sounds` those of the web page `web`.
    Without a `transcriber`, what was left by an installation that had one is answered, and that is all.
    """

    def __init__(
        self,
        database: Database,
        submit: Submit,
        now: Callable[[], datetime],
        transcriber: Transcriber | None,
        sources: Callable[[], Mapping[str, SoundSource]],
        sounds: SoundFiles,
        idle_s: float,
        keeper: LineKeeper | None = None,
    ) -> None:
        """After `idle_s` seconds without anything to hear the process that listens is ended. `keeper` takes what was
        read to be recorded."""
        self.keeper = keeper
        self.database, self.submit, self.now = database, submit, now
        self.transcriber, self.sources, self.sounds = transcriber, sources, sounds
        self.idle_s = idle_s
        self._woken = asyncio.Event()
        self._heard_at = 0.0

    def wake(self) -> None:
        """There is something to hear."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled; whatever goes wrong with one round, the next one comes."""
        try:
            while True:
                self._woken.clear()
                await guarded(self.step, log, "listening failed")
                if self.transcriber is None:
                    return
                if self.transcriber.is_running and self._seconds() - self._heard_at >= self.idle_s:
                    await self.transcriber.close()
                try:
                    async with asyncio.timeout(EVERY_S):
                        await self._woken.wait()
                except TimeoutError:
                    pass
        finally:
            if self.transcriber is not None:
                await self.transcriber.close()

    async def step(self) -> None:
        """Listen to what waits and can be had now: one of everybody, so that nobody waits for all that another said. A
        channel that is away is not asked twice."""
        rows, away = await self.database.read(recordings.waiting), set[str]()
        first = {row.learner_id: row for row in reversed(rows)}
        for row in sorted(first.values(), key=lambda each: each.at):
            spoken = await self._hear(row) if row.channel not in away else None
            if spoken is None:
                if not self._is_elsewhere(row):
                    away.add(row.channel)
                continue
            await self._tell(row, spoken)
            if len(first) < len(rows):
                self.wake()
        await asyncio.to_thread(self.sounds.sweep, self.now())

    async def _hear(self, row: RecordingRow) -> Spoken | None:
        """What it says; None where it is to be tried again, or another process has the channel."""
        if self.transcriber is None or self.now() - row.at > GIVEN_UP:
            return _of(row, Spoken(fault="gone"))
        source = self.sources().get(row.channel)
        if source is None:
            return None
        try:
            async with asyncio.timeout(FETCH_S):
                sound = await source.fetch(row.ref, FETCHED)
        except SendRefused:
            return None if self._is_elsewhere(row) else _of(row, Spoken(fault="gone"))
        except (SendError, TimeoutError) as fault:
            log.info("voice not to be had yet", extra={"channel": row.channel, "fault": type(fault).__name__})
            return None
        try:
            if row.line is not None:
                return await self._keep(row, row.line, sound, self.transcriber)
            return Spoken(fault="long") if len(sound) > LARGEST else await self.transcriber.hear(sound)
        finally:
            self._heard_at = self._seconds()

    def _is_elsewhere(self, row: RecordingRow) -> bool:
        """Whether another process may have it: what a page has posted lies where it was posted."""
        return self.database.shared and self.sources().get(row.channel) is self.sounds

    async def _keep(
        self, row: RecordingRow, said: tuple[str, str, str], sound: bytes, transcriber: Transcriber
    ) -> Spoken:
        line = line_of(said)
        if self.keeper is None:
            return Spoken(fault="gone", line=line.number)
        return await self.keeper.take(line, sound, transcriber, sure=row.sure)

    async def _tell(self, row: RecordingRow, spoken: Spoken) -> None:
        """The update comes first: after a crash in between it is made again, and known by its id."""
        await self.submit([Update(INNER, f"spoken:{row.update}", row.learner_id, spoken, self.now())])
        await self.database.transact(lambda connection: recordings.drop(connection, row))
        self.sounds.drop(row.ref)

    def _seconds(self) -> float:
        return asyncio.get_running_loop().time()
