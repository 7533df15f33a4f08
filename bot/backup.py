"""One file that holds everything: the database, the signing key, the small files of the data folder.

`make` works while the tutor runs: SQLite's online backup reads one snapshot, pg_dump does the same. `restore` refuses
while it runs, checks every hash before it touches anything, and keeps what was there in `before-restore-…/`.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePath, PurePosixPath
from typing import IO, Any, TypeVar

from bot.errors import CamtayError
from bot.services import gone
from bot.services.forgetting import repeat_deletions, tombstones_of
from bot.services.pseudonyms import KEY_FILE, Pseudonyms
from storage.copies import DATABASE_NAMES, SQLITE, CopyFailed, copy_database, copy_name, put_database, sqlite_path
from storage.database import open_database
from storage.lock import lock_all
from storage.schema import SCHEMA

T = TypeVar("T")

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST_SMALL_FILE = 5_000_000  # bytes; keys and notes of channels are far smaller
LARGEST_MANIFEST = 1_000_000  # bytes

_ODD = re.compile(r"[\\:]")  # what leads elsewhere on another kind of system
_NOT_DATA = re.compile(r".*\.(partial|lock|tar\.gz)|.*-(wal|shm|journal)|.*\.before-.*")
_NOT_DATA_FOLDERS = ("log", "backup", "before-restore-", ".")


class BackupFailed(CamtayError):
    """Chưa sao lưu hoặc chưa lấy lại được; dữ liệu đang có vẫn nguyên."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup: its name in the archive, its size in bytes, its SHA-256 in hex."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; `created_at` is ISO 8601 with zone, `schema` the database's version."""

    format: int
    created_at: str
    schema: str
    entries: tuple[Entry, ...]


def make(data: Path, database_url: str, target: Path | None, now: datetime) -> tuple[Path, Manifest]:
    """Write a backup, readable by its owner only, and name it in one step. Raises BackupFailed.

    Without `target` it goes to `data`/backup/camtay-<time>.tar.gz.
    """
    target = target or data / "backup" / f"camtay-{now:%Y%m%d-%H%M%S}.tar.gz"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            database, schema = copy_database(database_url, Path(folder))
            files = {database.name: database, **_copy_small_files(data, database_url, Path(folder))}
            entries = tuple(_entry(name, path) for name, path in sorted(files.items()))
            manifest = Manifest(FORMAT, now.isoformat(), schema, entries)
            _pack(target, manifest, files)
        gone.keep(target.parent, _known_deleted(database_url, data))
    except (OSError, CopyFailed) as fault:
        raise BackupFailed(f"Chưa sao lưu được vào {target}: {_reason(fault)}.") from fault
    return target, manifest


def restore(file: Path, data: Path, database_url: str, now: datetime) -> tuple[Path, Manifest]:
    """Put a backup in place of what is there; returns where the former data lie. Raises BackupFailed, AlreadyRunning.

    Every file of a backup is replaced in one step of its own, the database last: whoever breaks it off runs it again.
    Whoever had everything deleted since the backup was made is written down first, and deleted from the copy before it
    takes the database's place (PostgreSQL: right after), so that breaking off brings nobody back.
    """
    try:
        held = lock_all(data, sqlite_path(database_url))
        with held, tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as folder:
            manifest = _unpack(file, Path(folder))
            _check_kind(manifest, database_url)
            places = _places(manifest, data, database_url)
            former_key = _key(data)
            deleted = _known_deleted(database_url, data, file.parent, Path(folder) / "files")
            keys = [
                Pseudonyms(key)
                for key in dict.fromkeys((_key(Path(folder) / "files") or former_key, former_key))
                if key
            ]
            if sqlite_path(database_url) is not None:
                _run(_delete_again(f"sqlite:///{Path(folder) / SQLITE}", keys, deleted))
            gone.keep(data, deleted)  # first of all: whoever runs it again may find another database
            aside = data / f"before-restore-{now:%Y%m%d-%H%M%S}"
            aside.mkdir(mode=0o700)
            for name, inside in places.items():
                _replace(Path(folder) / name, inside, data, aside)
            put_database(database_url, Path(folder), aside)
            if sqlite_path(database_url) is None:
                _run(_delete_again(database_url, keys, deleted))
    except (OSError, CopyFailed, tarfile.TarError, zlib.error, EOFError) as fault:
        raise BackupFailed(f"Chưa lấy lại được từ {file}: {_reason(fault)}.") from fault
    return aside, manifest


