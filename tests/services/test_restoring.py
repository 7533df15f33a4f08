"""A restore is whole or has not been, also on two file systems, and what was broken off leaves no copy of anybody."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot import backup, restoring
from bot.backup import BackupFailed
from storage.engine import schema
from storage.engine.database import open_database
from storage.engine.files import BACKUP, remove, scratch, sweep
from tests.services.test_backup import NOW, ROOT, adding, contents, migrated, rebuilt
from tests.support.environment import leave_out
from tests.support.harness import everything
from tests.support.process import running

OLD, NEW = "khóa cũ" * 8, "khóa mới" * 8
SHORTLY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than tmp_path."""
    here, places = tmp_path.stat().st_dev, map(Path, ("/dev/shm", "/var/tmp"))
    mounted = next((place for place in places if place.is_dir() and place.stat().st_dev != here), None)
    with TemporaryDirectory(dir=mounted or leave_out("không có hệ thống tệp thứ hai"), prefix="camtay-test-") as folder:
        yield Path(folder)


def write(url: str, name: str) -> None:
    async def run() -> None:
        database = open_database(url)
        values = f"('id-{name}', '{name}', 'chị/em', 'agreed', 0)"
        statement = f"INSERT INTO person (learner_id, name, address, consent, created_at) VALUES {values}"
        await database.transact(lambda c: c.exec_driver_sql(statement))
        await database.close()

    asyncio.run(run())


def names(url: str) -> list[str]:
    async def run() -> list[str]:
        database = open_database(url)
        try:
            return await database.read(
                lambda c: [name for (name,) in c.exec_driver_sql("SELECT name FROM person ORDER BY name")]
            )
        finally:
            await database.close()

    return asyncio.run(run())


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, str, Path]:
    """A data folder on which time went on after its backup: folder, address, backup."""
    data = tmp_path / "data"
    data.mkdir()
    url = f"sqlite:///{data / 'camtay.db'}"
    return data, url, went_on(data, url, tmp_path)


def went_on(data: Path, url: str, folder: Path) -> Path:
    migrated(url)
    write(url, "Lan")
    (data / "web.key").write_text(OLD)
    file, _ = backup.make(data, url, folder / "backups" / "b.tar.gz", NOW)
    write(url, "Mai")
    (data / "web.key").write_text(NEW)
    return file


