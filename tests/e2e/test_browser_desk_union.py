"""An officer's work with requests, announcements and the month's paper in a real browser, at the width of a phone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from storage.engine.database import open_database
from tests.e2e.chat_page import goes_to, no_violations
from tests.e2e.conftest import OpenContext, Server
from tests.support.builders import where_it_is_noon
from tests.support.desk_house import BRANCH, DeskHouse, desk_house
from tests.support.desk_scene import HOSTILE, asks, put, teaches
from tests.support.harness import empty_database

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TEXT = "Sáng thứ bảy mời các chị tới nhà văn hóa học dùng VNeID."


async def _town(data: Path) -> tuple[str, str]:
    """A ward with a cry, somebody who waits, an instructor, a meeting and a name that is markup; a link for its
    officer, and the id of the request that waits."""
    await empty_database(data / "camtay.db")
    database = open_database(f"sqlite:///{data / 'camtay.db'}")
    async with desk_house(database, data, datetime.now(UTC)) as house:
        cuc = await house.person("Cúc", "officer")
        request_id = await _people(house)
        link = await house.link(cuc)
    await database.close()
    return link, request_id


async def _people(house: DeskHouse) -> str:
    lan, mai = await house.person("Lan", "learner", BRANCH), await house.person("Mai", "learner", BRANCH)
    hostile = await house.person(HOSTILE, "learner")
    await teaches(house, "Hoa", BRANCH)
    request_id = await asks(house, mai)
    await asks(house, lan, "safety")
    await asks(house, hostile, "safety")
    await teaches(house, "Nga")
    await put(house, "announcement", {"announcement_id": "a1", "area_id": BRANCH, "body": HOSTILE, "source_url": "",
                                      "by": "x", "at": 1, "state": "sent"})  # fmt: skip
    await put(house, "union_model", {"model_id": "m1", "kind": "family", "area_id": BRANCH, "name": HOSTILE,
                                     "year": datetime.now(UTC).year, "ended_at": None})  # fmt: skip
    await put(house, "attendance", {"event_id": "e1", "area_id": BRANCH, "lesson": "l1", "learner_id": lan,
                                    "invitee_id": None, "by": "x", "at": 1})  # fmt: skip
    return request_id


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, str, str]]:
    for edge in ("FROM", "TO"):  # whatever the hour at which the tests run
        monkeypatch.setenv(f"CAMTAY__TIME__QUIET_{edge}", "00:00")
    monkeypatch.setenv("CAMTAY__TIME__ZONE", where_it_is_noon())
    data = tmp_path / "data"
    data.mkdir()
    with ThreadPoolExecutor(1) as alone:
        link, request_id = alone.submit(lambda: asyncio.run(_town(data))).result()
    server = Server(tmp_path, "-m", "bot", "run", "--data", "{folder}/data", "--port", "{port}", "--host", "127.0.0.1")
    server.start()
    yield server, link, request_id
    server.kill()


@pytest.fixture
def desk(town: tuple[Server, str, str], open_context: OpenContext) -> Page:
    """A phone whose owner has just come in."""
    server, link, _ = town
    context = open_context(viewport={"width": 390, "height": 844}, locale="vi-VN", reduced_motion="reduce")
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept("a script ran"))
    page.goto(f"{server.url}desk/vao/{link}")
    page.get_by_role("button", name="Vào bàn làm việc").click()
    expect(page.get_by_role("heading", name="Hôm nay")).to_be_visible()
    return page


def looks_well(page: Page) -> None:
    """Nothing that axe finds, and nothing wider than the screen, on a phone and on a desk."""
    for width, height in ((1280, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        no_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_emergency_is_opened_from_today_and_taken(desk: Page):
    looks_well(desk)
    desk.get_by_role("link", name="Lan").first.click()
    expect(desk.get_by_text("Việc khẩn, trước mọi việc khác")).to_be_visible()
    looks_well(desk)
    desk.get_by_role("button", name="Tôi lo việc này").click()
    expect(desk.get_by_role("status")).to_contain_text("Chị đã nhận lo việc này")
    expect(desk.get_by_text("Cúc đã nhận và đang lo.")).to_be_visible()
    desk.locator("summary", has_text="Đã lo xong").click()
    looks_well(desk)
    desk.get_by_role("button", name="Đúng, đã lo xong").click()
    expect(desk.get_by_text("đã lo xong").first).to_be_visible()


def test_a_meeting_is_begun_rolled_and_ended(desk: Page):
    goes_to(desk, "Buổi họp")
    looks_well(desk)
    desk.get_by_label("Họp ở đâu").select_option(BRANCH)
    desk.get_by_label("Bài của buổi họp").select_option(index=1)
    desk.get_by_role("button", name="Bắt đầu họp").click()
    looks_well(desk)
    desk.get_by_role("checkbox", name="Mai").check()
    desk.get_by_role("button", name="Ghi điểm danh").click()
    expect(desk.get_by_role("checkbox", name="Mai")).to_be_checked()
    desk.get_by_role("button", name="Ghi và kết thúc").click()
    expect(desk.get_by_role("status")).to_contain_text("1 người có mặt")


def test_an_instructor_is_asked_by_hand(desk: Page):
    goes_to(desk, "Ghép đôi")
    looks_well(desk)
    desk.get_by_role("link", name="Mai").first.click()
    looks_well(desk)
    desk.get_by_role("button", name="Hỏi người này: Nga").click()
    expect(desk.get_by_role("status")).to_contain_text("Đã hỏi")
    expect(desk.get_by_text("Cúc hỏi Nga nhận")).to_be_visible()


def test_an_announcement_is_written_and_sent(desk: Page):
    goes_to(desk, "Tin của Hội")
    looks_well(desk)
    desk.get_by_label("Lời tin").fill(f"{TEXT} Vào http://bit.ly/x")
    desk.get_by_role("button", name="Xem trước").click()
    expect(desk.get_by_role("alert")).to_contain_text("bit[.]ly")
    desk.context.set_offline(True)
    desk.get_by_label("Lời tin").fill(TEXT)
    desk.get_by_role("button", name="Xem trước").click()
    expect(desk.locator(".kept")).to_contain_text("Chưa có mạng; chữ vẫn còn đây")
    desk.context.set_offline(False)
    goes_to(desk, "Người")
    goes_to(desk, "Tin của Hội")
    expect(desk.get_by_label("Lời tin")).to_have_value(TEXT)
    looks_well(desk)
    desk.get_by_role("button", name="Xem trước").click()
    expect(desk.get_by_text(TEXT)).to_be_visible()
    looks_well(desk)
    sent_from = desk.url
    goes_to(desk, "Tin của Hội")
    expect(desk.get_by_label("Lời tin")).to_have_value("")
    desk.goto(sent_from)
    desk.get_by_role("button", name="Gửi tin này").click()
    expect(desk.get_by_role("status")).to_contain_text("Đang gửi")
    desk.evaluate("sessionStorage.setItem('camtay:x', '{}')")
    desk.get_by_role("button", name="Ra", exact=True).click()
    expect(desk.get_by_label("Mật khẩu")).to_be_visible()
    assert desk.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('camtay:'))") == []


def test_the_month_is_printed_on_one_sheet(desk: Page, tmp_path: Path):
    goes_to(desk, "Báo cáo")
    looks_well(desk)
    desk.get_by_role("button", name="Mở báo cáo").click()
    expect(desk.get_by_text("TM. BAN THƯỜNG VỤ")).to_be_visible()
    desk.evaluate("() => { window.asked = 0; window.print = () => { window.asked += 1; }; }")
    desk.get_by_role("button", name="In ra giấy").click()
    assert desk.evaluate("window.asked") == 1
    looks_well(desk)
    paper = desk.pdf(format="A4", path=tmp_path / "month.pdf")
    assert paper.count(b"/Type /Page\n") == 1 or paper.count(b"/Type /Page ") == 1
    desk.emulate_media(media="print")
    expect(desk.get_by_role("navigation")).to_be_hidden()
    expect(desk.get_by_role("button", name="In ra giấy")).to_be_hidden()


def test_every_page_is_for_everybody_and_runs_nothing_that_was_written(desk: Page):
    base = desk.url.rstrip("/")
    for path in ("pairings", "areas", f"areas/{BRANCH}", "progress", "model/m1", "announcements", "announcement/a1",
                 "meetings", "meeting/e1", "exports", "me", "me/code"):  # fmt: skip
        desk.goto(f"{base}/{path}")
        expect(desk.get_by_role("heading", level=1)).to_be_visible()
        expect(desk.get_by_text("trang tự mở lại")).to_have_count(0)
        looks_well(desk)
    assert desk.evaluate("document.querySelectorAll('script:not([src])').length") == 0
