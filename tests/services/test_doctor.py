"""The doctor names what is wrong in a sentence, shows no secret, and is not fooled by a port somebody else holds."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot import backup, restoring, settings
from bot.cli import doctor
from bot.cli.main import main
from bot.cli.parser import parse
from bot.greeting import pages_told
from bot.operations.rehearsal import rehearse
from bot.publishing.library import publish_first
from bot.scheduler.steady import Steady
from flows.shelf.shelf import read_shelf
from storage.engine import key_value, pg_tools, schema
from storage.engine.database import open_database
from storage.engine.lock import lock_folder
from tests.support.fake_telegram import FakeTelegram
from tests.support.process import running
from tests.support.world import START

ROOT = Path(__file__).parents[2]
CLOSED_PORT = "9"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def look(data: Path, environ: Mapping[str, str] = {}, **flags: str) -> dict[str, str]:
    """What it says about each thing: the words before the colon → mark and the rest."""
    given = {"data.dir": str(data), "web.port": CLOSED_PORT} | {
        name.replace("__", "."): value for name, value in flags.items()
    }
    loaded = settings.load(ROOT / "config.yaml", environ, given)
    findings = await doctor.look_at_settings(loaded, ROOT / "config.yaml", loaded.database_url, START)
    told: dict[str, str] = {}
    for finding in findings:
        about, _, rest = finding.text.partition(": ")
        told.setdefault(about, f"{finding.health} {rest}".strip())
    return told


async def migrated(url: str) -> None:
    database = open_database(url)
    await schema.ensure(database)
    await database.close()


async def test_a_fresh_clone_can_be_used_and_lacks_a_helper(data: Path) -> None:
    told = await look(data)
    assert told["Cơ sở dữ liệu SQLite"] == f"good chưa có, ./camtay run sẽ tạo ở {data / 'camtay.db'}"
    assert told["Chưa có người giúp"].startswith("note điền helper.name và helper.phone")
    assert told["Telegram"].startswith("good chưa dùng")
    assert told["Trang trò chuyện"] == "good http://127.0.0.1:9/ (chưa chạy, cổng còn trống)"
    assert told["Bài học"].startswith("good ") and " bài tốt" in told["Bài học"]
    assert not data.exists()  # looking changes nothing


async def test_the_helper_is_named_when_there_is_one(data: Path) -> None:
    told = await look(data, {"CAMTAY__HELPER__NAME": "Chị Hoa", "CAMTAY__HELPER__PHONE": "0912 345 678"})
    assert told["Người giúp"] == "good Chị Hoa, 0912 345 678"


async def test_the_database_is_told_by_its_version(data: Path) -> None:
    url = f"sqlite:///{data / 'camtay.db'}"
    await migrated(url)
    assert (await look(data))["Cơ sở dữ liệu SQLite"] == f"good không chỗ nào hỏng, phiên bản {schema.SCHEMA}"
    for version, told in (
        ("0101", "bad phiên bản 0101, mới hơn chương trình"),
        ("0099", "note phiên bản 0099, chương trình này cũ hơn"),
        ("0000", "note phiên bản 0000 đã cũ"),
    ):
        with closing(sqlite3.connect(data / "camtay.db")) as db, db:
            db.execute("UPDATE alembic_version SET version_num = ?", (version,))
        assert (await look(data))["Cơ sở dữ liệu SQLite"].startswith(told)
    (data / "camtay.db").write_bytes(b"not a database" * 100)
    assert (await look(data))["Cơ sở dữ liệu SQLite"].startswith("bad không mở được")


async def test_a_lesson_that_was_edited_and_not_published_is_named(data: Path, tmp_path: Path) -> None:
    lessons = Path(shutil.copytree(ROOT / "lessons", tmp_path / "lessons"))
    url = f"sqlite:///{data / 'camtay.db'}"
    await migrated(url)
    database = open_database(url)
    shelf = read_shelf(lessons, settings.load(ROOT / "config.yaml", {}, {}).placeholders)
    await publish_first(database, shelf, datetime(2026, 1, 5, tzinfo=UTC))
    await database.close()
    assert "Bài đã sửa, chưa phát hành" not in await look(data, lessons__dir=str(lessons))
    edited = lessons / "m" / "m0-khoi-dong" / "lesson.yaml"
    edited.write_text(edited.read_text("utf-8") + "# sửa\n", "utf-8")
    told = await look(data, lessons__dir=str(lessons))
    assert told["Bài đã sửa, chưa phát hành"].startswith("note m0-khoi-dong (")


async def test_a_running_tutor_is_noticed_and_not_disturbed(data: Path) -> None:
    with lock_folder(data):
        told = await look(data)
        assert "Cầm Tay đang chạy trên thư mục này" in told
        assert told["Trang trò chuyện"].startswith("good")
    assert "Cầm Tay đang nghỉ" in await look(data)


@pytest.mark.postgres
async def test_postgresql_is_reached_or_not(data: Path, postgres_url: str) -> None:
    assert (await look(data, {"DATABASE_URL": postgres_url}))["Cơ sở dữ liệu PostgreSQL"].startswith("good còn trống")
    await migrated(postgres_url)
    told = await look(data, {"DATABASE_URL": postgres_url})
    assert told["Cơ sở dữ liệu PostgreSQL"] == f"good tốt, phiên bản {schema.SCHEMA}"
    told = await look(data, {"DATABASE_URL": "postgresql://camtay:b1mat@127.0.0.1:9/camtay"})
    assert told["Cơ sở dữ liệu PostgreSQL"].startswith("bad không mở được")
    assert "b1mat" not in str(told)


async def test_a_data_folder_that_cannot_be_written_is_bad(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    told = await look(tmp_path / "data")
    assert told[f"Thư mục dữ liệu {tmp_path / 'data'}"].startswith("bad không ghi được")


async def test_a_broken_lesson_is_named_among_good_ones(data: Path, tmp_path: Path) -> None:
    lessons = Path(shutil.copytree(ROOT / "lessons", tmp_path / "lessons"))
    broken = lessons / "m" / "m0-khoi-dong" / "lesson.yaml"
    broken.write_text(broken.read_text("utf-8").replace("- task: ", "- tsk: ", 1), "utf-8")
    told = await look(data, lessons__dir=str(lessons))
    assert told["Bài có lỗi, không đem dạy"].startswith(f"note {broken} (")
    assert "good" in told["Bài học"]
    told = await look(data, lessons__dir=str(tmp_path / "nowhere"))
    assert told["Bài học"].startswith("bad không đọc được")


async def test_telegram_is_asked_who_it_is(data: Path) -> None:
    async with FakeTelegram() as fake:
        environ = {"TELEGRAM_TOKEN": fake.token, "TELEGRAM_API_BASE": fake.url}
        told = await look(data, environ)
        assert told["Telegram"].startswith("good bot @")
        wrong = await look(data, environ | {"TELEGRAM_TOKEN": "42:" + "x" * 35})
        assert wrong["Telegram"] == "bad token không đúng; hỏi lại @BotFather"
    away = await look(data, environ)
    assert away["Telegram"] == f"bad có token, nhưng chưa gọi được {fake.url}"
    assert fake.token not in str((told, wrong, away))


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, "good http://127.0.0.1:{port}/ (đang chạy)"),
        (503, "bad http://127.0.0.1:{port}/ (đang chạy nhưng báo có trục trặc)"),
        (404, "bad cổng {port} đang do chương trình khác giữ; đổi web.port"),
    ],
)
async def test_who_answers_at_the_port_is_told(data: Path, status: int, told: str) -> None:
    async def health(request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/healthz", health)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        found = await look(data, web__port=str(port))
    finally:
        await runner.cleanup()
    assert found["Trang trò chuyện"] == told.format(port=port)


async def test_somebody_silent_at_the_port_is_not_us(data: Path) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        found = await look(data, web__port=str(port))
    assert found["Trang trò chuyện"].startswith(f"bad cổng {port} đang do chương trình khác giữ")


def test_the_verb_ends_with_1_only_when_something_is_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DATABASE_URL", "TELEGRAM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    arguments = ["doctor", "--data", str(tmp_path / "data"), "--port", CLOSED_PORT]
    assert main(arguments) == 0
    assert "Dùng được. Còn 3 điều nên xem (!)." in capsys.readouterr().out
    monkeypatch.setenv("DATABASE_URL", "postgresql://camtay@127.0.0.1:9/camtay")
    assert main(arguments) == 1
    assert "Có 1 chỗ phải sửa (✘)" in capsys.readouterr().out
    monkeypatch.setenv("CAMTAY__WEB__PROT", "1")
    assert main(arguments) == 1
    assert "✘ Cấu hình: CAMTAY__WEB__PROT" in capsys.readouterr().out


@pytest.mark.parametrize(("files", "told"), [(1024, "nhiều nhất 672, từ một địa chỉ 84"), (4224, "nhiều nhất 3072")])
def test_how_many_pages_fit_is_told_with_what_to_do(files: int, told: str) -> None:
    said = pages_told(files)
    assert told in said and ("ulimit -n 4224" in said) == (files < 4224)


async def test_the_doctor_tells_how_many_pages_fit(data: Path) -> None:
    assert "nhiều nhất" in (await look(data))["Số trang mở cùng lúc"]


async def test_a_page_that_cannot_be_read_is_found_before_somebody_stumbles_over_it(data: Path) -> None:
    """Its first page, with the version in it, is whole: only who reads all of it knows."""
    url = f"sqlite:///{data / 'camtay.db'}"
    await migrated(url)
    with closing(sqlite3.connect(data / "camtay.db")) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        (root,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'area'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with (data / "camtay.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    told = (await look(data))["Cơ sở dữ liệu SQLite"]
    assert told.startswith("bad ") and "hỏng" in told and told.endswith("./camtay restore TỆP")


async def test_it_says_when_a_backup_was_last_proved(data: Path) -> None:
    url = f"sqlite:///{data / 'camtay.db'}"
    assert "Bản sao lưu lấy lại được" not in await look(data), "there is nothing to back up"
    await migrated(url)
    told = await look(data)
    assert told["Chưa có bản sao lưu nào được mở thử"].startswith("note ./camtay backup")
    long_ago = START - timedelta(days=9)
    file, _ = await asyncio.to_thread(backup.make, data, url, None, long_ago)
    backup.prove(file, data, long_ago)
    assert (await look(data))["Bản sao lưu lấy lại được"] == f"note {file.name}, mở thử cách đây 9 ngày"
    backup.prove(file, data, START)
    assert (await look(data))["Bản sao lưu lấy lại được"] == f"good {file.name}, vừa mở thử trong ngày"
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(backup.BackupFailed, match="không lấy lại được"):
        backup.prove(file, data, START)


async def test_a_restore_that_is_half_done_is_named(data: Path) -> None:
    data.mkdir()
    (data / restoring.PLAN).write_text("{}")
    assert (await look(data))["Một lần lấy lại dữ liệu còn dở; ./camtay run sẽ làm nốt"].startswith("bad")


@pytest.mark.postgres
async def test_the_programs_that_a_backup_of_postgresql_needs(
    data: Path, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await look(data, {"DATABASE_URL": postgres_url})
    assert told["Chương trình của PostgreSQL để sao lưu"].startswith("good bản ")
    old = tmp_path / "bin"
    old.mkdir()
    for program in ("pg_dump", "pg_restore", "psql"):
        answers = f'[ "$1" = --version ] && echo "{program} (PostgreSQL) 9.6" || echo 170002'
        (old / program).write_text(f"#!/bin/sh\n{answers}\n")
        (old / program).chmod(0o755)
    monkeypatch.setattr(pg_tools, "INSTALLED", tmp_path / "none")
    monkeypatch.setenv("PATH", str(old), prepend=os.pathsep)
    told = await look(data, {"DATABASE_URL": postgres_url})
    assert told["Chưa sao lưu PostgreSQL được"].endswith("sudo apt install postgresql-client-17")
    monkeypatch.setenv("PATH", str(tmp_path))
    told = await look(data, {"DATABASE_URL": postgres_url})
    assert told["Chưa sao lưu PostgreSQL được"].startswith("bad Máy này chưa có pg_dump. Hãy cài:")


async def test_a_run_at_another_port_is_found_where_it_is(data: Path) -> None:
    async with running(data.parent, {}) as tutor:  # as `run --port`: the settings that doctor reads say 9
        assert (await look(data))["Trang trò chuyện"] == f"good http://127.0.0.1:{tutor.port}/ (đang chạy)"
        assert "Cầm Tay đang chạy trên thư mục này" in await look(data)


def test_every_advice_can_be_followed_to_the_letter(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command that the doctor names is one that the command line takes, with a code for MÃ, a file for TỆP."""
    source = (ROOT / "bot" / "cli" / "doctor.py").read_text("utf-8")
    words = r"(?:--[a-z-]+|[a-z-]+|[A-ZỆÃ]+)(?!\w)"
    given = [command for command in re.findall(rf"\./camtay ({words}(?: {words})*)", source) if command != "doctor"]
    assert len(given) > 8 and any("--area" in each for each in given)
    for command in given:
        try:
            parse([word for word in command.split() if word not in ("hay", "xem", "trong")])
        except SystemExit:
            raise AssertionError(f"./camtay {command}: {capsys.readouterr().err}") from None


