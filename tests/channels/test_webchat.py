"""The web chat over real HTTP: identity, sending, the live stream, and whatever hostile visitors try."""

from __future__ import annotations

import asyncio
import json
import re
import stat
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.channels.base import Began, Tap, Text
from bot.channels.webchat import WebChat
from bot.channels.webchat.channel import SENDS_A_MINUTE
from bot.channels.webchat.identity import COOKIE, Seal, Visitor, load_keys
from bot.channels.webchat.page import SCRIPTS, build_page, page_script
from bot.channels.webchat.shell import ICONS, WORKER
from bot.channels.webchat.streams import PER_CHAT, SLICE, Streams
from bot.errors import SettingsInvalid, StorageUnavailable
from bot.media.looking import picture_of
from bot.web.access import LocalKey
from bot.web.server import create_app, start
from tests.support.echo_conversation import EchoConversation
from tests.support.squares import read_squares

KEY = LocalKey("k" * 32)


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@dataclass
class House:
    """A running server, what stands behind it and its address."""

    url: str
    chat: WebChat
    conversation: EchoConversation
    clock: Clock
    runner: web.AppRunner
    state: dict[str, bool]

    @asynccontextmanager
    async def browser(self, *, opened: bool = True) -> AsyncIterator[Browser]:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.url, cookie_jar=jar) as session:
            browser = Browser(session, self)
            if opened:
                async with session.get("/") as response:
                    assert response.status == 200
            yield browser


@dataclass
class Browser:
    session: aiohttp.ClientSession
    house: House
    sent: int = 0

    async def post(self, data: object, **kwargs: object) -> tuple[int, dict[str, object], aiohttp.ClientResponse]:
        body = data if isinstance(data, (bytes, str)) else json.dumps(data)
        headers = {"Content-Type": "application/json", **kwargs.pop("headers", {})}  # type: ignore[dict-item]
        async with self.session.post("/chat/send", data=body, headers=headers) as response:
            return response.status, await response.json(), response

    async def say(self, text: str) -> int:
        self.sent += 1
        return (await self.post({"id": f"message-{self.sent}", "text": text}))[0]

    async def log(self, after: object = 0, tag: str = "") -> dict[str, object]:
        async with self.session.get("/chat/log", params={"after": str(after), "chat": tag}) as response:
            assert response.status == 200
            answer: dict[str, object] = await response.json()
            return answer

    @asynccontextmanager
    async def stream(self, after: int = 0, **headers: str) -> AsyncIterator[Events]:
        async with self.session.get("/chat/stream", params={"after": after}, headers=headers) as response:
            assert response.status == 200, await response.text()
            assert response.headers["Content-Type"].startswith("text/event-stream")
            yield Events(response)

    @property
    def cookie(self) -> str:
        return self.session.cookie_jar.filter_cookies(URL(self.house.url))[COOKIE].value


@dataclass
class Events:
    response: aiohttp.ClientResponse

    async def next(self) -> dict[str, str]:
        """One server-sent event as its fields."""
        fields: dict[str, str] = {}
        while line := (await asyncio.wait_for(self.response.content.readline(), 5)).decode():
            if line == "\n":
                if "data" in fields:
                    return fields
                continue
            name, _, value = line.rstrip("\n").partition(":")
            fields[name] = value.lstrip()
        raise EOFError

    async def texts(self) -> list[str]:
        while (event := await self.next()).get("event"):
            pass
        return [entry["text"] for entry in json.loads(event["data"])]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock, state = Clock(), {"well": True}
    conversation = EchoConversation(tmp_path / "echo.json", clock)
    numbers = iter(range(10**6))
    chat = WebChat(
        submit=conversation.submit,
        history=conversation.history,
        new_id=lambda: f"{next(numbers):032x}",
        now=clock,
        key_path=tmp_path / "web.key",
    )
    conversation.publish = chat.publish

    async def well() -> tuple[bool, dict[str, object]]:
        return state["well"], {"streams": len(chat.streams)}

    async def crash(_: web.Request) -> web.Response:
        raise RuntimeError("a text that must not be shown")

    async def resting(_: web.Request) -> web.Response:
        raise StorageUnavailable

    runner = await start(
        create_app(chat, well, [web.get("/crash", crash), web.get("/resting", resting)], key=KEY), "127.0.0.1", 0
    )
    host, port = runner.addresses[0][:2]
    yield House(f"http://{host}:{port}", chat, conversation, clock, runner, state)
    await runner.cleanup()


