"""The pictures of the guides: each is a screen of the running tutor, made again by `--pictures`.

Pixels are another machine's: what is compared is what the product says on the buttons of that screen, and over what.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from bot.channels.webchat.identity import COOKIE
from bot.web.guides import FOLDER
from tests.e2e.chat_page import STILL, Chat, goes_to, no_violations
from tests.e2e.conftest import OpenContext, Server
from tests.support.labels import is_label

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PICTURES = FOLDER / "pictures"
WORDS = PICTURES / "words.json"
"""What the product says on each picture: written with it."""
WIDTH, CHAT, PAGE = 390, 560, 470  # of a phone; how high a picture of the chat is, and one of a page
SHARP = 2  # dots of the picture for one of the screen
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Where it is scrolled to has been drawn: a picture taken before has its header in the middle."""
LIST = (
    "STT,Họ và tên,Chi hội,Vai trò\n1,Nguyễn Thị Ba,Khu phố 1,\n2,Trần Thị Bảy,Khu phố 1,\n"
    "3,Lê Thị Chín,Chi hội mới,người chỉ\n"
).encode()
SAID = """() => {
  const place = document.querySelector('dialog[open]') || document.querySelector('main');
  return [...place.querySelectorAll('h1, h2, button, a.button, label, legend, .sign, #log a')]
    .filter((each) => each.checkVisibility()).map((each) => each.innerText.trim().split('\\n')[0]);
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("guides"), "-m", "tests.support.guide_server", "{folder}/ward", "{port}")
    server.start()
    yield server
    server.kill()


class Album:
    """Takes pictures, or looks whether those that lie there are still so."""

    def __init__(self, *, writes: bool) -> None:
        self.writes = writes
        self.kept: dict[str, list[str]] = json.loads(WORDS.read_text("utf-8")) if WORDS.exists() else {}
        self.taken: list[str] = []

    def take(self, page: Page, name: str, top: str = "", height: int = PAGE) -> None:
        """The screen from where `top` begins (as it is without), `height` high."""
        page.set_viewport_size({"width": WIDTH, "height": height})
        if top:
            page.locator(top).last.evaluate(
                "each => { each.scrollIntoView({block: each.closest('#log') ? 'center' : 'start'}); scrollBy(0, -8); }"
            )
        page.evaluate(STILL)
        page.evaluate(DRAWN)
        words = sorted({each for each in page.evaluate(SAID) if is_label(each)})
        self.taken.append(name)
        if self.writes:
            self.kept[name] = words
            shot = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide")))
            shot.convert("RGB").save(PICTURES / f"{name}.webp", quality=72, method=6)
        else:
            assert self.kept.get(name) == words, f"{name}: ./camtay test tests/e2e/test_browser_guides.py --pictures"

    def close(self) -> None:
        if self.writes:
            kept = {name: words for name, words in sorted(self.kept.items()) if name in self.taken}
            WORDS.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


@pytest.fixture(scope="module")
def album(request: pytest.FixtureRequest) -> Iterator[Album]:
    album = Album(writes=bool(request.config.getoption("--pictures")))
    yield album
    album.close()


@pytest.fixture
def opened(open_context: OpenContext, server: Server) -> Callable[..., Page]:
    """A phone whose holder is nobody yet, or who plays this role in the made-up ward."""

    def open_one(role: str = "") -> Page:
        context = open_context(
            viewport={"width": WIDTH, "height": 800}, device_scale_factor=SHARP, locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh", reduced_motion="reduce", color_scheme="light",
        )  # fmt: skip
        if role:
            context.add_cookies([{"name": COOKIE, "value": server.named(role), "url": server.url}])
        page = context.new_page()
        page.goto(server.url)
        return page

    return open_one


def at_desk(page: Page) -> Page:
    """She asks her chat for the way in, and goes it: to this server, whatever it is called outside."""
    Chat(page).say("bàn làm việc")
    link = page.get_by_role("link", name="Vào bàn làm việc")
    link.evaluate("each => { each.href = new URL(new URL(each.href).pathname.slice(1), location).href; }")
    return page


def enters(page: Page) -> None:
    page.get_by_role("link", name="Vào bàn làm việc").click()
    page.get_by_role("button", name="Vào bàn làm việc").click()
    page.get_by_role("button", name="Ra", exact=True).wait_for()


def reads(page: Page, server: Server) -> None:
    """From the desk to the officer's guide and the public ones, which are for everybody on a phone and on a desk."""
    goes_to(page, "Hướng dẫn")
    page.get_by_role("link", name="Cán bộ Hội: bàn làm việc").click()
    expect(page.get_by_role("button", name="In ra giấy")).to_be_visible()
    for address in (page.url, f"{server.url}guide/instructor"):
        page.goto(address)
        for width in (WIDTH, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            no_violations(page)
            assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_role("link", name="Học cùng Cầm Tay").click()
    picture = page.get_by_role("img").first
    picture.scroll_into_view_if_needed()
    picture.evaluate("each => each.decode()")
    page.get_by_role("link", name="Mở trang trò chuyện").click()
    expect(Chat(page).log).to_be_visible()


def test_a_learner(album: Album, opened: Callable[..., Page]) -> None:
    page = opened()
    chat = Chat(page)
    expect(chat.answers.get_by_role("button", name="Đồng ý")).to_be_visible()
    album.take(page, "learner-start", height=CHAT)
    chat.answer("Đồng ý")
    expect(chat.answers.get_by_role("button", name="Bỏ qua")).to_be_visible()
    chat.say("Sáu")
    chat.answer("Gọi bà, xưng con")
    track = chat.answers.get_by_role("button", name=re.compile("^Khởi động"))
    chat.answer(track.inner_text())
    chat.answer("Ra app khác rồi trở lại")
    on, done = (chat.answers.get_by_role("button", name=name, exact=True) for name in ("Tiếp", "Xong rồi"))
    expect(on).to_be_visible()
    while on.is_visible():
        chat.answer("Tiếp")
        expect(on.or_(done).first).to_be_visible()
    while not chat.log.locator("img").count():  # the tutor is still drawing the pictures of its lessons
        chat.answer("Nói lại")
        expect(done).to_be_visible()
        page.wait_for_timeout(300)
    chat.log.locator("img").last.evaluate("each => each.decode()")
    album.take(page, "learner-lesson", "#end", height=720)
    page.get_by_role("button", name="Aa").click()
    album.take(page, "learner-letters", height=CHAT)


def test_an_officer(album: Album, opened: Callable[..., Page], server: Server) -> None:
    page = at_desk(opened("officer"))
    album.take(page, "officer-link", "#log a", height=CHAT)
    enters(page)
    expect(page.get_by_role("heading", name="Hôm nay")).to_be_visible()
    album.take(page, "officer-today")
    goes_to(page, "Người")
    page.get_by_role("link", name="Nhập danh sách").click()
    page.get_by_label("Tệp danh sách").set_input_files({"name": "hoi-vien.csv", "mimeType": "text/csv", "buffer": LIST})
    page.get_by_label("Danh sách của").select_option(label="Phường Trấn Biên")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("heading", name="Xin trả lời trước khi nhập")).to_be_visible()
    album.take(page, "officer-check", "main > section:first-of-type")
    page.get_by_label("Đúng", exact=True).check()
    page.get_by_role("button", name="Nhập", exact=True).click()
    expect(page.get_by_role("heading", name="Người", exact=True)).to_be_visible()
    goes_to(page, "Mời")
    album.take(page, "officer-invite", "main section:nth-of-type(2)")
    goes_to(page, "Người")
    page.get_by_label("Tình trạng").select_option(label="đang xin, chờ duyệt")
    page.get_by_role("button", name="Tìm").click()
    page.locator("#found").get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Duyệt làm người chỉ bài")).to_be_visible()
    album.take(page, "officer-person", "main section:has(> div.deeds)")
    goes_to(page, "Tin của Hội")
    page.get_by_label("Lời tin").fill("Sáng thứ bảy mời các chị tới nhà văn hóa học dùng VNeID. Nhớ mang điện thoại.")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("button", name="Gửi tin này")).to_be_visible()
    album.take(page, "officer-news", "main section:first-of-type")
    goes_to(page, "Địa bàn")
    album.take(page, "officer-areas", "main section:first-of-type")
    goes_to(page, "Báo cáo")
    page.get_by_role("button", name="Mở báo cáo").click()
    page.get_by_role("button", name="In ra giấy").wait_for()
    album.take(page, "officer-month")
    goes_to(page, "Hôm nay")
    page.locator(".cards li:not(.urgent) a").first.click()
    expect(page.get_by_role("heading", name="Hỏi ai được")).to_be_visible()
    album.take(page, "officer-request", "main section:nth-of-type(3)")
    reads(page, server)


