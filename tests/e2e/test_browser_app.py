"""The page as an app in a real Chromium: installable, opened without a line, and what it keeps."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from bot.channels.webchat.shell import ICONS, icon
from bot.pages import asset
from tests.e2e.chat_page import Chat, every_look
from tests.e2e.conftest import OpenContext, Server
from tests.support.echo_conversation import PICTURED

pytestmark = pytest.mark.browser

GREETING = "Dạ em chào chị ạ."
CONTROLLED = """navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller
  || new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done))).then(() => 0)"""


def opened(context: BrowserContext, server: Server) -> Chat:
    """The page, with its service worker at work."""
    page = context.new_page()
    page.goto(server.url)
    chat = Chat(page)
    expect(chat.log).to_contain_text(GREETING)
    page.evaluate(CONTROLLED)
    return chat


def test_chromium_finds_nothing_that_keeps_it_from_being_installed(phone: BrowserContext, echo_server: Server) -> None:
    page = opened(phone, echo_server).page
    devtools = phone.new_cdp_session(page)
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["url"] == f"{echo_server.url}app.webmanifest" and not manifest["errors"]
    # a context with nothing remembered is private browsing to it, and that alone keeps it from being installed
    errors = {each["errorId"] for each in devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert errors <= {"in-incognito"}


def test_without_a_line_the_page_opens_from_what_was_kept(phone: BrowserContext, echo_server: Server) -> None:
    page = opened(phone, echo_server).page
    echo_server.kill()
    page.close()
    again = phone.new_page()
    again.goto(echo_server.url)
    expect(again.get_by_role("heading", name="Cầm Tay")).to_be_visible()
    expect(again.get_by_text("Đang nối lại…")).to_be_visible()
    echo_server.start()
    expect(Chat(again).log).to_contain_text(GREETING)


def said(chat: Chat) -> list[str]:
    return [words.removeprefix("Tôi: ") for words in chat.bubbles() if words.startswith("Tôi")]


def reopened(phone: BrowserContext, chat: Chat, server: Server) -> Chat:
    """The same browser after the page was closed, whether there is a line or not."""
    chat.page.close()
    page = phone.new_page()
    page.goto(server.url)
    return Chat(page)


def kept(chat: Chat) -> str:
    return str(chat.page.evaluate("localStorage.getItem('camtay.seen') || ''"))


# --- without a line ------------------------------------------------------------------------------------


def test_what_was_read_last_is_readable_and_what_is_said_goes_once_and_in_order(
    phone: BrowserContext, echo_server: Server
) -> None:
    chat = opened(phone, echo_server)
    chat.say("hình")
    expect(chat.page.get_by_role("img", name=PICTURED)).to_be_visible()
    phone.set_offline(True)
    chat = reopened(phone, chat, echo_server)
    expect(chat.log).to_contain_text("Chị xem hình nhé.")
    expect(chat.page.get_by_text("Dưới đây là những gì đã xem lần trước.")).to_be_visible()
    expect(chat.page.get_by_role("img", name=PICTURED)).to_be_visible()
    chat.say("một")
    chat.say("hai")
    expect(chat.page.get_by_text("2 tin đang chờ, có mạng là tự gửi.")).to_be_visible()
    chat = reopened(phone, chat, echo_server)
    expect(chat.page.get_by_text("2 tin đang chờ, có mạng là tự gửi.")).to_be_visible()
    assert said(chat) == ["hình", "một", "hai"]
    chat.say("ba")
    phone.set_offline(False)
    expect(chat.log).to_contain_text("Chị vừa viết: ba")
    expect(chat.page.locator("#waiting")).to_be_empty()
    assert said(chat) == ["hình", "một", "hai", "ba"]
    expect(chat.page.get_by_text("đang chờ")).to_be_hidden()


def test_two_tabs_send_what_was_written_in_both_once_and_in_its_order(
    phone: BrowserContext, echo_server: Server
) -> None:
    one, two = opened(phone, echo_server), opened(phone, echo_server)
    phone.set_offline(True)
    for number, tab in enumerate((one, two, one, two, two, one)):
        tab.say(f"câu {number}")
        tab.page.wait_for_timeout(30)
    phone.set_offline(False)
    for tab in (one, two):
        expect(tab.log).to_contain_text("Chị vừa viết: câu 5")
        expect(tab.page.locator("#waiting")).to_be_empty()
        assert said(tab) == [f"câu {number}" for number in range(6)]


def test_another_persons_words_are_not_kept_and_a_deletion_leaves_nothing(
    phone: BrowserContext, echo_server: Server
) -> None:
    chat = opened(phone, echo_server)
    chat.say("riêng")
    expect(chat.log).to_contain_text("Lời của người khác.")
    chat.say("của mình")
    expect(chat.log).to_contain_text("Chị vừa viết: của mình")
    assert "của mình" in kept(chat) and "người khác" not in kept(chat)
    chat.page.evaluate("fetch('chat/forget', { method: 'POST' })")  # as after "xóa dữ liệu": the page is told so
    expect(chat.log).not_to_contain_text("của mình")
    expect(chat.log).to_contain_text(GREETING)
    assert "của mình" not in kept(chat)


# --- how she likes it ------------------------------------------------------------------------------------

VOICE = """
window.SpeechSynthesisUtterance = class { constructor(words) { this.text = words; } };
Object.defineProperty(window, 'speechSynthesis', { value: {
  getVoices: () => [{ lang: 'en-US', localService: true }, { lang: 'vi-VN', localService: %s }],
  addEventListener() {}, cancel() {},
  speak(words) {
    const body = document.body.dataset;
    body.spoken = (body.spoken || '') + words.text + '|';
    setTimeout(() => words.onend());
  },
} });
"""


def test_letters_colours_and_reading_are_remembered(phone: BrowserContext, echo_server: Server) -> None:
    phone.add_init_script(VOICE % "true")
    chat = opened(phone, echo_server)
    size = "parseFloat(getComputedStyle(document.querySelector('.bubble p')).fontSize)"
    before = chat.page.evaluate(size)
    chat.page.get_by_role("button", name="Aa: cỡ chữ, màu, đọc to").click()
    for name in ("Rất to", "Đậm, dễ đọc", "Tự đọc to"):
        chat.page.get_by_role("radio", name=name).check()
    chat.page.get_by_role("button", name="Xong").click()
    expect(chat.page.get_by_role("dialog")).to_be_hidden()
    expect(chat.page.get_by_role("button", name="Aa: cỡ chữ, màu, đọc to")).to_be_focused()
    chat.page.reload()
    expect(chat.log).to_contain_text(GREETING)
    assert chat.page.evaluate(size) == pytest.approx(1.4 * before)
    assert chat.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert chat.page.evaluate("document.body.dataset.spoken") is None, "what was there before is not read out"
    chat.say("nghe")
    expect(chat.log).to_contain_text("Gọi 113.")
    # as it is spoken, not as it is written
    expect(chat.page.locator("body")).to_have_attribute("data-spoken", "Gọi một một ba.|Đúng rồi|Chưa đúng|")


def test_every_line_can_be_heard_where_the_phone_itself_speaks_vietnamese(
    phone: BrowserContext, echo_server: Server
) -> None:
    phone.add_init_script(VOICE % "true")
    chat = opened(phone, echo_server)
    chat.page.get_by_role("button", name="Nghe").click()
    expect(chat.page.locator("body")).to_have_attribute(
        "data-spoken", re.compile("^Dạ em chào chị[^|]+\\|Dạ, học thử\\|Để sau ạ\\|$")
    )


PLAYER = """
window.Audio = class {
  constructor(address) { this.address = address; }
  play() {
    const body = document.body.dataset;
    body.spoken = (body.spoken || '') + this.address.replace(/.*media/, '♪') + '|';
    setTimeout(() => this.onended());
    return Promise.resolve();
  }
  pause() {}
};
"""


@pytest.mark.parametrize(
    ("voice", "said"),
    [
        (VOICE % "true", "Việc một.|♪/viec.m4a|Việc ba.|♪/dung.m4a|Chưa đúng|"),
        (VOICE % "false", "♪/viec.m4a|♪/dung.m4a|"),
    ],
    ids=["and a voice of the phone", "alone"],
)
def test_what_is_recorded_is_played_in_its_place(
    phone: BrowserContext, echo_server: Server, voice: str, said: str
) -> None:
    phone.add_init_script(voice + PLAYER)
    chat = opened(phone, echo_server)
    chat.say("thu")
    expect(chat.log).to_contain_text("Việc ba.")
    chat.page.get_by_role("button", name="Nghe").last.click()
    expect(chat.page.locator("body")).to_have_attribute("data-spoken", said)


@pytest.mark.parametrize("voice", [None, VOICE % "false"], ids=["no voice", "a voice that is elsewhere"])
def test_without_a_voice_of_the_phone_nothing_is_offered(
    phone: BrowserContext, echo_server: Server, voice: str | None
) -> None:
    phone.add_init_script(voice or "Object.defineProperty(window, 'speechSynthesis', { value: undefined });")
    chat = opened(phone, echo_server)
    expect(chat.page.get_by_role("button", name="Nghe")).to_be_hidden()


# --- speaking --------------------------------------------------------------------------------------------


def test_a_recording_goes_to_our_own_server_in_its_turn(phone: BrowserContext, echo_server: Server) -> None:
    posted: list[tuple[str, str, int]] = []

    def take(route: Route) -> None:
        request = route.request
        posted.append((request.url, request.headers["content-type"], len(request.post_data_buffer or b"")))
        route.fulfill(json={"ok": True}) if len(posted) > 1 else route.fulfill(status=503, json={"ok": False})

    def hears(route: Route) -> None:  # a server that understands recordings says so in the page
        page = route.fetch()
        route.fulfill(response=page, body=page.text().replace("<html ", '<html data-voice="1" ', 1))

    phone.route("**/chat/voice*", take)
    phone.route(echo_server.url, hears)
    chat = opened(phone, echo_server)
    chat.page.get_by_role("button", name="Nói").click()
    chat.page.wait_for_timeout(1200)
    chat.page.get_by_role("button", name="Gửi lời nói").click()
    expect(chat.page.locator("#waiting")).to_contain_text("Lời nói, 1 giây")
    chat.say("sau lời nói")
    expect(chat.log).to_contain_text("Chị vừa viết: sau lời nói")
    (first, kind, size), (second, *_), *more = posted
    assert first == second and not more and "/chat/voice?id=" in first, "the same id, once more after a failure"
    assert kind.startswith("audio/") and 500 < size < 100_000
    assert "giây" not in kept(chat)


def test_words_come_of_the_phone_alone_where_it_makes_them(phone: BrowserContext, echo_server: Server) -> None:
    phone.add_init_script("""
      window.SpeechRecognition = class {
        static async available(asked) {
          return asked.processLocally && asked.langs[0] === 'vi-VN' ? 'available' : 'unavailable';
        }
        start() {
          window.local = this.processLocally;
          this.onresult({ results: [[{ transcript: 'tôi muốn học' }]] });
          this.onend();
        }
      };
    """)
    chat = opened(phone, echo_server)
    chat.page.get_by_role("button", name="Nói").click()
    expect(chat.text).to_have_value("tôi muốn học")
    assert chat.page.evaluate("local") is True
    chat.send.click()
    expect(chat.log).to_contain_text("Chị vừa viết: tôi muốn học")


# --- pictures --------------------------------------------------------------------------------------------


def test_a_picture_opens_large_with_its_words_and_gives_the_focus_back(
    phone: BrowserContext, echo_server: Server
) -> None:
    chat = opened(phone, echo_server)
    chat.say("hình")
    opener = chat.page.get_by_role("button", name=f"Phóng to hình: {PICTURED}")
    opener.focus()
    chat.page.keyboard.press("Enter")
    large = chat.page.get_by_role("dialog", name="Hình phóng to")
    expect(large).to_contain_text(PICTURED)
    width = "document.querySelector('#zoom img').getBoundingClientRect().width"
    before = chat.page.evaluate(width)
    large.get_by_role("button", name="Phóng to").click()
    assert chat.page.evaluate(width) == pytest.approx(2 * before, rel=0.1)
    chat.page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(opener).to_be_focused()


def test_where_a_picture_does_not_come_its_words_do(phone: BrowserContext, echo_server: Server) -> None:
    phone.route("**/media/*", lambda route: route.abort())
    chat = opened(phone, echo_server)
    chat.page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.unregister())")
    chat.page.reload()
    chat.say("hình")
    expect(chat.log).to_contain_text(f"Hình chưa xem được: {PICTURED}")
    chat.say("chạm")
    chat.answer("Trái tim")  # what could be tapped on it is an answer like any other
    expect(chat.log).to_contain_text("Dạ, em nghe: Trái tim")


def test_a_spot_on_a_picture_is_tapped_once_by_finger_or_keyboard(phone: BrowserContext, echo_server: Server) -> None:
    chat = opened(phone, echo_server)
    chat.say("chạm")
    edge, heart = (chat.page.get_by_role("button", name=name) for name in ("Mép hình", "Trái tim"))
    expect(chat.answers).to_be_hidden()
    picture = chat.page.locator(".scene img").bounding_box()
    shown = heart.bounding_box()
    assert picture and shown
    assert shown["x"] == pytest.approx(picture["x"] + 0.25 * picture["width"], abs=2)
    assert shown["height"] == pytest.approx(0.45 * picture["height"], abs=2)
    edge.focus()
    chat.page.keyboard.press("Shift+Tab")
    expect(heart).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(chat.log).to_contain_text("Dạ, em nghe: Trái tim")
    expect(heart).to_be_disabled()
    expect(edge).to_be_disabled()


# --- how to come back ------------------------------------------------------------------------------------

INSIDE = {
    "Zalo": "Mozilla/5.0 (Linux; Android 13; SM-A125F) AppleWebKit/537.36 Mobile Safari/537.36 Zalo android/24",
    "Facebook": "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/440.0.0.0;]",
    "Telegram": "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Mobile Safari/537.36 Telegram-Android/10.9",
}
SMALL = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("host", INSIDE)
def test_inside_a_messenger_it_is_told_once_how_to_come_back(
    open_context: OpenContext, echo_server: Server, host: str
) -> None:
    context = open_context(user_agent=INSIDE[host], service_workers="block", **SMALL)
    page = context.new_page()
    page.goto(echo_server.url)
    chat = Chat(page)
    expect(chat.log).to_contain_text(GREETING)
    hint = page.get_by_role("complementary", name="Gợi ý")
    expect(hint).to_be_hidden()
    chat.say("xin chào")
    expect(hint).to_contain_text(f"Đang mở trong {host}")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    hint.get_by_role("button", name="Chép đường dẫn").click()
    expect(page.get_by_text("Đã chép đường dẫn.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == echo_server.url
    page.reload()
    chat.say("lần nữa")
    expect(chat.log).to_contain_text("Chị vừa viết: lần nữa")
    expect(hint).to_be_hidden()


OFFER = """
  const offer = new Event('beforeinstallprompt', { cancelable: true });
  offer.prompt = () => { window.prompted = true; };
  window.dispatchEvent(offer);
