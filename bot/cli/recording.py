"""`./camtay voice add`: recordings of a folder, made equally loud, called by their words and put beside the lessons."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.cli.language import told
from bot.cli.terminal import Print, unread, unwritten
from bot.cli.voicing import VoiceScript, script_of
from bot.errors import SettingsInvalid
from bot.voice.extra import listener
from bot.voice.judging import LARGEST, LineTake, TakeOutcome, judged, keep
from bot.voice.levelling import can_level
from bot.voice.transcriber import Transcriber
from flows.saying import say
from flows.shelf.voice_lines import RECORDINGS, VoiceLine, recordings_in

SOUNDS = frozenset({".m4a", ".mp3", ".aac", ".ogg", ".oga", ".opus", ".wav", ".amr", ".3gp", ".webm", ".caf", ".mp4"})

_NUMBER = re.compile(r"\s*((?:\d[ _-]?){8})(?!\d)")
_TOLD: Mapping[TakeOutcome | Literal["unknown"], str] = {
    "taken": "{file}: đã nhận, “{words}”",
    "unknown": "{file}: không có câu nào mang số này; tên tệp phải bắt đầu bằng tám số, và chữ trong bài có thể đã đổi",
    "long": "{file}: dài quá một phút; mỗi câu thu một tệp",
    "silent": "{file}: không nghe thấy tiếng nói; thu lại gần máy hơn",
    "broken": "{file}: tệp hỏng hay không phải tệp tiếng; thu lại",
    "hurried": "{file}: dài {seconds} giây, không hợp với câu “{words}”; đúng câu rồi thì thêm --yes",
    "other": "{file}: nghe ra “{heard}”, khác câu “{words}”; đúng câu rồi thì thêm --yes",
}


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """What became of one file; no line has its number where `line` is None."""

    file: str
    line: VoiceLine | None = None
    take: LineTake | None = None

    @property
    def outcome(self) -> TakeOutcome | Literal["unknown"]:
        """Of its recording, or that nobody knows of what it is."""
        return self.take.outcome if self.take else "unknown"


def add(
    root: Path, facts: Mapping[str, str], folder: Path, write: Print, *, accept: bool, as_json: bool,
    listen: Sequence[str] | None = None,
) -> int:  # fmt: skip
    """Take the recordings of a folder, each by the number its name begins with; 1 where one was not taken.

    `accept`: also what seems another text; `listen`: the command of what hears them (None: the extra, if it is there).
    Raises SettingsInvalid: no recording there, nothing installed that opens them, no room for them.
    """
    if not can_level():
        raise SettingsInvalid(say("Chưa cài phần mở được bản thu (PyAV); cách cài ở docs/van-hanh.md, mục tin thoại."))
    try:
        found = sorted(each for each in folder.iterdir() if each.suffix.lower() in SOUNDS and each.is_file())
    except OSError as fault:
        raise unread(fault, folder) from None
    if not found:
        raise SettingsInvalid(say("{folder}: không có tệp tiếng nào ở đây", folder=folder))
    heard_by = listener() if listen is None else listen
    done = asyncio.run(_each(script_of(root, facts), found, root / RECORDINGS, heard_by, accept=accept))
    if as_json:
        write(json.dumps([_as_json(each) for each in done], ensure_ascii=False, indent=1))
    else:
        for each in done:
            write(_sentence(each))
    return 0 if all(each.outcome == "taken" for each in done) else 1


async def _each(
    script: VoiceScript, found: Sequence[Path], into: Path, listen: Sequence[str], *, accept: bool
) -> list[RecordedFile]:
    lines = {line.number: line for line, _ in reversed(script.lines)}
    digests = {line.digest: line for line in lines.values()}
    of_chat = {each.path: digests.get(each.digest) for each in recordings_in(found[0].parent)}
    transcriber = Transcriber(listen) if listen else None
    done = []
    try:
        for path in found:
            name, take = _NUMBER.match(path.stem), None
            line = of_chat.get(path) or (lines.get(re.sub(r"\D", "", name[1])) if name else None)
            if line is not None and path in of_chat:  # the chat has judged it, and made it ready
                take = LineTake("taken", _read(path))
            elif line is not None:
                take = await judged(line, _read(path), script.names, transcriber, accept=accept)
            done.append(RecordedFile(path.name, line, take))
            if line and take and take.outcome == "taken":
                _keep(script, line, take.sound, into)
    finally:
        if transcriber is not None:
            await transcriber.close()
    return done


def _read(path: Path) -> bytes:
    """A file, of one that is too large as much as tells so."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as fault:
        raise unread(fault, path) from None


def _keep(script: VoiceScript, line: VoiceLine, sound: bytes, into: Path) -> None:
    try:
        keep(into, line, sound, script.recordings)
    except OSError as fault:
        raise unwritten(fault, into) from None


def _sentence(each: RecordedFile) -> str:
    take, words = each.take or LineTake("broken"), each.line.words if each.line else ""
    seconds, heard = f"{take.seconds:g}", take.heard or "…"
    return told(_TOLD[each.outcome], file=each.file, words=words, seconds=seconds, heard=heard)


def _as_json(each: RecordedFile) -> dict[str, object]:
    line, take = each.line, each.take
    of = {"lesson": line.lesson, "key": line.key, "number": line.number, "words": line.words} if line else {}
    return {"file": each.file, "outcome": each.outcome, **of, "heard": take.heard if take else ""}
