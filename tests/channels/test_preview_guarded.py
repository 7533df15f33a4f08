"""Who may look at the preview, hostile files and addresses, its parts."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from bot.channels.webchat.page import GUIDE, build_page, page_script, page_style, page_text
from bot.pages import digest
from bot.web.access import LocalKey, is_at_this_machine
from bot.web.preview.asked import read_asked, read_values
from bot.web.preview.phone import SENDS_NOTHING
from bot.web.preview.shown import show_everywhere
from flows.events import Choice
from flows.play.playing import PlayedMessage
from tests.support.preview_house import HOSTILE, KEY, STEPS, WITH_KEY, XSS, House, text_of
from tests.support.preview_house import house as house
from tests.support.preview_house import root as root

# --- who may look ------------------------------------------------------------------------------------


PATHS = (
    "/preview/",
    "/preview",
    "/preview/hear?text=thu",
    "/preview/thu",
    "/preview/thu/state",
    "/preview/thu/graph.svg",
)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "camtay.example"},
        {"Host": "127.0.0.1.camtay.example:8080"},
        {"Host": "10.0.0.5:8080"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Real-IP": "203.0.113.9"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
    ids=lambda headers: next(iter(headers.values())),
)
async def test_whoever_is_not_at_this_machine_finds_nothing(house: House, headers: dict[str, str]) -> None:
    for path in PATHS:
        page = await house.get(path, 404, **headers)
        assert "Trang này không có." in page
        assert "thu" not in text_of(page).split()


async def test_who_asks_from_here_without_the_key_finds_nothing(house: House) -> None:
    """Whoever forwards a port to this machine and says nothing of it asks from here as well."""
    async with aiohttp.ClientSession(house.url) as session:
        for path in PATHS:
            for with_key in ({}, {"key": "wrong"}, {"key": ""}, {"key": KEY.text[:-1]}, {"key": "đ\ud800"}):
                async with session.get(URL(path).update_query(with_key), allow_redirects=False) as response:
                    assert response.status == 404, path
        async with session.post("/preview/thu", data={"step": "a"}) as response:
            assert response.status == 404
        async with session.get("/preview/", cookies={LocalKey.COOKIE: "wrong"}) as response:
            assert response.status == 404


async def test_the_printed_address_leaves_its_key_in_the_browser(house: House) -> None:
    async with aiohttp.ClientSession(house.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        asked = f"/preview/thu?step=b&key={KEY.text}"
        async with session.get(asked, headers={"X-Forwarded-For": "203.0.113.9"}, allow_redirects=False) as response:
            assert response.status == 404 and not response.cookies
        async with session.get(asked, allow_redirects=False) as response:
            assert response.status == 302 and response.headers["Location"] == "/preview/thu?step=b"
            cookie = response.cookies[LocalKey.COOKIE]
            assert cookie["httponly"] and cookie["samesite"] == "Lax"
        for path in PATHS:
            async with session.get(path) as response:
                assert response.status == 200, path


async def test_an_old_proxy_finds_nothing(house: House) -> None:
    async with (
        aiohttp.ClientSession(version=aiohttp.HttpVersion10, headers=WITH_KEY) as session,
        session.get(f"{house.url}/preview/thu") as response,
    ):
        assert response.status == 404


@pytest.mark.parametrize(
    ("peer", "host", "may"),
    [
        (("127.0.0.1", 5), "127.0.0.1:8080", True),
        (("127.8.8.8", 5), "localhost", True),
        (("::1", 5, 0, 0), "[::1]:8080", True),
        (("::ffff:127.0.0.1", 5, 0, 0), "LOCALHOST:1", True),
        (("10.0.0.5", 5), "127.0.0.1:8080", False),
        (("203.0.113.9", 5), "localhost", False),
        (("::ffff:10.0.0.5", 5, 0, 0), "localhost", False),
        (("fe80::1%eth0", 5, 0, 0), "localhost", False),
        (("127.0.0.1", 5), "", False),
        (("127.0.0.1", 5), "[::1", True),
        ("/run/camtay.sock", "localhost", False),
        (None, "localhost", False),
    ],
)
def test_who_is_at_this_machine(peer: object, host: str, may: bool) -> None:
    assert is_at_this_machine(peer, host) is may


# --- hostile files and addresses ---------------------------------------------------------------------


async def test_an_unknown_lesson_is_told_in_a_sentence(house: House) -> None:
    for path in (
        "khong-co",
        "..%2f..%2fetc",
        "%00",
        "a%20b",
        "x" * 300,
        "%F0%9F%98%80",
        "khong-co/state",
        "khong-co/graph.svg",
    ):
        assert "Trang này không có." in await house.get(f"/preview/{path}", 404)


async def test_texts_of_a_lesson_are_only_text(house: House) -> None:
    steps = STEPS.replace("Chào {chị} {ten}!", XSS.replace('"', '\\"')).replace("Không đọc", XSS.replace('"', '\\"'))
    house.write(steps, title=XSS)
    for path in ("/preview/", "/preview/thu?a=tap:khong", "/preview/thu/graph.svg"):
        page = await house.get(path)
        assert "<img" not in page
        assert page.count("<script") <= 1  # our own
        assert "alert(1)</script>" not in page


NAMES = ("step", "vars", "name", "address", "channel", "lang", "at", "points", "a", "say", "of")


@pytest.mark.parametrize("name", NAMES)
async def test_no_value_breaks_a_page(house: House, name: str) -> None:
    for value in HOSTILE:
        query = f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}&step=b&a=tap:doc"
        page = await house.get(f"/preview/thu?{query}")
        assert "<img" not in page
        assert page.count("<script") == 1


async def test_a_body_that_is_no_form(house: House) -> None:
    async with aiohttp.ClientSession(headers=WITH_KEY) as session:
        for data, kind in (
            (b"\xff\xfe", "application/x-www-form-urlencoded"),
            (b"{", "application/json"),
            (b"x", "multipart/form-data"),
        ):
            async with session.post(f"{house.url}/preview/thu", data=data, headers={"Content-Type": kind}) as response:
                assert response.status in (200, 400)


async def test_a_file_in_the_form_is_left_out(house: House) -> None:
    form = aiohttp.FormData()
    form.add_field("say", b"x", filename="x.bin")
    async with (
        aiohttp.ClientSession(headers=WITH_KEY) as session,
        session.post(f"{house.url}/preview/thu", data=form) as response,
    ):
        assert response.status == 200


async def test_the_policy_allows_what_is_on_the_page_and_nothing_else(house: House) -> None:
    async with aiohttp.ClientSession(headers=WITH_KEY) as session, session.get(f"{house.url}/preview/thu") as response:
        policy, page = response.headers["Content-Security-Policy"], await response.text()
        assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)
    assert page.count("<script>") == page.count("<style>") == 1


# --- parts -------------------------------------------------------------------------------------------


def test_an_address_says_itself_again() -> None:
    pairs = [("step", "otp"), ("vars", "a=1; b=hai ba"), ("channel", "zalo_bot"), ("a", "tap:x"), ("a", "say:chào")]
    asked = read_asked("thu", pairs)
    assert asked.setup.values == {"a": "1", "b": "hai ba"}
    assert asked.pairs() == pairs
    assert read_asked("thu", asked.pairs()) == asked
    assert read_asked("thu", []).query() == "?"


def test_values_that_no_lesson_could_have_are_left_out() -> None:
    assert read_values("a=1; B=2; =3; c; __d__=4; e = 5 ") == {"a": "1", "e": "5"}


def test_each_channel_shows_a_prompt_its_own_way() -> None:
    choices = tuple(Choice(str(at), f"Lựa chọn {at}") for at in range(6))
    web_page, telegram, bot, account = show_everywhere(PlayedMessage("Chọn đi 😀", choices, 3))
    assert len(web_page.bubbles[0].rows) == len(telegram.bubbles[0].rows) == 6
    assert bot.bubbles[0].text.endswith("6. Lựa chọn 5")
    assert not bot.bubbles[0].rows
    assert not account.bubbles[0].rows  # which shape of a button it takes nobody knows
    assert web_page.bubbles[0].units == 10  # an emoji counts twice


def test_a_long_text_is_split_where_it_has_to_be() -> None:
    web_page, telegram, bot, account = show_everywhere(PlayedMessage("một hai ba " * 300, (Choice("a", "Tiếp"),)))
    assert [len(shown.bubbles) for shown in (web_page, telegram, bot, account)] == [1, 1, 2, 2]
    assert all(bubble.units <= shown.limit for shown in (bot, account) for bubble in shown.bubbles)
    assert telegram.bubbles[-1].rows == (("Tiếp",),)
    assert "tách làm 2" in bot.notes[0]
    assert show_everywhere(PlayedMessage("", (Choice("a" * 80, "x"),)))[1].notes


def phone_of(page: str) -> str:
    """The HTML of the phone's frame."""
    frames = re.findall(r'<iframe [^>]*sandbox="allow-scripts allow-forms" srcdoc="([^"]*)"></iframe>', page)
    assert len(frames) == 1
    return html.unescape(frames[0])