# --- the page and who she is -------------------------------------------------------------------------


async def test_first_load_is_light_whole_and_guarded(house: House) -> None:
    async with aiohttp.ClientSession(house.url, auto_decompress=False) as session, session.get("/") as response:
        body = await response.read()
        head = sum(len(name) + len(value) + 4 for name, value in response.headers.items())
        assert response.headers["Content-Encoding"] == "gzip"
        assert len(body) + head < 20_000
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=34560000" in cookie
        assert "Secure" not in cookie


async def test_without_gzip_the_page_is_light_as_well(house: House) -> None:
    identity = {"Accept-Encoding": "identity"}
    async with aiohttp.ClientSession(house.url) as session, session.get("/", headers=identity) as response:
        text = await response.text()
    assert len(text.encode()) < 60_000
    assert '<html lang="vi">' in text and "Hội Phụ nữ" in text and "%" + "tutor%" not in text
    assert "JavaScript" in text.partition("<noscript>")[2].partition("</noscript>")[0]
    # everything is inside: no second request
    assert not re.search(r'(src|href)="(?!data:)', text)


def test_scripts_are_small_whole_and_make_no_html() -> None:
    folder = Path(__file__).parents[2] / "bot" / "channels" / "webchat"
    for each in (*folder.glob("script/*.js"), *folder.glob("worker/*.js")):
        text = each.read_text("utf-8")
        assert len(text.splitlines()) < 400 and "innerHTML" not in text, each.name
        assert each.name in (*SCRIPTS, *WORKER), "nothing lies there that is not put in"
    assert "comment" not in page_script() and not re.search("^(//| )", page_script(), re.M)


def test_names_are_escaped() -> None:
    page = build_page("<b>Tay", 'Hội "A" & B').plain.decode()
    assert "&lt;b&gt;Tay" in page and "Hội &quot;A&quot; &amp; B" in page


async def test_second_load_costs_nothing_and_keeps_the_cookie_until_a_day_old(house: House) -> None:
    async with house.browser() as browser:
        async with browser.session.get("/") as response:
            etag = response.headers["ETag"]
            assert "Set-Cookie" not in response.headers
        async with browser.session.get("/", headers={"If-None-Match": etag}) as response:
            assert response.status == 304
        before = browser.cookie
        house.clock.at += timedelta(days=2)
        async with browser.session.get("/", headers={"If-None-Match": etag}) as response:
            assert response.status == 200 and "Set-Cookie" in response.headers
        after = browser.cookie
    assert before != after and before.split(".")[0] == after.split(".")[0]


async def test_cookie_is_secure_behind_https(house: House) -> None:
    https = {"X-Forwarded-Proto": "https"}
    async with aiohttp.ClientSession(house.url) as session, session.get("/", headers=https) as response:
        assert "Secure" in response.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "cookie", ["", "x", "a" * 32 + ".1.forged", "ø.ø.ø", "%00", "a" * 7000, '"', "....", "\udcff.1.x"]
)
async def test_a_wrong_cookie_is_a_newcomer_never_a_fault(house: House, cookie: str) -> None:
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    async with aiohttp.ClientSession(house.url, cookie_jar=aiohttp.DummyCookieJar()) as session:
        async with session.get("/", headers=headers) as response:
            assert response.status == 200 and "Set-Cookie" in response.headers
        async with session.get("/chat/log", headers=headers) as response:
            assert response.status == 401
        async with session.get("/chat/stream", headers=headers) as response:
            assert response.status == 401
        async with session.post("/chat/send", headers=headers, json={"id": "12345678", "text": "a"}) as response:
            assert response.status == 401 and (await response.json())["say"]
    assert not house.conversation.handled