def test_the_database_may_lie_on_another_file_system(tmp_path: Path, elsewhere: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    url = f"sqlite:///{elsewhere / 'camtay.db'}"
    file = went_on(data, url, tmp_path)
    aside, _ = restoring.restore(file, data, url, NOW)
    assert names(url) == ["Lan"] and (data / "web.key").read_text() == OLD
    assert names(f"sqlite:///{aside / 'camtay.db'}") == ["Lan", "Mai"] and (aside / "web.key").read_text() == NEW
    assert sorted(each.name for each in elsewhere.iterdir()) == ["camtay.db", "camtay.lock"]


def test_what_cannot_be_put_in_place_changes_nothing(kept: tuple[Path, str, Path]) -> None:
    data, url, file = kept
    (data / "web.key").unlink()
    (data / "web.key" / "in the way").mkdir(parents=True)
    before = contents(data)
    with pytest.raises(BackupFailed, match=r"web\.key là thư mục"):
        restoring.restore(file, data, url, NOW)
    assert contents(data) | {"deleted.json": ""} == before | {"deleted.json": ""}
    assert names(url) == ["Lan", "Mai"] and not list(data.glob("before-restore-*"))


# --- what was broken off ---------------------------------------------------------------------------------

BREAKS = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from bot import backup, restoring
what, point, file, data, url = sys.argv[1:]
def at(passed):
    if passed == point:
        print("here", flush=True)
        os.kill(os.getpid(), signal.SIGKILL) if what != "waits" else signal.pause()
now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
if what == "backup":
    backup.make(Path(data), url, Path(file), now, at)
else:
    restoring.restore(Path(file), Path(data), url, now, at)
"""


def broken_off(what: str, point: str, file: Path, data: Path, url: str) -> None:
    command = [sys.executable, "-c", BREAKS, what, point, str(file), str(data), url]
    assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == -signal.SIGKILL, point


BEFORE = ["unpacked", "planned", "files laid", "database laid"]
AFTER = ["ready", "database put", "file put"]


def rounds(long_run: bool) -> range:
    return range(20 if long_run else 2)


@pytest.mark.crash
@pytest.mark.parametrize("point", [*BEFORE, *AFTER])
def test_a_restore_that_is_killed_is_whole_before_or_whole_after(
    kept: tuple[Path, str, Path], point: str, long_run: bool
) -> None:
    data, url, file = kept
    for _ in rounds(long_run):
        broken_off("restore", point, file, data, url)
        restoring.finish(data, url)
        restoring.sweep_copies(data, url)
        as_backed_up = names(url), (data / "web.key").read_text()
        if point in BEFORE:
            assert as_backed_up == (["Lan", "Mai"], NEW)
            assert left_overs(data) == []
            continue
        assert as_backed_up == (["Lan"], OLD)
        aside = data / "before-restore-20261122-090000"
        assert left_overs(data) == [aside.name]
        assert names(f"sqlite:///{aside / 'camtay.db'}") == ["Lan", "Mai"] and (aside / "web.key").read_text() == NEW
        write(url, "Mai")
        (data / "web.key").write_text(NEW)
        remove(aside)


KEPT = ("camtay.db", "camtay.lock", "web.key", "backup", "proved.json")


def left_overs(data: Path) -> list[str]:
    return sorted(each.name for each in data.iterdir() if each.name not in KEPT)


@pytest.mark.crash
@pytest.mark.parametrize("point", ["copied", "packed", "named"])
def test_a_backup_that_is_killed_is_there_or_not_and_leaves_no_copy(
    kept: tuple[Path, str, Path], point: str, long_run: bool
) -> None:
    data, url, _ = kept
    for number in rounds(long_run):
        file = data / "backup" / f"camtay-20261122-0900{number:02}.tar.gz"
        broken_off("backup", point, file, data, url)
        assert (point == "named") == file.exists()
        restoring.sweep_copies(data, url)
        assert [path for path in (data / "backup").iterdir() if path.name.startswith(".")] == []
        if file.exists():
            assert backup.prove(file, data, NOW).entries
    assert names(url) == ["Lan", "Mai"]


@pytest.mark.crash
@pytest.mark.postgres
@pytest.mark.parametrize("point", ["database laid", "ready", "loaded", "database put"])
def test_a_restore_into_postgresql_that_is_killed_is_whole_before_or_whole_after(
    tmp_path: Path, postgres_url: str, point: str, long_run: bool
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    file = went_on(data, postgres_url, tmp_path)
    for _ in rounds(long_run):
        broken_off("restore", point, file, data, postgres_url)
        restoring.finish(data, postgres_url)
        restoring.sweep_copies(data, postgres_url)
        is_before = point == "database laid"
        found = names(postgres_url), (data / "web.key").read_text()
        assert found == ((["Lan", "Mai"], NEW) if is_before else (["Lan"], OLD))
        assert not [each for each in data.iterdir() if each.name.startswith(".") or each.name == restoring.PLAN]
        if not is_before:
            write(postgres_url, "Mai")
            (data / "web.key").write_text(NEW)
            remove(data / "before-restore-20261122-090000")


def test_what_an_older_version_left_is_swept_and_what_is_under_way_stays(tmp_path: Path) -> None:
    for left in (".backup-a1b2", ".restore-c3d4"):
        (tmp_path / left / "files").mkdir(parents=True)
        (tmp_path / left / "files" / "people.key").write_text("key")
    (tmp_path / "camtay-20261121-010000.tar.gz.partial").write_text("half")
    (tmp_path / ".backup").mkdir()
    (tmp_path / "mine.tar.gz.partial").write_text("nobody knows whose")
    with scratch(tmp_path, BACKUP) as running:
        (running / "copy").write_text("copy")
        assert sweep([tmp_path]) == 0, "a scratch folder sweeps when it is made"
        assert sorted(each.name for each in tmp_path.iterdir()) == [".backup", running.name, "mine.tar.gz.partial"]
        assert (running / "copy").exists()
    assert not running.exists()


async def test_the_tutor_does_what_is_left_and_sweeps_when_it_starts(kept: tuple[Path, str, Path]) -> None:
    data, url, file = kept
    await asyncio.to_thread(broken_off, "restore", "ready", file, data, url)
    await asyncio.to_thread(broken_off, "backup", "packed", data / "backup" / "b.tar.gz", data, url)
    left = [*data.glob(".restore-*"), *(data / "backup").glob(".backup-*")]
    assert left or (data / restoring.PLAN).exists()
    night = {"CAMTAY__TIME__QUIET_FROM": "00:00", "CAMTAY__TIME__QUIET_TO": "23:59"}  # the caretaker rests
    async with running(data.parent, night):
        assert not any(path.exists() for path in (*left, data / restoring.PLAN))
        assert await asyncio.to_thread(names, url) == ["Lan"]


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_asked_to_stop_it_takes_its_copies_along(kept: tuple[Path, str, Path], what: str) -> None:
    """SIGTERM in the midst of it, with the real program; the door hands over to the same process."""
    data, url, file = kept
    with closing(sqlite3.connect(data / "camtay.db")) as database:  # so much that it takes a second or more
        database.execute("CREATE TABLE ballast (content)")
        database.executemany("INSERT INTO ballast VALUES (?)", [(os.urandom(1_000_000),) for _ in range(40)])
        database.commit()
    target = data / "backup" / "camtay-20261122-100000.tar.gz"
    if what == "restore":
        file, _ = backup.make(data, url, data.parent / "backups" / "big.tar.gz", NOW)
    arguments = ["backup", target] if what == "backup" else ["restore", file]
    folder, prefix = (target.parent, ".backup-") if what == "backup" else (data, ".restore-")
    command = [sys.executable, "-m", "bot", *map(str, arguments), "--data", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as program:
        _until(lambda: bool(list(folder.glob(f"{prefix}*/*"))))
        assert list(folder.glob(f"{prefix}*/*"))
        program.send_signal(signal.SIGTERM)
        assert program.wait(30) == 128 + signal.SIGTERM, program.communicate()
    assert [each.name for each in folder.iterdir() if each.name.startswith(".")] == []
    assert not (data / restoring.PLAN).exists() and names(url) == ["Lan", "Mai"]


def _until(there: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if there():
            return
        time.sleep(0.01)


# --- from SQLite to PostgreSQL ----------------------------------------------------------------------------


@pytest.mark.postgres
def test_a_backup_of_sqlite_goes_into_postgresql(kept: tuple[Path, str, Path], postgres_url: str) -> None:
    data, url, file = kept

    async def run() -> tuple[str, str, int]:
        former, database = open_database(url), open_database(postgres_url)
        try:
            await schema.ensure(database)
            said = await database.read(everything)
            values = "('x', 'web', 'agreed', '', 0)"
            another = f"INSERT INTO consent (learner_id, channel, answer, wording, at) VALUES {values}"
            await database.transact(lambda c: c.exec_driver_sql(another))
            number = await database.read(lambda c: c.exec_driver_sql("SELECT max(consent_id) FROM consent").scalar())
            return await former.read(everything), said, int(number or 0)
        finally:
            await former.close()
            await database.close()

    restoring.restore(file, data, url, NOW)
    with closing(sqlite3.connect(data / "camtay.db")) as database, database:
        consent = "INSERT INTO consent VALUES (41, 'id-Lan', 'web', 'agreed', 'lời', 5)"
        database.execute(consent)
        database.execute("INSERT INTO lesson_file VALUES ('a.png', x'00ff275c', 5)")
    file, _ = backup.make(data, url, file.with_name("d.tar.gz"), NOW)
    restoring.restore(file, data, postgres_url, SHORTLY)
    before, after, number = asyncio.run(run())
    assert "Lan" in after and "a.png" in after and after == before and number == 42


# --- what a site has of its own ---------------------------------------------------------------------------


def test_settings_and_media_come_back_where_they_are_missing(kept: tuple[Path, str, Path], tmp_path: Path) -> None:
    data, url, _ = kept
    config, lessons = tmp_path / "config.yaml", tmp_path / "lessons"
    media = lessons / "m" / "m9" / "media"
    media.mkdir(parents=True)
    config.write_text("helper: {name: Hoa}")
    (media / "bien-lai.png").write_bytes(b"picture")
    (media / "chao.ogg").write_bytes(b"voice")
    (media.parent / "lesson.yaml").write_text("a script: it lies in the database, once published")
    site = backup.site_files(config, lessons)
    file, manifest = backup.make(data, url, tmp_path / "backups" / "s.tar.gz", NOW, site=site)
    named = {entry.name for entry in manifest.entries}
    assert {"config.yaml", "lessons/m/m9/media/bien-lai.png", "lessons/m/m9/media/chao.ogg"} < named
    assert not any(name.endswith("lesson.yaml") for name in named)
    restoring.restore(file, data, url, NOW)
    assert restoring.put_site(file, data, config, lessons) == []
    config.write_text("helper: {name: Lan}")
    (media / "chao.ogg").write_bytes(b"another voice")
    (media / "bien-lai.png").unlink()
    told = restoring.put_site(file, data, config, lessons)
    assert sorted(told) == sorted([
        f"Cấu hình trong bản sao lưu khác tệp đang dùng; xem {tmp_path / 'config.backup.yaml'}.",
        f"Đã đặt lại {media / 'bien-lai.png'}.",
        f"{media / 'chao.ogg'} đang có tệp khác; để nguyên.",
    ])  # fmt: skip
    assert config.read_text() == "helper: {name: Lan}" and (media / "chao.ogg").read_bytes() == b"another voice"
    assert (tmp_path / "config.backup.yaml").read_text() == "helper: {name: Hoa}"
    assert (media / "bien-lai.png").read_bytes() == b"picture"
    assert [path.name for path in data.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "name",
    ["lessons/../media/x", "lessons/m/x.png", "lessons/media", "lessons/.git/media/x", "config.yaml/x", "lessons"],
)
def test_media_that_no_backup_of_ours_names_are_written_nowhere(kept: tuple[Path, str, Path], name: str) -> None:
    data, url, file = kept
    rebuilt(file, adding(name))
    with pytest.raises(BackupFailed, match="đường dẫn lạ"):
        restoring.restore(file, data, url, NOW)
    with pytest.raises(BackupFailed, match="đường dẫn lạ"):
        restoring.put_site(file, data, data.parent / "config.yaml", data.parent / "lessons")
    assert not (data.parent / "lessons").exists() and not (data.parent / "config.yaml").exists()
