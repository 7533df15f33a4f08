"""The file that follows what was published: written beside it first, so that it takes its place whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bot.errors import CamtayError
from bot.media.store import READABLE
from flows.saying import say
from storage.engine.files import sync_folder


class NotReady(CamtayError):
    """Bài còn chỗ phải sửa hay phải quyết định, nên chưa phát hành."""


class FileBehind(CamtayError):
    """Đã phát hành, nhưng chưa ghi được vào tệp của bài."""


def may_write(path: Path) -> bool:
    """Whether a file can be given other content, or come to be; a served tutor's lessons cannot."""
    beside = next(each for each in path.parents if each.exists())
    return os.access(beside, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


@contextmanager
def _beside(path: Path, source: bytes) -> Iterator[Path]:
    """The bytes on the disk beside the file whose place they are to take, as readable as that."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(source)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, written)
        else:
            written.chmod(READABLE)
        yield written
    finally:
        with suppress(OSError):  # it has taken its place
            written.unlink()


def begun(stack: ExitStack, path: Path, source: bytes, *, is_first: bool = False) -> Path:
    """As `_beside`; of a lesson's first file the folder may be new.

    Raises NotReady where nothing can be written after all: then nothing is published."""
    try:
        if is_first:
            _open_folder(path.parent)
        return stack.enter_context(_beside(path, source))
    except OSError:
        raise NotReady(say("Không ghi được vào thư mục của bài, nên chưa phát hành.")) from None


def put_all(stack: ExitStack, files: Mapping[Path, bytes]) -> None:
    """Each file (where it goes → its bytes) in its place: all are copied first, so that they come within a moment, and
    whoever watches the folder never takes half of them. Raises FileBehind."""
    try:
        copied = []
        for target, source in files.items():
            _open_folder(target.parent)
            copied.append((stack.enter_context(_beside(target, source)), target))
        for written, target in copied:
            os.replace(written, target)
    except OSError:
        raise FileBehind from None


def _open_folder(folder: Path) -> None:
    """A folder that may be new, as readable as the one that it lies in."""
    if not folder.is_dir():
        _open_folder(folder.parent)
        folder.mkdir()
        shutil.copymode(folder.parent, folder)


def put(written: Path, path: Path) -> None:
    """What was written takes its place. Raises FileBehind."""
    try:
        os.replace(written, path)
        sync_folder(path.parent)
    except OSError:
        raise FileBehind from None
