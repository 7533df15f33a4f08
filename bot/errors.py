"""One class per decision of whoever catches it; the class docstring is the default message."""

from __future__ import annotations

import errno

from storage.engine.errors import (
    AlreadyRunning,
    Conflict,
    SchemaOutdated,
    SchemaTooNew,
    StorageError,
    StorageUnavailable,
)

__all__ = [
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

_REASONS = {
    errno.EACCES: "không có quyền",
    errno.EPERM: "không có quyền",
    errno.EROFS: "chỗ này chỉ đọc được",
    errno.ENOENT: "không có tệp này",
    errno.ENOTDIR: "đã có một tệp ở chỗ của thư mục",
    errno.EISDIR: "đã có một thư mục ở chỗ của tệp",
    errno.EEXIST: "đã có rồi",
    errno.ENOSPC: "ổ đĩa đã đầy",
    errno.EDQUOT: "đã hết phần đĩa được dùng",
    errno.EIO: "ổ đĩa có chỗ hỏng",
    errno.EADDRINUSE: "đã có chương trình khác dùng cổng này",
    errno.EADDRNOTAVAIL: "máy này không có địa chỉ đó",
}


def in_words(fault: OSError) -> str:
    """Why the system refused, in words."""
    return _REASONS.get(fault.errno or 0) or fault.strerror or str(fault)


class CamtayError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class SettingsInvalid(CamtayError):
    """A setting is wrong: one sentence with file and line, exit code 2."""


class NotAllowed(CamtayError):
    """This person may not do this."""
