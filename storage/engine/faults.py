"""Which of our errors a database's error is, and what happened in words for whoever runs the tutor."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from flows.saying import say
from storage.engine.errors import Conflict, StorageUnavailable

_RETRY_STATES = {"40001", "40P01", "23505"}  # serialisation failure, deadlock, unique violation (another was quicker)
_READ_ONLY, _IDLE, _NO_STATEMENT, _TWICE = "25006", "25P03", "26000", "42P05"
"""A standby or one that became it; a transaction broken off because it did nothing; two signs of an unknown pooler."""


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
    driver = fault.orig if isinstance(fault, DBAPIError) else fault
    if isinstance(driver, sqlite3.IntegrityError) and "UNIQUE" in str(driver):
        return Conflict(str(driver))
    ours = isinstance(driver, ValueError) or isinstance(getattr(driver, "__cause__", None), ValueError)
    if ours and not isinstance(driver, OSError):  # a certificate that does not hold is both
        return fault  # a value that asyncpg cannot even send: ours, and no better the next time
    state = getattr(driver, "sqlstate", None)
    if state in _RETRY_STATES:
        return Conflict(f"{state}: {driver}")
    if _is_away(fault, driver, state):
        return StorageUnavailable(say("Không dùng được cơ sở dữ liệu: {reason}", reason=_in_words(_bare(driver))))
    return fault


def _is_away(fault: Exception, driver: object, state: str | None) -> bool:
    if isinstance(driver, sqlite3.Error):
        return not isinstance(driver, sqlite3.IntegrityError | sqlite3.ProgrammingError)
    if isinstance(driver, OSError | TimeoutError | NoConnectionFree):
        return True
    if state is not None:  # classes of PostgreSQL's appendix A: connection, resources, operator, system, who may enter
        away = {_READ_ONLY, _IDLE, _NO_STATEMENT, _TWICE}
        return state[:2] in {"08", "28", "3D", "53", "57", "58"} or state in away
    return isinstance(fault, DBAPIError)


def is_left(fault: BaseException) -> bool:
    """Whether nothing more can be done on this connection, nor on any other to the same server."""
    state = getattr(fault, "sqlstate", None)
    if state is None:  # the driver's own: it no longer knows what the server thinks
        return isinstance(fault, OSError) or not isinstance(fault.__cause__, ValueError)
    return state[:2] == "08" or state[:4] == "57P0" or state in {_READ_ONLY, _IDLE}


_WORDS = {
    "not a database": say("tệp dữ liệu bị hỏng, hãy lấy lại bản sao lưu (./camtay restore TỆP)"),
    "malformed": say("tệp dữ liệu bị hỏng, hãy lấy lại bản sao lưu (./camtay restore TỆP)"),
    "locked": say("tệp dữ liệu đang bị một chương trình khác giữ"),
    "full": say("ổ đĩa đã đầy"),
    "no space left": say("ổ đĩa đã đầy"),
    "connectionrefused": say("không có PostgreSQL nào trả lời ở chỗ này, có lẽ nó chưa chạy"),
    "disk i/o": say("không ghi được lên ổ đĩa"),
    "readonly database": say("tệp dữ liệu không cho ghi"),
    "unable to open": say("không mở được tệp dữ liệu"),
    "password": say("PostgreSQL không nhận tên hay mật khẩu trong DATABASE_URL"),
    "prepared statement": say("đường này qua PgBouncer: thêm ?pooler=transaction&direct=MÁY:CỔNG vào DATABASE_URL"),
    "read-only transaction": say("máy PostgreSQL này nay chỉ đọc, không còn là máy chính"),
    "does not exist": say("PostgreSQL không có cơ sở dữ liệu hay tên trong DATABASE_URL"),
}


def _bare(driver: object) -> object:
    """What the driver itself raised: SQLAlchemy calls all of it Error."""
    return getattr(driver, "__cause__", None) or driver


def _in_words(fault: object) -> str:
    """What happened, for the person who runs the tutor, and what the database itself said."""
    reason = f"{type(fault).__name__}: {fault}"
    words = next((words for sign, words in _WORDS.items() if sign in reason.lower()), "")
    return say("{words} ({reason})", words=words, reason=reason) if words else reason