def test_key_file_is_made_once_private_and_old_keys_stay_good(tmp_path: Path) -> None:
    path = tmp_path / "data" / "web.key"
    first = load_keys(path, lambda: "a" * 64)
    assert first == load_keys(path, lambda: "b" * 64) == ["a" * 64]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["web.key"]
    old = Seal(first).sign(Visitor("c" * 32, 5))
    path.write_text("n" * 40 + "\n\n" + path.read_text())
    both = Seal(load_keys(path, lambda: "x"))
    assert both.read(old) == Visitor("c" * 32, 5)
    assert Seal(["n" * 40]).read(both.sign(Visitor("c" * 32, 6))) == Visitor("c" * 32, 6)
    assert Seal(["n" * 40]).read(old) is None


@pytest.mark.parametrize("content", ["", "\n \n", "short\n", "k" * 40 + "\nshort"])
def test_a_key_file_without_good_keys_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "web.key").write_text(content)
    with pytest.raises(SettingsInvalid, match=r"web\.key"):
        load_keys(tmp_path / "web.key", lambda: "x" * 64)


# --- speaking and listening --------------------------------------------------------------------------


async def test_tutor_speaks_first_once_and_only_to_those_who_listen(house: House) -> None:
    async with house.browser() as browser:
        assert not house.conversation.handled  # a link preview fetches the page too
        first, second = await asyncio.gather(browser.log(), browser.log())
        assert len(house.conversation.handled) == 1
        began = house.conversation.handled[0]
        assert began.body == Began() and began.update_id == f"{began.chat_id}:began" and began.channel == "web"
        assert first["began"] and len(first["entries"]) == 1  # type: ignore[arg-type]
        assert second["newest"] == 1
        assert not (await browser.log())["began"]


async def test_a_message_is_acknowledged_after_it_is_kept_and_doubles_are_harmless(house: House) -> None:
    async with house.browser() as browser:
        await browser.log()
        for _ in range(3):
            status, answer, _ = await browser.post({"id": "abcdefgh", "text": "Em ơi"})
            assert (status, answer) == (200, {"ok": True})
        assert house.conversation.texts() == ["Em ơi"]
        status, _, _ = await browser.post({"id": "abcdefgi", "token": "ok"})
        assert status == 200
        assert [update.body for update in house.conversation.handled[1:]] == [Text("Em ơi"), Tap("ok")]


async def test_nothing_is_acknowledged_while_storage_is_away(house: House) -> None:
    async with house.browser() as browser:
        await browser.log()
        house.conversation.away = True
        status, answer, response = await browser.post({"id": "abcdefgh", "text": "a"})
        assert status == 503 and response.headers["Retry-After"] and answer["say"]
        for path in ("/chat/log", "/chat/stream"):
            async with browser.session.get(path) as refusal:
                assert refusal.status == 503
        house.conversation.away = False
        assert (await browser.post({"id": "abcdefgh", "text": "a"}))[0] == 200


async def test_stream_tells_what_comes_to_every_tab(house: House) -> None:
    async with house.browser() as browser, browser.stream() as one, browser.stream() as two:
        assert (await one.next())["event"] == "ready"
        assert "chào chị" in (await one.texts())[0]
        await two.texts()
        await browser.say("xin chào")
        for tab in (one, two):
            event = await tab.next()
            event = await tab.next() if event.get("event") else event
            assert event["id"] == "3"
            assert [entry["text"] for entry in json.loads(event["data"])] == ["xin chào", "Chị vừa viết: xin chào"]


async def test_stream_resumes_after_the_last_number_seen(house: House) -> None:
    async with house.browser() as browser:
        await browser.log()
        await browser.say("một")
        await browser.say("hai")
        async with browser.stream(after=1, **{"Last-Event-ID": "3"}) as events:
            assert await events.texts() == ["hai", "Chị vừa viết: hai"]
        async with browser.stream(after=1) as events:
            assert len(await events.texts()) == 4


async def test_a_stream_that_missed_numbers_reads_them(house: House) -> None:
    async with house.browser() as browser, browser.stream() as events:
        await events.texts()
        publish, house.conversation.publish = house.conversation.publish, lambda chat_id, entries: None
        await browser.say("lỡ")
        house.conversation.publish = publish
        await browser.say("đủ")
        assert await events.texts() == ["lỡ", "Chị vừa viết: lỡ", "đủ", "Chị vừa viết: đủ"]


