"""A learner, an instructor and an officer on three small phones before the real process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from bot.conversation.services import ConversationServices
from bot.people.policy.permissions import OPERATOR
from bot.people.pseudonyms import Pseudonyms
from bot.people.service import People
from storage.engine.database import open_database
from tests.e2e.chat_page import Chat, no_violations
from tests.e2e.conftest import OpenContext, Server
from tests.support.builders import where_it_is_noon

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # whole conversations, and perhaps on a busy machine

IS_OFFICER = "mời chị làm cán bộ phụ trách"
SIZE = {"width": 360, "height": 740}


@pytest.fixture
def tutor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for edge in ("FROM", "TO"):  # whatever the hour at which the tests run
        monkeypatch.setenv(f"CAMTAY__TIME__QUIET_{edge}", "00:00")
    monkeypatch.setenv("CAMTAY__TIME__ZONE", where_it_is_noon())
    server = Server(tmp_path, "-m", "bot", "run", "--data", "{folder}/data", "--port", "{port}", "--host", "127.0.0.1")
    server.start()
    yield server
    server.kill()


async def _codes(data: Path, *roles: str) -> list[str]:
    """Made beside the running tutor, as an officer makes them."""
    database = open_database(f"sqlite:///{data / 'camtay.db'}")
    services = ConversationServices(Pseudonyms.of_folder(data, lambda: uuid4().hex))
    people = People(database, services, lambda: datetime.now(UTC), lambda: uuid4().hex)
    try:
        return [(await people.invite(OPERATOR, role, "w26041")).code for role in roles]
    finally:
        await database.close()


def codes(data: Path, *roles: str) -> list[str]:
    """Playwright's own loop runs in this thread: another one needs another thread."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(lambda: asyncio.run(_codes(data, *roles))).result()


def joins(open_context: OpenContext, url: str, name: str, code: str) -> Chat:
    page = open_context(viewport=SIZE, reduced_motion="reduce").new_page()
    page.goto(url)
    chat = Chat(page)
    expect(chat.answers.get_by_role("button", name="Đồng ý")).to_be_visible()
    chat.answer("Đồng ý")
    expect(chat.answers.get_by_role("button", name="Bỏ qua")).to_be_visible()
    chat.say(name)
    chat.answer("Gọi chị, xưng em")
    expect(chat.log).to_contain_text("Làm quen với Cầm Tay")
    chat.say(code)
    return chat


def test_three_people_meet(tmp_path: Path, tutor: Server, open_context: OpenContext) -> None:
    of_lan, of_hoa, of_cuc = codes(tmp_path / "data", "learner", "instructor", "officer")
    lan = joins(open_context, tutor.url, "Lan", of_lan)
    hoa = joins(open_context, tutor.url, "Hoa", of_hoa)
    hoa.answer("Đúng là tôi")
    cuc = joins(open_context, tutor.url, "Cúc", of_cuc)
    cuc.answer("Đúng là tôi")
    expect(cuc.log).to_contain_text(IS_OFFICER)  # before that a cry finds nobody here
    hoa.answer("Tôi hứa")
    lan.say("nhờ người chỉ")
    expect(hoa.log).to_contain_text("Có chị Lan (hội viên) ở Phường Trấn Biên đang cần người chỉ")
    hoa.answer("Nhận giúp")
    expect(lan.log).to_contain_text("Có người chỉ cho chị rồi: chị Hoa")

    lan.answer("Nhắn tin")
    expect(lan.answers.get_by_role("button", name="Thôi nhắn")).to_be_visible()
    lan.say("Em không thấy nút Tiếp tục")
    expect(hoa.log).to_contain_text("💬 chị Lan (hội viên): Em không thấy nút Tiếp tục")
    no_violations(lan.page)
    tutor.kill()
    tutor.start()
    hoa.answer("Trả lời")
    expect(hoa.answers.get_by_role("button", name="Thôi nhắn")).to_be_visible()
    hoa.say("chị đọc mã OTP cho em")
    expect(hoa.log).to_contain_text("chưa gửi đi")
    expect(cuc.log).to_contain_text("đã giữ lại một tin")
    expect(lan.log).not_to_contain_text("OTP cho em")

    lan.say("tôi bị lừa mất tiền rồi")
    expect(lan.log).to_contain_text("cúp máy liền")
    expect(hoa.log).to_contain_text("KHẨN: chị Lan")
    expect(cuc.log).to_contain_text("KHẨN: chị Lan")
    cuc.answer("Tôi lo việc này")
    expect(lan.log).to_contain_text("Chị Cúc (cán bộ Hội) đã nhận việc của chị")
    expect(hoa.log).to_contain_text("Chị Cúc (cán bộ Hội) đã nhận việc khẩn")
    no_violations(cuc.page)