"""
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148"


@pytest.mark.parametrize(("agent", "told"), [(None, "ra màn hình điện thoại"), (IPHONE, "Thêm vào MH chính")])
def test_the_home_screen_is_spoken_of_once_and_not_at_first_sight(
    open_context: OpenContext, echo_server: Server, agent: str | None, told: str
) -> None:
    page = open_context(**({"user_agent": agent} if agent else {}), **SMALL).new_page()
    chat, hint = Chat(page), page.get_by_role("complementary", name="Gợi ý")
    for visit, is_told in enumerate((False, True, False)):
        page.goto(echo_server.url)
        expect(chat.log).to_contain_text(GREETING)
        expect(page.locator("link[rel=manifest]")).to_have_count(1)  # by then the visit has been counted
        if not agent:
            page.evaluate(OFFER)
        chat.say(f"lần {visit}")
        expect(chat.log).to_contain_text(f"Chị vừa viết: lần {visit}")
        if not is_told:
            expect(hint).to_be_hidden()
            continue
        expect(hint).to_contain_text(told)
        hint.get_by_role("button").first.click()
        assert bool(page.evaluate("window.prompted")) is not bool(agent)


def test_the_hint_gives_way_to_an_emergency_and_to_the_bell_and_comes_another_time(
    open_context: OpenContext, echo_server: Server
) -> None:
    page = open_context(user_agent=IPHONE, **SMALL).new_page()
    chat, hint = Chat(page), page.get_by_role("complementary", name="Gợi ý")
    for said in ("xin chào", "khẩn", "chuông"):
        page.goto(echo_server.url)
        expect(chat.log).to_contain_text(GREETING)
        expect(page.locator("link[rel=manifest]")).to_have_count(1)
        chat.say(said)
        expect(chat.log).to_contain_text(f"Chị vừa viết: {said}")
        expect(hint).to_be_hidden()
    chat.say("khỏe")
    expect(hint).to_be_hidden()
    expect(chat.log).to_contain_text("Chị vừa viết: khỏe")
    chat.say("dạ")
    expect(hint).to_be_visible()


# --- for everybody -----------------------------------------------------------------------------------------


def test_axe_finds_nothing_in_any_state_of_the_app(open_context: OpenContext, echo_server: Server) -> None:
    context = open_context(user_agent=INSIDE["Zalo"], reduced_motion="reduce", **SMALL)
    context.add_init_script(VOICE % "true")
    chat = opened(context, echo_server)
    page = chat.page
    chat.say("hình")
    expect(page.get_by_role("complementary", name="Gợi ý")).to_be_visible()
    expect(page.get_by_role("img", name=PICTURED)).to_be_visible()
    every_look(page)
    page.get_by_role("button", name="Để sau").click()
    page.get_by_role("button", name="Phóng to hình").click()
    page.get_by_role("dialog").get_by_role("button", name="Phóng to").click()
    every_look(page)
    page.keyboard.press("Escape")
    chat.say("chạm")
    expect(page.get_by_role("button", name="Trái tim", exact=True)).to_be_enabled()
    every_look(page)
    page.get_by_role("button", name="Aa: cỡ chữ, màu, đọc to").click()
    every_look(page)
    page.get_by_role("button", name="Xong").click()
    context.set_offline(True)
    chat.say("không có mạng")
    expect(page.get_by_text("1 tin đang chờ, có mạng là tự gửi.")).to_be_visible()
    every_look(page)


def test_the_keyboard_alone_reaches_and_leaves_the_choices(phone: BrowserContext, echo_server: Server) -> None:
    page = opened(phone, echo_server).page
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Aa: cỡ chữ, màu, đọc to")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(4):
        if page.get_by_role("radio", name="Vừa").evaluate("radio => radio === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="To", exact=True)).to_be_checked()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Xong")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Aa: cỡ chữ, màu, đọc to")).to_be_focused()


SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => list.getEntries().forEach((each) => { window.shifted += each.value; }))
  .observe({ type: 'layout-shift', buffered: true });
"""