async def test_a_page_far_behind_is_told_everything_in_order_a_slice_at_a_time(house: House) -> None:
    async with house.browser() as browser:
        await browser.log()
        chat_id = house.conversation.handled[0].chat_id
        for at in range(3 * SLICE):
            house.conversation.remind(chat_id, f"dòng {at}")
        told: list[str] = []
        async with browser.stream(after=1) as events:
            while len(told) < 3 * SLICE:
                some = await events.texts()
                assert len(some) <= SLICE
                told += some
        assert told == [f"dòng {at}" for at in range(3 * SLICE)]


async def test_strangers_hear_nothing(house: House) -> None:
    async with house.browser() as one, house.browser() as two, two.stream() as events:
        await events.texts()
        await one.log()
        await one.say("bí mật")
        await two.say("của hai")
        assert await events.texts() == ["của hai", "Chị vừa viết: của hai"]


async def test_page_of_a_forgotten_conversation_starts_anew(house: House) -> None:
    async with house.browser() as browser:
        tag = (await browser.log())["chat"]
        assert not (await browser.log(1, str(tag)))["anew"]
        assert (await browser.log(1, "another"))["anew"]
        house.conversation.forget()
        again = await browser.log(1, str(tag))
        assert again["anew"] and again["newest"] == 1


async def test_when_somebody_else_sits_down_every_open_page_begins_anew(house: House) -> None:
    async with house.browser() as browser, browser.stream() as one, browser.stream() as two:
        tag = str((await browser.log())["chat"])
        chat_id = next(iter(house.chat.streams._open))
        for tab in (one, two):
            await tab.texts()
        house.chat.renew(chat_id)
        await browser.say("của người mới")
        for tab in (one, two):
            event = await tab.next()
            while event.get("event") == "beat":
                event = await tab.next()
            assert event["event"] == "anew", "nothing is added below what the other one read"
            with pytest.raises(EOFError):
                await tab.next()
        again = await browser.log(1, tag)
        assert again["anew"] and again["chat"] != tag
        assert not (await browser.log(1, str(again["chat"])))["anew"]
        async with browser.session.get("/chat/stream", params={"after": 1, "chat": tag}) as late:
            events = Events(late)
            assert [(await events.next())["event"] for _ in range(2)] == ["ready", "anew"]


async def test_stop_does_not_wait_for_open_streams(house: House) -> None:
    async with house.browser() as browser, browser.stream() as one, browser.stream() as two:
        await one.texts()
        await two.texts()
        began = time.monotonic()
        await house.runner.cleanup()
        assert time.monotonic() - began < 2
        with pytest.raises(EOFError):
            await one.next()


async def test_stop_cuts_a_page_that_does_not_read(house: House) -> None:
    async with house.browser() as browser, browser.stream() as events:
        await events.texts()
        chat_id = house.conversation.handled[0].chat_id
        for _ in range(30):
            house.conversation.remind(chat_id, "x" * 200_000)
            await asyncio.sleep(0.01)
        began = time.monotonic()
        await house.runner.cleanup()
        assert time.monotonic() - began < 2


# --- hostile visitors ----------------------------------------------------------------------------------

HOSTILE = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"1e999",
    b"9" * 9000,
    b"[" * 16_000,
    b'{"a":' * 3000,
    b"\xff\xfe",
    b'{"id":"abcdefgh"}',
    b'{"id":1,"text":"a"}',
    b'{"id":"abcdefgh","text":1}',
    b'{"id":"abcdefgh","text":null,"token":null}',
    b'{"id":"abcdefgh","text":"a","token":"b"}',
    b'{"id":"abcdefgh","text":"   "}',
    b'{"id":"abcdefgh","text":"\\u0000\\u0007"}',
    b'{"id":"abcdefgh","token":""}',
    b'{"id":"abcdefgh","token":"\\u0000"}',
    b'{"id":"abcdefgh","token":"\\ud800"}',
    b'{"id":"../../../x","text":"a"}',
    b'{"id":"\\u0661\\u0662\\u0663\\u0664\\u0665\\u0666\\u0667\\u0668","text":"a"}',
    json.dumps({"id": "a" * 41, "text": "a"}).encode(),
    json.dumps({"id": "abcdefgh", "token": "đ" * 64}).encode(),
    json.dumps({"id": "abcdefgh", "token": "t" * 65}).encode(),
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: body[:24].decode("latin-1"))
async def test_hostile_json_is_refused_in_a_sentence(house: House, body: bytes) -> None:
    async with house.browser() as browser:
        status, answer, _ = await browser.post(body)
        assert status == 400 and answer["say"]
        assert not house.conversation.handled


