"""What storage can say; each class is one decision of whoever catches it, its docstring the default message (read by
operators, hence in Vietnamese)."""

from __future__ import annotations

from flows.saying import say


class StorageError(Exception):
    """Cơ sở dữ liệu từ chối."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or say(type(self).__doc__ or ""))


class StorageUnavailable(StorageError):
    """Không dùng được cơ sở dữ liệu."""

    # Nothing was kept: do not acknowledge, the provider delivers again.


class Conflict(StorageError):
    """Tiến trình khác vừa sửa cùng chỗ; làm lại."""

    # Run the batch again.


class SchemaOutdated(StorageError):
    """Cơ sở dữ liệu còn ở phiên bản cũ. Hãy chạy: ./camtay migrate"""


class SchemaTooNew(StorageError):
    """Cơ sở dữ liệu do bản Cầm Tay mới hơn tạo ra. Hãy cập nhật chương trình trước."""


class SchemaBusy(StorageError):
    """Một bảng đang bị giữ lâu, có lẽ đang sao lưu. Chưa đổi gì; đợi xong rồi chạy lại ./camtay migrate"""


class AlreadyRunning(StorageError):
    """Cầm Tay đang chạy với thư mục dữ liệu này. Hãy dừng nó trước (Ctrl-C ở cửa sổ đang chạy)."""
