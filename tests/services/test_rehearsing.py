"""A restore that is rehearsed: put back in a place of its own, counted, read; backups that the tutor looks after."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from bot import backup
from bot.backup import BackupFailed
from bot.cli.main import main
from bot.operations.backups import backup_files, newest_backup
from bot.operations.keeper import BackupKeeper, BackupPlace
from bot.operations.policy.keeping import BackupRules
from bot.operations.rehearsal import REHEARSED, SPARE, rehearsal, rehearse
from bot.publishing.library import publish_first
from bot.scheduler.steady import Steady
from storage.engine import schema
from storage.engine.database import Database, open_database
from tests.services.test_backup import rebuilt, with_manifest
from tests.support.builders import shelf
from tests.support.process import until
from tests.support.world import Clock

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


async def lived_in(url: str) -> None:
    """A database with its lessons and a learner."""
    database = open_database(url)
    await schema.ensure(database)
    await publish_first(database, shelf(), NOW)
    values = "('lan', 'Lan', 'chị/em', 'agreed', 0)"
    person = f"INSERT INTO person (learner_id, name, address, consent, created_at) VALUES {values}"
    await database.transact(lambda c: c.exec_driver_sql(person))
    await database.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    asyncio.run(lived_in(url_of(folder)))
    return folder


def url_of(data: Path) -> str:
    return f"sqlite:///{data / 'camtay.db'}"


def made(data: Path, now: datetime = NOW) -> Path:
    return backup.make(data, url_of(data), None, now)[0]


def contents(data: Path) -> set[str]:
    return {path.name for path in data.iterdir()}


def test_all_rows_and_lessons_come_back_and_nothing_stays_behind(data: Path) -> None:
    file = made(data)
    before = contents(data)
    found = rehearse(file, data, url_of(data), NOW + timedelta(hours=1))
    assert found == rehearsal(data)
    assert (found.file, found.counted, found.lessons) == (file.name, True, len(shelf().good))
    assert found.rows > found.lessons and found.tables > 30 and found.at == "2026-11-22T09:00:00+00:00"
    assert contents(data) == before | {REHEARSED}
    assert (data / REHEARSED).stat().st_mode & 0o077 == 0
    names = {entry.name for entry in backup.make(data, url_of(data), None, NOW + timedelta(days=1))[1].entries}
    assert f"files/{REHEARSED}" not in names


def test_a_backup_that_an_older_program_makes_of_a_newer_schema_can_be_put_back(data: Path) -> None:
    with closing(sqlite3.connect(data / "camtay.db")) as db, db:
        db.execute("CREATE TABLE wish (learner_id TEXT, wish TEXT)")
        db.execute("INSERT INTO wish VALUES ('lan', 'cười')")
        db.execute("UPDATE alembic_version SET version_num = '0099'")
    file = made(data)
    assert backup.prove(file, data, NOW).rows["wish"] == 1
    assert rehearse(file, data, url_of(data), NOW).schema == "0099"


def test_a_backup_that_lost_a_row_is_told_and_the_former_proof_stays(data: Path) -> None:
    file = made(data)
    good = rehearse(file, data, url_of(data), NOW)

    def one_more(parts: dict[str, bytes]) -> None:
        rows = json.loads(parts["manifest.json"])["rows"]
        with_manifest(parts, rows={**rows, "person": rows["person"] + 1})

    rebuilt(file, one_more)
    with pytest.raises(BackupFailed, match="Bảng person có 1 dòng, lúc sao lưu đếm được 2"):
        rehearse(file, data, url_of(data), NOW + timedelta(days=1))
    assert rehearsal(data) == good


def test_a_lesson_that_cannot_be_read_is_told(data: Path) -> None:
    with closing(sqlite3.connect(data / "camtay.db")) as db, db:
        db.execute("UPDATE lesson_version SET source = 'lesson: [' WHERE lesson = 'm0-khoi-dong'")
    with pytest.raises(BackupFailed, match="Không đọc lại được bài m0-khoi-dong"):
        rehearse(made(data), data, url_of(data), NOW)
    assert rehearsal(data) is None


def test_a_backup_of_an_older_program_is_rehearsed_without_counts(data: Path) -> None:
    file = made(data)

    def older(parts: dict[str, bytes]) -> None:
        manifest = json.loads(parts["manifest.json"])
        del manifest["rows"]
        parts["manifest.json"] = json.dumps(manifest).encode()

    rebuilt(file, older)
    found = rehearse(file, data, url_of(data), NOW)
    assert not found.counted and found.rows > 0


@pytest.mark.parametrize("rows", [[], "many", {"person": "x"}, {"person": None}])
def test_a_manifest_that_counts_nonsense_is_refused(data: Path, rows: object) -> None:
    file = made(data)
    rebuilt(file, lambda parts: with_manifest(parts, rows=rows))
    with pytest.raises(BackupFailed, match="Không đọc được phần đầu"):
        rehearse(file, data, url_of(data), NOW)


@pytest.mark.postgres
def test_postgresql_lends_a_database_and_has_it_back(tmp_path: Path, postgres_url: str) -> None:
    asyncio.run(lived_in(postgres_url))
    file, manifest = backup.make(tmp_path, postgres_url, None, NOW)
    assert manifest.rows["person"] == 1 and manifest.rows["lesson_version"] == len(shelf().good)
    found = rehearse(file, tmp_path, postgres_url, NOW)
    assert found.counted and found.lessons == len(shelf().good) and found.rows == sum(manifest.rows.values())

    async def databases() -> list[str]:
        connection = await asyncpg.connect(postgres_url)
        try:
            return [row[0] for row in await connection.fetch("SELECT datname FROM pg_database")]
        finally:
            await connection.close()

    assert SPARE not in asyncio.run(databases())


@pytest.mark.postgres
def test_an_account_that_may_make_no_database_is_told_what_it_needs(tmp_path: Path, postgres_url: str) -> None:
    asyncio.run(lived_in(postgres_url))
    file, _ = backup.make(tmp_path, postgres_url, None, NOW)

    async def make(statement: str) -> None:
        connection = await asyncpg.connect(postgres_url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(make("CREATE ROLE camtay_poor LOGIN"))
    try:
        poor = f"{postgres_url}{'&' if '?' in postgres_url else '?'}user=camtay_poor"
        with pytest.raises(BackupFailed, match=r"permission denied to create database.*CREATEDB"):
            rehearse(file, tmp_path, poor, NOW)
    finally:
        asyncio.run(make("DROP ROLE camtay_poor"))
    assert rehearsal(tmp_path) is None


# --- the tutor looks after them ----------------------------------------------------------------------


class Kept:
    """A keeper whose clock the test moves; `said` is what it logged."""

    def __init__(self, data: Path, database: Database, rules: BackupRules, command: list[str] | None = None) -> None:
        self.clock, self.data, self.rules, self.database = Clock(NOW), data, rules, database
        self.counted = 0.0
        place = BackupPlace(data, database.url, ROOT / "config.yaml", ROOT / "lessons")
        steady = Steady(database, self.clock.now, lambda: self.counted)
        more = {"command": command} if command else {}
        self.keeper = BackupKeeper(database, place, rules, self.clock.now, ZONE, steady, **more)  # type: ignore[arg-type]

    async def passes(self, **amount: float) -> None:
        self.clock.passes(**amount)
        self.counted += timedelta(**amount).total_seconds()
        await self.keeper.step()


RULES = BackupRules(at=time(4, 10), rehearse_every=timedelta(days=7))
STAND_IN = """
import json, pathlib, sys
job = json.load(sys.stdin)
data, at = pathlib.Path(job["data"]), job["now"]
(data / "backup").mkdir(exist_ok=True)
files = sorted((data / "backup").iterdir())
if job["do"] == "make":
    (data / "backup" / f"camtay-{at[:19].replace('-', '').replace(':', '').replace('T', '-')}.tar.gz").write_text("x")
