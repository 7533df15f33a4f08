"""Files that are whole or not there: what is under way lies in a place of its own, locked, and is swept when nobody
works on it any more, as after `kill -9`.

The lock is the operating system's, on the folder or file itself, and ends with the process. Windows has none of its
kind: there everything of ours that lies about is swept, and what is open cannot be.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

BACKUP, RESTORE, MEDIA = ".backup-", ".restore-", ".media-"
_UNDER_WAY = re.compile(
    r"\.(backup|restore|media)-\w+|\.[0-9a-f]{64}\.(\w+\.json|svg)\.partial|\.(deleted|restoring|proved|rehearsed)\.json\.partial|camtay-\d{8}-\d{6}\.tar\.gz\.partial"
)


@contextlib.contextmanager
def scratch(parent: Path, prefix: str) -> Iterator[Path]:
    """A folder in `parent` for copies that are only under way, readable by its owner; gone afterwards. Raises OSError.

    What broken-off runs left in `parent` is swept first.
    """
    parent.mkdir(parents=True, exist_ok=True)
    sweep([parent])
    with contextlib.ExitStack() as held:
        while True:  # a sweep may come between the making and the lock
            folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
            if held.enter_context(_locked(folder)):
                break
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(folders: Iterable[Path]) -> int:
    """Remove what broken-off backups and restores left in these folders; how many. A running one's stays."""
    swept = 0
    for folder in folders:
        for path in [each for each in folder.glob("*") if _UNDER_WAY.fullmatch(each.name)]:
            with _locked(path) as free:
                if free:
                    remove(path)
                    swept += 1
    return swept


def remove(path: Path) -> None:
    """A file, or a folder with all that is in it. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def put_whole(path: Path, content: bytes) -> None:
    """The file holds the former content or this at every moment, readable by its owner only. Raises OSError."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with open(partial, "wb", opener=private) as file, _locked(partial):
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def move(source: Path, target: Path) -> None:
    """The source becomes `target`, of which nobody must know yet; also onto another file system. Raises OSError."""
    try:
        os.replace(source, target)
    except OSError as fault:
        if fault.errno != errno.EXDEV:
            raise
        copy(source, target)
        source.unlink()


def copy(source: Path, target: Path) -> None:
    """The content, on the disk when this returns, readable by its owner only. Raises OSError."""
    with source.open("rb") as content, open(target, "wb", opener=private) as file:
        shutil.copyfileobj(content, file)
        file.flush()
        os.fsync(file.fileno())


def private(path: str, flags: int) -> int:
    """An `opener`: only the owner may read what is made."""
    return os.open(path, flags, 0o600)


def sync_folder(folder: Path) -> None:
    """What was renamed here is so after a power cut too."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Whether the folder or file is ours alone until the end; False too when it has gone meanwhile."""
    if os.name != "posix":
        yield path.exists()
        return
    import fcntl

    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = os.path.samestat(os.fstat(handle), os.lstat(path))
        except OSError:
            free = False
        yield free
    finally:
        os.close(handle)
