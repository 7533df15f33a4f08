"""What `./camtay run` says when it cannot start: one sentence a person understands, exit code 2, nothing harmed."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.process import TutorProcess, free_port, running, until
from tests.support.short_lesson import LESSON_ID, write_lessons
from tests.support.web_learner import WebLearner

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120)]

RUN = ("-m", "bot", "run")


async def refusal(tutor: TutorProcess) -> str:
    """What a tutor that must not start says; it ends by itself, with 2, and without a traceback."""
    before = len(tutor.output)
    await tutor.launch()
    try:
        code = await tutor.ended()
    finally:
        await tutor.kill()
    said = tutor.output[before:]
    assert code == 2, (code, said)
    sentences = [line for line in said.splitlines() if " warning bot." not in line]
    assert len(sentences) == 1, said
    return sentences[0]


def tutor_in(folder: Path, *flags: str, **environ: str) -> TutorProcess:
    return TutorProcess(folder / "tutor", environ, command=(*RUN, *flags))


async def made_database(folder: Path) -> Path:
    """A database as the tutor leaves it."""
    async with running(folder / "tutor", {}, command=RUN) as tutor:
        await tutor.stop()
        return tutor.data / "camtay.db"


# --- settings ----------------------------------------------------------------------------------------


async def test_a_token_that_is_none(tmp_path: Path) -> None:
    said = await refusal(tutor_in(tmp_path, TELEGRAM_TOKEN="mật khẩu của tôi"))
    assert "TELEGRAM_TOKEN" in said
    assert "BotFather" in said
    assert "mật khẩu của tôi" not in said


async def test_webhook_without_an_address(tmp_path: Path) -> None:
    said = await refusal(tutor_in(tmp_path, TELEGRAM_TOKEN="42:abcdef", CAMTAY__TELEGRAM__MODE="webhook"))
    assert "webhook_url" in said


async def test_a_misspelt_key_in_the_config(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text('web:\n  prot: "8080"\n', "utf-8")
    said = await refusal(tutor_in(tmp_path, "--config", str(config)))
    assert f"{config}:2:" in said
    assert "port" in said


async def test_a_config_that_is_no_yaml(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("web: [\n", "utf-8")
    assert f"{config}:" in await refusal(tutor_in(tmp_path, "--config", str(config)))


async def test_no_config(tmp_path: Path) -> None:
    assert "config" in await refusal(tutor_in(tmp_path, "--config", str(tmp_path / "config.yaml")))


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        tutor = tutor_in(tmp_path)
        tutor.port = taken.getsockname()[1]
        said = await refusal(tutor)
    assert str(tutor.port) in said
    assert "--port" in said


# --- the database ------------------------------------------------------------------------------------


async def test_a_data_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "tep").write_text("", "ascii")
    assert str(tmp_path / "tep") in await refusal(tutor_in(tmp_path, CAMTAY_DATA=str(tmp_path / "tep" / "data")))


async def test_a_data_folder_that_is_not_writable(tmp_path: Path) -> None:
    folder = Path("/proc/camtay")  # not even root may write there
    if os.geteuid() != 0:
        folder = tmp_path / "kin"
        folder.mkdir(mode=0o500)
    assert str(folder) in await refusal(tutor_in(tmp_path, CAMTAY_DATA=str(folder)))


@pytest.mark.parametrize("content", [b"khong phai co so du lieu " * 400, b"SQLite format 3\0" + b"\xff" * 8176])
async def test_a_database_file_that_is_corrupt(tmp_path: Path, content: bytes) -> None:
    tutor = tutor_in(tmp_path)
    tutor.data.mkdir(parents=True)
    (tutor.data / "camtay.db").write_bytes(content)
    said = await refusal(tutor)
    assert "bị hỏng" in said
    assert "./camtay restore" in said
    assert (tutor.data / "camtay.db").read_bytes() == content


async def test_a_newer_schema(tmp_path: Path) -> None:
    path = await made_database(tmp_path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    assert "mới hơn" in await refusal(tutor_in(tmp_path))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


async def test_a_database_that_another_program_holds(tmp_path: Path) -> None:
    path = await made_database(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE held (x)")
        assert "chương trình khác" in await refusal(tutor_in(tmp_path))
        other.execute("ROLLBACK")
    async with running(tmp_path / "tutor", {}, command=RUN):
        pass


async def test_postgresql_that_is_away(tmp_path: Path) -> None:
    url = f"postgresql://camtay:bi-mat@127.0.0.1:{free_port()}/camtay"
    said = await refusal(tutor_in(tmp_path, DATABASE_URL=url))
    assert "cơ sở dữ liệu" in said
    assert "bi-mat" not in said


async def test_a_postgresql_database_that_does_not_exist(tmp_path: Path, postgres_url: str) -> None:
    said = await refusal(tutor_in(tmp_path, DATABASE_URL=postgres_url.replace("camtay_test", "khong_co")))
    assert "DATABASE_URL" in said


# --- lessons -----------------------------------------------------------------------------------------


async def test_no_lessons_folder(tmp_path: Path) -> None:
    assert str(tmp_path / "bai") in await refusal(tutor_in(tmp_path, "--lessons", str(tmp_path / "bai")))


async def test_no_sentences(tmp_path: Path) -> None:
    lessons = write_lessons(tmp_path / "bai")
    (lessons / "phrases.yaml").unlink()
    assert str(lessons / "phrases.yaml") in await refusal(tutor_in(tmp_path, "--lessons", str(lessons)))


async def test_sentences_that_are_no_yaml(tmp_path: Path) -> None:
    lessons = write_lessons(tmp_path / "bai")
    (lessons / "phrases.yaml").write_text('right: "Đúng\n', "utf-8")
    assert "phrases.yaml" in await refusal(tutor_in(tmp_path, "--lessons", str(lessons)))


async def test_no_words(tmp_path: Path) -> None:
    lessons = write_lessons(tmp_path / "bai")
    (lessons / "words.yaml").unlink()
    assert "words.yaml" in await refusal(tutor_in(tmp_path, "--lessons", str(lessons)))


async def test_a_broken_lesson_is_named_and_the_good_ones_are_served(tmp_path: Path) -> None:
    lessons = write_lessons(tmp_path / "bai")
    broken = lessons / "t" / "hong" / "lesson.yaml"
    shutil.copytree(lessons / "t" / LESSON_ID, broken.parent)
    broken.write_text(broken.read_text("utf-8").replace("thu-ngan", "hong").replace("wait_tap", "wait_tab"), "utf-8")
    async with running(tmp_path / "tutor", {}, command=(*RUN, "--lessons", str(lessons))) as tutor:
        await until(lambda: f"http://127.0.0.1:{tutor.port}/" in tutor.output)
        assert "t/hong/lesson.yaml:" in tutor.output
        assert "wait_tap" in tutor.output
        health = (await tutor.health())[1]
        assert (health["lessons"], health["broken"]) == (1, 1)
        async with WebLearner(tutor) as learner:
            await learner.take_lesson()


async def test_without_any_good_lesson_it_still_answers(tmp_path: Path) -> None:
    lessons = write_lessons(tmp_path / "bai")
    (lessons / "t" / LESSON_ID / "lesson.yaml").write_bytes(b"\xff\xfe hong")
    async with running(tmp_path / "tutor", {}, command=(*RUN, "--lessons", str(lessons))) as tutor:
        await until(lambda: "lesson.yaml" in tutor.output)
        async with WebLearner(tutor) as learner:
            assert await learner.log()
