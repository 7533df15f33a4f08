"""The page that hears a message for trial, over real HTTP: what it tells, why, and what it keeps to itself."""

from __future__ import annotations

import html
import logging
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from bot.conversation.understanding import Overheard
from bot.publishing.preview import Previews
from bot.web.preview.arrival import preview_routes
from bot.web.preview.hear_words import COMMANDS
from bot.web.preview.routes import PreviewSite
from bot.web.server import create_app, start
from flows.words.ear.ear import listen
from flows.words.ear.why import MOST_WEIGHED, why
from tests.support.builders import LESSONS, facts, real_book, words
from tests.support.preview_house import HOSTILE, KEY, WITH_KEY, XSS, text_of

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
MODEL_RINGS = "hôm qua có người gọi kêu tui chuyển hết tiền tiết kiệm qua cho họ, giờ gọi lại không được, mất sạch rồi"


class House:
    """A server with the real lessons."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/preview/hear"

    async def ask(self, **form: str) -> str:
        """The page after the form is posted."""
        async with aiohttp.ClientSession(headers=WITH_KEY) as session, session.post(self.url, data=form) as response:
            assert response.status == 200
            return await response.text()

    async def get(self, status: int = 200, **more: Any) -> str:
        async with aiohttp.ClientSession(headers=WITH_KEY) as session, session.get(self.url, **more) as response:
            assert response.status == status
            return await response.text()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async def well() -> tuple[bool, dict[str, object]]:
        return True, {}

    previews = Previews(LESSONS, facts(), real_book)
    site = PreviewSite(previews, "Cầm Tay", lambda: Overheard(real_book(), NOW), KEY.opens)
    routes = preview_routes(lambda: site)
    runner = await start(create_app(None, well, routes, key=KEY), "127.0.0.1", 0)
    yield House(f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()


def row(page: str, name: str) -> str:
    """What stands beside a name."""
    found = re.search(rf"<dt>{name}</dt><dd>(.*?)</dd>", page, re.S)
    assert found, name
    return html.unescape(text_of(found[1]))


# --- what it tells ---------------------------------------------------------------------------------------


async def test_a_cry_rings_and_the_phrase_is_named(house: House) -> None:
    page = await house.ask(text="tui bị gạt rút hết tiền rồi")
    assert row(page, "Gấp hay không").startswith("Chuông kêu")
    assert "Cả tin là cụm chắc chắn “bị gạt rút hết tiền rồi”" in text_of(page)
    assert row(page, "Nói về") == "không có"


async def test_what_the_model_rings_for_is_weighed_word_by_word(house: House) -> None:
    page = await house.ask(text=MODEL_RINGS)
    assert row(page, "Gấp hay không").startswith("Chuông kêu")
    told = text_of(page)
    assert "Điểm lo và điểm chuông đều quá vạch: chuông kêu." in told
    assert "✓ quá" in told and "tiền" in told


async def test_trouble_with_a_phone_is_quiet_and_its_words_pull_down(house: House) -> None:
    page = await house.ask(text="máy tui bị chậm dữ")
    assert row(page, "Gấp hay không").startswith("Yên")
    assert "Không điểm nào tới vạch hỏi lại: yên." in text_of(page)
    assert re.search(r'<th scope="row">chậm</th><td>−\d+ <span aria-hidden="true">▼+</span>', page)


async def test_a_doubt_is_asked_about_and_the_page_says_why(house: House) -> None:
    page = await house.ask(text="hôm qua coi tivi thấy người ta bị lừa mất tiền")
    assert row(page, "Gấp hay không").startswith("Hỏi lại")
    assert "hỏi lại." in text_of(page)


async def test_a_question_has_topics_with_titles_and_answers_with_sources(house: House) -> None:
    page = await house.ask(text="đi khám bệnh mà quên thẻ bảo hiểm giấy thì sao")
    assert row(page, "Nói về").startswith("V4 Đi khám khỏi đem thẻ giấy")
    assert "(Theo " in row(page, "Câu trả lời hợp") and "v4-" in row(page, "Câu trả lời hợp")
    assert "V3 Ví giấy tờ và nơi cư trú" in row(await house.ask(text="ví giấy tờ trên VNeID là gì"), "Nói về")


@pytest.mark.parametrize(
    ("form", "name", "told"),
    [
        ({"text": "năm chục ngàn", "as": "money"}, "Đọc ra là", "50.000 đồng"),
        ({"text": "năm chục ngàn", "as": "tiền"}, "Đọc ra là", "50.000 đồng"),
        ({"text": "ba mươi mấy", "as": "number"}, "Đọc ra là", "không đọc ra"),
        ({"text": "xóa dữ liệu"}, "Lời gọi chung", "xóa dữ liệu"),
        ({"text": "cho bà nói chuyện với người thật"}, "Lời gọi chung", "gặp người thật"),
        ({"text": "vô lại được rồi nghen", "at": "M0/tro_lai"}, "Ở bước này thì", "xong việc, đi tiếp"),
        ({"text": "nói lại đi con", "at": "M0/tro_lai"}, "Ở bước này thì", "nói lại câu đang hỏi"),
        ({"text": "năm chục ngàn", "at": "T2/hoi_so_tien"}, "Ở bước này thì", "chọn nút “50.000” nam_muoi"),
    ],
)
async def test_values_commands_and_deeds(house: House, form: dict[str, str], name: str, told: str) -> None:
    assert row(await house.ask(**form), name) == told


async def test_a_short_text_may_stand_in_an_address_but_the_form_is_posted(house: House) -> None:
    assert row(await house.get(params={"text": "tôi bị lừa rồi"}), "Gấp hay không").startswith("Chuông kêu")
    page = await house.get()
    assert 'method="post"' in page and "<dt>" not in page and "<script" not in page


async def test_what_cannot_be_heard_is_told_in_a_sentence(house: House) -> None:
    assert "Không có bước này" in text_of(await house.ask(text="xong", at="Z9/x"))
    assert "Chưa có câu nào để nghe" in text_of(await house.ask(text="  ", at="M0/tro_lai"))
    assert "nói quá ít" in text_of(await house.ask(text="😀"))


def test_every_command_has_its_words() -> None:
    table = words()
    known = {*table.commands.values(), *table.exact_commands.values(), *table.signed_commands.values()} - {"help"}
    assert known <= COMMANDS.keys()


# --- what it keeps to itself -----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["mã otp của tui là 482913", "mật khẩu của tui là hoahong99"])
async def test_a_secret_is_hidden_everywhere_but_in_the_field(house: House, text: str) -> None:
    page = await house.ask(text=text)
    assert "•••" in row(page, "Được giữ lại là") and "đã giấu" in row(page, "Được giữ lại là")
    secret = text.split()[-1]
    assert secret not in re.sub(r"<textarea.*?</textarea>", "", page, flags=re.S)


async def test_nothing_typed_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await house.ask(text="tối nay 482913 hết tiền")
    await house.ask(text="tối nay 482913 hết tiền " * 400)
    await house.get(params={"text": "tối nay 482913"})
    ours = [each.getMessage() for each in caplog.records if not each.name.startswith("asyncio")]
    assert not any("482913" in each for each in ours)


async def test_hostile_texts_are_only_text(house: House) -> None:
    for value in (*HOSTILE[:-1], "\ufffd"):
        for page in (await house.ask(text=value, at=value, **{"as": value}), await house.ask(text=f"tôi hỏi {value}")):
            assert "<img" not in page and "<script" not in page
    page = await house.ask(text=f"</textarea>{XSS}")
    assert page.count("</textarea>") == 1


@pytest.mark.parametrize("headers", [{"Host": "camtay.example"}, {"X-Forwarded-For": "127.0.0.1"}])
async def test_whoever_is_not_at_this_machine_finds_nothing(house: House, headers: dict[str, str]) -> None:
    for page in (await house.get(404, headers=headers), await house.get(404, headers=headers, params={"text": "a"})):
        assert "Trang này không có." in page
    async with (
        aiohttp.ClientSession(headers=WITH_KEY) as session,
        session.post(house.url, data={"text": "tôi bị lừa rồi"}, headers=headers) as response,
    ):
        assert response.status == 404


# --- the reason ------------------------------------------------------------------------------------------


def test_a_long_message_is_weighed_at_once_and_its_worst_part_is_shown() -> None:
    ear = words().ear
    text = "bữa nay trời đẹp tui đi chợ mua rau về nấu canh " * 12 + MODEL_RINGS + " con gà con vịt ngoài vườn" * 15
    began = time.monotonic()
    reason = why(ear, text, real_book().nouns)
    assert time.monotonic() - began < 1
    assert reason.alarm == listen(ear, text)
    assert reason.alarm.level == "ring" and "chuyển hết tiền" in reason.piece
    assert len(why(ear, "tui đi chợ " * 18, real_book().nouns).weights) == MOST_WEIGHED


def test_words_are_in_order_of_strength_and_readable() -> None:
    reason = why(words().ear, "hôm qua tui chuyển 5 triệu cho thằng đó", real_book().nouns)
    strengths = [each.strength for each in reason.weights]
    assert strengths == sorted(strengths, reverse=True)
    assert {each.word for each in reason.weights} >= {"chuyển", "triệu", "(số)"}