# --- making ------------------------------------------------------------------------------------------


def _copy_small_files(data: Path, database_url: str, folder: Path) -> dict[str, Path]:
    """What else lies in the data folder and cannot be made again: keys, notes of channels. Copies, by archive name."""
    copies = {}
    for path in sorted(data.rglob("*")):
        inside = path.relative_to(data)
        if path == sqlite_path(database_url) or not _is_data(inside) or not path.is_file() or path.is_symlink():
            continue
        if path.stat().st_size <= LARGEST_SMALL_FILE:
            copy = folder / "files" / inside
            copy.parent.mkdir(parents=True, exist_ok=True)
            copies[f"files/{inside.as_posix()}"] = Path(shutil.copyfile(path, copy))
    return copies


def _is_data(inside: PurePath) -> bool:
    """Whether a file at this place of the data folder is part of a backup."""
    apart = any(part.startswith(_NOT_DATA_FOLDERS) for part in inside.parts[:-1])
    return not apart and not _NOT_DATA.fullmatch(inside.name)


def _entry(name: str, path: Path) -> Entry:
    with path.open("rb") as file:
        return Entry(name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _pack(target: Path, manifest: Manifest, files: dict[str, Path]) -> None:
    """Write the archive aside, then give it its name: a backup that has its name is whole."""
    partial = target.with_name(target.name + ".partial")
    try:
        with open(partial, "wb", opener=_private) as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
                _add(archive, MANIFEST, io.BytesIO(text), len(text))
                for entry in manifest.entries:
                    with files[entry.name].open("rb") as content:
                        _add(archive, entry.name, content, entry.bytes)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    archive.addfile(member, content)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


# --- restoring ---------------------------------------------------------------------------------------


def _unpack(file: Path, folder: Path) -> Manifest:
    """Take out what the manifest names and nothing else, each file checked against its hash."""
    with tarfile.open(file, "r:gz") as archive:
        manifest = _read_manifest(archive)
        wanted = {entry.name: entry for entry in manifest.entries}
        while member := archive.next():
            entry = wanted.pop(member.name, None)
            content = archive.extractfile(member) if entry and member.isfile() else None
            if entry is None or content is None or member.size != entry.bytes:
                raise BackupFailed(f"Tệp sao lưu có phần lạ ({member.name}); chưa làm gì cả.")
            path = folder / entry.name
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "wb", opener=_private) as target:
                shutil.copyfileobj(content, target)
                target.flush()
                os.fsync(target.fileno())
            if _entry(entry.name, path) != entry:
                raise BackupFailed(f"Tệp sao lưu hỏng ở phần {entry.name}; chưa làm gì cả.")
    if wanted:
        raise BackupFailed(f"Tệp sao lưu thiếu phần {', '.join(sorted(wanted))}; chưa làm gì cả.")
    return manifest


