"""The whole process: a saved lesson is live, and `./camtay publish` from another process reaches it."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.services.test_library import LESSON, folder, put
from tests.services.test_publishing import NO_QUIZ
from tests.support.process import ROOT, TutorProcess, running, until
from tests.support.web_learner import WebLearner

__all__ = ["folder"]  # the fixture

pytestmark = pytest.mark.timeout(120)


@asynccontextmanager
async def serving(tmp_path: Path, folder: Path, *flags: str) -> AsyncIterator[TutorProcess]:
    environ = {"CAMTAY__LESSONS__DIR": str(folder)}
    command = ("-m", "bot", "run", "--config", str(ROOT / "config.yaml"), *flags)
    async with running(tmp_path / "tutor", environ, command=command) as tutor:
        yield tutor


async def camtay(tutor: TutorProcess, *arguments: str) -> tuple[int, str]:
    """A verb in a process of its own, beside the tutor."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        "--config",
        str(ROOT / "config.yaml"),
        cwd=ROOT,
        env=tutor._environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    return child.returncode or 0, said.decode()


async def meet(lan: WebLearner) -> None:
    await lan.post(text="xin chào")
    await lan.post(token="c:yes")
    await lan.post(text="Lan")
    await lan.post(token="a:0")


async def last(lan: WebLearner) -> str:
    return str((await lan.log())[-1]["text"])


async def tap(lan: WebLearner, label: str) -> str:
    shown = next(entry for entry in reversed(await lan.log()) if entry["buttons"])
    await lan.post(token={each["label"]: each["token"] for each in shown["buttons"]}[label])
    return await last(lan)


async def test_a_saved_file_is_live(tmp_path: Path, folder: Path):
    async with serving(tmp_path, folder) as tutor, WebLearner(tutor) as lan:
        assert "Lưu bài nào là dùng được ngay" in tutor.output
        await meet(lan)
        await lan.post(token="m:mot")
        assert "bản A" in await last(lan)
        put(folder, "mot", LESSON.replace("Hết bản A", "Hết bản B"))
        await until(lambda: "Đã nhận bài mot, bản 2" in tutor.output)
        await tap(lan, "Tiếp")
        assert "Hết bản B" in await tap(lan, "Không đọc")
        put(folder, "mot", LESSON.replace("next: xong", "next: khong_co"))
        await until(lambda: "E101" in tutor.output)
        await lan.post(token="m:mot")
        assert "bản A" in await last(lan)


async def test_publishing_beside_a_running_tutor(tmp_path: Path, folder: Path):
    async with serving(tmp_path, folder, "--no-watch") as tutor, WebLearner(tutor) as lan:
        await meet(lan)
        await lan.post(token="m:mot")
        await tap(lan, "Tiếp")
        put(folder, "mot", NO_QUIZ.replace("Ai xin mã", "KHẨN: ai xin mã"))
        await asyncio.sleep(1)
        with closing(sqlite3.connect(tutor.data / "camtay.db")) as database:
            assert database.execute("SELECT count(*) FROM publication").fetchone() == (2,), "a draft"
        code, said = await camtay(tutor, "publish", "--urgent")
        assert code == 1 and "1 cần quyết định (bước “hoi” đã bỏ)" in said
        code, said = await camtay(tutor, "publish", "--urgent", "--decide", "hoi=hoi_moi")
        assert code == 0, said
        await lan.post(text="nghe lại")
        await until(lambda: _live(lan), within_s=30)
        code, said = await camtay(tutor, "history", "mot")
        assert code == 0 and "* bản 2" in said and "1 người đang học" in said
        code, said = await camtay(tutor, "backup")
        assert code == 0, said


async def _live(lan: WebLearner) -> bool:
    """She is in the new version, whether she was fetched (by day) or has said something (by night)."""
    await lan.post(text="nghe lại")
    return "KHẨN" in await last(lan)