async def test_text_is_cleaned_of_what_no_database_takes(house: House) -> None:
    async with house.browser() as browser:
        await browser.post(b'{"id":"abcdefgh","text":"  a\\u0000b\\ud83dc\\r\\nd\\te \\u001b[31m\\ud83d\\ude00 "}')
        assert house.conversation.handled[-1].body == Text("abc\nd\te [31m😀")


@pytest.mark.parametrize(("text", "status"), [("ă" * 4000, 200), ("ă" * 4001, 413), ("x" * 100_000, 413)])
async def test_too_long_a_text_is_told_so(house: House, text: str, status: int) -> None:
    async with house.browser() as browser:
        answered, answer, _ = await browser.post(json.dumps({"id": "abcdefgh", "text": text}, ensure_ascii=False))
        assert answered == status
        assert (status == 200) == ("say" not in answer)
        assert await browser.say("còn sống") == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://lừa.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[bad"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "text/plain"}, 403),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
    ],
)
async def test_only_our_own_page_may_send(house: House, headers: dict[str, str], status: int) -> None:
    async with house.browser() as browser:
        if "Origin" in headers:
            headers = {"Origin": headers["Origin"].encode("idna" if "lừa" in headers["Origin"] else "ascii").decode()}
        assert (await browser.post({"id": "abcdefgh", "text": "a"}, headers=headers))[0] == status
        assert (await browser.post({"id": "abcdefgi", "text": "a"}, headers={"Origin": house.url}))[0] == 200


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 30, "٣", "", "0x1"])
async def test_wrong_numbers_are_refused(house: House, after: str) -> None:
    async with house.browser() as browser:
        async with browser.session.get("/chat/log", params={"after": after}) as response:
            assert response.status == 400
        async with browser.session.get("/chat/stream", params={"after": after}) as response:
            assert response.status == 400
        assert (await browser.log(10**15 - 1))["anew"]


async def test_a_flood_of_messages_is_stopped(house: House) -> None:
    async with house.browser() as browser, house.browser() as other:
        assert [await browser.say("a") for _ in range(SENDS_A_MINUTE)] == [200] * SENDS_A_MINUTE
        status, answer, response = await browser.post({"id": "abcdefgh", "text": "a"})
        assert status == 429 and answer["say"] and int(response.headers["Retry-After"]) >= 1
        assert await other.say("a") == 200
        house.clock.at += timedelta(seconds=5)
        assert await browser.say("a") == 200


async def test_streams_are_counted_and_dead_ones_do_not_count(house: House) -> None:
    async with house.browser() as browser:
        open_streams = [await browser.session.get("/chat/stream") for _ in range(PER_CHAT)]
        assert {response.status for response in open_streams} == {200}
        async with browser.session.get("/chat/stream") as seventh:
            assert seventh.status == 503 and (await seventh.json())["say"]
        open_streams[0].close()
        await asyncio.sleep(0.05)
        async with browser.session.get("/chat/stream") as again:
            assert again.status == 200
        for response in open_streams:
            response.close()


FROM_A, FROM_B, FROM_C = ({"X-Forwarded-For": f"203.0.113.{n}"} for n in (7, 8, 9))


async def test_newcomers_of_one_address_do_not_take_the_turn_of_others(house: House) -> None:
    async def begins(headers: dict[str, str]) -> tuple[int, dict[str, object]]:
        async with house.browser() as browser, browser.session.get("/chat/log", headers=headers) as response:
            return response.status, await response.json()

    assert [(await begins(FROM_A))[0] for _ in range(61)] == [200] * 60 + [429]
    assert [(await begins(FROM_B))[0] for _ in range(60)] == [200] * 60  # now everybody's allowance is used up
    assert [(await begins(FROM_C))[0] for _ in range(6)] == [200] * 5 + [429]  # and there is a reserve
    status, told = await begins(FROM_A)
    assert status == 429 and "Chờ em một chút" in str(told["say"])
    house.clock.at += timedelta(seconds=1)
    assert (await begins(FROM_A))[0] == 200


