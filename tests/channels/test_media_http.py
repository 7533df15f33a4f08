"""Files of lessons over HTTP: what a provider and a browser may have of them, and that nothing else is had."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from multidict import CIMultiDict
from yarl import URL

from bot.media.store import MediaStore
from bot.web.media import media_routes
from bot.web.server import create_app, start
from tests.support import media


class Shelf:
    """A server with one picture; `get` asks for a path as it stands."""

    def __init__(self, url: str, file: str, session: aiohttp.ClientSession) -> None:
        self.url, self.file, self.session = url, file, session

    async def get(self, path: str = "", method: str = "GET", **headers: str) -> tuple[int, bytes, CIMultiDict[str]]:
        url = URL(f"{self.url}/media/{path or self.file}", encoded=True)
        async with self.session.request(method, url, headers=headers) as answer:
            return answer.status, await answer.read(), CIMultiDict(answer.headers)


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    store = MediaStore(tmp_path / "data" / "media")
    (tmp_path / "a.png").write_bytes(media.picture())
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "web.key").write_text("secret")
    file = store.take(tmp_path / "a.png")
    store.make(file)

    async def well() -> tuple[bool, dict[str, object]]:
        return True, {}

    runner = await start(create_app(None, well, media_routes(store)), "127.0.0.1", 0)
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as session:
        yield Shelf(f"http://{host}:{port}", file, session)
    await runner.cleanup()


async def test_a_picture_is_given_for_ever_and_as_what_it_is(shelf: Shelf):
    await shelf.get()  # a provider may fetch it as often as it likes
    status, body, headers = await shelf.get()
    assert (status, body) == (200, media.picture())
    assert headers["Content-Type"] == "image/png" and headers["Content-Length"] == str(len(body))
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'") and "Set-Cookie" not in headers


async def test_whoever_asks_for_the_head_has_the_head(shelf: Shelf):
    status, body, headers = await shelf.get(method="HEAD")
    assert (status, body) == (200, b"") and headers["Content-Length"] == str(len(media.picture()))
    assert headers["Content-Type"] == "image/png"


async def test_whoever_has_it_is_told_so(shelf: Shelf):
    _, _, headers = await shelf.get()
    status, body, again = await shelf.get(**{"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"") and again["Cache-Control"] == headers["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [("bytes=0-9", 206, slice(0, 10)), ("bytes=-5", 206, slice(-5, None)), ("bytes=999999-", 416, None)],
)
async def test_a_part_is_given_where_a_part_is_wanted(shelf: Shelf, asked, status, part):
    got, body, headers = await shelf.get(Range=asked)
    size = len(media.picture())
    assert got == status
    assert headers["Content-Range"].endswith(f"/{size}")
    assert part is None or body == media.picture()[part]


@pytest.mark.parametrize(
    "path",
    [
        "{file}.json", "../web.key", "..%2Fweb.key", "%2e%2e/web.key", "..%5Cweb.key", "a.png", ".", "%00", "{file}%00",
        f"{0:064}.png", "{file}/", "/etc/passwd", "%2Fetc%2Fpasswd",
    ],
)  # fmt: skip
async def test_nothing_else_is_given(shelf: Shelf, path):
    status, body, _ = await shelf.get(path.format(file=shelf.file))
    assert status == 404 and b"secret" not in body and b"root:" not in body


async def test_nothing_is_taken(shelf: Shelf):
    assert (await shelf.get(method="POST"))[0] == 405
    assert (await shelf.get(method="DELETE"))[0] == 405
