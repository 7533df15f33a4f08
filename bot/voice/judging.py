"""Whether a recording is of the line it was made for, and fit to be played: for the command line and the chat."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.voice.levelling import ENDING, levelled
from bot.voice.transcriber import Transcriber
from flows.aloud import aloud, says_it, takes_s
from flows.shelf.voice_lines import LineRecording, VoiceLine, recording_name
from storage.engine import files

LARGEST = 20_000_000  # bytes: a minute of the best that a phone records has ten million
READABLE = 0o644  # whoever publishes need not be who recorded

TakeOutcome = Literal["taken", "long", "silent", "broken", "hurried", "other"]
"""What became of a recording. The last two may be right all the same: an odd length, other words are heard."""


@dataclass(frozen=True, slots=True)
class LineTake:
    """One recording of a line: the sound as it is kept where it was taken, its seconds, the words that were heard."""

    outcome: TakeOutcome
    sound: bytes = b""
    seconds: float = 0.0
    heard: str = ""


async def judged(
    line: VoiceLine, sound: bytes, names: Mapping[str, str], transcriber: Transcriber | None, *, accept: bool = False
) -> LineTake:
    """A recording of `line`, made ready. `accept`: its length and what is heard do not matter; without a `transcriber`
    nobody listens."""
    if len(sound) > LARGEST:
        return LineTake("long")
    made = await asyncio.to_thread(levelled, sound)
    if made.fault:
        return LineTake(made.fault)
    spoken = aloud(line.words, names)
    least, most = takes_s(spoken)
    if not accept and not least <= made.seconds <= most:
        return LineTake("hurried", seconds=made.seconds)
    if transcriber is not None and not accept:
        heard = (await transcriber.hear(sound)).words
        if not says_it(heard, spoken):
            return LineTake("other", seconds=made.seconds, heard=heard)
    return LineTake("taken", made.sound, made.seconds)


def keep(folder: Path, line: VoiceLine, sound: bytes, known: Collection[LineRecording]) -> Path:
    """Put a recording in its place; what was recorded of the same words before goes. Raises OSError."""
    path = folder / recording_name(line, ENDING)
    folder.mkdir(parents=True, exist_ok=True)
    files.put_whole(path, sound)
    path.chmod(READABLE)
    for each in known:
        if each.digest == line.digest and each.path != path:
            each.path.unlink(missing_ok=True)
    return path
