"""What the operator may know: log lines with ids and numbers. Never a word that a learner wrote.

Rooms log with the standard library: `logging.getLogger(__name__).info("sent", extra={"chat_id": chat_id, "no": 3})`.
The message is a fixed name in the past tense; everything that varies goes into `extra`. An exception is told by its
class and its frames; its text only where it is ours or the operating system's, since a library may quote a learner.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from flows.profiles import profile_of

FILE_NAME = "camtay.jsonl"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
LONGEST = 500  # characters of one text: enough for an operator, too little to fill a disk

_MASK = "•••"
# The last resort: nothing like these should ever reach a log line.
_SECRET = re.compile(
    r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}"  # a Telegram bot token
    r"|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"  # user:password in a database address
    r"|(?<!\d)\d(?:[ .\-]?\d){11,18}(?!\d)"  # citizen ids and cards
    r"|(?<=[?&]token=)[^\s&]+",
)
_SUBJECTS = frozenset({"learner_id", "chat_id", "update", "updates"})
_subject_key = [os.urandom(32)]
_OWN_ROOMS = ("bot", "storage", "flows")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def start_logging(
    folder: Path,
    *,
    level: str = "info",
    max_mb: int = 10,
    keep: int = 5,
    subject_key: bytes = b"",
    told: Callable[[str], str] = str,
) -> None:
    """Log to `folder`/camtay.jsonl (at most `max_mb` megabytes, `keep` older files) and warnings to stderr.

    `told` puts a sentence for the operator into the language of whoever reads the screen. `subject_key` keeps the
    names of learners in the log the same over restarts; without it each process has its own.
    A folder that cannot be written costs the file, never the start. Calling it again replaces the former set-up.
    """
    if subject_key:
        _subject_key[:] = [subject_key]
    root = logging.getLogger()
    stop_logging()
    root.setLevel(max(LEVELS[level], logging.WARNING))  # libraries talk too much
    for room in _OWN_ROOMS:
        logging.getLogger(room).setLevel(LEVELS[level])
    screen = _Screen(sys.stderr)
    screen.setLevel(logging.WARNING)
    screen.setFormatter(_ScreenFormatter(told))
    root.addHandler(screen)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = _File(folder / FILE_NAME, maxBytes=max_mb * 1_000_000, backupCount=keep, encoding="utf-8")
    except OSError as error:
        logging.getLogger(__name__).warning("log_file_unavailable", extra={"reason": error.strerror})
        return
    file.setFormatter(_JsonFormatter())
    root.addHandler(file)


def stop_logging() -> None:
    """Close what start_logging opened."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Screen | _File)]:
        root.removeHandler(handler)
        handler.close()


def subject(learner: str) -> str:
    """How the log calls a learner, a chat, or an update that names a chat."""
    profile = profile_of(learner)
    if profile.id and not profile.keeps_log:
        return learner  # the provider's number of an update says nothing about whose it was
    return "~" + hmac.new(_subject_key[0], learner.encode(), hashlib.sha256).hexdigest()[:12]


def mask_secrets(text: str) -> str:
    """Hide bot tokens, passwords in addresses, and numbers as long as a citizen id or a card."""
    return _SECRET.sub(_MASK, text)


class _NeverFails(logging.Handler):
    """A full disk or a closed terminal costs log lines, nothing else; `lost` counts them."""

    lost = 0

    def handleError(self, record: logging.LogRecord) -> None:
        self.lost += 1


class _Screen(_NeverFails, logging.StreamHandler[Any]):
    pass


class _File(_NeverFails, RotatingFileHandler):
    def _open(self) -> Any:
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=_private)

    def close(self) -> None:
        with suppress(OSError):  # what a full disk refused is refused again
            super().close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, room, event, then the ids."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name,
            "event": _clean(record.getMessage()),
            **_fields(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["failure"] = _failure(record.exc_info[1])
            line["frames"] = _frames(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


class _ScreenFormatter(logging.Formatter):
    """`08:15:02 warning bot.delivery.sender: throttled chat_id=7`."""

    def __init__(self, told: Callable[[str], str]) -> None:
        super().__init__()
        self.told = told

    def format(self, record: logging.LogRecord) -> str:
        ids = "".join(f" {name}={value}" for name, value in _fields(record).items())
        failure = f" ({_failure(record.exc_info[1])})" if record.exc_info and record.exc_info[1] is not None else ""
        when = self.formatTime(record, "%H:%M:%S")
        event = _clean(record.getMessage() if record.args else self.told(record.msg))
        return _seen(f"{when} {record.levelname.lower()} {record.name}: {event}{ids}{failure}")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in vars(record).items() if name not in _STANDARD}


def _value(name: str, value: Any) -> Any:
    """An id may be as long as a citizen's number, and is what the operator needs to see whole; a person's is a name
    that leads to nobody: it is the same all through the log and outlives the person in no backup of it."""
    if name in _SUBJECTS and value is not None:
        return [subject(str(item)) for item in value] if isinstance(value, list) else subject(str(value))
    if value is None or isinstance(value, bool | int | float):
        return value
    if name.endswith("_id"):
        return _seen(str(value)[:LONGEST])
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(str(item)) for item in value]
    return _clean(str(value))


def _clean(text: str) -> str:
    return _seen(mask_secrets(text[:LONGEST]))


def _seen(text: str) -> str:
    """One line in which nothing moves the cursor, colours the screen or turns the direction of writing."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)


def _failure(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, OSError) and error.strerror:
        return f"{kind}: {_seen(error.strerror)}"
    return f"{kind}: {_clean(str(error))}" if kind.partition(".")[0] in _OWN_ROOMS else kind


def _frames(error: BaseException) -> list[str]:
    """Where it happened, innermost last: `file:line function`."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
