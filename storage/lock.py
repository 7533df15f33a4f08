"""One process to an SQLite data folder: a lock that the operating system drops when the process dies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from storage.errors import AlreadyRunning


def lock_folder(folder: Path) -> IO[str]:
    """Take the folder; keep the result open as long as it is used. Raises AlreadyRunning."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = (folder / "camtay.lock").open("a+", encoding="ascii")
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise AlreadyRunning(f"{AlreadyRunning.__doc__} ({folder})") from None
    return handle