async def test_streams_of_one_address_leave_room_for_others(house: House) -> None:
    house.chat.streams = Streams(overall=5, per_address=3)
    async with AsyncExitStack() as stack:

        async def opens(headers: dict[str, str]) -> int:
            browser = await stack.enter_async_context(house.browser())
            response = await browser.session.get("/chat/stream", headers=headers)
            stack.callback(response.close)
            return response.status

        assert [await opens(FROM_A) for _ in range(4)] == [200, 200, 200, 503]
        assert [await opens(FROM_B) for _ in range(3)] == [200, 200, 503]
        assert len(house.chat.streams) == 5
    await asyncio.sleep(0.05)
    async with house.browser() as browser, browser.session.get("/chat/stream", headers=FROM_A) as response:
        assert response.status == 200 and len(house.chat.streams) == 1  # the others have gone


async def test_who_claims_to_have_read_something_is_a_newcomer_all_the_same(house: House) -> None:
    for n in range(60):
        await house.chat.read(f"somebody-{n}", 0, address="203.0.113.7")
    async with house.browser() as browser:
        async with browser.session.get("/chat/stream", params={"after": 7}, headers=FROM_A) as response:
            assert response.status == 429
        async with browser.session.get("/chat/stream", params={"after": 7}, headers=FROM_B) as response:
            assert response.status == 200


# --- the server around it --------------------------------------------------------------------------------


async def test_health_answers_well_and_unwell(house: House) -> None:
    async with aiohttp.ClientSession(house.url) as session:
        async with session.get("/healthz", params={"key": KEY.text}) as response:
            assert (response.status, await response.json()) == (200, {"ok": True, "streams": 0})
        house.state["well"] = False
        async with session.get("/healthz") as response:
            assert response.status == 503


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "camtay.example"}, {"X-Forwarded-For": "203.0.113.7"}, {"Forwarded": "for=203.0.113.7"},
        {"Via": "1.1 a"},
        {"X-Real-IP": "203.0.113.7"}, {"Sec-Fetch-Site": "cross-site"},
    ],
)  # fmt: skip
async def test_the_figures_of_health_are_for_this_machine_alone(house: House, headers: dict[str, str]) -> None:
    with_key = {"key": KEY.text}
    async with (
        aiohttp.ClientSession(house.url) as session,
        session.get("/healthz", params=with_key, headers=headers) as r,
    ):
        assert (r.status, await r.json()) == (200, {"ok": True})


@pytest.mark.parametrize("key", ["", "wrong"])
async def test_the_figures_of_health_want_the_key_as_well(house: House, key: str) -> None:
    async with aiohttp.ClientSession(house.url) as session, session.get("/healthz", params={"key": key}) as response:
        assert (response.status, await response.json()) == (200, {"ok": True})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/", 405), ("GET", "/crash", 500), ("GET", "/resting", 503)],
)
async def test_refusals_are_a_plain_sentence(house: House, method: str, path: str, status: int) -> None:
    async with aiohttp.ClientSession(house.url) as session, session.request(method, path) as response:
        text = await response.text()
        assert response.status == status
        assert '<html lang="vi">' in text and ("nhé" in text or "được" in text)
        assert "must not be shown" not in text and "Traceback" not in text
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


async def test_server_without_a_webchat_still_tells_its_health() -> None:
    async def well() -> tuple[bool, dict[str, object]]:
        return True, {}

    runner = await start(create_app(None, well), "127.0.0.1", 0)
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession(f"http://{host}:{port}") as session:
        async with session.get("/healthz") as response:
            assert response.status == 200
        async with session.get("/") as response:
            assert response.status == 404
    with pytest.raises(OSError):
        await start(create_app(None, well), host, port)
    await runner.cleanup()