else:
    told = {"file": files[-1].name, "at": at, "made_at": at, "schema": "", "tables": 1, "rows": 1, "lessons": 1}
    (data / "rehearsed.json").write_text(json.dumps(told | {"counted": True}))
print("{}")
"""
QUICK = [sys.executable, "-I", "-S", "-c", STAND_IN]
"""Does what the child does as far as a keeper can see it."""


async def test_it_makes_one_and_puts_it_back_in_a_process_of_its_own(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.operations")
    database = open_database(url_of(data))
    await Kept(data, database, RULES).keeper.step()
    (file,) = backup_files(data)
    last, proof = rehearsal(data), backup.proof(data)
    assert last is not None and proof is not None and last.file == proof.file == file.path.name
    assert [record.message for record in caplog.records] == ["backup made", "backup rehearsed"]
    assert [record.file for record in caplog.records] == [file.path.name] * 2  # type: ignore[attr-defined]
    assert not {"at", "level", "room", "event"} & set(vars(caplog.records[1])), "the line has its own"
    names = {entry.name for entry in backup.prove(file.path, data, NOW).entries}
    assert "config.yaml" in names and "database.sqlite3" in names
    await database.close()


async def test_it_makes_one_a_day_where_nobody_else_does_and_rehearses_one_a_week(data: Path) -> None:
    database = open_database(url_of(data))
    kept = Kept(data, database, RULES, QUICK)
    await kept.keeper.step()
    first = rehearsal(data)
    assert len(backup_files(data)) == 1 and first is not None, "there was none at all"
    await kept.passes(hours=5)  # 20:00 of Vietnam
    assert len(backup_files(data)) == 1
    await kept.passes(hours=9)  # 05:00 of the next morning
    assert len(backup_files(data)) == 2 and rehearsal(data) == first
    (data / "backup" / f"camtay-{kept.clock.now() + timedelta(hours=23, minutes=30):%Y%m%d-%H%M%S}.tar.gz").write_text(
        "x"
    )
    await kept.passes(hours=24)
    assert len(backup_files(data)) == 3, "a timer at 04:30 was quicker"
    await kept.passes(days=6)
    last = rehearsal(data)
    assert last is not None and last.file == backup_files(data)[-1].path.name != first.file
    await database.close()


async def test_two_processes_of_one_database_make_one_backup_together(data: Path, tmp_path: Path) -> None:
    one, other = open_database(url_of(data)), open_database(url_of(data))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    first, second = Kept(data, one, RULES, QUICK), Kept(elsewhere, other, RULES, QUICK)
    await asyncio.gather(first.keeper.step(), second.keeper.step())
    for _ in range(3):
        await first.passes(hours=1)
        await second.passes(hours=1)
    assert len([*backup_files(data), *backup_files(elsewhere)]) == 1
    await one.close()
    await other.close()


async def test_what_fails_is_told_and_tried_again_an_hour_later_not_before(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.operations")
    child = [
        sys.executable,
        "-c",
        f"open({str(tmp_path / 'tried')!r}, 'a').write('x'); print('{{\"fault\": \"đĩa đầy\"}}')",
    ]
    database = open_database(url_of(data))
    kept = Kept(data, database, RULES, child)
    await kept.keeper.step()
    await kept.passes(minutes=50)
    assert (tmp_path / "tried").read_text() == "x"
    await kept.passes(minutes=15)
    assert (tmp_path / "tried").read_text() == "xx"
    assert [record.message for record in caplog.records] == ["backup not made"] * 2
    assert caplog.records[0].reason == "đĩa đầy"  # type: ignore[attr-defined]
    await database.close()


async def test_a_stop_in_the_middle_ends_the_process_even_one_that_will_not_hear(data: Path, tmp_path: Path) -> None:
    deaf = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    wrote = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    database = open_database(url_of(data))
    kept = Kept(data, database, RULES, [sys.executable, "-I", "-c", f"{deaf}; {wrote}"])
    working = asyncio.create_task(kept.keeper.step())
    pid = int(await until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(), 60.0))
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await database.close()


async def test_it_makes_none_where_none_is_wanted_and_by_no_clock_that_jumps(data: Path) -> None:
    database = open_database(url_of(data))
    without = Kept(data, database, BackupRules(at=None, rehearse_every=None))
    await without.keeper.step()
    assert backup_files(data) == []
    old = [NOW - timedelta(days=days) for days in (0, 40, 80)]
    for at in old:
        made(data, at)
    kept = Kept(data, database, BackupRules(at=None, rehearse_every=None, longest=timedelta(days=90)))
    await kept.keeper.step()
    kept.clock.passes(days=400)
    await kept.keeper.step()
    assert len(backup_files(data)) == 3, "it jumped"
    await database.close()


async def test_old_backups_go_by_the_rules_and_those_of_another_name_stay(data: Path) -> None:
    (data / "backup").mkdir()
    for days in range(0, 120, 3):
        (data / "backup" / f"camtay-{NOW - timedelta(days=days):%Y%m%d-%H%M%S}.tar.gz").write_text("x")
    for name in ("mine.tar.gz", "camtay-20260199-080000.tar.gz", "camtay-20260105-080000.tar.gz.part"):
        (data / "backup" / name).write_text("x")
    database = open_database(url_of(data))
    kept = Kept(data, database, BackupRules(at=None, rehearse_every=None))
    await kept.keeper.step()
    assert len(backup_files(data)) == 7 + 1 + 2  # days every third, a week of which the newest is older, two months
    assert len(list((data / "backup").iterdir())) == 13
    await database.close()


# --- by hand -----------------------------------------------------------------------------------------


@pytest.fixture
def command(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield ["--config", str(ROOT / "config.yaml"), "--data", str(data)]


def test_by_hand_the_newest_is_rehearsed_or_the_one_that_is_named(
    data: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", "--rehearse", *command]) == 1
    assert "Chưa có bản sao lưu nào" in capsys.readouterr().err
    older, newer = made(data), made(data, NOW + timedelta(days=1))
    assert main(["restore", "--rehearse", *command]) == 0
    said = capsys.readouterr().out
    assert newer.name in said and "đủ như lúc sao lưu" in said and f"{len(shelf().good)} bài" in said
    newest = newest_backup(data)
    assert newest is not None and newest.path == newer
    assert main(["restore", "--rehearse", str(older), *command]) == 0
    last = rehearsal(data)
    assert last is not None and last.file == older.name
    with pytest.raises(SystemExit):
        main(["restore", *command])
    assert "còn thiếu: TỆP" in capsys.readouterr().err
