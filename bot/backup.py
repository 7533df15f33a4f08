"""One file that holds everything: the database, the signing key, the small files of the data folder.

`make` works while the tutor runs: SQLite's online backup reads one snapshot, pg_dump does the same. `unpack` takes
nothing out of the archive that `make` would not have put there, each file checked against its hash.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePath, PurePosixPath
from typing import IO, Any, TypeVar

from bot.errors import CamtayError, in_words
from bot.people import gone
from bot.people.erasure import tombstones_of
from flows.saying import say
from storage.copies import DATABASE_NAMES, CopyFailed, check, copy_database, rows_in
from storage.engine.address import sqlite_path
from storage.engine.database import open_database
from storage.engine.files import BACKUP, private, put_whole, scratch, sync_folder
from storage.engine.schema import SCHEMA

T = TypeVar("T")

FORMAT = 2  # 1 had neither the settings nor the lessons' pictures and recordings
MANIFEST, PROOF, CONFIG = "manifest.json", "proved.json", "config.yaml"
FOLDER = "backup"  # within the data folder
LARGEST_SMALL_FILE = 5_000_000  # bytes; keys and notes of channels are far smaller
LARGEST_MEDIUM = 100_000_000  # bytes; a recording of an hour
LARGEST_MANIFEST = 1_000_000  # bytes

FAULTS = (OSError, CopyFailed, tarfile.TarError, zlib.error, EOFError)
"""What a disk, a database or a damaged archive raises; told by `reason`."""

_ODD = re.compile(r"[\\:]")  # what leads elsewhere on another kind of system
_NOT_DATA = re.compile(
    r".*\.(partial|lock|tar\.gz|restored)|(restoring|proved|rehearsed)\.json|.*-(wal|shm|journal)|.*\.before-.*"
)
_NOT_DATA_FOLDERS = ("log", FOLDER, "before-restore-", ".")


class BackupFailed(CamtayError):
    """Chưa sao lưu hoặc chưa lấy lại được; dữ liệu đang có vẫn nguyên."""


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """One file of a backup: its name in the archive, its size in bytes, its SHA-256 in hex."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; `created_at` is ISO 8601 with zone, `schema` the database's version, `rows` how
    many each table has (nothing of an older backup)."""

    format: int
    created_at: str
    schema: str
    entries: tuple[ArchiveEntry, ...]
    rows: Mapping[str, int] = field(default_factory=dict)


def make(
    data: Path,
    database_url: str,
    target: Path | None,
    now: datetime,
    failpoint: Callable[[str], None] = lambda _: None,
    site: Mapping[str, Path] = {},
) -> tuple[Path, Manifest]:
    """Write a backup, readable by its owner only, and name it in one step: what has its name is whole.

    `site` are files from outside the data folder, by the name they get (see `site_files`).
    Without `target` it goes to `data`/backup/camtay-<time>.tar.gz. `failpoint` hears each point that a test may
    want to break it off at. Raises BackupFailed.
    """
    target = target or data / FOLDER / f"camtay-{now:%Y%m%d-%H%M%S}.tar.gz"
    try:
        with scratch(target.parent, BACKUP) as folder:
            database, schema = copy_database(database_url, folder)
            failpoint("copied")
            files = {database.name: database, **_copy_small_files(data, database_url, folder)}
            files |= _copy_site(site, folder)
            entries = tuple(_entry(name, path) for name, path in sorted(files.items()))
            manifest = Manifest(FORMAT, now.isoformat(), schema, entries, rows_in(database, database.name))
            _pack(folder / "packed", manifest, files)
            failpoint("packed")
            os.replace(folder / "packed", target)
            sync_folder(target.parent)
        failpoint("named")
        gone.keep(target.parent, known_deleted(database_url, data))
    except (OSError, CopyFailed) as fault:
        raise BackupFailed(
            say("Chưa sao lưu được vào {target}: {reason}.", target=target, reason=reason(fault))
        ) from fault
    return target, manifest


@dataclass(frozen=True, slots=True)
class BackupProof:
    """Which backup was last unpacked and read to its end, database and all, and when (ISO 8601 with zone)."""

    file: str
    at: str


def prove(file: Path, data: Path, now: datetime) -> Manifest:
    """Unpack a backup, read all of it, the database too, and write down that it could be restored; no copy stays.

    Raises BackupFailed for one that could not be.
    """
    try:
        with scratch(data, BACKUP) as folder:
            manifest = unpack(file, folder)
            for entry in manifest.entries:
                if entry.name in DATABASE_NAMES:
                    check(folder / entry.name, entry.name)
        put_whole(data / PROOF, json.dumps(asdict(BackupProof(file.name, now.isoformat()))).encode())
        return manifest
    except FAULTS as fault:
        raise BackupFailed(
            say("Tệp sao lưu {file} không lấy lại được: {reason}.", file=file, reason=reason(fault))
        ) from fault


def proof(data: Path) -> BackupProof | None:
    """The last backup that was proved and written down; None without one."""
    try:
        return BackupProof(**json.loads((data / PROOF).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


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


def site_files(config: Path, lessons: Path) -> dict[str, Path]:
    """What a site has of its own outside the data folder: its settings, its lessons' pictures and recordings."""
    media = [path for path in sorted(lessons.glob("**/media/**/*")) if path.is_file() and not path.is_symlink()]
    return {CONFIG: config, **{f"lessons/{path.relative_to(lessons).as_posix()}": path for path in media}}


