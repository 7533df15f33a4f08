"""The verbs that change data, killed at the beginning or end of any transaction: whole before or whole after, and run
again they end where they would have ended; no half file lies about."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from storage.engine import schema
from storage.engine.database import open_database
from storage.people import invitees
from tests.services.test_offers import SAFETY, WARD, member
from tests.support.builders import book
from tests.support.harness import Tutor, empty_database, everything
from tests.support.process import ROOT

pytestmark = [pytest.mark.crash, pytest.mark.timeout(900)]

LIST = "Họ tên,Xã phường\n" + "".join(f"Nguyễn Thị Số {word},Trấn Biên\n" for word in "An Bé Cúc Dung Lan Mai".split())
HER = "Zoả"


def verb(data: Path, *arguments: str, kill_at: int = 0) -> int:
    """How many points it passed; -1 when it was killed."""
    environ = {"PATH": "/usr/bin:/bin", "PYTHONUTF8": "1", "CAMTAY_DATA": str(data), "USER": "test"}
    command = [sys.executable, "-m", "tests.support.kill_at", str(kill_at), *arguments]
    run = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    if kill_at and run.returncode == -9:
        return -1
    assert run.returncode == 0, run.stdout + run.stderr
    return int(re.search(r"points: (\d+)", run.stdout)[1])  # type: ignore[index]


def state(data: Path) -> str:
    """Everything in the database but what differs from run to run: instants and what is made of them."""

    async def read() -> str:
        database = open_database(f"sqlite:///{data / 'camtay.db'}")
        try:
            return await database.read(everything)
        finally:
            await database.close()

    ids = re.sub(r"'[0-9a-f]{32}'", "'id'", re.sub(r"\b\d{13}\b", "at", asyncio.run(read())))
    return re.sub(r"'(import_id|batch_id)': '[^']*'", "'import'", ids)


def rounds(points: int, long_run: bool) -> list[int]:
    rng = Random(points)
    every = list(range(1, points + 1))
    return every + [rng.choice(every) for _ in range(20 - points)] if long_run else rng.sample(every, min(2, points))


def whole(before: Path, tmp_path: Path, long_run: bool, *arguments: str) -> None:
    after = Path(shutil.copytree(before, tmp_path / "after"))
    points = verb(after, *arguments)
    assert points >= 2, "a transaction begins and ends"
    begun, done = state(before), state(after)
    assert begun != done
    for number, point in enumerate(rounds(points, long_run)):
        data = Path(shutil.copytree(before, tmp_path / f"round-{number}"))
        assert verb(data, *arguments, kill_at=point) == -1, point
        assert state(data) in (begun, done), f"killed at {point} of {points}"
        verb(data, *arguments)
        assert state(data) == done, f"run again after {point} of {points}"
        assert half_files(data) == []
        shutil.rmtree(data)


def half_files(data: Path) -> list[str]:
    return [path.name for path in data.rglob("*") if path.name.startswith(".") or path.suffix == ".partial"]


@pytest.fixture
def before(tmp_path: Path) -> Path:
    folder = tmp_path / "before"
    folder.mkdir()
    return folder


def test_a_migration(before: Path, tmp_path: Path, long_run: bool) -> None:
    """From the version before this one."""
    url = f"sqlite:///{before / 'camtay.db'}"

    async def older() -> None:
        database = open_database(url)
        await database.transact(lambda c: schema.build(c, "0008"))
        await database.close()

    asyncio.run(older())
    after = Path(shutil.copytree(before, tmp_path / "after"))
    points = verb(after, "migrate")
    for number, point in enumerate(rounds(points, long_run)):
        data = Path(shutil.copytree(before, tmp_path / f"round-{number}"))
        assert verb(data, "migrate", kill_at=point) == -1
        assert version(data) in ("0008", schema.SCHEMA)
        verb(data, "migrate")
        assert version(data) == schema.SCHEMA and state(data) == state(after)
        names = sorted(path.name for path in data.iterdir())
        assert names == ["camtay.db", "camtay.db.before-0008", "camtay.lock"]


def version(data: Path) -> str:
    with closing(sqlite3.connect(data / "camtay.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_a_publication(before: Path, tmp_path: Path, long_run: bool) -> None:
    lessons = Path(shutil.copytree(ROOT / "lessons", tmp_path / "lessons"))
    asyncio.run(empty_database(before / "camtay.db"))
    flags = ["--lessons", str(lessons), "--author", "test"]
    verb(before, "publish", *flags)
    lesson = lessons / "m" / "m0-khoi-dong" / "lesson.yaml"
    lesson.write_text(lesson.read_text("utf-8") + "# sửa\n", "utf-8")
    whole(before, tmp_path, long_run, "publish", "m0-khoi-dong", *flags)


def test_an_import(before: Path, tmp_path: Path, long_run: bool) -> None:
    """It goes in slices that nobody sees before the last; what is broken off is thrown away by the next import, or
    by the tutor after a day."""
    asyncio.run(empty_database(before / "camtay.db"))
    (before / "people.key").write_text("a key of the tests alone, long enough\n")
    list_of_names = tmp_path / "list.csv"
    list_of_names.write_text(LIST, "utf-8")
    verb(before, "people", "areas")
    importing = "people", "import", str(list_of_names), "--yes"
    after = Path(shutil.copytree(before, tmp_path / "after"))
    points = verb(after, *importing)
    assert len(seen(after)) == 6
    for number, point in enumerate(rounds(points, long_run)):
        data = Path(shutil.copytree(before, tmp_path / f"round-{number}"))
        assert verb(data, *importing, kill_at=point) == -1, point
        assert seen(data) in (set(), seen(after)), f"killed at {point} of {points}"
        with closing(sqlite3.connect(data / "camtay.db")) as database, database:
            database.execute("UPDATE import_batch SET at = at - 86400000")  # a day later
        if number % 2:
            asyncio.run(swept(data))
            left = state(data)
            assert "Số Bé" not in left or seen(data) == seen(after), "not one name of what was broken off"
        verb(data, *importing)
        assert seen(data) == seen(after) and half_files(data) == []
        shutil.rmtree(data)


def seen(data: Path) -> set[tuple[str, str]]:
    """The list's entries as officers see them: place and name."""

    async def read() -> set[tuple[str, str]]:
        database = open_database(f"sqlite:///{data / 'camtay.db'}")
        try:
            rows = await database.read(lambda c: invitees.of_areas(c, [WARD]))
        finally:
            await database.close()
        return {(row.area_id, row.name) for row in rows}

    return asyncio.run(read())


