"""Which of our errors a database's error is, and what happened in words for whoever runs the tutor."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from flows.saying import say
from storage.engine.errors import Conflict, StorageUnavailable

_RETRY_STATES = {"40001", "40P01", "23505"}  # serialisation failure, deadlock, unique violation (another was quicker)


@asynccontextmanager
async def decided() -> AsyncIterator[None]:
    """The edge of a unit of work: asyncpg's own errors reach us bare when a connection cannot be made."""
    try:
        yield
    except Exception as fault:
        decision = decide(fault)
        if decision is fault:
            raise
        raise decision from fault


def decide(fault: Exception) -> Exception:
    """Which of our errors a database error is; a fault of our own SQL or data stays itself."""
    if isinstance(fault, IntegrityError) and "UNIQUE" in str(fault.orig).upper():
        return Conflict(str(fault.orig))
    driver = fault.orig if isinstance(fault, DBAPIError) else fault
    ours = isinstance(driver, ValueError) or isinstance(getattr(driver, "__cause__", None), ValueError)
    if ours and not isinstance(driver, OSError):  # a certificate that does not hold is both
        return fault  # a value that asyncpg cannot even send: ours, and no better the next time
    state = getattr(driver, "sqlstate", None)
    if state in _RETRY_STATES:
        return Conflict(f"{state}: {driver}")
    if _is_away(fault, driver, state):
        return StorageUnavailable(say("Không dùng được cơ sở dữ liệu: {reason}", reason=_in_words(driver)))
    return fault


def _is_away(fault: Exception, driver: object, state: str | None) -> bool:
    if isinstance(driver, sqlite3.Error):
        return not isinstance(driver, sqlite3.IntegrityError | sqlite3.ProgrammingError)
    if isinstance(driver, OSError | TimeoutError | NoConnectionFree):
        return True
    if state is not None:  # classes of PostgreSQL's appendix A: connection, resources, operator, system, who may enter
        return state[:2] in {"08", "28", "3D", "53", "57", "58"} or state == "25006"
    return isinstance(fault, DBAPIError)


_WORDS = {
    "not a database": say("tệp dữ liệu bị hỏng, hãy lấy lại bản sao lưu (./camtay restore TỆP)"),
    "malformed": say("tệp dữ liệu bị hỏng, hãy lấy lại bản sao lưu (./camtay restore TỆP)"),
    "locked": say("tệp dữ liệu đang bị một chương trình khác giữ"),
    "full": say("ổ đĩa đã đầy"),
    "disk i/o": say("không ghi được lên ổ đĩa"),
    "readonly": say("tệp dữ liệu không cho ghi"),
    "unable to open": say("không mở được tệp dữ liệu"),
    "password": say("PostgreSQL không nhận tên hay mật khẩu trong DATABASE_URL"),
    "does not exist": say("PostgreSQL không có cơ sở dữ liệu hay tên trong DATABASE_URL"),
}


def _in_words(fault: object) -> str:
    """What happened, for the person who runs the tutor, and what the database itself said."""
    reason = f"{type(fault).__name__}: {fault}"
    words = next((words for sign, words in _WORDS.items() if sign in reason.lower()), "")
    return say("{words} ({reason})", words=words, reason=reason) if words else reason
