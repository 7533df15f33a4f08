"""The way to the desk as an officer goes it: from the own chat, on a phone and on a laptop, with the real process."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat_page import goes_to, no_violations
from tests.e2e.conftest import OpenContext, Server
from tests.e2e.test_browser_people import codes, joins, tutor

__all__ = ["tutor"]  # the fixture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PASSWORD = "con mèo leo cây cau"


def looks(page: Page) -> None:
    """Nothing is wrong with it for anybody on a phone, in the dark, on a laptop; nothing has to be scrolled aside."""
    for width, scheme in ((390, "light"), (390, "dark"), (1280, "light")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its two words
        page.set_viewport_size({"width": width, "height": 800})
        no_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_an_officer_comes_in_by_her_chat_and_then_by_a_password(
    tmp_path: Path, tutor: Server, open_context: OpenContext
) -> None:
    of_lan, of_cuc = codes(tmp_path / "data", "learner", "officer")
    lan = joins(open_context, tutor.url, "Lan", of_lan)
    lan.say("bàn làm việc")
    expect(lan.log).to_contain_text("Bàn làm việc là của cán bộ Hội")
    lan.say("tôi bị lừa mất tiền rồi")
    cuc = joins(open_context, tutor.url, "Cúc", of_cuc)
    cuc.answer("Đúng là tôi")
    expect(cuc.log).to_contain_text("mời chị làm cán bộ phụ trách")
    cuc.say("ban lam viec")
    page = cuc.page
    page.get_by_role("link", name="Vào bàn làm việc").click()
    expect(page.get_by_role("heading", name="Vào bàn làm việc")).to_be_visible()
    looks(page)
    link = page.url
    page.get_by_role("button", name="Vào bàn làm việc").click()
    expect(page.get_by_role("heading", name="Hôm nay")).to_be_visible()
    expect(page.get_by_text("KHẨN")).to_be_visible()
    expect(page.get_by_text("Lan", exact=True)).to_be_visible()
    looks(page)

    tutor.kill()
    tutor.start()
    goes_to(page, "Của tôi")
    expect(page.get_by_text(re.compile("Chrome.*máy này"))).to_be_visible()
    looks(page)
    page.get_by_role("link", name="Đặt mật khẩu").click()
    page.get_by_label("Tên đăng nhập").fill("cuc.tranbien")
    page.get_by_label("Mật khẩu mới").fill("1234567890")
    page.get_by_role("button", name="Đặt mật khẩu").click()
    expect(page.get_by_role("alert")).to_contain_text("dễ đoán")
    expect(page.get_by_label("Tên đăng nhập")).to_have_value("cuc.tranbien")
    looks(page)
    page.get_by_label("Mật khẩu mới").fill(PASSWORD)
    page.get_by_role("button", name="Hiện mật khẩu").click()
    expect(page.get_by_label("Mật khẩu mới")).to_have_attribute("type", "text")
    looks(page)
    page.get_by_role("button", name="Che mật khẩu").click()
    expect(page.get_by_label("Mật khẩu mới")).to_have_attribute("type", "password")
    page.get_by_role("button", name="Đặt mật khẩu").click()
    expect(page.get_by_role("status")).to_contain_text("Đã đặt mật khẩu")

    page.get_by_role("button", name="Ra", exact=True).click()
    expect(page.get_by_role("heading", name="Vào bằng mật khẩu")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Vào bằng mật khẩu")).to_be_visible()
    expect(page.get_by_text("cuc.tranbien")).to_have_count(0)
    looks(page)
    page.get_by_label("Tên đăng nhập").fill("cuc.tranbien")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Vào", exact=True).click()
    expect(page.get_by_role("heading", name="Hôm nay")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()

    stranger = open_context().new_page()
    stranger.goto(link)
    stranger.get_by_role("button", name="Vào bàn làm việc").click()
    expect(stranger.get_by_role("alert")).to_contain_text("đã dùng hoặc đã hết hạn")
    looks(stranger)