async def test_a_clock_that_is_far_from_the_last_known_instant_is_bad(data: Path) -> None:
    url = f"sqlite:///{data / 'camtay.db'}"
    await migrated(url)
    database = open_database(url)
    for since, wrong in ((timedelta(days=3), False), (timedelta(days=400), True), (timedelta(days=-2), True)):
        steady = Steady(database, lambda since=since: START - since, lambda: 0.0)  # type: ignore[misc]
        await database.transact(lambda c: key_value.set_key(c, key_value.CLOCK, "[null, null]"))
        await steady.look()
        assert ("Đồng hồ máy" in await look(data)) == wrong, since
    await database.close()


@pytest.mark.parametrize(
    ("flags", "is_told"),
    [
        ({"web__host": "0.0.0.0"}, True),
        ({"web__host": "0.0.0.0", "web__public_url": "http://192.168.1.5:8080/"}, True),
        ({"web__public_url": "https://camtay.example.vn/"}, False),
        ({}, False),  # whoever sits at this machine is rung
    ],
)
async def test_it_says_where_no_page_can_ring(data: Path, flags: Mapping[str, str], is_told: bool) -> None:
    told = await look(data, {}, **flags)
    assert any("Chuông của trang không rung được qua http" in about for about in told) == is_told
    assert ("Chưa có web.public_url" in told) == ("web__public_url" not in flags)


