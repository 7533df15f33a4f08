"""A restore that is only rehearsed: the backup is put back in a place of its own, lived in for a moment, thrown away.

`bot.backup.prove` reads a backup to its end; here it becomes a database again, of this program's version, whose rows
are those that were counted when it was made and whose lessons can be read. Nothing that is there is touched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bot import backup
from bot.backup import FAULTS, BackupFailed, Manifest
from flows.reading.loader import load_lesson
from flows.saying import say
from storage import copies
from storage.copies import POSTGRESQL, SQLITE
from storage.engine import schema
from storage.engine.database import Database, open_database
from storage.engine.errors import StorageError
from storage.engine.files import RESTORE, put_whole, scratch
from storage.publications import publications

REHEARSED = "rehearsed.json"
SPARE = "camtay_rehearsal"  # the database that PostgreSQL makes room for it in


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Which backup was last put back to see whether it can be, and when (`at`, `made_at`: ISO 8601 with zone); `rows`
    of `tables` tables were those of the manifest, `lessons` could be read; `counted` False: the backup is of an older
    program, which counted no rows."""

    file: str
    made_at: str
    at: str
    schema: str
    tables: int
    rows: int
    lessons: int
    counted: bool


def rehearse(file: Path, data: Path, database_url: str, now: datetime) -> Rehearsal:
    """Put a backup back in a temporary place, look at it and write down that it could be. `database_url` leads to the
    server that lends a database to a backup of PostgreSQL.

    Raises BackupFailed, and nothing is written down.
    """
    try:
        with scratch(data, RESTORE) as folder, ExitStack() as lent:
            manifest = backup.unpack(file, folder)
            url = _put_back(manifest, folder, database_url, lent)
            rows, lessons = backup.run(_lived_in(url, manifest))
    except (*FAULTS, StorageError) as fault:
        raise BackupFailed(
            say("Lấy lại thử {file} không được: {reason}.", file=file, reason=backup.reason(fault))
        ) from fault
    counts = len(rows), sum(rows.values()), lessons, bool(manifest.rows)
    found = Rehearsal(file.name, manifest.created_at, now.isoformat(), manifest.schema, *counts)
    put_whole(data / REHEARSED, json.dumps(asdict(found)).encode())
    return found


def rehearsal(data: Path) -> Rehearsal | None:
    """The last one that went well; None without one."""
    try:
        return Rehearsal(**json.loads((data / REHEARSED).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _put_back(manifest: Manifest, folder: Path, database_url: str, lent: ExitStack) -> str:
    """Where the backup's database can be opened now."""
    names = {entry.name for entry in manifest.entries}
    if SQLITE in names:
        copies.check(folder / SQLITE, SQLITE)
        return f"sqlite:///{folder / SQLITE}"
    if POSTGRESQL not in names:
        raise BackupFailed(say("Tệp sao lưu này không có cơ sở dữ liệu; chưa làm gì cả."))
    if database_url.startswith("sqlite"):
        raise BackupFailed(say("Tệp sao lưu này của PostgreSQL, không đưa vào SQLite được; xem database.url."))
    url = lent.enter_context(copies.spare_database(database_url, SPARE))
    backup.run(copies.put_postgresql(url, folder / POSTGRESQL, POSTGRESQL))
    return url


async def _lived_in(url: str, manifest: Manifest) -> tuple[Mapping[str, int], int]:
    """Rows by table, and how many lessons can be read, once this program has brought it up to date."""
    database = open_database(url)
    try:
        rows = await database.read_long(lambda c: copies.count_rows(c, manifest.rows))
        for table, counted in manifest.rows.items():
            if rows[table] != counted:
                raise BackupFailed(
                    say(
                        "Bảng {table} có {found} dòng, lúc sao lưu đếm được {counted}.",
                        table=table,
                        found=rows[table],
                        counted=counted,
                    )
                )
        await schema.migrate(database)
        return rows, await _readable(database)
    finally:
        await database.close()


async def _readable(database: Database) -> int:
    current = await database.read(publications.current)
    keys = {(lesson, row.version) for lesson, row in current.items()}
    stored = await database.read(lambda c: publications.versions(c, keys))
    for row in stored:
        lesson, _ = load_lesson(row.source.encode(), f"{row.lesson}@{row.version}", ())
        if lesson is None:
            raise BackupFailed(
                say("Không đọc lại được bài {lesson} (bản {number}).", lesson=row.lesson, number=row.version)
            )
    return len(stored)
