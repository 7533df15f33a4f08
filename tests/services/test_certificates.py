"""Certificates: given for a whole track, frozen, in the learner's own spelling; others see what is allowed."""

from __future__ import annotations

import io
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from pypdf import PdfReader

from bot.certificates.policy.certificate import initials, seen, written_name
from bot.web.certificates import certificate_routes
from bot.web.server import create_app, start
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor
from tests.support.squares import read_squares

STEPS = "- {say: mot, text: Một, wait_tap: Tiếp}\n- {end: het, text: Hết}"
FIRST, SECOND = lesson(STEPS, lesson_id="mot"), lesson(STEPS, lesson_id="hai")
BOOK = book(FIRST, SECOND)
SITE = "https://hoi.example.vn"


async def learner(t: Tutor, name: str = "Nguyễn Thị Ngọc Ánh", channel: str = TELEGRAM) -> Learner:
    lan = await t.learner("lan", channel).say("chào")
    await lan.tap("Đồng ý")
    await lan.say(name)
    return await lan.tap("Gọi chị, xưng em")


async def takes(lan: Learner, lesson_id: str) -> None:
    await lan.opens(lesson_id)
    await lan.tap("Tiếp")


async def test_a_whole_track_earns_one_and_what_lacks_is_told(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learner(t)
        await lan.say("giấy chứng nhận")
        assert "học xong hết một nhóm bài" in lan.said
        await takes(lan, "mot")
        assert "Giấy chứng nhận" not in lan.buttons
        await lan.say("giấy chứng nhận")
        assert "còn 1 bài nữa" in lan.said and not await t.rows("certificate")
        await takes(lan, "hai")
        await lan.say("giấy chứng nhận")
        (row,) = await t.rows("certificate")
        assert (row["name"], row["track"], row["shown"]) == ("Nguyễn Thị Ngọc Ánh", "m", "initials")
        assert json.loads(row["lessons"]) == [["hai", 1, 0], ["mot", 1, 0]] and "N. T. N. Á." in lan.said
        await lan.say("chứng nhận của tôi")
        assert await t.rows("certificate") == [row], "asked again it is the same one"


async def test_the_name_is_written_as_the_learner_writes_it(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learner(t, "Ánh")
        for each in ("mot", "hai"):
            await takes(lan, each)
        await lan.say("giấy chứng nhận")
        await lan.tap("Sửa tên trên giấy")
        await lan.say("123")
        assert "viết họ tên" in lan.said and (await t.rows("certificate"))[0]["name"] == "Ánh"
        await lan.say("Trần  Thị Ánh Hồng 🌸")
        (row,) = await t.rows("certificate")
        assert row["name"] == "Trần Thị Ánh Hồng"
        await lan.tap("Cho thấy cả tên")
        assert (await t.rows("certificate"))[0]["shown"] == "name" and "Trần Thị Ánh Hồng" in lan.said
        await lan.tap("Thu lại giấy")
        assert (await t.rows("certificate"))[0]["revoked_at"] is not None


@pytest.mark.parametrize("channel", [WEB, TELEGRAM])
async def test_while_no_site_is_known_it_is_had_on_the_page_and_kept_for_others(tmp_path: Path, channel: str) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learner(t, channel=channel)
        for each in ("mot", "hai"):
            await takes(lan, each)
        await lan.say("giấy chứng nhận")
        (row,) = await t.rows("certificate")
        paper = f"ở đây: /giay/{row['code']}/{row['secret']}.pdf"
        assert (paper in lan.said) is (channel == WEB)
        assert ("em giữ rồi" in lan.said and "chưa mở ra ngoài" in lan.said) is (channel == TELEGRAM)


async def test_without_consent_nothing_is_kept(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("lan").say("chào")
        await lan.tap("Không")
        await lan.say("giấy chứng nhận")
        assert lan.said and not await t.rows("certificate")


async def test_a_stranger_sees_what_is_allowed_and_the_paper_is_the_learners(tmp_path: Path) -> None:
    async def well() -> tuple[bool, dict[str, object]]:
        return True, {}

    async with tutor(tmp_path, BOOK) as t:
        lan = await learner(t)
        for each in ("mot", "hai"):
            await takes(lan, each)
        await lan.say("giấy chứng nhận")
        (row,) = await t.rows("certificate")
        routes = certificate_routes(t.database, ZoneInfo("Asia/Ho_Chi_Minh"), "Hội Phụ nữ", SITE)
        runner = await start(create_app(None, well, routes), "127.0.0.1", 0)
        host, port = runner.addresses[0][:2]
        here = f"http://{host}:{port}/giay/{row['code']}"
        async with aiohttp.ClientSession() as session:

            async def get(path: str) -> tuple[int, bytes]:
                async with session.get(f"{here}{path}") as answer:
                    return answer.status, await answer.read()

            status, page = await get("")
            text = page.decode()
            assert status == 200 and "N. T. N. Á." in text and "Ngọc" not in text and "Khởi động" in text
            status, paper = await get(f"/{row['secret']}.pdf")
            (sheet,) = PdfReader(io.BytesIO(paper)).pages
            assert status == 200 and "Nguyễn Thị Ngọc Ánh" in " ".join(sheet.extract_text().split())
            assert read_squares((await get(f"/{row['secret']}.png"))[1]) == [f"{SITE}/giay/{row['code']}"]
            for wrong in (f"/{row['code']}.pdf", "/nobody-at-all.pdf", f"/{row['secret']}.exe", "x"):
                assert (await get(wrong))[0] == 404
            await lan.tap("Thu lại giấy")
            assert "đã được thu lại" in (await get(""))[1].decode()
            assert (await get(f"/{row['secret']}.pdf"))[0] == 404
        await runner.cleanup()


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("  nguyễn   thị hoa ", "nguyễn thị hoa"),
        ("Nguyễn Thị Hoa", "Nguyễn Thị Hoa"),  # marks apart
        ("H’Bia Niê-Kdăm", "H’Bia Niê-Kdăm"),
        ("\u202eaoH\u202c Lan\u200b", "aoH Lan"),
        ("Z" + "\u0301" * 40 + "oe", "Ź\u0301oe"),
        ("កុសល", ""),
        ("😀", ""),
        ("", ""),
        ("0912345678", ""),
        ("Lan " * 50, "Lan Lan Lan Lan Lan Lan Lan Lan Lan Lan Lan Lan Lan Lan Lan"),
        ("N" * 200, "N" * 60),
    ],
)
def test_a_name_is_cleaned_not_changed(given: str, written: str) -> None:
    assert written_name(given) == written


def test_initials_are_those_of_each_word() -> None:
    assert (initials("Nguyễn Thị Ngọc Ánh"), initials("H’Bia Niê-Kdăm"), initials("")) == (
        "N. T. N. Á.",
        "H. N. K.",
        "",
    )
    assert (seen("Lan Anh", "name"), seen("Lan Anh", "nothing")) == ("Lan Anh", "")
