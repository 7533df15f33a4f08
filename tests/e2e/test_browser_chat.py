"""The page in a real Chromium at phone size, before the echo conversation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Dialog, Route, expect

from tests.e2e.chat_page import Chat, no_violations
from tests.e2e.conftest import OpenContext, Server

pytestmark = pytest.mark.browser

GREETING = "Dạ em chào chị ạ."


Open = Callable[[], Chat]


@pytest.fixture
def open_chat(phone: BrowserContext, echo_server: Server) -> Open:
    def open_one() -> Chat:
        page = phone.new_page()
        page.goto(echo_server.url)
        chat = Chat(page)
        expect(chat.log).to_contain_text(GREETING)
        return chat

    return open_one


@pytest.fixture
def chat(open_chat: Open) -> Chat:
    return open_chat()


def test_the_code_of_an_invitation_link_is_said_once_and_nothing_else_is(
    phone: BrowserContext, echo_server: Server
) -> None:
    page = phone.new_page()
    page.goto(f"{echo_server.url}?moi=MOI-K7QF-9FHT")
    chat = Chat(page)
    expect(chat.log).to_contain_text("MOI-K7QF-9FHT")  # the echo says it back
    assert "moi=" not in page.url
    page.goto(f"{echo_server.url}?moi=xoa-du-lieu")
    expect(chat.log).to_contain_text(GREETING)
    expect(chat.log).not_to_contain_text("xoa-du-lieu")


# --- what it looks like --------------------------------------------------------------------------------


def test_axe_finds_nothing_in_any_state(chat: Chat, echo_server: Server) -> None:
    no_violations(chat.page)
    chat.answer("Dạ, học thử")
    expect(chat.answers.get_by_role("button")).to_have_count(3)
    no_violations(chat.page)
    chat.page.emulate_media(color_scheme="dark")
    no_violations(chat.page)
    chat.say("số")
    expect(chat.page.get_by_role("link", name="1900 0368")).to_be_visible()
    chat.say("dài")
    expect(chat.more).to_be_visible()
    no_violations(chat.page)
    chat.page.emulate_media(color_scheme="light")
    echo_server.kill()
    chat.say("mất mạng rồi")
    expect(chat.page.get_by_text("Đang nối lại…")).to_be_visible()
    no_violations(chat.page)


@pytest.mark.parametrize("width", [320, 360, 430])
def test_fits_narrow_screens_in_big_letters(chat: Chat, width: int) -> None:
    chat.page.set_viewport_size({"width": width, "height": 640})
    for words in ("số", "x" * 300, "dài"):
        chat.say(words)
        expect(chat.log).to_contain_text("tài khoản" if words == "dài" else "10.000.000" if words == "số" else words)
    chat.say("Xong")
    buttons = chat.answers.get_by_role("button")
    expect(buttons).to_have_count(2)
    assert chat.page.evaluate("document.documentElement.scrollWidth") == width
    assert all((button.bounding_box() or {"height": 0})["height"] >= 48 for button in buttons.all())
    sizes = "[...document.querySelectorAll('body *')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    assert min(chat.page.evaluate(sizes)) >= 18


def test_letters_grow_with_the_phones_own_setting(chat: Chat) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('.bubble p')).fontSize)"
    before = chat.page.evaluate(size)
    chat.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert chat.page.evaluate(size) == 2 * before
    assert chat.page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_browser_too_old_for_the_script_is_told_so_after_a_while(
    open_context: OpenContext, echo_server: Server
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(echo_server.url)
    expect(page.get_by_text("Mãi chưa mở được")).to_be_hidden()
    expect(page.get_by_text("Mãi chưa mở được")).to_be_visible()


# --- talking --------------------------------------------------------------------------------------------


def test_answers_go_when_used_and_the_next_come(chat: Chat) -> None:
    chat.answer("Dạ, học thử")
    expect(chat.answers.get_by_role("button", name="Để sau ạ")).to_have_count(0)
    expect(chat.log).to_contain_text("Dạ, em nghe: Dạ, học thử")
    expect(chat.answers.get_by_role("button")).to_have_count(3)
    chat.say("im")
    expect(chat.log).to_contain_text("Dạ.")
    expect(chat.answers).to_be_hidden()


def test_double_click_sends_once(chat: Chat) -> None:
    chat.answers.get_by_role("button", name="Dạ, học thử").dblclick()
    chat.page.wait_for_timeout(800)
    assert len(chat.bubbles()) == 3
    chat.answers.get_by_role("button", name="Tiếp").dblclick(delay=20)
    expect(chat.log).to_contain_text("Dạ, em nghe: Tiếp")
    chat.page.wait_for_timeout(800)
    assert len(chat.bubbles()) == 5


def test_texts_stay_texts(chat: Chat, faults: list[str]) -> None:
    def no_dialog(dialog: Dialog) -> None:
        faults.append(f"script ran: {dialog.message}")
        dialog.dismiss()

    chat.page.on("dialog", no_dialog)
    nasty = "<img src=x onerror=alert(1)>\n<script>alert(2)</script>"
    chat.say(nasty)
    expect(chat.log.locator(".mine").last.locator("p")).to_have_text(nasty, use_inner_text=True)
    expect(chat.log).to_contain_text("Chị vừa viết: <img src=x")
    assert chat.page.locator("main img, main script").count() == 0


def test_phone_numbers_can_be_called_and_amounts_cannot(chat: Chat) -> None:
    chat.say("số")
    expect(chat.page.get_by_role("link")).to_have_count(3)
    links = chat.page.get_by_role("link").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links == ["tel:113", "tel:19000368", "tel:02513821234"]


COVERED = """() => {
  const scroll = document.scrollingElement;
  const wrong = [];
  let seen = 0;
  for (scroll.scrollTop = scroll.scrollHeight; scroll.scrollTop > 0; scroll.scrollTop -= 40) {
    window.dispatchEvent(new Event('scroll'));
    const end = document.querySelector('footer').getBoundingClientRect().top;
    for (const button of document.querySelectorAll('#answers button')) {
      const box = button.getBoundingClientRect();
      for (const y of [box.top + 6, (box.top + box.bottom) / 2, box.bottom - 6]) {
        if (y < 0 || y > end || y > innerHeight) continue;
        const hit = document.elementFromPoint(box.left + box.width / 2, y);
        if (!document.querySelector('#more').hidden) seen++;
        if (hit && hit.id === 'more') wrong.push(button.textContent + ' at ' + scroll.scrollTop);
      }
    }
  }
  return { wrong, seen };
}"""


def test_nothing_lies_over_a_button_however_far_she_has_scrolled(chat: Chat) -> None:
    chat.page.set_viewport_size({"width": 360, "height": 740})
    for words in ("dài", "nút"):
        chat.say(words)
        expect(chat.answers).to_be_visible()
    expect(chat.answers.get_by_role("button")).to_have_count(6)
    found = chat.page.evaluate(COVERED)
    assert found["seen"] > 0, "the way on was shown beside the buttons"
    assert found["wrong"] == []
    chat.page.evaluate("document.scrollingElement.scrollTop = 0")
    expect(chat.more).to_be_visible()
    while chat.more.is_visible():
        chat.more.click()
    expect(chat.answers.get_by_role("button").last).to_be_in_viewport()


def test_her_data_are_a_tap_away(chat: Chat) -> None:
    chat.say("dữ liệu")
    link = chat.page.get_by_role("link", name="Dữ liệu của tôi")
    expect(link).to_have_attribute("href", "chat/data")


def test_too_long_a_text_comes_back_with_a_sentence(chat: Chat) -> None:
    chat.say("a" * 4001)
    expect(chat.page.get_by_text("Tin dài quá")).to_be_visible()
    expect(chat.text).to_have_value("a" * 4001)
    chat.say("b" * 100_000)
    expect(chat.text).to_have_value("b" * 100_000)
    chat.say("ngắn")
    expect(chat.log).to_contain_text("Chị vừa viết: ngắn")
    expect(chat.page.get_by_text("Tin dài quá")).to_be_hidden()
    assert len(chat.bubbles()) == 3


def test_every_tab_shows_the_same_and_nobody_is_pulled_from_what_she_reads(chat: Chat, open_chat: Open) -> None:
    chat.say("dài")
    expect(chat.more).to_have_text("↓ Xem tiếp")
    other = open_chat()
    top = chat.page.evaluate("scrollY")
    other.say("từ máy khác")
    expect(chat.log).to_contain_text("Chị vừa viết: từ máy khác")
    expect(chat.more).to_have_text("↓ Tin mới")
    assert chat.page.evaluate("scrollY") == top
    assert chat.bubbles() == other.bubbles()
    chat.more.click()
    expect(chat.more).to_be_hidden()
    expect(chat.log.get_by_text("Chị vừa viết: từ máy khác")).to_be_in_viewport()
    other.answer("Đúng rồi")
    expect(chat.log).to_contain_text("Dạ, em nghe: Đúng rồi")
    expect(chat.answers.get_by_role("button", name="Tiếp")).to_be_in_viewport()


def test_keyboard_alone_is_enough(chat: Chat) -> None:
    keys = chat.page.keyboard
    chat.text.focus()
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    expect(chat.answers.get_by_role("button", name="Dạ, học thử")).to_be_focused()
    keys.press("Enter")
    expect(chat.answers.get_by_role("button", name="Tiếp")).to_be_enabled()
    keys.press("Tab")
    expect(chat.answers.get_by_role("button", name="Tiếp")).to_be_focused()
    keys.press("Tab")
    keys.press("Space")
    expect(chat.log).to_contain_text("Dạ, em nghe: Nói lại chậm hơn")
    chat.text.focus()
    keys.type("một")
    keys.press("Shift+Enter")
    keys.type("hai")
    keys.press("Enter")
    expect(chat.log.locator(".mine").last.locator("p")).to_have_text("một\nhai", use_inner_text=True)


def test_enter_that_ends_a_letter_does_not_send(chat: Chat) -> None:
    chat.text.fill("tieengs")
    chat.text.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    chat.page.wait_for_timeout(200)
    expect(chat.text).to_have_value("tieengs")


# --- nothing is lost ----------------------------------------------------------------------------------------

LISTENER = """
window.heard = [];
new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => {
  const log = node.parentNode;
  if (log && log.id === 'log') window.heard.push([log.getAttribute('aria-live'), node.textContent]);
}))).observe(document, { childList: true, subtree: true });
"""


def test_reload_keeps_the_conversation_and_does_not_read_it_out(chat: Chat) -> None:
    chat.answer("Dạ, học thử")
    chat.say("nhớ nhé")
    expect(chat.log).to_contain_text("Chị vừa viết: nhớ nhé")
    before = chat.bubbles()
    chat.page.add_init_script(LISTENER)
    chat.page.reload()
    expect(chat.log).to_contain_text("Chị vừa viết: nhớ nhé")
    assert chat.bubbles() == before
    expect(chat.answers.get_by_role("button", name="Đúng rồi")).to_be_in_viewport()
    assert {live for live, _ in chat.page.evaluate("heard")} == {"off"}
    expect(chat.log).to_have_attribute("aria-live", "polite")
    chat.say("đọc lên")
    expect(chat.log).to_contain_text("Chị vừa viết: đọc lên")
    assert ["polite", "Cầm Tay: Chị vừa viết: đọc lên"] in chat.page.evaluate("heard")


def test_the_first_greeting_is_read_out(phone: BrowserContext, echo_server: Server) -> None:
    page = phone.new_page()
    page.add_init_script(LISTENER)
    page.goto(echo_server.url)
    expect(page.get_by_role("log")).to_contain_text(GREETING)
    assert {live for live, _ in page.evaluate("heard")} == {"polite"}


def test_a_killed_server_loses_nothing(chat: Chat, echo_server: Server) -> None:
    chat.answer("Dạ, học thử")
    expect(chat.log).to_contain_text("Dạ, em nghe: Dạ, học thử")
    echo_server.kill()
    expect(chat.page.get_by_text("Đang nối lại…")).to_be_visible()
    chat.answer("Tiếp")
    expect(chat.answers).to_be_hidden()
    chat.say("hai dòng")
    expect(chat.page.get_by_text("Chưa gửi được")).to_be_visible()
    echo_server.start()
    expect(chat.log).to_contain_text("Chị vừa viết: hai dòng")
    expect(chat.page.get_by_text("Đang nối lại…")).to_be_hidden()
    expect(chat.page.get_by_text("Chưa gửi được")).to_be_hidden()
    said = [words for words in chat.bubbles() if words.startswith("Tôi")]
    assert said == ["Tôi: Dạ, học thử", "Tôi: Tiếp", "Tôi: hai dòng"]


def test_what_was_written_offline_is_sent_once(chat: Chat, phone: BrowserContext) -> None:
    phone.set_offline(True)
    expect(chat.page.get_by_text("Đang nối lại…")).to_be_visible()
    chat.say("ngoài vùng phủ sóng")
    chat.say("vẫn vậy")
    phone.set_offline(False)
    expect(chat.log).to_contain_text("Chị vừa viết: vẫn vậy")
    assert [words for words in chat.bubbles() if words.startswith("Tôi")] == [
        "Tôi: ngoài vùng phủ sóng",
        "Tôi: vẫn vậy",
    ]
    expect(chat.page.get_by_text("Đang nối lại…")).to_be_hidden()


def test_what_was_written_offline_outlives_the_page(chat: Chat, phone: BrowserContext, open_chat: Open) -> None:
    phone.set_offline(True)
    chat.say("máy tắt mất")
    expect(chat.page.locator("#waiting")).to_contain_text("máy tắt mất")
    chat.page.close()
    phone.set_offline(False)
    again = open_chat()
    expect(again.log).to_contain_text("Chị vừa viết: máy tắt mất")
    again.page.reload()
    expect(again.log).to_contain_text("Chị vừa viết: máy tắt mất")
    again.page.wait_for_timeout(500)
    assert len(again.bubbles()) == 3


def test_an_answer_that_never_arrived_is_sent_again_without_doubling(chat: Chat) -> None:
    lost: list[str] = []

    def lose_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.post_data or "")
        route.fetch()  # the server has it, the page never hears so
        route.abort()

    chat.page.route("**/chat/send", lose_first)
    chat.say("một lần thôi")
    expect(chat.log).to_contain_text("Chị vừa viết: một lần thôi")
    expect(chat.page.locator("#waiting")).to_be_empty()
    chat.page.wait_for_timeout(500)
    assert lost and len(chat.bubbles()) == 3


def test_without_a_live_stream_the_page_asks_by_itself(phone: BrowserContext, open_chat: Open) -> None:
    phone.route("**/chat/stream*", lambda route: route.abort())
    chat, other = open_chat(), open_chat()
    chat.page.wait_for_timeout(5000)
    other.say("đi đường vòng")
    expect(chat.log).to_contain_text("Chị vừa viết: đi đường vòng")
    expect(chat.page.get_by_text("Đang nối lại…")).to_be_hidden()
    expect(other.log).to_contain_text("Chị vừa viết: đi đường vòng")


def test_a_lost_cookie_opens_the_page_anew(chat: Chat, phone: BrowserContext) -> None:
    chat.say("trước")
    expect(chat.log).to_contain_text("Chị vừa viết: trước")
    phone.clear_cookies()
    chat.say("sau")
    expect(chat.log).to_contain_text("Chị vừa viết: sau")
    assert len(chat.bubbles()) == 3
    assert "#" not in chat.page.url