def test_nothing_jumps_and_nothing_is_asked_of_anybody_else(phone: BrowserContext, echo_server: Server) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.add_init_script(SHIFTS)
    chat = opened(phone, echo_server)
    chat.say("hình")
    expect(chat.page.get_by_role("img", name=PICTURED)).to_be_visible()
    chat.page.get_by_role("button", name="Phóng to hình").click()
    chat.page.keyboard.press("Escape")
    chat.page.reload()
    expect(chat.page.get_by_role("img", name=PICTURED)).to_be_visible()
    assert chat.page.evaluate("shifted") < 0.05
    assert all(url.startswith((echo_server.url, "data:")) for url in asked), asked


def test_the_icons_are_those_of_the_drawing(open_context: OpenContext) -> None:
    """Whoever changes icon.svg draws them anew: a square page of each edge, photographed."""
    for edge in ICONS:
        page = open_context(viewport={"width": edge, "height": edge}).new_page()
        assert _shades(page, edge, asset("bot.channels.webchat", "icons/icon.svg"), icon(edge)) < 3


ALIKE = """async ([svg, png, edge]) => {
  const read = async (address) => {
    const image = new Image(edge, edge);
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(edge, edge).getContext('2d');
    canvas.drawImage(image, 0, 0, edge, edge);
    return canvas.getImageData(0, 0, edge, edge).data;
  };
  const one = await read('data:image/svg+xml,' + encodeURIComponent(svg));
  const two = await read('data:image/png;base64,' + png);
  return one.reduce((sum, shade, at) => sum + Math.abs(shade - two[at]), 0) / one.length;
}"""


def _shades(page: Page, edge: int, svg: str, png: bytes) -> float:
    """By how many shades of 256 the two differ on the average."""
    return float(page.evaluate(ALIKE, [svg, base64.b64encode(png).decode(), edge]))
