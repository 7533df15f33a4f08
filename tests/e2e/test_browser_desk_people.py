"""An officer's first list in a real browser: brought, invited, found as she types, a person opened and suspended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from bot.conversation.services import ConversationServices
from bot.people import desk_links
from bot.people.pseudonyms import Pseudonyms
from storage.conversations import conversations
from storage.engine.database import Connection, open_database
from storage.people import people
from storage.people.records import PersonRow, RoleRow
from tests.e2e.chat_page import goes_to, no_violations
from tests.e2e.conftest import OpenContext, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WARD = "w26041"
LIST = (
    "Họ và tên,Năm sinh,Xã/Phường,Chi hội\nNguyễn Thị Lan,1962,Trấn Biên,Hoa Sen\nTrần Thị Đào,1970,Trấn Biên,Hoa Sen\n"
)
PHONE, SCREEN = {"width": 390, "height": 800}, {"width": 1280, "height": 800}


@pytest.fixture
def tutor(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path, "-m", "bot", "run", "--data", "{folder}/data", "--port", "{port}", "--host", "127.0.0.1")
    server.start()
    yield server
    server.kill()


async def _link(data: Path) -> str:
    """An officer and an instructor of one ward, made beside the running tutor; the officer's link to the desk."""
    database, now = open_database(f"sqlite:///{data / 'camtay.db'}"), datetime.now(UTC)
    names = ConversationServices(Pseudonyms.of_folder(data, lambda: uuid4().hex)).names
    token = uuid4().hex + uuid4().hex

    def work(c: Connection) -> None:
        for who, name, role in (("p-cuc", "Cúc", "officer"), ("p-mai", "Mai", "instructor")):
            conversations.add_learner(c, PersonRow(who, name, "chị/em", "agreed"), "telegram:1", f"chat-{who}", now)
            people.set_role(c, RoleRow(who, role, WARD, "active", "operator", now))
            people.set_area(c, who, WARD)
        desk_links.give(c, names, names.of("p-cuc"), "p-cuc", now, token)

    await database.transact(work)
    await database.close()
    return token


def link(data: Path) -> str:
    """Playwright's own loop runs in this thread: another one needs another thread."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(lambda: asyncio.run(_link(data))).result()


def fits(page: Page) -> None:
    """Nothing is cut off and axe finds nothing, on a phone and on a desk."""
    for size in (SCREEN, PHONE):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        no_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_an_officers_first_list(tmp_path: Path, tutor: Server, open_context: OpenContext) -> None:
    page = open_context(viewport=PHONE, reduced_motion="reduce", locale="vi-VN").new_page()
    page.goto(f"{tutor.url}desk/vao/{link(tmp_path / 'data')}")
    page.get_by_role("button", name="Vào bàn làm việc").click()
    goes_to(page, "Người")
    expect(page.get_by_role("heading", name="Danh sách")).to_be_visible()
    fits(page)

    page.get_by_role("link", name="Nhập danh sách").click()
    fits(page)
    (tmp_path / "hội viên.csv").write_text(LIST, encoding="utf-8")
    field = page.get_by_label("Tệp danh sách")
    field.set_input_files({"name": "x.csv", "mimeType": "text/csv", "buffer": b"x" * 5_000_001})
    page.get_by_role("button", name="Xem trước").click()
    assert "nặng quá 5 MB" in field.evaluate("field => field.validationMessage"), "told before it is sent"
    expect(page.get_by_role("heading", name="Nhập danh sách")).to_be_visible()
    field.set_input_files(tmp_path / "hội viên.csv")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_text("2 người mới")).to_be_visible()
    page.get_by_label("Sửa hay bỏ một dòng").fill("đào")
    page.get_by_role("button", name="Mở dòng ấy").click()
    expect(page.get_by_label("Họ và tên")).to_have_value("Trần Thị Đào")
    fits(page)
    page.get_by_role("link", name="Về bản xem trước").click()
    for yes in page.get_by_label("Đúng").all():
        yes.check()
    fits(page)
    page.get_by_role("button", name="Nhập", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Đã nhập: 2 người mới")

    page.get_by_label("Tên", exact=True).press_sequentially("dao")
    found = page.locator("#found li")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Trần Thị Đào")
    fits(page)
    found.get_by_role("link").click()
    fits(page)
    page.get_by_role("button", name="Làm mã mời").click()
    expect(page.get_by_text("MOI-")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="Xong").click()
    fits(page)
    goes_to(page, "Mời")
    page.get_by_text("Cả người đã có mã: mã cũ hết dùng được").click()
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Đúng, in lại mã mới cho tất cả").click()
    assert download.value.suggested_filename == "ma-moi.pdf"
    page.get_by_role("link", name="Các mã đã phát").click()
    expect(page.locator("details.ask summary")).to_have_count(2)
    expect(page.get_by_role("button", name="Đúng, thu lại")).to_have_count(0)
    fits(page)

    goes_to(page, "Người")
    page.get_by_role("link", name="Mai").click()
    fits(page)
    page.locator("summary", has_text="Tạm dừng vai người chỉ bài").click()
    fits(page)
    page.get_by_role("button", name="Đúng, tạm dừng").click()
    expect(page.get_by_role("status")).to_contain_text("Đã tạm dừng")
    expect(page.get_by_role("button", name="Mở lại vai đã tạm dừng")).to_be_visible()
    for way in ("Sửa dữ liệu", "Trùng với ai?", "Đang giữ gì của chị ấy", "Rút lời đồng ý giúp", "Xóa hết dữ liệu"):
        page.get_by_role("link", name=way).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(way)
        fits(page)
        page.go_back()


def test_the_search_works_without_a_script(tmp_path: Path, tutor: Server, open_context: OpenContext) -> None:
    page = open_context(viewport=PHONE, java_script_enabled=False, locale="vi-VN").new_page()
    page.goto(f"{tutor.url}desk/vao/{link(tmp_path / 'data')}")
    page.get_by_role("button", name="Vào bàn làm việc").click()
    goes_to(page, "Người")
    page.get_by_label("Tên", exact=True).fill("cúc")
    page.get_by_role("button", name="Tìm").click()
    expect(page.locator("#found li")).to_have_count(1)
    expect(page.locator("#found li")).to_contain_text("Cúc")
