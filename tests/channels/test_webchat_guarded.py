"""The web chat before hostile visitors, the server around it, and the page as an app."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import timedelta

import aiohttp
import pytest

from bot.channels.base import Text
from bot.channels.webchat.channel import SENDS_A_MINUTE
from bot.channels.webchat.shell import ICONS
from bot.channels.webchat.streams import PER_CHAT, Streams
from bot.media.looking import picture_of
from bot.web.server import create_app, start
from tests.support.squares import read_squares
from tests.support.web_house import KEY, House
from tests.support.web_house import house as house

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


async def test_what_is_not_packed_as_it_says_is_refused(house: House) -> None:
    async with house.browser() as browser:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        async with browser.session.post("/chat/send", data=b'{"id":"abcdefgh"}', headers=headers) as answer:
            assert answer.status == 400 and "chưa mở được" in await answer.text()
        assert await browser.say("còn sống") == 200


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
    assert status == 429 and "Chờ một chút" in str(told["say"])
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
