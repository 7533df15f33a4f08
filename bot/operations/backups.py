"""The backups in the data folder: which there are, which one was made when, which go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.backup import FOLDER

_NAME = re.compile(r"camtay-(\d{8}-\d{6})\.tar\.gz")


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One backup as `bot.backup.make` names it; `made_at` stands in its name, so that a copied file keeps it."""

    path: Path
    made_at: datetime
    bytes: int


def backup_files(data: Path) -> list[BackupFile]:
    """The backups of the data folder, the oldest first; files of another name are their owner's."""
    return sorted(_found(data / FOLDER), key=lambda each: each.made_at)


def newest_backup(data: Path) -> BackupFile | None:
    """The newest of them; None where there is none."""
    return next(reversed(backup_files(data)), None)


def _found(folder: Path) -> Iterator[BackupFile]:
    for path in folder.glob("camtay-*.tar.gz"):
        named = _NAME.fullmatch(path.name)
        try:
            if named and path.is_file():
                made_at = datetime.strptime(named[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
                yield BackupFile(path, made_at, path.stat().st_size)
        except (ValueError, OSError):  # the 32nd of a month, or removed meanwhile
            continue