async def test_her_data_as_a_file_of_hers_alone(house: House):
    async def export(chat_id: str, kind: str) -> str | None:
        return f"{kind} of {chat_id}" if house.conversation._kept.get(chat_id) else None

    async with house.browser() as lan, house.browser(opened=False) as stranger:
        async with lan.session.get("/chat/data") as response:
            assert response.status == 401, "where nobody gives it, nobody gets it"
        house.chat.export = export
        async with lan.session.get("/chat/data") as response:
            assert response.status == 404
        await lan.say("xin chào")
        for query, kind in (({}, "html"), ({"dang": "json"}, "json"), ({"dang": "../x"}, "html")):
            async with lan.session.get("/chat/data", params=query) as response:
                assert response.status == 200 and (await response.text()).startswith(f"{kind} of ")
                way = "attachment" if kind == "json" else "inline"
                assert response.headers["Content-Disposition"] == f'{way}; filename="du-lieu-cua-toi.{kind}"'
                assert response.headers["Cache-Control"] == "no-store"
        async with stranger.session.get("/chat/data") as response:
            assert response.status == 401


# --- the page as an app ----------------------------------------------------------------------------------


async def test_what_makes_it_an_app_is_given_whole_and_once(house: House) -> None:
    types = {
        "app.webmanifest": "application/manifest+json",
        "sw.js": "text/javascript",
        **{f"icon-{edge}.png": "image/png" for edge in ICONS},
    }
    async with house.browser(opened=False) as browser:
        for name, content_type in types.items():
            async with browser.session.get(f"/{name}") as response:
                assert response.status == 200 and response.content_type == content_type
                assert "Set-Cookie" not in response.headers
                etag = response.headers["ETag"]
            async with browser.session.get(f"/{name}", headers={"If-None-Match": etag}) as response:
                assert response.status == 304 and not await response.read()


async def test_all_that_a_phone_loads_at_the_first_view_is_light(house: House) -> None:
    """The page, what it asks at once, and what the worker and the home screen want afterwards."""
    whole = 0
    async with aiohttp.ClientSession(house.url, auto_decompress=False) as session:
        for path in ("/", "/chat/log", "/sw.js", "/app.webmanifest", "/icon-192.png"):
            async with session.get(path, headers={"Accept-Encoding": "gzip"}) as response:
                whole += len(await response.read()) + sum(
                    len(name) + len(value) + 4 for name, value in response.headers.items()
                )
    assert whole < 45_000


async def test_the_manifest_names_nothing_by_a_whole_address(house: House) -> None:
    async with house.browser(opened=False) as browser, browser.session.get("/app.webmanifest") as response:
        manifest = json.loads(await response.text())
        assert manifest["lang"] == "vi" and manifest["start_url"] == manifest["scope"] == "./"
        for icon in manifest["icons"]:
            async with browser.session.get(f"/{icon['src']}") as image:
                head = (await image.read())[:24]
            edge = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
            assert head.startswith(b"\x89PNG") and "{}x{}".format(*edge) == icon["sizes"]


@pytest.mark.parametrize("code", ["noi=ga-may-nui-xe", "moi=MOI-K7QF-9FHT"])
async def test_a_code_is_drawn_as_a_link_to_this_page(house: House, code: str) -> None:
    async with house.browser() as browser:
        house.chat.public_url = "https://camtay.example.vn/hoc"
        response = await browser.session.get(f"/chat/qr?{code}")
        assert response.status == 200 and response.content_type == "image/svg+xml"
        assert response.headers["Cache-Control"] == "no-store"
        picture = await response.text()
        assert read_squares(picture_of(picture)) == [f"https://camtay.example.vn/hoc/?{code}"]


@pytest.mark.parametrize(
    "code", ["", "noi=ga-may", "noi=ga-may-nui-xe-cho", "moi=https://lua.example", "noi=ga-may-nui-xe&x=1", "x" * 3000]
)
async def test_nothing_else_is_drawn(house: House, code: str) -> None:
    async with house.browser() as browser, browser.session.get(f"/chat/qr?{code}") as response:
        assert response.status == 400 and (await response.json())["say"]
    async with house.browser(opened=False) as stranger, stranger.session.get("/chat/qr?noi=ga-may-nui-xe") as response:
        assert response.status == 401