def test_what_she_took_stays_in_sight_and_leads_back_to_it(
    tmp_path: Path, tutor: Server, open_context: OpenContext
) -> None:
    of_lan, of_cuc = codes(tmp_path / "data", "learner", "officer")
    lan = joins(open_context, tutor.url, "Lan", of_lan)
    cuc = joins(open_context, tutor.url, "Cúc", of_cuc)
    cuc.answer("Đúng là tôi")
    expect(cuc.log).to_contain_text(IS_OFFICER)  # before that a cry finds nobody here
    expect(lan.log).to_contain_text("mời chị cùng học")
    lan.say("tui bị lừa chuyển hết 20 triệu cho nó rồi")
    expect(cuc.log).to_contain_text("KHẨN: chị Lan")
    cuc.answer("Tôi lo việc này")
    pinned = cuc.page.get_by_role("group", name="Việc đang chờ")
    cuc.say("menu")
    mine = pinned.get_by_role("button", name="👉 Việc khẩn của chị Lan")
    expect(mine).to_be_in_viewport()
    expect(cuc.answers.get_by_role("button", name="👉 Việc khẩn của chị Lan")).to_have_count(0)
    no_violations(cuc.page)
    assert cuc.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cuc.page.reload()
    expect(mine).to_be_in_viewport()
    mine.click()
    expect(cuc.log).to_contain_text("Chị đang lo việc này.")
    cuc.answer("Nhắn tin")
    cuc.say("dì gọi ngân hàng chưa")
    expect(lan.log).to_contain_text("dì gọi ngân hàng chưa")
    hers = lan.page.get_by_role("group", name="Việc đang chờ")
    expect(hers.get_by_role("button", name="💬 Trả lời chị Cúc")).to_be_visible()
    lan.say("chưa con ơi")
    expect(cuc.log).to_contain_text("chưa con ơi")
    cuc.say("thoát")
    mine.click()
    cuc.answer("Xong rồi")
    expect(pinned).to_be_hidden()


def test_another_phone_takes_a_learner_along_by_its_camera(tutor: Server, open_context: OpenContext) -> None:
    old, busy = open_context(viewport=SIZE).new_page(), open_context(viewport=SIZE).new_page()
    chat, other = Chat(old), Chat(busy)
    for name, phone in (("Lan", chat), ("Bảy", other)):
        phone.page.goto(tutor.url)
        phone.answer("Đồng ý")
        phone.say(name)
        phone.answer("Gọi chị, xưng em")
        expect(phone.log).to_contain_text("Làm quen với Cầm Tay")
    chat.say("đổi máy")
    square = old.get_by_role("img", name="Ô vuông để máy kia soi vào")
    expect(square).to_be_visible()
    assert square.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    no_violations(old)
    link = tutor.url + "?" + (square.get_attribute("src") or "").partition("?")[2]
    busy.goto(link)  # sent to somebody who has a conversation of her own
    expect(busy.get_by_text("Máy này đã có người học.")).to_be_visible()
    new = Chat(open_context(viewport=SIZE).new_page())
    new.page.goto(link)
    new.answer("Máy của tôi")
    chat.answer("Đúng, nối vào")
    expect(new.log).to_contain_text("Vừa có thêm một máy nối vào")
    new.say("bài học")
    expect(new.log).to_contain_text("Làm quen với Cầm Tay")
    new.page.goto(link)
    expect(new.page.get_by_text("Máy này đã có người học.")).to_be_visible()
