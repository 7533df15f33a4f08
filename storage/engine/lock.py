"""One process to an SQLite database: a lock that the operating system drops when the process dies."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from storage.engine.errors import AlreadyRunning


def lock_all(folder: Path, database: Path | None) -> ExitStack:
    """Take the data folder, and that of the database file should it lie elsewhere; close the result to give them back.

    Raises AlreadyRunning; then nothing is held.
    """
    folders = [folder] if database is None else [folder, database.parent]
    with ExitStack() as taken:
        for each in {each.resolve(): each for each in folders}.values():
            taken.enter_context(lock_folder(each))
        return taken.pop_all()


def note_port(folder: Path, port: int) -> None:
    """Write into the lock that is held where the page is served, for `port_of`."""
    (folder / "camtay.lock").write_text(str(port), encoding="ascii")


def port_of(folder: Path) -> int:
    """Where whoever holds the folder serves the page; 0 when it has not said."""
    try:
        return int((folder / "camtay.lock").read_text("ascii") or 0)
    except (OSError, ValueError):
        return 0


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