def _copy_site(site: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    copies = {}
    for name, path in site.items():
        if path.is_file() and path.stat().st_size <= LARGEST_MEDIUM and _is_ours(name):
            copies[name] = folder / "site" / name
            copies[name].parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copies[name])
    return copies


def _is_data(inside: PurePath) -> bool:
    """Whether a file at this place of the data folder is part of a backup."""
    apart = any(part.startswith(_NOT_DATA_FOLDERS) for part in inside.parts[:-1])
    return not apart and not _NOT_DATA.fullmatch(inside.name)


def _entry(name: str, path: Path) -> ArchiveEntry:
    with path.open("rb") as file:
        return ArchiveEntry(name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _pack(target: Path, manifest: Manifest, files: dict[str, Path]) -> None:
    with open(target, "wb", opener=private) as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
            _add(archive, MANIFEST, io.BytesIO(text), len(text))
            for entry in manifest.entries:
                with files[entry.name].open("rb") as content:
                    _add(archive, entry.name, content, entry.bytes)
        file.flush()
        os.fsync(file.fileno())


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    archive.addfile(member, content)


# --- reading ---------------------------------------------------------------------------------------


def unpack(file: Path, folder: Path) -> Manifest:
    """Take out what the manifest names and nothing else, each file checked against its hash."""
    with tarfile.open(file, "r:gz") as archive:
        manifest = _read_manifest(archive)
        wanted = {entry.name: entry for entry in manifest.entries}
        while member := archive.next():
            entry = wanted.pop(member.name, None)
            content = archive.extractfile(member) if entry and member.isfile() else None
            if entry is None or content is None or member.size != entry.bytes:
                raise BackupFailed(say("Tệp sao lưu có phần lạ ({name}); chưa làm gì cả.", name=member.name))
            path = folder / entry.name
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "wb", opener=private) as target:
                shutil.copyfileobj(content, target)
                target.flush()
                os.fsync(target.fileno())
            if _entry(entry.name, path) != entry:
                raise BackupFailed(say("Tệp sao lưu hỏng ở phần {name}; chưa làm gì cả.", name=entry.name))
    if wanted:
        raise BackupFailed(say("Tệp sao lưu thiếu phần {names}; chưa làm gì cả.", names=", ".join(sorted(wanted))))
    return manifest


def _read_manifest(archive: tarfile.TarFile) -> Manifest:
    member = archive.next()
    content = archive.extractfile(member) if member and member.name == MANIFEST and member.isfile() else None
    if content is None:
        raise BackupFailed(say("Đây không phải là tệp sao lưu của Cầm Tay."))
    try:
        raw: dict[str, Any] = json.loads(content.read(LARGEST_MANIFEST))
        entries = tuple(ArchiveEntry(str(e["name"]), int(e["bytes"]), str(e["sha256"])) for e in raw["entries"])
        rows = {str(table): int(count) for table, count in raw.get("rows", {}).items()}
        manifest = Manifest(int(raw["format"]), str(raw["created_at"]), str(raw["schema"]), entries, rows)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise BackupFailed(say("Không đọc được phần đầu của tệp sao lưu.")) from fault
    if manifest.format > FORMAT or manifest.schema > SCHEMA:
        raise BackupFailed(
            say(
                "Tệp sao lưu này do bản Cầm Tay mới hơn làm ra (dữ liệu {has}, chương trình {known}): "
                "hãy cập nhật chương trình trước.",
                has=manifest.schema,
                known=SCHEMA,
            )
        )
    for entry in entries:
        if not _is_ours(entry.name):
            raise strange(entry.name)
    if len({entry.name for entry in entries}) != len(entries):
        raise BackupFailed(say("Tệp sao lưu ghi một phần hai lần; chưa làm gì cả."))
    return manifest


def _is_ours(name: str) -> bool:
    """Whether `make` may have given this name: a database's, the settings', or files/PLACE or lessons/…/media/PLACE
    written in the one plain way."""
    if name in (*DATABASE_NAMES, CONFIG):
        return True
    folder, _, inside = name.partition("/")
    parts = inside.split("/")
    plain = not {"", ".", ".."} & set(parts) and name.isprintable() and not _ODD.search(name)
    if folder == "lessons":
        return plain and "media" in parts[:-1] and not any(part.startswith(".") for part in parts)
    return folder == "files" and plain and _is_data(PurePosixPath(inside))


def strange(name: str) -> BackupFailed:
    """The refusal of a backup that names a file outside the folders it belongs to."""
    return BackupFailed(say("Tệp sao lưu có đường dẫn lạ ({name}); chưa làm gì cả.", name=f"{name!a:.80}"))


def known_deleted(database_url: str, *folders: Path) -> gone.Tombstones:
    """Everybody who was deleted, as far as the database that is there and the files of these folders know."""
    return {**gone.known(folders), **run(_deleted(database_url))}


async def _deleted(database_url: str) -> dict[str, int]:
    path = sqlite_path(database_url)
    if path is not None and not path.exists():
        return {}
    database = open_database(database_url)
    try:
        return await tombstones_of(database)
    finally:
        await database.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end for this synchronous room, whose caller may or may not be inside an event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def reason(fault: Exception) -> str:
    """What the system or the database says, for the end of a sentence."""
    if isinstance(fault, tarfile.TarError | zlib.error | EOFError | gzip.BadGzipFile):
        return say("tệp bị hỏng, bị cắt ngắn, hoặc không phải tệp sao lưu")
    return in_words(fault)
