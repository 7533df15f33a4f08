"""The preview in a real browser before the real process: played to the end, jumped into, edited under the reader."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from playwright.sync_api import Error as PlaywrightError

from flows.play.transcript import Transcript, parse
from tests.e2e.chat_page import Chat, no_violations
from tests.e2e.conftest import OpenContext, Server
from tests.support.process import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # whole conversations, and perhaps on a busy machine

LESSON = "l1-cham-ma-chac"


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "lessons", tmp_path / "lessons")
    return tmp_path / "lessons"


@pytest.fixture
def tutor(tmp_path: Path, lessons: Path) -> Iterator[Server]:
    asked = ["--data", "{folder}/data", "--lessons", "{folder}/lessons", "--port", "{port}", "--host", "127.0.0.1"]
    server = Server(tmp_path, "-m", "bot", "run", *asked)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def script() -> Transcript:
    """What the teachers wrote: the lesson may change, the test follows."""
    return parse((ROOT / "lessons" / "l" / LESSON / "transcripts" / "hoc-tron.txt").read_text("utf-8"), LESSON)


@pytest.fixture
def page(phone: BrowserContext, tutor: Server, faults: list[str]) -> Iterator[Page]:
    """On the phone; it writes no error into the console. It is closed before the tutor is killed: that would be one."""
    page = phone.new_page()
    page.on("console", lambda line: faults.append(f"{line.text} {line.location}") if line.type == "error" else None)
    yield page
    with suppress(PlaywrightError):  # its browser has died
        page.close()


def phone_on(page: Page) -> Chat:
    """The chat page in its frame, by the names that its own tests know."""
    return Chat(page, page.frame_locator("iframe[title='Trò chuyện thử']"))


def told(chat: Chat, line: str) -> Locator:
    """The line, or the picture whose words it is: they stand in its place until it is drawn."""
    words = chat.log.get_by_text(line)
    return (words.or_(chat.log.get_by_role("img", name=line.removeprefix("🖼 "))) if line[0] == "🖼" else words).last


def test_a_lesson_is_played_to_its_end_on_a_phone(page: Page, tutor: Server, script: Transcript) -> None:
    assert page.request.get(f"{tutor.url}preview/").status == 404, "the printed address has a key"
    page.goto(tutor.printed("preview/"))
    assert page.url == f"{tutor.url}preview/"
    page.get_by_role("link", name="Chậm mà chắc").click()
    page.get_by_label("Tên học viên").fill(script.head.name)
    page.get_by_label("Xưng hô").select_option(script.head.address)
    page.get_by_role("button", name="Xem lại như thế").click()
    chat = phone_on(page)
    for act, turn in script.exchanges:
        if act.kind == "tap":
            chat.answer(act.text)
        else:
            chat.text.fill(act.text)
            chat.text.press("Enter")
        for line in turn.lines:
            expect(told(chat, line)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Hết bài.")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    no_violations(page)


def test_a_step_is_reached_directly_and_by_keyboard(page: Page, tutor: Server) -> None:
    page.goto(tutor.printed("preview/"))
    page.goto(f"{tutor.url}preview/{LESSON}")
    link = page.get_by_role("list", name="Các bước").get_by_role("link", name="co_ai_giuc")
    link.focus()
    page.keyboard.press("Enter")
    expect(phone_on(page).answers.get_by_role("button")).to_have_count(3)
    expect(page.locator("[aria-current=step]")).to_contain_text("co_ai_giuc")
    expect(page.get_by_role("region", name="Trạng thái")).to_contain_text("co_ai_giuc")
    zalo = page.get_by_role("region", name="Tin này trên từng kênh")
    expect(zalo).to_contain_text("1. Không có ai")
    no_violations(page)


def test_a_saved_file_shows_at_once(page: Page, tutor: Server, lessons: Path) -> None:
    page.goto(tutor.printed("preview/"))
    page.goto(f"{tutor.url}preview/{LESSON}?step=co_ai_giuc")
    file = lessons / "l" / LESSON / "lesson.yaml"
    whole = file.read_text("utf-8")
    file.write_text(whole.replace("Mấy hôm nay, có ai", "Tuần này có ai"), "utf-8")
    chat = phone_on(page)
    expect(chat.log).to_contain_text("Tuần này có ai")
    chat.text.press_sequentially("đang viết dở")
    file.write_text(whole.replace("Mấy hôm nay, có ai", "Tháng này có ai"), "utf-8")
    expect(page.get_by_text("Tệp vừa đổi.")).to_be_visible()
    expect(chat.text).to_have_value("đang viết dở")
    page.reload()
    file.write_text(whole.replace("next: hoi_cuoc_goi", "next: khong_co_buoc_nay", 1), "utf-8")
    expect(page.get_by_role("region", name="Về tệp này")).to_contain_text("khong_co_buoc_nay")
    no_violations(page)


def test_a_play_that_is_too_long_for_an_address_goes_on(page: Page, tutor: Server, lessons: Path) -> None:
    page.goto(tutor.printed("preview/"))
    page.goto(f"{tutor.url}preview/{LESSON}?step=co_ai_giuc")
    chat = phone_on(page)
    chat.text.fill("không hiểu gì hết " * 100)
    chat.text.press("Enter")
    expect(chat.log).to_contain_text("không hiểu gì hết")
    chat.answer("Không có ai")
    page.wait_for_url(f"{tutor.url}preview/{LESSON}")
    expect(chat.log).to_contain_text("Không có ai")
    file = lessons / "l" / LESSON / "lesson.yaml"
    file.write_text(file.read_text("utf-8").replace("Mấy hôm nay, có ai", "Tuần này có ai"), "utf-8")
    expect(chat.log).to_contain_text("Tuần này có ai")
    expect(chat.log).to_contain_text("Không có ai")


def test_a_message_is_heard_for_trial_on_a_phone(page: Page, tutor: Server) -> None:
    page.goto(tutor.printed("preview/"))
    page.get_by_role("link", name="Nghe thử một câu").click()
    no_violations(page)
    page.get_by_label("Tin nhắn").fill("máy tui bị chậm dữ")
    page.get_by_label("Đọc ra thành").select_option("số")
    page.get_by_label("Đang ở BÀI/BƯỚC").fill("M0/tro_lai")
    page.get_by_role("button", name="Nghe thử").click()
    expect(page.get_by_role("region", name="Máy hiểu là")).to_contain_text("Yên")
    expect(page.get_by_role("region", name="Vì sao")).to_contain_text("chậm")
    assert page.url.endswith("/preview/hear")
    no_violations(page)
    page.get_by_label("Tin nhắn").fill("tui bị gạt rút hết tiền rồi")
    page.get_by_role("button", name="Nghe thử").click()
    expect(page.get_by_role("region", name="Máy hiểu là")).to_contain_text("Chuông kêu")
    page.get_by_text("máy cân từng chữ").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    no_violations(page)


def test_without_script_everything_still_works(open_context: OpenContext, tutor: Server) -> None:
    page = open_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False).new_page()
    page.goto(tutor.printed("preview/"))
    page.goto(f"{tutor.url}preview/{LESSON}")
    page.get_by_role("group", name="Trả lời").get_by_role("button", name="Tiếp").click()
    page.get_by_role("link", name="Lùi một lần").click()
    page.get_by_role("button", name="Tới giờ hẹn").click()
    expect(page.get_by_role("region", name="Trò chuyện thử")).to_contain_text("1 ngày sau")
    page.get_by_role("link", name="Sơ đồ").click()
    expect(page.locator("svg")).to_contain_text("co_ai_giuc")
