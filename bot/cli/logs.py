"""The log files of a tutor, read back in order and told in words; nothing is kept in memory but what is shown."""

from __future__ import annotations

import json
import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from bot.cli.language import told
from bot.cli.log_words import EVENTS, FIELDS, LEVELS, ROOMS
from bot.errors import CamtayError
from bot.telemetry import FILE_NAME, mask_secrets
from flows.saying import say

WEIGHTS = {"debug": 0, "info": 1, "warning": 2, "error": 3, "critical": 4}
LONGEST = 20_000  # characters of a line that are looked at: ours are far shorter
POLL_S = 0.5


class NoLog(CamtayError):
    """Chưa có nhật ký."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line as it was written: `at` aware UTC, `rest` what varies. `raw` is the whole of it."""

    at: datetime
    level: str
    room: str
    event: str
    rest: Mapping[str, Any]
    raw: str


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that is no log line: cut off by a crash, or somebody else's. `number` 0: it has just been written."""

    file: str
    number: int


@dataclass(frozen=True, slots=True)
class LogWish:
    """Which lines are wanted; what is empty asks for nothing. `level` is the lowest, `room` and `channel` are
    beginnings of names, `words` stand anywhere in what is shown or written."""

    level: str = "info"
    since: datetime | None = None
    until: datetime | None = None
    channel: str = ""
    room: str = ""
    words: str = ""


def log_files(folder: Path) -> list[Path]:
    """The files of the log, the oldest first: camtay.jsonl.2, camtay.jsonl.1, camtay.jsonl."""
    numbered = [(int(path.suffix[1:]), path) for path in folder.glob(f"{FILE_NAME}.*") if path.suffix[1:].isdigit()]
    current = [folder / FILE_NAME] if (folder / FILE_NAME).is_file() else []
    return [path for _, path in sorted(numbered, reverse=True)] + current


def read_lines(path: Path, end: int | None = None) -> Iterator[LogLine | BrokenLine]:
    """The lines of a file, up to byte `end`. A last line that is not whole yet is left for later."""
    read = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            read += len(line)
            if not line.endswith(b"\n") or (end is not None and read > end):
                return
            yield parse(line.decode("utf-8", "replace"), path.name, number)