async def test_who_cannot_be_called_is_counted(data: Path) -> None:
    url = f"sqlite:///{data / 'camtay.db'}"
    data.mkdir()
    await migrated(url)
    assert not any("chưa gọi được" in about for about in await look(data))
    with closing(sqlite3.connect(data / "camtay.db")) as database, database:
        database.executescript(
            "INSERT INTO person (learner_id, name, address, consent, created_at)"
            " VALUES ('p', 'Cúc', 'chị/em', 'agreed', 1);"
            "INSERT INTO identity VALUES ('web', 'c', 'p', 0, 1);"
            "INSERT INTO session (learner_id, channel, chat_id, state, revision, out_no, seen_at)"
            " VALUES ('p', 'web', 'c', '{}', 0, 1, 1);"
            "INSERT INTO role (learner_id, role, area_id, state, by, at)"
            " VALUES ('p', 'officer', 'w26041', 'active', '', 1);"
        )
    assert (await look(data))["Cán bộ, người chỉ chưa gọi được (chưa bật chuông, hay chặn tin)"].startswith("note 1.")


async def test_when_a_restore_was_last_rehearsed_is_told_and_a_month_without_is_a_note(data: Path) -> None:
    url = f"sqlite:///{data / 'camtay.db'}"
    await migrated(url)
    file, _ = backup.make(data, url, None, START)
    about = "Lấy lại thử vào chỗ tạm"
    backup.prove(file, data, START)
    assert (await look(data))["Chưa lấy lại thử bản nào vào chỗ tạm"].startswith("note máy tự làm mỗi tuần")
    rehearse(file, data, url, START)
    assert (await look(data))[about].startswith(f"good {file.name}, trong ngày, đủ ")
    rehearse(file, data, url, START - timedelta(days=35, hours=1))
    assert (await look(data))[about].startswith(f"good {file.name}, cách đây 35 ngày")
    rehearse(file, data, url, START - timedelta(days=36, hours=1))
    assert (await look(data))[about].startswith(f"note {file.name}, cách đây 36 ngày")
