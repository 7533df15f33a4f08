"""The preview of lessons behind a running server."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.conversation.understanding import Overheard
from bot.publishing.preview import Previews
from bot.web.access import LocalKey
from bot.web.preview.arrival import preview_routes
from bot.web.preview.routes import PreviewSite
from bot.web.server import create_app, start
from flows import Book
from flows.shelf.shelf import plain_book, read_shelf
from tests.support.builders import LESSONS, facts

KEY = LocalKey("k" * 32)
WITH_KEY = {"Cookie": f"{LocalKey.COOKIE}={KEY.text}"}
XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
HOSTILE = (
    XSS, "", "\x00\x07", "x" * 3_000, "99999999999999999999", "-1", "٣", "tap:", "wait:٣", "wait:9999999999",
    "wait:due", "send:\u202e", "0001-01-01T00:00", "2026-13-45T99:99", "{chị}", "a=1;__class__=2;b={ten}", "😀\u0301",
    "%", "\ud800",
)  # fmt: skip


@dataclass
class House:
    """A server with a lessons folder of its own; `book` is what is live."""

    root: Path
    url: str = ""
    book: Book = field(init=False)

    def publish(self) -> None:
        self.book = plain_book(read_shelf(self.root, facts()), facts())

    def write(self, steps: str, *, lesson: str = "thu", title: str = "Bài thử") -> Path:
        path = self.root / "m" / lesson / "lesson.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"lesson: {lesson}\ntitle: '{title.replace(chr(39), chr(39) * 2)}'\ntrack: m\norder: 90\n"
        path.write_text(f"{head}steps:\n{steps}", "utf-8")
        return path

    async def get(self, path: str, status: int = 200, **headers: str) -> str:
        async with (
            aiohttp.ClientSession(headers=WITH_KEY | headers) as session,
            session.get(self.url + path) as response,
        ):
            text = await response.text()
            assert response.status == status, text[:500]
            return text


STEPS = """
  - say: a
    text: "Chào {chị} {ten}!"
  - quiz: b
    text: "Ai xin mã thì sao?"
    out_of_tries: d
    options:
      - {id: khong, text: "Không đọc", right: true, say: "Đúng rồi."}
      - {id: doc, text: "Đọc luôn", say: "Nguy hiểm."}
  - branch: c
    cases:
      - {when: "score >= 1", go: d}
    else: a
  - end: d
    text: "Xong."
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the lessons folder of every test lies: what is the same in the next test need not be read again."""
    return tmp_path_factory.mktemp("preview") / "lessons"


@pytest.fixture
async def house(root: Path) -> AsyncIterator[House]:
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(LESSONS, root)
    house = House(root)
    house.write(STEPS)
    house.publish()

    async def well() -> tuple[bool, dict[str, object]]:
        return True, {}

    site = PreviewSite(
        Previews(root, facts(), lambda: house.book),
        "Cầm Tay",
        lambda: Overheard(house.book, datetime.now(UTC)),
        KEY.opens,
    )
    routes = preview_routes(lambda: site)
    runner = await start(create_app(None, well, routes, key=KEY), "127.0.0.1", 0)
    house.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield house
    await runner.cleanup()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)).split())
