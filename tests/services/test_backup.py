"""A backup taken while somebody writes, and what a restore refuses; nothing is touched before all is checked."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from bot import backup, restoring
from bot.backup import BackupFailed
from storage.engine import schema
from storage.engine.database import open_database
from storage.engine.errors import AlreadyRunning

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]

# A tutor reduced to what matters here: it holds the folder's lock and commits the same number to two tables for ever.
WRITER = """
import sqlite3, sys
from pathlib import Path
from storage.engine.lock import lock_folder
data = Path(sys.argv[1])
lock = lock_folder(data)
db = sqlite3.connect(data / "camtay.db", isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("CREATE TABLE IF NOT EXISTS one (n)")
db.execute("CREATE TABLE IF NOT EXISTS two (n)")
n = 0
while True:
    n += 1
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO one VALUES (?)", (n,))
    db.execute("INSERT INTO two VALUES (?)", (n,))
    db.execute("COMMIT")
    if n == 50:
        print("writing", flush=True)
"""


def migrated(url: str) -> None:
    async def run() -> None:
        database = open_database(url)
        await schema.ensure(database)
        await database.close()

    asyncio.run(run())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder as a tutor leaves it: database, signing key, a channel's note, logs."""
    folder = tmp_path / "data"
    folder.mkdir()
    migrated(url_of(folder))
    (folder / "web.key").write_text("khóa ký")
    (folder / "telegram").mkdir()
    (folder / "telegram" / "note.json").write_text("{}")
    (folder / "log").mkdir()
    (folder / "log" / "camtay.jsonl").write_text("{}")
    return folder


def url_of(data: Path) -> str:
    return f"sqlite:///{data / 'camtay.db'}"


def make(data: Path, target: Path | None = None, now: datetime = NOW) -> Path:
    return backup.make(data, url_of(data), target, now)[0]


def restore(file: Path, data: Path, now: datetime = NOW) -> Path:
    return restoring.restore(file, data, url_of(data), now)[0]


@contextmanager
def somebody_writing(data: Path) -> Iterator[subprocess.Popen[str]]:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, data], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        yield writer
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()  # type: ignore[union-attr]


def rows(data: Path) -> tuple[list[int], list[int]]:
    with closing(sqlite3.connect(data / "camtay.db")) as db:
        one, two = ([n for (n,) in db.execute(f"SELECT n FROM {table} ORDER BY n")] for table in ("one", "two"))
        return one, two


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "camtay.lock"
    }


def test_a_backup_while_somebody_writes_is_one_moment_of_it(data: Path) -> None:
    with somebody_writing(data) as writer:
        file = make(data)
        with pytest.raises(AlreadyRunning):
            restore(file, data)
        time.sleep(0.2)  # it goes on writing after the backup
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    (data / "web.key").write_text("khóa khác")

    aside = restore(file, data)

    one, two = rows(data)
    assert one == two == list(range(1, len(one) + 1))
    assert len(one) >= 50
    assert (data / "web.key").read_text() == "khóa ký"
    assert (aside / "web.key").read_text() == "khóa khác"
    assert len(rows(aside)[0]) > len(one)  # what was written later is kept, also what lay in the WAL
    assert not list(data.glob("camtay.db-*"))


def test_only_its_owner_may_read_it_and_nothing_half_made_stays(data: Path) -> None:
    file = make(data)
    assert file == data / "backup" / "camtay-20261122-080000.tar.gz"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    with tarfile.open(file) as archive:
        names = archive.getnames()
        manifest = json.load(archive.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert names == ["manifest.json", "database.sqlite3", "files/telegram/note.json", "files/web.key"]
    assert manifest["schema"] == schema.SCHEMA
    assert manifest["created_at"] == "2026-11-22T08:00:00+00:00"


def test_a_backup_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match=r"chưa có cơ sở dữ liệu .* chạy \./camtay run trước"):
        make(tmp_path / "data", tmp_path / "x.tar.gz")
    assert not (tmp_path / "x.tar.gz").exists()


def test_a_place_that_cannot_be_written_says_so(data: Path) -> None:
    with pytest.raises(BackupFailed, match="Chưa sao lưu được vào"):
        make(data, data / "web.key" / "x.tar.gz")


def test_a_restore_into_an_empty_folder_brings_all_back(data: Path, tmp_path: Path) -> None:
    file = make(data, tmp_path / "all.tar.gz")
    moved = tmp_path / "new" / "data"
    restore(file, moved)
    assert (moved / "web.key").read_text() == "khóa ký"
    migrated(url_of(moved))
    assert contents(moved).keys() == {"camtay.db", "web.key", "telegram/note.json"}


def test_a_broken_database_can_be_replaced(data: Path, tmp_path: Path) -> None:
    file = make(data, tmp_path / "all.tar.gz")
    (data / "camtay.db").write_bytes(b"not a database" * 100)
    aside = restore(file, data)
    migrated(url_of(data))
    assert (aside / "camtay.db").read_bytes().startswith(b"not a database")