def played_on(phone: str) -> list[dict[str, Any]]:
    """What the chat page of a phone is told in place of `/chat/log`."""
    found = re.findall(r'<script type="application/json" id="played">(.*?)</script>', phone, re.S)
    assert len(found) == 1
    entries: list[dict[str, Any]] = json.loads(found[0])["entries"]
    return entries


async def test_the_phone_is_the_very_page_of_the_web_chat(house: House) -> None:
    async with aiohttp.ClientSession(headers=WITH_KEY) as session, session.get(f"{house.url}/preview/thu") as response:
        phone, policy = phone_of(await response.text()), response.headers["Content-Security-Policy"]
    name = "Cầm Tay", "Học thử: không lưu gì"
    assert page_text(*name).encode() == build_page(*name).plain
    line = phone[phone.index('<script type="application/json"') : phone.rindex("<script>")]
    assert phone.replace(line, "").replace(SENDS_NOTHING, "") == GUIDE.sub("", page_text(*name))
    for text in (page_script(), page_style(), re.findall(r"<script>(.*?)</script>", line, re.S)[0]):
        assert f"'{digest(text)}'" in policy


async def test_the_phone_shows_the_play_as_the_log_of_a_chat(house: House) -> None:
    page = await house.get("/preview/thu?a=tap:doc&a=wait:due")
    entries = played_on(phone_of(page))
    assert "1 ngày sau" in text_of(page)
    assert [entry["no"] for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry["text"] for entry in entries if entry["who"] == "learner"] == ["Đọc luôn"]
    assert [button["token"] for button in entries[-1]["buttons"]] == ["khong", "doc", "~other"]
    assert not any(entry["buttons"] for entry in entries[:-1])
    assert [entries[0]["at"], entries[-1]["at"]] == ["2026-01-05T08:00:00", "2026-01-06T08:00:00"]
    over = played_on(phone_of(await house.get("/preview/thu?a=tap:khong")))
    assert not any(entry["buttons"] for entry in over)


async def test_hostile_texts_reach_the_phone_as_words(house: House) -> None:
    text = f"{XSS}</iframe>%before%%script%{{{{ 7 }}}}"
    page = await house.get(f"/preview/thu?name={quote(XSS)}&a=say:{quote(text)}")
    phone = phone_of(page)
    assert played_on(phone)[1]["text"] == text
    assert "<img" not in phone and phone.count("<script") == phone.count("</script>") == 3
    assert page.count("</iframe>") == 1