def _read_manifest(archive: tarfile.TarFile) -> Manifest:
    member = archive.next()
    content = archive.extractfile(member) if member and member.name == MANIFEST and member.isfile() else None
    if content is None:
        raise BackupFailed("Đây không phải là tệp sao lưu của Cầm Tay.")
    try:
        raw: dict[str, Any] = json.loads(content.read(LARGEST_MANIFEST))
        entries = tuple(Entry(str(e["name"]), int(e["bytes"]), str(e["sha256"])) for e in raw["entries"])
        manifest = Manifest(int(raw["format"]), str(raw["created_at"]), str(raw["schema"]), entries)
    except (ValueError, KeyError, TypeError) as fault:
        raise BackupFailed("Không đọc được phần đầu của tệp sao lưu.") from fault
    if manifest.format > FORMAT or manifest.schema > SCHEMA:
        raise BackupFailed(
            f"Tệp sao lưu này do bản Cầm Tay mới hơn làm ra (dữ liệu {manifest.schema}, chương trình {SCHEMA}): "
            "hãy cập nhật chương trình trước."
        )
    for entry in entries:
        if not _is_ours(entry.name):
            raise _strange(entry.name)
    if len({entry.name for entry in entries}) != len(entries):
        raise BackupFailed("Tệp sao lưu ghi một phần hai lần; chưa làm gì cả.")
    return manifest


def _is_ours(name: str) -> bool:
    """Whether `make` may have given this name: a database's, or files/PLACE written in the one plain way."""
    if name in DATABASE_NAMES:
        return True
    folder, _, inside = name.partition("/")
    parts = inside.split("/")
    plain = not {"", ".", ".."} & set(parts) and name.isprintable() and not _ODD.search(name)
    return folder == "files" and plain and _is_data(PurePosixPath(inside))


def _places(manifest: Manifest, data: Path, database_url: str) -> dict[str, str]:
    """Where each small file goes in the data folder, by its name in the archive; checked before anything is written."""
    small = [entry.name for entry in manifest.entries if entry.name not in DATABASE_NAMES]
    places = {name: name.removeprefix("files/") for name in small}
    places.pop(f"files/{gone.NAME}", None)  # what it knows is added to the folder's own, which may know more
    root, database = data.resolve(), sqlite_path(database_url)
    for name, inside in places.items():
        path = (root / inside).resolve()
        if not path.is_relative_to(root) or path == root or (database and path == database.resolve()):
            raise _strange(name)
    return places


def _strange(name: str) -> BackupFailed:
    return BackupFailed(f"Tệp sao lưu có đường dẫn lạ ({name!a:.80}); chưa làm gì cả.")


def _check_kind(manifest: Manifest, database_url: str) -> None:
    if copy_name(database_url) not in {entry.name for entry in manifest.entries}:
        raise BackupFailed("Tệp sao lưu này thuộc loại cơ sở dữ liệu khác với cấu hình; xem database.url.")


def _known_deleted(database_url: str, *folders: Path) -> gone.Gone:
    """Everybody who was deleted, as far as the database that is there and the files of these folders know."""
    return {**gone.known(folders), **_run(_deleted(database_url))}


async def _deleted(database_url: str) -> dict[str, int]:
    path = sqlite_path(database_url)
    if path is not None and not path.exists():
        return {}
    database = open_database(database_url)
    try:
        return await tombstones_of(database)
    finally:
        await database.close()


async def _delete_again(database_url: str, keys: list[Pseudonyms], deleted: dict[str, int]) -> None:
    database = open_database(database_url)
    try:
        await repeat_deletions(database, keys, deleted)
    finally:
        await database.close()
    if path := sqlite_path(database_url):
        with closing(sqlite3.connect(path)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")  # all of it in the one file that is moved


def _key(data: Path) -> bytes:
    """The key of the folder's pseudonyms; empty where there never was one."""
    return Pseudonyms.key_of(data) if (data / KEY_FILE).exists() else b""


def _run(work: Coroutine[Any, Any, T]) -> T:
    """This room is synchronous, and whoever calls it may stand inside an event loop or not."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _replace(new: Path, name: str, data: Path, aside: Path) -> None:
    """The file is the former or the new one at every moment; the former is kept under `aside`."""
    path, kept = data / name, aside / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, kept)
    os.replace(new, path)


def _reason(fault: Exception) -> str:
    return (isinstance(fault, OSError) and fault.strerror) or str(fault)
