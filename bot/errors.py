"""One class per decision of whoever catches it; the class docstring is the default message."""

from __future__ import annotations

import errno

from flows.saying import said_by, say
from storage.engine.errors import (
    AlreadyRunning,
    Conflict,
    SchemaOutdated,
    SchemaTooNew,
    StorageError,
    StorageUnavailable,
)

__all__ = [
    "AWAY_PAUSE_S",
    "AlreadyRunning",
    "CamtayError",
    "Conflict",
    "NotAllowed",
    "SchemaOutdated",
    "SchemaTooNew",
    "SettingsInvalid",
    "StorageError",
    "StorageUnavailable",
    "in_words",
]

AWAY_PAUSE_S = 1.0
"""At most so long whoever waits for the database lets pass before asking again: our own machines are asked."""

_REASONS = {
    errno.EACCES: say("không có quyền"),
    errno.EPERM: say("không có quyền"),
    errno.EROFS: say("chỗ này chỉ đọc được"),
    errno.ENOENT: say("không có tệp này"),
    errno.ENOTDIR: say("đã có một tệp ở chỗ của thư mục"),
    errno.EISDIR: say("đã có một thư mục ở chỗ của tệp"),
    errno.EEXIST: say("đã có rồi"),
    errno.ENOSPC: say("ổ đĩa đã đầy"),
    errno.EDQUOT: say("đã hết phần đĩa được dùng"),
    errno.EIO: say("ổ đĩa có chỗ hỏng"),
    errno.EADDRINUSE: say("đã có chương trình khác dùng cổng này"),
    errno.EADDRNOTAVAIL: say("máy này không có địa chỉ đó"),
}


def in_words(fault: Exception) -> str:
    """Why the system refused, or what any other failure says of itself."""
    if isinstance(fault, OSError):
        return _REASONS.get(fault.errno or 0) or fault.strerror or str(fault)
    return said_by(fault)


class CamtayError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or say(type(self).__doc__ or ""))


class SettingsInvalid(CamtayError):
    """A setting is wrong: one sentence with file and line, exit code 2."""


class NotAllowed(CamtayError):
    """This person may not do this."""