def test_an_instructor(album: Album, opened: Callable[..., Page]) -> None:
    page = opened("instructor")
    chat = Chat(page)
    expect(chat.answers.get_by_role("button", name="Nhận giúp")).to_be_visible()
    album.take(page, "instructor-offer", height=CHAT)
    chat.say("học viên của tôi")
    expect(chat.answers.get_by_role("button", name="Mận")).to_be_visible()
    album.take(page, "instructor-crew", "#end", height=CHAT)
    chat.answer("Mận")
    expect(chat.answers.get_by_role("button", name="Nhắn tin")).to_be_visible()
    album.take(page, "instructor-card", height=CHAT)


def test_an_editor(album: Album, opened: Callable[..., Page]) -> None:
    page = at_desk(opened("editor"))
    enters(page)
    page.get_by_role("link", name="Ra app khác rồi trở lại").click()
    page.get_by_role("link", name="Sửa lời, sửa hình").click()
    page.get_by_label("Tên bài").fill("Ra app khác rồi quay lại")
    album.take(page, "editor-words", "fieldset:nth-of-type(4)")
    page.get_by_role("button", name="Lưu nháp").click()
    page.get_by_role("link", name="Phát hành…").click()
    expect(page.get_by_role("heading", name="Sửa gì")).to_be_visible()
    album.take(page, "editor-publish", "main section:nth-of-type(2)")
    page.get_by_role("button", name="Phát hành", exact=True).click()
    page.get_by_role("link", name="Quay lại bản 1…").wait_for()
    album.take(page, "editor-history", height=680)


def test_an_operator(album: Album, opened: Callable[..., Page]) -> None:
    page = at_desk(opened("admin"))
    enters(page)
    page.get_by_role("button", name="English").click()
    goes_to(page, "Operations")
    expect(page.get_by_role("heading", name="Operations")).to_be_visible()
    album.take(page, "operator-page")


def test_every_picture_of_the_guides_was_taken(album: Album) -> None:
    texts = (path.read_text("utf-8") for path in FOLDER.glob("*.md"))
    assert {name for text in texts for name in re.findall(r"pictures/([\w-]+)\.webp", text)} == {*album.taken}
