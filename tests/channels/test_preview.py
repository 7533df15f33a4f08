"""The preview over real HTTP: what it shows, what it refuses, what hostile files and addresses do to it (nothing)."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from bot.channels.webchat.page import build_page, page_script, page_style, page_text
from bot.conversation.understanding import Overheard
from bot.pages import digest
from bot.publishing.preview import Previews
from bot.web.access import LocalKey, is_at_this_machine
from bot.web.preview import preview_routes
from bot.web.preview.asked import read_asked, read_values
from bot.web.preview.shown import show_everywhere
from bot.web.server import create_app, start
from flows import Book
from flows.events import Choice
from flows.play.playing import PlayedMessage
from flows.play.transcript import parse, play
from flows.shelf.shelf import plain_book, read_shelf
from tests.support import media
from tests.support.builders import LESSONS, facts

KEY = LocalKey("k" * 32)
WITH_KEY = {"Cookie": f"{LocalKey.COOKIE}={KEY.text}"}
XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


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

    routes = preview_routes(
        Previews(root, facts(), lambda: house.book),
        "Cầm Tay",
        lambda: Overheard(house.book, datetime.now(UTC)),
        KEY.opens,
    )
    runner = await start(create_app(None, well, routes, key=KEY), "127.0.0.1", 0)
    house.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield house
    await runner.cleanup()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)).split())


# --- what it shows -----------------------------------------------------------------------------------


async def test_a_draft_shows_the_picture_that_lies_beside_it(house: House) -> None:
    path = house.write(STEPS.replace(
        '{ten}!"\n', '{ten}!"\n    image: {src: "may quet.png", alt: "Máy quét"}\n'
    ))  # fmt: skip
    (path.parent / "media").mkdir()
    (path.parent / "media" / "may quet.png").write_bytes(media.picture())
    (path.parent / "media" / "khoa.key").write_text("secret")
    page = await house.get("/preview/thu")
    assert "/preview/thu/media/may%20quet.png" in page and "Máy quét" in page
    async with aiohttp.ClientSession(headers=WITH_KEY) as session:
        async with session.get(f"{house.url}/preview/thu/media/may%20quet.png") as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert await answer.read() == media.picture()
        for other in ("khoa.key", "..%2Flesson.yaml", "khac.png"):
            async with session.get(URL(f"{house.url}/preview/thu/media/{other}", encoded=True)) as answer:
                assert answer.status == 404
    await house.get("/preview/thu/media/may%20quet.png", 404, Cookie="")


async def test_a_drawn_screen_is_shown_as_it_is_written_now(house: House):
    shown = "    image: {scene: vi-giay-to, ring: can_cuoc}\n"
    house.write(f"  - say: nhin\n    src: none\n    text: Nhìn nè\n{shown}    wait_tap: Tiếp\n  - end: het\n")
    page = await house.get("/preview/thu")
    assert "/preview/thu/media/vi-giay-to%40can_cuoc.png" in page
    async with aiohttp.ClientSession(headers=WITH_KEY) as session:
        async with session.get(f"{house.url}/preview/thu/media/vi-giay-to@can_cuoc.png") as answer:
            assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
            assert (await answer.read()).startswith(b"\x89PNG")
        async with session.get(f"{house.url}/preview/thu/media/vi-giay-to@tich_hop.png") as answer:
            assert answer.status == 404


async def test_the_list_shows_every_lesson_with_its_faults(house: House) -> None:
    house.write('  - say: a\n    text: "Chào"\n    next: khong_co\n', lesson="hong")
    page = await house.get("/preview/")
    for path in house.root.glob("*/*/lesson.yaml"):
        is_template = path.parent.parent.name.startswith("_")
        assert (f'href="/preview/{path.parent.name}"' in page) is not is_template
    assert "tệp có lỗi" in page
    assert "1 bài có lỗi" in page


async def test_the_list_stands_whatever_the_folder_holds(house: House) -> None:
    (house.root / "tracks.yaml").write_text("- {id: m, titel: Khởi động}\n", "utf-8")
    file = house.root / "m" / "m0-khoi-dong" / "lesson.yaml"
    file.unlink()
    file.mkdir()
    page = text_of(await house.get("/preview/"))
    assert "lessons/tracks.yaml, dòng 1" in page
    assert "m0-khoi-dong" in page
    await house.get("/preview/m0-khoi-dong")


async def test_the_list_of_steps_says_what_is_wrong_with_their_ways(house: House) -> None:
    house.write(STEPS.replace("else: a", "else: mat_tieu").replace('text: "Chào', 'next: a\n    text: "Chào'))
    page = text_of(await house.get("/preview/thu?of=file"))
    assert "⚠ ngõ cụt: không tới end nào" in page
    assert "⚠ không có đường nào tới" in page


async def test_a_play_lies_in_its_address(house: House) -> None:
    page = text_of(await house.get("/preview/thu?a=tap:doc&a=tap:khong&name=B%E1%BA%A3y&address=b%C3%A0/con"))
    assert "Chào bà Bảy!" in page
    assert "Nguy hiểm." in page
    assert "Hết bài." in page
    assert "đi lối này" in page
    assert "score = 1" in page


async def test_any_step_with_values_and_points(house: House) -> None:
    page = text_of(await house.get("/preview/thu?step=c&vars=x%3D1&points=2"))
    assert "Xong." in page
    assert "x=1" in page
    assert "score = 2" in page


async def test_the_same_by_a_posted_form(house: House) -> None:
    async with aiohttp.ClientSession(headers=WITH_KEY) as session:
        data = [("a", "tap:doc"), ("say", "không đọc")]
        async with session.post(f"{house.url}/preview/thu", data=data) as response:
            assert response.status == 200
            assert "Nguy hiểm." in await response.text()


async def test_a_long_play_is_posted_on(house: House) -> None:
    data = [("a", f"say:{'không hiểu gì hết ' * 20}")] * 12
    async with (
        aiohttp.ClientSession(headers=WITH_KEY) as session,
        session.post(f"{house.url}/preview/thu", data=data) as response,
    ):
        page = await response.text()
    assert 'method="post"' in page
    assert 'id="again"' in page


async def test_a_draft_is_shown_and_said(house: House) -> None:
    house.write(STEPS.replace("Chào", "Kính chào"))
    draft = text_of(await house.get("/preview/thu"))
    assert "Kính chào chị Lan!" in draft
    assert "bản nháp" in draft
    live = text_of(await house.get("/preview/thu?of=live"))
    assert "Kính chào" not in live
    assert "Đây là bản đang dùng" in live


async def test_a_broken_file_shows_its_faults_and_the_last_good_version(house: House) -> None:
    house.write(STEPS.replace("else: a", "else: mat_tieu"))
    page = text_of(await house.get("/preview/thu"))
    assert "Chào chị Lan!" in page
    assert "bản tốt gần nhất" in page
    assert "E101" in page
    assert "dòng 18" in page
    assert "mat_tieu" in page


async def test_a_broken_new_file_shows_its_faults_alone(house: House) -> None:
    house.write("  - say: [a\n", lesson="moi")
    page = text_of(await house.get("/preview/moi"))
    assert "E001" in page
    assert "chưa học thử được" in page


async def test_a_file_with_errors_is_played_where_it_is_asked_for_or_nothing_else_is_there(house: House) -> None:
    house.write(STEPS.replace("Chào", "Kính chào").replace("else: a", "else: mat_tieu"))
    page = text_of(await house.get("/preview/thu?of=file&step=c"))
    assert "bài có lỗi: step_missing" in page
    assert "Xem bản tốt gần nhất" in page
    house.write(STEPS.replace("score >= 1", "score >>> 1"), lesson="moi")
    page = text_of(await house.get("/preview/moi"))
    assert "Chào chị Lan!" in page
    assert "chưa có bản nào dùng được" in page
    assert "bài có lỗi: condition" in text_of(await house.get("/preview/moi?step=c"))


@pytest.mark.parametrize(
    "step",
    [
        '- ask: b\n    text: "Mấy?"\n    save: x\n    check: "value >>> 1"',
        '- quiz: b\n    text: "Hỏi?"\n    options: []',
        '- quiz: b\n    type: number\n    text: "Hỏi?"',
        "- call: b\n    lesson: khong-co",
        "- call: b\n    lesson: thu",
        "- wait: b\n    until: mai",
        "- branch: b\n    cases: []",
        "- say: b",
        "- help: b\n    kind: xx",
    ],
)
async def test_no_broken_file_breaks_the_page(house: House, step: str) -> None:
    house.write(f"  {step}\n  - end: z\n")
    for query in ("of=file", "of=file&say=5", "of=file&step=b&a=tap:x&a=wait:due", "of=live"):
        await house.get(f"/preview/thu?{query}")
    await house.get("/preview/thu/graph.svg")
    await house.get("/preview/")


async def test_a_file_that_is_gone_shows_what_is_live(house: House) -> None:
    shutil.rmtree(house.root / "m" / "thu")
    assert "Không còn tệp" in text_of(await house.get("/preview/thu"))
    assert "không còn tệp" in text_of(await house.get("/preview/"))


async def test_a_play_can_be_kept_as_a_transcript(house: House) -> None:
    page = await house.get(
        "/preview/thu?name=B%E1%BA%A3y&vars=x%3D1&a=tap:doc&a=wait:due&a=say:kh%C3%B4ng%20%C4%91%E1%BB%8Dc"
    )
    written = html.unescape(re.findall(r"<pre>(.*?)</pre>", page, re.S)[0])
    transcript = parse(written, "thu")
    assert str(transcript) == written
    assert play(house.book, transcript) == transcript
    assert [str(act) for act, _ in transcript.exchanges][:2] == ["learner  [Đọc luôn]", "— 1 day passes —"]
    assert "run ended: completed" in written
    assert "<pre>" not in await house.get("/preview/thu?step=c")


async def test_the_graph_marks_what_no_transcript_walks_through(house: House) -> None:
    assert "chưa có bản thoại" not in await house.get("/preview/thu/graph.svg")
    kept = house.root / "m" / "thu" / "transcripts" / "mot.txt"
    kept.parent.mkdir()
    kept.write_text("# thu\nbot      Chào\n", "utf-8")
    assert (await house.get("/preview/thu/graph.svg")).count("⚠ chưa có bản thoại") == 2


async def test_a_draft_in_another_language(house: House) -> None:
    file = house.root / "l" / "l1-cham-ma-chac" / "lesson.yaml"
    file.write_text(file.read_text("utf-8").replace("minutes: 4", "minutes: 5"), "utf-8")
    page = text_of(await house.get("/preview/l1-cham-ma-chac?lang=en"))
    assert "bản nháp" in page
    english = house.book.lesson("l1-cham-ma-chac", None, "en")
    assert english is not None
    assert english.steps[0].text.partition("{")[0] in page
    assert " lỗi" not in page
    before = await house.get("/preview/l1-cham-ma-chac/state")
    po = file.parent / "po" / "en.po"
    po.write_text(po.read_text("utf-8") + 'msgid "x', "utf-8")
    assert "E400 po/en.po, dòng" in text_of(await house.get("/preview/l1-cham-ma-chac"))
    assert await house.get("/preview/l1-cham-ma-chac/state") != before


async def test_a_translation_that_is_behind_hides_no_draft(house: House) -> None:
    file = house.root / "l" / "l1-cham-ma-chac" / "lesson.yaml"
    file.write_text(file.read_text("utf-8").replace("Kẻ gian", "Bọn gian"), "utf-8")
    page = text_of(await house.get("/preview/l1-cham-ma-chac"))
    assert "W402" in page
    assert "Bọn gian" in page
    assert "bản nháp" in page
    assert "tệp có lỗi" not in text_of(await house.get("/preview/"))


async def test_the_stamp_moves_with_the_file(house: House) -> None:
    before = await house.get("/preview/thu/state")
    assert await house.get("/preview/thu/state") == before
    stamp = before.split('"')[3]
    assert f'data-stamp="{stamp}"' in await house.get("/preview/thu")
    house.write(STEPS + "# xong\n")
    assert await house.get("/preview/thu/state") != before


async def test_the_graph_leads_to_every_step(house: House) -> None:
    drawing = await house.get("/preview/thu/graph.svg")
    assert drawing.startswith("<svg")
    for step in "abcd":
        assert f'href="/preview/thu?step={step}"' in drawing


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


HOSTILE = (
    XSS, "", "\x00\x07", "x" * 3_000, "99999999999999999999", "-1", "٣", "tap:", "wait:٣", "wait:9999999999",
    "wait:due", "send:\u202e", "0001-01-01T00:00", "2026-13-45T99:99", "{chị}", "a=1;__class__=2;b={ten}", "😀\u0301",
    "%", "\ud800",
)  # fmt: skip
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
    frames = re.findall(r'<iframe [^>]*sandbox="allow-scripts" srcdoc="([^"]*)"></iframe>', page)
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
    assert phone.replace(line, "") == page_text(*name)
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
