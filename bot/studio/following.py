"""The file that follows what was published: written beside it first, so that it takes its place whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bot.errors import CamtayError
from flows.saying import say
from storage.engine.files import sync_folder


class NotReady(CamtayError):
    """Bài còn chỗ phải sửa hay phải quyết định, nên chưa phát hành."""


class FileBehind(CamtayError):
    """Đã phát hành, nhưng chưa ghi được vào tệp của bài."""


def may_write(path: Path) -> bool:
    """Whether a file can be given other content; a served tutor's lessons cannot."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


@contextmanager
def _beside(path: Path, source: bytes) -> Iterator[Path]:
    """The bytes on the disk beside the file whose place they are to take."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(source)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, written)
        yield written
    finally:
        with suppress(OSError):  # it has taken its place
            written.unlink()


def begun(stack: ExitStack, path: Path, source: bytes) -> Path:
    """As `_beside`. Raises NotReady where nothing can be written after all: then nothing is published."""
    try:
        return stack.enter_context(_beside(path, source))
    except OSError:
        raise NotReady(say("Không ghi được vào thư mục của bài, nên chưa phát hành.")) from None


def put(written: Path, path: Path) -> None:
    try:
        os.replace(written, path)
        sync_folder(path.parent)
    except OSError:
        raise FileBehind from None