async def swept(data: Path) -> None:
    """What the running tutor does once an hour."""
    t = Tutor(data, book(SAFETY))
    t.clock.at = datetime.now(UTC)
    await t.begin()
    try:
        await t.ticker.sweep()
    finally:
        await t.database.close()


def test_a_deletion(before: Path, tmp_path: Path, long_run: bool) -> None:
    (before / "people.key").write_text("a key of the tests alone, long enough\n")

    async def she_was_here() -> str:
        await empty_database(before / "camtay.db")
        t = Tutor(before, book(SAFETY))
        await t.begin()
        try:
            await member(t, "her", HER, "learner")
            return next(str(row["learner_id"]) for row in await t.rows("person") if row["name"] == HER)
        finally:
            await t.database.close()

    her = asyncio.run(she_was_here())
    after = Path(shutil.copytree(before, tmp_path / "after"))
    points = verb(after, "people", "delete", her)
    done = state(after)
    assert HER in state(before) and HER not in done
    for number, point in enumerate(rounds(points, long_run)):
        data = Path(shutil.copytree(before, tmp_path / f"round-{number}"))
        assert verb(data, "people", "delete", her, kill_at=point) == -1
        if HER in state(data):
            assert state(data) == state(before), "nothing of it was kept"
            verb(data, "people", "delete", her)
        assert state(data) == done
