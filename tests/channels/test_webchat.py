"""The web chat over real HTTP: identity, sending, the live stream."""

from __future__ import annotations

import asyncio
import json
import re
import stat
import time
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.channels.base import Began, Tap, Text
from bot.channels.webchat.identity import COOKIE, Seal, Visitor, load_keys
from bot.channels.webchat.page import SCRIPTS, build_page, page_script
from bot.channels.webchat.shell import WORKER
from bot.channels.webchat.streams import SLICE
from bot.errors import SettingsInvalid
from tests.support.web_house import Events, House
from tests.support.web_house import house as house

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
    assert not re.search(r'(src|(?<!<a )href)="(?!data:)', text)


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


async def test_a_known_browser_is_known_by_all_that_it_shows(house: House) -> None:
    async with (
        house.browser() as browser,
        aiohttp.ClientSession(house.url, cookie_jar=aiohttp.DummyCookieJar()) as bare,
    ):
        good = f"{COOKIE}={browser.cookie}"
        for shown, status in (
            (good, 200),
            (good, 200),
            (f"{good}x", 401),
            (f"a=b; {good}", 200),
            ("", 401),
            (good, 200),
        ):
            async with bare.get("/chat/log", headers={"Cookie": shown}) as response:
                assert response.status == status, shown


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


async def test_a_page_whose_lines_are_all_gone_is_anothers_though_new_ones_follow(house: House) -> None:
    """Somebody was signed out while no page was open here: the next to speak there goes on with the numbers."""
    async with house.browser() as browser:
        tag = str((await browser.log())["chat"])
        await browser.say("bị lừa mất tiền")
        assert not (await browser.log(2, tag))["anew"]
        (chat_id,) = house.conversation.forget_lines()
        await browser.say("alo")
        again = await browser.log(3, tag)
        assert again["anew"] and "bị lừa" not in str(again["entries"]) and "alo" in str(again["entries"])
        house.chat.left([("telegram", chat_id), (house.chat.name, chat_id)])
        assert (await browser.log(4, tag))["anew"]


async def test_a_page_tells_who_has_forgotten_it_which_conversation_it_shows(house: House) -> None:
    """Another process has begun it anew, or this one was started again since: the page need not begin once more."""
    async with house.browser() as browser:
        tag = str((await browser.log())["chat"])
        called, _, turn = tag.partition(".")
        later = f"{called}.{int(turn) + 3}"
        assert not (await browser.log(1, later))["anew"]
        again = await browser.log(1, tag)
        assert again["anew"] and again["chat"] == later, "and what is older is known from now on"
        for nonsense in (f"{called}.-1", f"{called}.{'9' * 30}", called, f"{called}.", f"{'0' * 12}.{turn}", "².1"):
            again = await browser.log(1, nonsense)
            assert again["anew"] and again["chat"] == later, nonsense


async def test_lines_of_which_only_the_numbers_are_told_are_read(house: House) -> None:
    """As another process tells them."""
    async with house.browser() as browser, browser.stream() as page:
        await page.texts()
        (chat_id,) = house.chat.streams.chats()
        publish, house.conversation.publish = house.conversation.publish, lambda *_: None
        await browser.say("xin chào")
        house.chat.streams.follow(chat_id, 1)
        house.chat.streams.follow("x" * 32, 99)
        house.chat.streams.follow(chat_id, 3)
        assert "xin chào" in await page.texts()
        await browser.say("còn nữa")
        house.chat.streams.follow(chat_id, 5, oldest=4)
        event = await page.next()
        assert event["event"] == "anew", "nothing is left of what it shows"
        house.conversation.publish = publish


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
