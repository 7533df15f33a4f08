"""The studio in a real browser: an editor's morning at a desk and on a phone, with a script and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.e2e.chat_page import no_violations
from tests.e2e.conftest import OpenContext, Server
from tests.support.media import aac, photo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LESSON = "m0-khoi-dong"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("studio"), "-m", "tests.support.studio_server", "{folder}", "{port}")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def keys(server: Server) -> dict[str, str]:
    """The way in of each editor, used once."""
    return {}


@pytest.fixture
def come_in(server: Server, keys: dict[str, str], open_context: OpenContext, faults: list[str]) -> Iterator[object]:
    opened: list[Page] = []

    def come(name: str, size: dict[str, int] = DESK, **options: object) -> Page:
        context: BrowserContext = open_context(viewport=size, locale="vi-VN", **options)
        if name not in keys:
            page = context.new_page()
            page.goto(server.named(name))
            page.get_by_role("button", name="Vào").click()
            page.wait_for_url(f"{server.url}desk/lessons")  # an editor's day begins there
            keys[name] = next(each["value"] for each in context.cookies() if each["name"] == "camtay_desk")
        context.add_cookies([{"name": "camtay_desk", "value": keys[name], "url": server.url}])
        page = context.new_page()
        page.on("console", lambda line: faults.append(f"{line.text} {line.location}") if line.type == "error" else None)
        opened.append(page)
        return page

    yield come
    for page in opened:
        with suppress(PlaywrightError):
            page.close()


def at(page: Page, server: Server, path: str = "") -> Page:
    page.goto(f"{server.url}desk/lessons/{LESSON}{path}")
    return page


BEHIND = """(text, mark) => {
  const at = text.value.indexOf(mark) + mark.length;
  text.focus();
  text.setSelectionRange(at, at);
}"""


def type_after(page: Page, mark: str, words: str) -> None:
    """Type into the text, behind the first place where `mark` stands."""
    page.locator("#text").evaluate(BEHIND, mark)
    page.keyboard.insert_text(words)


def test_what_is_typed_is_judged_kept_played_and_published(come_in, server: Server):
    page = at(come_in("Lan"), server)
    expect(page.locator(".gutter div").first).to_have_text("1")
    type_after(page, "wait_tap: ", "[")
    expect(page.locator("#faults")).to_contain_text("Lỗi E001")
    page.locator("#faults a").first.click()
    line = page.locator("#text").evaluate("text => text.value.slice(0, text.selectionStart).split('\\n').length")
    expect(page.locator("#faults a").first).to_contain_text(f"dòng {line}")
    expect(page.locator(f".gutter div:nth-child({line})")).to_have_class("error")
    page.keyboard.press("Control+z")
    expect(page.locator("#faults")).to_contain_text("Không có lỗi")
    type_after(page, 'text: "Chào {chị} {ten}', ", sáng nay đẹp trời")
    expect(page.locator("#state")).to_contain_text("Đã lưu nháp lúc")
    phone = page.frame_locator("iframe[title='Học thử nháp này']").frame_locator("iframe[title='Trò chuyện thử']")
    expect(phone.get_by_role("log")).to_contain_text("sáng nay đẹp trời")
    page.reload()
    expect(page.locator("#text")).to_have_value(re.compile("sáng nay đẹp trời"))
    page.get_by_role("link", name="Phát hành…").click()
    expect(page.locator("ins").first).to_contain_text("sáng nay đẹp trời")
    no_violations(page)
    page.get_by_role("button", name="Phát hành", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Đã phát hành bản 2")
    page.get_by_role("link", name="Quay lại bản 1…").click()
    page.get_by_role("button", name="Quay lại bản 1", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Đã quay lại bản 1")
    page.get_by_text("Chỗ đã sửa").first.click()
    expect(page.locator("del").first).to_contain_text("sáng nay đẹp trời")
    no_violations(page)


def test_the_phone_plays_from_the_step_whose_first_line_the_cursor_is_in(come_in, server: Server):
    page = at(come_in("Lan"), server)
    page.locator("#text").evaluate(
        "text => { text.focus(); text.setSelectionRange(...Array(2).fill(text.value.indexOf('  - say: khong_voi'))); }"
    )
    page.get_by_role("button", name="Từ bước ở con trỏ").click()
    phone = page.frame_locator("iframe[title='Học thử nháp này']").frame_locator("iframe[title='Trò chuyện thử']")
    expect(phone.get_by_role("log")).to_contain_text("không ai hối")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_is_typed_on_the_phone_goes_out_by_its_button(come_in, server: Server, size: dict[str, int]):
    page = come_in("Lan", size)
    page.goto(f"{server.url}desk/play/{LESSON}")
    phone = page.frame_locator("iframe[title='Trò chuyện thử']")
    phone.get_by_label("Viết tin nhắn").fill("câu gõ để thử nút")
    phone.get_by_role("button", name="Gửi", exact=True).click()
    expect(phone.get_by_role("log")).to_contain_text("câu gõ để thử nút")
    phone.get_by_role("button", name="Aa").click()
    phone.get_by_role("button", name="Xong").click()
    expect(phone.get_by_role("dialog")).to_be_hidden()


def test_a_tap_on_a_line_brings_it_into_sight(come_in, server: Server):
    for size in (DESK, PHONE):
        page = at(come_in("Lan", size), server, "#L160")
        row = page.locator(".gutter div:nth-child(160)")
        expect(row).to_have_text("160")
        expect(row).to_be_in_viewport()
        expect(page.locator("#state")).to_be_in_viewport()


def test_words_that_fit_are_offered_and_taken_by_the_keyboard(come_in, server: Server):
    page = at(come_in("Lan"), server)
    type_after(page, "minutes: 4\n", "rev")
    page.keyboard.press("Control+Space")
    offers = page.get_by_role("listbox")
    expect(offers).to_be_hidden()  # `reviewed_on` is there already
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.insert_text("em")
    page.keyboard.press("Control+Space")
    expect(offers.get_by_role("option")).to_contain_text("emergency")
    no_violations(page)
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value(re.compile("minutes: 4\nemergency: "))
    page.keyboard.press("Escape")


def test_on_a_phone_the_line_and_its_offers_stay_in_sight(come_in, server: Server):
    page = at(come_in("Lan", PHONE), server)
    for mark, typed in (("minutes: 4\n", "e"), ("  - say: khong_voi\n", "    i")):
        type_after(page, mark, typed)
        page.get_by_role("button", name="Gợi ý ở con trỏ").click()
        offers = page.get_by_role("listbox")
        expect(offers).to_be_visible()
        box, bar = offers.bounding_box(), page.locator(".at-hand").bounding_box()
        assert box and bar
        assert box["y"] >= 0 and box["y"] + box["height"] <= bar["y"] + 1, "the whole list is seen"
        page.keyboard.press("Escape")
        for _ in typed:
            page.keyboard.press("Backspace")
    for each in page.locator(".at-hand .doing > *").all():
        edges = each.bounding_box()
        assert edges and edges["x"] >= 0 and edges["x"] + edges["width"] <= PHONE["width"], "no button is cut"
    expect(page.locator("#state")).not_to_have_text("Chưa lưu")


def test_a_step_is_added_and_left_out_and_what_was_typed_beside_it_is_kept(come_in, server: Server):
    page = come_in("Lan", PHONE)
    page.goto(f"{server.url}desk/lessons/m1-chup-man-hinh/words")  # the other tests share a lesson
    step = page.locator("fieldset").nth(1)
    step.locator("textarea").first.fill("Chào {chị}, câu vừa gõ xong.")
    step.get_by_text("Thêm, bớt ở bước này").click()
    step.get_by_label("Lời nói hay câu hỏi").fill("Một câu mới hẳn")
    no_violations(page)
    step.get_by_role("button", name="Thêm bước").click()
    expect(page.get_by_role("status").filter(has_text="Đã sửa trong nháp.")).to_be_visible()
    expect(page.locator("fieldset").nth(2).locator("textarea")).to_have_value("Một câu mới hẳn")
    expect(page.locator("fieldset").nth(1).locator("textarea").first).to_have_value("Chào {chị}, câu vừa gõ xong.")
    added = page.locator("fieldset").nth(2)
    added.get_by_text("Thêm, bớt ở bước này").click()
    added.get_by_role("button", name="Bỏ cả bước này").click()
    expect(page.get_by_text("Một câu mới hẳn")).to_have_count(0)


def test_two_editors_of_one_line(come_in, server: Server):
    page, other = at(come_in("Lan"), server, ""), at(come_in("Mai"), server)
    for each, words in ((page, "LAN"), (other, "MAI")):
        type_after(each, 'title: "', f"{words} ")
        expect(each.locator("#state")).to_contain_text("Đã lưu nháp lúc")
    page.reload()
    page.get_by_role("button", name="Ghép vào nháp của tôi").click()
    expect(page.get_by_role("status").first).to_contain_text("sửa hai cách")
    text = page.locator("#text").input_value()
    assert "LAN " in text
    assert "MAI " in text
    expect(page.locator("#faults")).to_contain_text("còn 1 chỗ phải chọn")
    no_violations(page)
    page.get_by_label("Bỏ mọi chữ tôi đã sửa").check()
    page.get_by_role("button", name="Bỏ nháp").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã bỏ nháp")


def test_nothing_is_lost_when_the_network_is_and_the_browser_closes(come_in, server: Server, faults: list[str]):
    page = at(come_in("Mai"), server)
    page.context.set_offline(True)
    type_after(page, 'title: "', "Lúc mất mạng ")
    expect(page.locator("#state")).to_contain_text("Mất mạng")
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "Lúc mất mạng" in kept
    page.context.set_offline(False)
    expect(page.locator("#state")).to_contain_text("Đã lưu nháp lúc")
    assert page.evaluate("localStorage.length") == 0
    faults.clear()  # what the console says of a lost network


def test_the_gentle_form_loses_nothing(come_in, server: Server, faults: list[str]):
    page = at(come_in("Mai"), server, "/words")
    title = page.get_by_label("Tên bài")
    title.fill("Gõ rồi học thử")
    page.get_by_role("link", name="Học thử").click()
    page.wait_for_url(f"{server.url}desk/play/**")
    at(page, server, "/words")
    expect(title).to_have_value("Gõ rồi học thử")
    page.context.set_offline(True)
    title.fill("Lúc mất mạng")
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.locator("#state")).to_contain_text("Mất mạng")
    page.get_by_role("link", name="Phát hành…").click()
    expect(page.locator("#state")).to_contain_text("Mất mạng")
    assert page.url.endswith("/words")
    page.close()
    faults.clear()  # what the console says of a lost network
    other = come_in("Mai")
    other.context.set_offline(False)
    at(other, server, "/words")
    other.evaluate(
        """editor => localStorage.setItem(`camtay.draft.${editor}.m0-khoi-dong.words`, JSON.stringify(
      { began: document.forms.words.elements.began.value, fields: { '=title': 'Lúc mất mạng' } }))""",
        other.locator("#words").get_attribute("data-editor"),
    )
    other.reload()
    expect(other.get_by_label("Tên bài")).to_have_value("Lúc mất mạng")
    expect(other.locator("#state")).to_contain_text("Đã lưu nháp lúc")
    other.get_by_label("Tên bài").fill("")
    expect(other.locator("#state")).to_contain_text("Có ô chưa lưu được")
    no_violations(other)
    other.get_by_role("button", name="Bỏ chữ này, lấy lại bài đang có").click()
    expect(other.get_by_label("Tên bài")).to_have_value("Lúc mất mạng")
    other.get_by_label("Bỏ mọi chữ tôi đã sửa").check()
    other.get_by_role("button", name="Bỏ nháp").click()
    expect(other.get_by_role("status").first).to_contain_text("Đã bỏ nháp")


def test_a_paste_of_five_megabytes_is_refused_in_a_sentence(come_in, server: Server):
    page = at(come_in("Mai"), server)
    before = page.locator("#text").input_value()
    page.locator("#text").evaluate("text => { text.value = 'x'.repeat(5e6); text.dispatchEvent(new Event('input')); }")
    expect(page.locator("#state")).to_contain_text("Bài dài quá 128 kB")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Bỏ chữ này, lấy lại bài đang có").click()
    page.wait_for_load_state()
    expect(page.locator("#state")).not_to_contain_text("dài quá")
    assert page.locator("#text").input_value() == before


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1280", "390"])
def test_every_page_is_for_everybody(come_in, server: Server, size: dict[str, int]):
    page = come_in("Mai", size)
    ways = "", "/words", "/media", "/languages", "/ways?step=tro_lai&said=ve+roi", "/steps", "/history", "/publish"
    table = "words?said=cho+coi+bai", "words/publish", "words/history", "new-lesson", "unheard"
    for path in ("lessons", *(f"lessons/{LESSON}{each}" for each in ways), *table):
        page.goto(f"{server.url}desk/{path}")
        page.wait_for_load_state("networkidle") if not path.endswith(LESSON) else page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"], path
        no_violations(page)


def test_a_morning_on_a_phone_without_a_script(come_in, server: Server):
    page = come_in("Mai", PHONE, java_script_enabled=False)
    page.goto(f"{server.url}desk/lessons")
    page.get_by_role("link", name="Chữ to, tiếng lớn").click()
    page.get_by_role("link", name="Chữ của bài").click()
    text = page.locator("#text").input_value()
    page.locator("#text").fill(text.replace("title: ", "title: # ", 1))
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.locator("#faults")).to_contain_text("Lỗi E003")
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Lưu nháp").click()
    page.get_by_role("link", name="Sửa lời, sửa hình").click()
    page.get_by_label("Tên bài").fill('Chữ "to": tiếng lớn # nè')
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã lưu nháp")
    page.get_by_role("link", name="Phát hành…").click()
    page.get_by_role("button", name="Phát hành", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Đã phát hành bản 2")


def test_a_translation_waits_for_whoever_left_it_and_is_told_once_it_is_old(come_in, server: Server):
    page = at(come_in("Lan"), server, "/words")
    page.get_by_label("Tên bài").fill("Gõ dở")
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.locator("#state")).to_contain_text("Đã lưu nháp lúc")
    at(page, server, "/languages")
    expect(page.get_by_text("câu gốc đã sửa sau khi dịch")).to_be_visible()
    page.locator(".pair textarea").first.fill("Half typed")
    page.goto(f"{server.url}desk/lessons")
    at(page, server, "/languages")
    expect(page.locator(".pair textarea").first).to_have_value("Half typed")
    expect(page.get_by_text("vẫn còn đây")).to_be_visible()
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.get_by_text("Đã lưu 1 câu dịch vào nháp")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('camtay.typed'))") == []


def test_a_heavy_picture_and_a_recording_are_seen_and_heard(come_in, server: Server):
    """On their page, and the picture on the phone as well, whose frame has no session of its own."""
    page, heavy = at(come_in("Lan"), server, "/media"), photo(2600, 1900)
    picture_ = page.locator(".pictures li").first
    picture_.get_by_text("Thay hình này").click()
    picture_.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": heavy})
    picture_.get_by_role("button", name="Đưa hình này vào nháp").click()
    expect(page.get_by_role("status")).to_contain_text("hình mới vào nháp")
    step = page.locator(".pictures li strong").first.inner_text()
    line = page.locator(".lines li").first
    line.get_by_text("Đưa tiếng đã thu").click()
    line.locator("input[type=file]").set_input_files({"name": "a.aac", "mimeType": "audio/aac", "buffer": aac(2)})
    line.get_by_role("button", name="Đưa tiếng này vào nháp").click()
    expect(page.locator(".lines audio")).to_have_count(1)
    no_violations(page)
    page.goto(f"{server.url}desk/play/{LESSON}?step={step}")
    shown = page.frame_locator("iframe[title='Trò chuyện thử']").locator("img").first
    expect(shown).to_have_js_property("naturalWidth", 2600)


def test_markup_in_a_lesson_is_never_executed(come_in, server: Server):
    page = come_in("Mai")
    page.on("dialog", lambda dialog: pytest.fail("a script of a lesson ran"))
    page.goto(f"{server.url}desk/lessons/m1-luu-so/words")
    page.get_by_label("Tên bài").fill("<script>alert(1)</script>\"'><img src=x onerror=alert(2)>")
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.locator("#state")).to_contain_text("Đã lưu nháp lúc")
    for path in ("", "/words", "/steps", "/history", "/publish"):
        page.goto(f"{server.url}desk/lessons/m1-luu-so{path}")
        page.wait_for_timeout(300)
        assert page.locator("img[src=x]").count() == 0
    page.goto(f"{server.url}desk/play/m1-luu-so")
    page.wait_for_timeout(300)
