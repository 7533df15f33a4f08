"""What a page records, over real HTTP, in a whole tutor: taken, listened to by another process, shown back, gone."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import settings
from bot.app import App, Environment, bootstrap
from bot.channels.base import SendRefused
from bot.channels.webchat.sounds import KEPT, Sounds
from bot.channels.webchat.voice import LARGEST
from tests.support.fake_telegram import FakeTelegram
from tests.support.listener import COMMAND
from tests.support.process import free_port, until
from tests.support.short_lesson import write_lessons
from tests.support.world import START

CONFIG = Path(__file__).parents[2] / "config.yaml"
NOTHING: Mapping[str, str] = {}


@asynccontextmanager
async def house(
    tmp_path: Path,
    command: Sequence[str] = COMMAND,
    flags: Mapping[str, str] = NOTHING,
    environ: Mapping[str, str] = NOTHING,
) -> AsyncIterator[tuple[App, str]]:
    """A whole tutor, and its address."""
    lessons, port = tmp_path / "lessons", free_port()
    if not lessons.exists():
        write_lessons(lessons)
    set_up = {"data.dir": str(tmp_path / "data"), "lessons.dir": str(lessons), "web.port": str(port)}
    given = settings.load(CONFIG, environ, {**set_up, **flags})
    async with AsyncExitStack() as stack:
        app = await bootstrap(stack, given, Environment(tick_s=0.2, listener=lambda: command), watch=False)
        yield app, f"http://127.0.0.1:{port}"


class Page:
    """Somebody's browser."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session, self.sent = session, 0

    async def records(self, sound: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
        self.sent += 1
        return await self.posts(f"recording-{self.sent}", sound, **headers)

    async def posts(self, client_id: str, sound: bytes, kind: str = "audio/webm", **headers: str) -> tuple[int, Any]:
        headers = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
        asked = self.session.post("/chat/voice", params={"id": client_id}, data=sound, headers=headers)
        async with asked as response:
            return response.status, await response.json()

    async def does(self, **message: str) -> None:
        self.sent += 1
        async with self.session.post("/chat/send", json={"id": f"message-{self.sent}", **message}) as response:
            assert response.status == 200

    async def log(self) -> list[dict[str, Any]]:
        async with self.session.get("/chat/log") as response:
            return list((await response.json())["entries"])

    async def taps(self, label: str) -> None:
        entries = await self.log()
        tokens = {each["label"]: each["token"] for each in entries[-1]["buttons"]}
        await self.does(token=tokens[label])

    async def reads(self, words: str) -> str:
        """The newest line that says so, once it is there."""
        async with asyncio.timeout(10):
            while True:
                if found := [each["text"] for each in await self.log() if words in each["text"]]:
                    return str(found[-1])
                await asyncio.sleep(0.02)


@asynccontextmanager
async def page(url: str, *, agrees: bool = True) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get("/") as response:
            assert ('data-voice="1"' in await response.text()) or not agrees
        one = Page(session)
        await one.log()
        if agrees:
            await one.taps("Đồng ý")
            await one.taps("Bỏ qua")
        yield one


async def test_what_is_recorded_is_shown_back_and_nothing_of_it_stays(tmp_path: Path):
    async with house(tmp_path) as (app, url), page(url) as lan:
        assert await lan.records("say chị Ba".encode()) == (200, {"ok": True})
        assert "Cầm Tay nghe" in await lan.reads("“chị Ba”"), "how she is called nobody knows yet"
        await lan.taps("Đúng")
        folder = tmp_path / "data" / "voice"
        await until(lambda: not list(folder.iterdir()))
        assert app.voice.transcriber is not None and app.voice.transcriber.is_running
        pid = app.voice.transcriber._process.pid  # type: ignore[union-attr]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_sent_twice_it_is_heard_once(tmp_path: Path):
    async with house(tmp_path) as (_, url), page(url) as lan:
        for _ in range(3):
            assert (await lan.posts("recording-1", b"say xin"))[0] == 200
            await lan.reads("“xin”")
        assert sum("“xin”" in each["text"] for each in await lan.log()) == 1


async def test_what_is_no_recording_of_our_page_is_refused_in_a_sentence(tmp_path: Path):
    async with house(tmp_path) as (_, url), page(url) as lan:
        assert (await lan.records(b"x", Origin="https://elsewhere.example"))[0] == 403
        assert (await lan.records(b"x", Sec_Fetch_Site="cross-site"))[0] == 403
        assert (await lan.posts("recording-x", b"x", "text/plain"))[0] == 403
        for wrong in ("", "short", "../../../etc/passwd", "a" * 60):
            assert (await lan.posts(wrong, b"say gi"))[0] == 400
        assert (await lan.records(b""))[0] == 400
        status, told = await lan.records(b"x" * (LARGEST + 1))
        assert status == 413 and "ngắn hơn một phút" in told["say"]
        async with aiohttp.ClientSession(url) as stranger:
            assert (await Page(stranger).records(b"say gi"))[0] == 401
        folder = tmp_path / "data" / "voice"
        assert not folder.exists() or not list(folder.iterdir())


@pytest.mark.parametrize("flags", [{}, {"voice.listen": "no"}])
async def test_where_nobody_listens_there_is_nothing_to_post_to(tmp_path: Path, flags: dict[str, str]):
    async with house(tmp_path, COMMAND if flags else (), flags) as (_, url), page(url, agrees=False) as lan:
        asked = lan.session.post("/chat/voice?id=recording-1", data=b"x", headers={"Content-Type": "audio/webm"})
        async with asked as response:
            assert response.status in (404, 405)
        async with lan.session.get("/") as response:
            assert 'data-voice="1"' not in await response.text()


async def test_a_tutor_that_was_killed_listens_to_it_when_it_is_back(tmp_path: Path):
    async with house(tmp_path) as (app, url), page(url) as lan:
        app.voice.sources = dict  # as if it had been killed before it could listen
        assert (await lan.records("say chị Tư".encode()))[0] == 200
        cookies = {each.key: each.value for each in lan.session.cookie_jar}
    assert len(list((tmp_path / "data" / "voice").iterdir())) == 1
    jar = aiohttp.CookieJar(unsafe=True)
    async with house(tmp_path) as (_, url), aiohttp.ClientSession(url, cookies=cookies, cookie_jar=jar) as session:
        await Page(session).reads("“chị Tư”")


async def test_from_telegram_it_is_fetched_by_its_id_and_heard(tmp_path: Path):
    async with FakeTelegram() as fake:
        token = {"TELEGRAM_TOKEN": fake.token}
        async with house(tmp_path, flags={"telegram.api_base": fake.url}, environ=token):
            lan = fake.learner(5)
            lan.start()
            for label in ("Đồng ý", "Bỏ qua"):
                await until(lambda wanted=label: lan.inbox and wanted in dict(lan.inbox[-1].buttons))
                lan.tap(label)
            await until(lambda: "a:0" in dict(lan.inbox[-1].buttons).values())
            lan.send("voice", content="say chị".encode())
            await until(lambda: "“chị”" in lan.inbox[-1].text)
            assert "Đúng" in dict(lan.inbox[-1].buttons)
            lan.send("voice", content=b"x" * 6_000_000, file_id="F2")
            await until(lambda: any("chưa nghe được" in each.text for each in lan.inbox))


async def test_what_nobody_came_for_is_swept(tmp_path: Path):
    sounds = Sounds(tmp_path / "voice")
    ref = sounds.ref("chat", "recording-1")
    assert re.fullmatch(r"[0-9a-f]{32}", ref) and ref != sounds.ref("chat", "recording-2")
    await sounds.keep(ref, b"abc")
    path = tmp_path / "voice" / ref
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    assert await sounds.fetch(ref, 10) == b"abc"
    for wrong, most in ((ref, 2), ("0" * 32, 10), ("../web.key", 10)):
        with pytest.raises(SendRefused):
            await sounds.fetch(wrong, most)
    os.utime(path, (START.timestamp(), START.timestamp()))
    sounds.sweep(START + KEPT - timedelta(seconds=1))
    assert path.exists()
    sounds.sweep(START + KEPT + timedelta(seconds=1))
    assert not path.exists()
    sounds.drop(ref)