def rebuilt(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write the archive again with other content, manifest first."""
    with tarfile.open(file) as archive:
        parts = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]
    change(parts)
    with tarfile.open(file, "w:gz") as archive:
        for name, content in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def with_manifest(parts: dict[str, bytes], **fields: object) -> None:
    parts["manifest.json"] = json.dumps(json.loads(parts["manifest.json"]) | fields).encode()


def climbing_out(parts: dict[str, bytes]) -> None:
    entry = {"name": "files/../../escaped", "bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    with_manifest(parts, entries=[*json.loads(parts["manifest.json"])["entries"], entry])
    parts["files/../../escaped"] = b"x"


def adding(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        entry = {"name": name, "bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
        with_manifest(parts, entries=[*json.loads(parts["manifest.json"])["entries"], entry])
        parts[name] = b"x"

    return change


@pytest.mark.parametrize(
    "name",
    [
        "files/{outside}/escaped", "files/./note", "files/a//b", "files/", "files/a/", "/files/a", "other/a", "note",
        "files/a\\b", "files/c:a", "files/a\x00b", "files/a\nb", "files/camtay.db", "files/camtay.db-wal",
        "files/camtay.lock", "files/log/a", "files/backup/a", "files/.hidden/a", "files/elsewhere/a",
    ],
)  # fmt: skip
def test_what_no_backup_of_ours_names_is_written_nowhere(data: Path, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (data / "elsewhere").symlink_to(outside, target_is_directory=True)
    file = make(data, tmp_path / "all.tar.gz")
    rebuilt(file, adding(name.format(outside=outside)))
    before = contents(data)
    with pytest.raises(BackupFailed, match="đường dẫn lạ"):
        restore(file, data)
    assert contents(data) == before and list(outside.iterdir()) == []


def test_a_part_that_is_named_twice_is_refused(data: Path, tmp_path: Path) -> None:
    file = make(data, tmp_path / "all.tar.gz")
    rebuilt(file, adding("files/web.key"))
    before = contents(data)
    with pytest.raises(BackupFailed, match="hai lần"):
        restore(file, data)
    assert contents(data) == before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda parts: parts.update({"files/web.key": parts["files/web.key"][::-1]}), "hỏng ở phần files/web.key"),
        (lambda parts: parts.pop("files/web.key"), "thiếu phần files/web.key"),
        (lambda parts: parts.update({"files/extra": b"?"}), r"phần lạ \(files/extra\)"),
        (climbing_out, r"đường dẫn lạ \('files/\.\./\.\./escaped'\)"),
        (lambda parts: with_manifest(parts, schema="9999"), "bản Cầm Tay mới hơn"),
        (lambda parts: with_manifest(parts, format=99), "bản Cầm Tay mới hơn"),
        (lambda parts: parts.update({"manifest.json": b"[]"}), "Không đọc được phần đầu"),
        (lambda parts: parts.pop("manifest.json"), "không phải là tệp sao lưu của Cầm Tay"),
    ],
)
def test_a_backup_that_is_not_what_it_says_is_refused_whole(
    data: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], sentence: str
) -> None:
    file = make(data, tmp_path / "all.tar.gz")
    rebuilt(file, change)
    before = contents(data)
    with pytest.raises(BackupFailed, match=sentence):
        restore(file, data)
    assert contents(data) == before
    assert not (tmp_path / "escaped").exists()


@pytest.mark.parametrize("keep", [0, 10, 400])
def test_a_file_cut_short_or_foreign_is_refused(data: Path, tmp_path: Path, keep: int) -> None:
    file = make(data, tmp_path / "all.tar.gz")
    file.write_bytes(file.read_bytes()[:keep])
    before = contents(data)
    with pytest.raises(BackupFailed, match="Chưa lấy lại được từ"):
        restore(file, data)
    assert contents(data) == before


def test_a_file_that_is_not_there_is_named(data: Path) -> None:
    with pytest.raises(BackupFailed, match=r"Chưa lấy lại được từ no\.tar\.gz: không có tệp này"):
        restore(Path("no.tar.gz"), data)


def test_a_backup_of_postgresql_does_not_go_into_sqlite(data: Path, tmp_path: Path) -> None:
    file = make(data, tmp_path / "all.tar.gz")

    def renamed(parts: dict[str, bytes]) -> None:
        entries = json.loads(parts["manifest.json"])["entries"]
        with_manifest(parts, entries=[{**e, "name": e["name"].replace("sqlite3", "pgdump")} for e in entries])
        parts["database.pgdump"] = parts.pop("database.sqlite3")

    rebuilt(file, renamed)
    before = contents(data)
    with pytest.raises(BackupFailed, match="của PostgreSQL, không đưa vào SQLite được"):
        restore(file, data)
    assert contents(data) == before


@pytest.mark.postgres
def test_postgresql_goes_the_same_way(tmp_path: Path, postgres_url: str) -> None:
    async def execute(*statements: str) -> None:
        connection = await asyncpg.connect(postgres_url)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    async def names() -> list[str]:
        connection = await asyncpg.connect(postgres_url)
        try:
            return [row["name"] for row in await connection.fetch("SELECT name FROM people ORDER BY name")]
        finally:
            await connection.close()

    migrated(postgres_url)
    asyncio.run(execute("CREATE TABLE people (name text)", "INSERT INTO people VALUES ('Lan')"))
    data = tmp_path / "data"
    data.mkdir()
    (data / "web.key").write_text("khóa ký")
    file, manifest = backup.make(data, postgres_url, None, NOW)
    asyncio.run(execute("INSERT INTO people VALUES ('Mai')"))

    aside, _ = restoring.restore(file, data, postgres_url, NOW)

    assert asyncio.run(names()) == ["Lan"]
    assert manifest.schema == schema.SCHEMA
    assert manifest.entries[0].name == "database.pgdump"
    assert (aside / "database.pgdump").stat().st_size > 0

    async def while_connected() -> None:
        connection = await asyncpg.connect(postgres_url)
        try:
            await asyncio.to_thread(restoring.restore, file, data, postgres_url, NOW + timedelta(minutes=1))
        finally:
            await connection.close()

    with pytest.raises(BackupFailed, match="có chương trình khác đang dùng"):
        asyncio.run(while_connected())