def parse(text: str, file: str, number: int) -> LogLine | BrokenLine:
    """One line of the file as what it says."""
    try:
        found = json.loads(text[:LONGEST])
        at = datetime.fromisoformat(found.pop("at"))
        level, room, event = (str(found.pop(name)) for name in ("level", "room", "event"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return BrokenLine(file, number)
    return LogLine(at if at.tzinfo else at.replace(tzinfo=UTC), level, room, event, found, text.rstrip("\n"))


def is_wanted(line: LogLine, wish: LogWish) -> bool:
    """Whether a line is one of those asked for."""
    if WEIGHTS.get(line.level, 1) < WEIGHTS.get(wish.level, 0):
        return False
    if (wish.since and line.at < wish.since) or (wish.until and line.at > wish.until):
        return False
    if wish.room and not _begins(line.room, wish.room):
        return False
    if wish.channel and not (
        str(line.rest.get("channel", "")).startswith(wish.channel) or _begins(line.room, f"channels.{wish.channel}")
    ):
        return False
    return not wish.words or wish.words.casefold() in f"{line.raw}\n{words_of(line)}".casefold()


def newest(folder: Path, wish: LogWish, most: int, end: int | None = None) -> list[LogLine | BrokenLine]:
    """The last `most` lines asked for (0: all), the oldest first; older files are opened only when they are needed.

    Of the newest file it is read up to byte `end`. Broken lines are told among the others, unless something narrower
    than a level is asked for. Raises NoLog.
    """
    files = log_files(folder)
    if not files:
        raise NoLog(say("Chưa có nhật ký ở {folder}: ./camtay run ghi vào đó.", folder=folder))
    with_broken = not (wish.channel or wish.room or wish.words or wish.since or wish.until)
    found: list[LogLine | BrokenLine] = []
    for path in reversed(files):
        kept: deque[LogLine | BrokenLine] = deque(maxlen=most - len(found) if most else None)
        kept.extend(
            each
            for each in read_lines(path, end if path == files[-1] else None)
            if (is_wanted(each, wish) if isinstance(each, LogLine) else with_broken)
        )
        found[:0] = kept
        if most and len(found) >= most:
            break
    return found


def follow(folder: Path, wish: LogWish, begin: int, pause: Callable[[], object]) -> Iterator[LogLine | BrokenLine]:
    """What is written from byte `begin` of the newest file on, for ever; `pause` is called while nothing is. When the
    file is put aside for a new one, its end is read before the new one's beginning."""
    path = folder / FILE_NAME
    while not path.exists():  # just put aside, and not begun anew yet
        pause()
    file = path.open("rb")
    file.seek(begin)
    try:
        while True:
            line = file.readline()
            if line.endswith(b"\n"):
                each = parse(line.decode("utf-8", "replace"), path.name, 0)
                if isinstance(each, BrokenLine) or is_wanted(each, wish):
                    yield each
                continue
            file.seek(-len(line), 1)  # the rest of it is still to come
            if not line and _is_another(path, file.fileno(), file.tell()):
                file.close()
                file = path.open("rb")
                continue
            pause()
    finally:
        file.close()


def _is_another(path: Path, descriptor: int, read: int) -> bool:
    """Whether another file lies at the path now, or this one was emptied."""
    try:
        there, ours = path.stat(), os.fstat(descriptor)
    except FileNotFoundError:
        return False  # between being put aside and made anew
    return not os.path.samestat(there, ours) or there.st_size < read


def _begins(room: str, wanted: str) -> bool:
    return any(f"{room}.".startswith(f"{each}.") for each in (wanted, f"bot.{wanted}"))


# --- in words ----------------------------------------------------------------------------------------


def shown_line(line: LogLine | BrokenLine, zone: tzinfo) -> str:
    """One line for a reader, its time in `zone`; nothing in it moves the cursor, nothing looks like a secret."""
    if isinstance(line, BrokenLine):
        if not line.number:
            return told("——  một dòng mới của {file} bị hỏng, bỏ qua", file=line.file)
        return told("——  dòng {number} của {file} bị hỏng, bỏ qua", number=line.number, file=line.file)
    level = told(LEVELS.get(line.level, line.level))
    return _seen(f"{line.at.astimezone(zone):%d/%m %H:%M:%S}  {level:<9} {words_of(line)}")


def words_of(line: LogLine) -> str:
    """What happened, where, and what goes with it."""
    room = max((name for name in ROOMS if _begins(line.room, name)), key=len, default="")
    where = told(ROOMS[room]) if room else line.room
    said = told(EVENTS[line.event]) if line.event in EVENTS else line.event
    more = [f"{told(FIELDS[name]) if name in FIELDS else name} {_value(value)}" for name, value in line.rest.items()]
    return " · ".join([f"{where}: {said}", *more])


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "0"
    return {True: "✓", False: "✗", None: "–"}.get(value, "") if value is None or isinstance(value, bool) else str(value)


def _seen(text: str) -> str:
    masked = mask_secrets(text)
    return masked if masked.isprintable() else "".join(c if c.isprintable() else "�" for c in masked)


# --- when --------------------------------------------------------------------------------------------

_AGO = re.compile(r"(\d{1,5})\s*(m|h|d|p|ph|phút|giờ|ngày|g|n)")
_UNITS = {"m": 1, "p": 1, "ph": 1, "phút": 1, "h": 60, "g": 60, "giờ": 60, "d": 1440, "n": 1440, "ngày": 1440}


def instant(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """What somebody typed for a moment: 30m, 2h, 3d ago; 08:15 of today; 2026-11-30; 2026-11-30 08:15. None for
    anything else."""
    if ago := _AGO.fullmatch(text.strip().lower()):
        return now - timedelta(minutes=int(ago[1]) * _UNITS[ago[2]])
    local = now.astimezone(zone)
    typed = f"{local:%Y-%m-%d} {text.strip()}" if re.fullmatch(r"\d{1,2}:\d\d", text.strip()) else text.strip()
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d", "%d/%m/%Y %H:%M", "%d/%m/%Y"):
        try:
            return datetime.strptime(typed, form).replace(tzinfo=zone)
        except ValueError:
            continue
    return None
