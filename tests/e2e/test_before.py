"""What an older version has left, a backup or a data folder, goes on under this one: places, buttons, offers."""

from __future__ import annotations

import json
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest

from bot import restoring
from bot.conversation.packing import unpack
from storage.conversations import outbox
from storage.engine import schema
from storage.engine.database import open_database
from tests.support.process import TutorProcess, running, until
from tests.support.short_lesson import LAST, write_lessons
from tests.support.web_learner import WebLearner

BEFORE = Path(__file__).parents[1] / "support" / "before"
BACKUP = BEFORE / "0c423a8.tar.gz"
KNOWN: dict[str, dict[str, Any]] = json.loads((BEFORE / "0c423a8.json").read_text("utf-8"))
MADE_AT = datetime(2026, 11, 29, 10, 43, tzinfo=UTC)  # a moment after the backup: nothing has run out yet


class Returning(WebLearner):
    """Somebody whose page was open under the older version: `who` names her in the file beside the backup."""

    def __init__(self, tutor: TutorProcess, who: str) -> None:
        super().__init__(tutor)
        self.known = KNOWN[who]

    async def __aenter__(self) -> Self:
        jar = aiohttp.CookieJar(unsafe=True)
        self._session = aiohttp.ClientSession(cookie_jar=jar, cookies=self.known["cookies"])
        return self

    @property
    def buttons(self) -> dict[str, str]:
        """The buttons that she saw last: label → token, as they lie on her phone."""
        return {each["label"]: each["token"] for each in self.known["last"]["buttons"]}

    async def last(self) -> str:
        return str((await self.log())[-1]["text"])

    async def answers(self, **message: str) -> str:
        """Send it; everything that comes back, her own words left out."""
        seen = (await self.log())[-1]["no"]
        await self.post(**message)
        entries = await until(lambda: self._after(seen))
        return "\n".join(str(each["text"]) for each in entries)

    async def _after(self, seen: int) -> list[dict[str, Any]]:
        return [each for each in await self.log(seen) if each["who"] != "you"]


def restored(data: Path, url: str) -> None:
    restoring.restore(BACKUP, data, url, MADE_AT)


def unpacked(data: Path, _: str) -> None:
    """The data folder itself, as that version leaves it when it is stopped."""
    data.mkdir(parents=True, exist_ok=True)
    with tarfile.open(BACKUP) as archive:
        for name, to in (
            ("database.sqlite3", "camtay.db"),
            ("files/people.key", "people.key"),
            ("files/web.key", "web.key"),
        ):
            file = archive.extractfile(name)
            assert file is not None
            (data / to).write_bytes(file.read())
            (data / to).chmod(0o600)


@asynccontextmanager
async def going_on(folder: Path) -> AsyncIterator[TutorProcess]:
    """The tutor on the data in `folder`, its clock a moment after the backup."""
    ahead = folder / "ahead"
    ahead.write_text(str((MADE_AT - datetime.now(UTC)) / timedelta(seconds=1)), "ascii")
    lessons = write_lessons(folder / "lessons")
    environ = {"CAMTAY__LESSONS__DIR": str(lessons), "TEST_CLOCK_FILE": str(ahead)}
    async with running(folder / "tutor", environ) as tutor:
        yield tutor


@pytest.mark.parametrize("come", [restored, unpacked])
async def test_everybody_goes_on_where_she_was(tmp_path: Path, come: Any) -> None:
    data = tmp_path / "tutor" / "data"
    data.mkdir(parents=True)
    come(data, f"sqlite:///{data / 'camtay.db'}")
    async with going_on(tmp_path) as tutor:
        for who, known in KNOWN.items():
            async with Returning(tutor, who) as learner:
                assert await learner.last() == known["last"]["text"], "nobody is told anything twice"
        async with Returning(tutor, "new") as new:
            assert "gọi" in (await new.answers(token=new.buttons["Đồng ý"])).lower()
        async with Returning(tutor, "asked") as asked:
            assert "học" in await asked.answers(token=asked.buttons["Không"])
        for who, words in (("half", ["4"]), ("quiz", ["4"])):
            async with Returning(tutor, who) as learner:
                for each in words:
                    assert "Bước bốn" in await learner.answers(text=each)
                assert "Bước năm" in await learner.answers(text="Giữ kín")
                assert LAST in await learner.answers(text="xong rồi")
        async with Returning(tutor, "task") as task:
            assert LAST in await task.answers(token=task.buttons["Xong rồi"])
        async with Returning(tutor, "done") as done:
            assert "Bài thử" in await done.answers(token=done.buttons["Bài thử (1/1)"])
        async with Returning(tutor, "paired") as paired:
            assert "một chị" in await paired.answers(token=paired.buttons["Nhắn tin"])
        async with Returning(tutor, "instructor") as instructor, Returning(tutor, "waiting") as waiting:
            assert "cảm ơn" in await instructor.answers(token=instructor.buttons["Nhận giúp"])
            await until(lambda: _says(waiting, "Có người chỉ"))


async def _says(learner: Returning, words: str) -> bool:
    return words in await learner.last()


async def test_what_waits_to_be_sent_is_read(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    url = f"sqlite:///{data / 'camtay.db'}"
    restored(data, url)
    database = open_database(url)
    try:
        await schema.migrate(database)
        (row,) = await database.read(lambda c: outbox.unsent(c, "telegram:1", 10))
    finally:
        await database.close()
    said = unpack(row)
    assert (said.chat_id, said.text) == ("5", "Tin còn chờ gửi")
    assert [(each.token, each.label) for each in said.buttons] == [("g:menu", "Danh sách bài")]
