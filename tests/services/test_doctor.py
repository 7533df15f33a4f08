"""The doctor names what is wrong in a sentence, shows no secret, and is not fooled by a port somebody else holds."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot import doctor, settings
from bot.cli import main
from bot.greeting import pages_told
from bot.services.library import publish_first
from flows.shelf.shelf import read_shelf
from storage import schema
from storage.database import open_database
from storage.lock import lock_folder
from tests.support.fake_telegram import FakeTelegram
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
    assert told["Bài học"].startswith("good 9 bài tốt")
    assert not data.exists()  # looking changes nothing


async def test_the_helper_is_named_when_there_is_one(data: Path) -> None:
    told = await look(data, {"CAMTAY__HELPER__NAME": "Chị Hoa", "CAMTAY__HELPER__PHONE": "0912 345 678"})
    assert told["Người giúp"] == "good Chị Hoa, 0912 345 678"


async def test_the_database_is_told_by_its_version(data: Path) -> None:
    url = f"sqlite:///{data / 'camtay.db'}"
    await migrated(url)
    assert (await look(data))["Cơ sở dữ liệu SQLite"] == f"good tốt, phiên bản {schema.SCHEMA}"
    for version, told in (("9999", "bad phiên bản 9999, mới hơn chương trình"), ("0000", "note phiên bản 0000 đã cũ")):
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
        assert told["Trang trò chuyện"] == "note đang chạy, nhưng không ở cổng 9; xem lại --port lúc chạy"
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
    assert "Dùng được. Còn 2 điều nên xem (!)." in capsys.readouterr().out
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
