"""A whole real lesson on a small phone before the real process: from the first hello, over a reload and two kills."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from flows.play.transcript import Act, Transcript, parse
from tests.e2e.chat_page import Chat, no_violations
from tests.e2e.conftest import Server
from tests.support.process import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # whole conversations, and perhaps on a busy machine

LESSON = "m0-khoi-dong"
TITLE = "Làm quen với Cầm Tay"


@pytest.fixture
def tutor(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path, "-m", "bot", "run", "--data", "{folder}/data", "--port", "{port}", "--host", "127.0.0.1")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def chat(phone: BrowserContext, tutor: Server) -> Chat:
    page = phone.new_page()
    page.goto(tutor.url)
    return Chat(page)


@pytest.fixture
def script() -> Transcript:
    """What the teachers wrote: the lesson may change, the test follows."""
    return parse((ROOT / "lessons" / "m" / LESSON / "transcripts" / "hoc-tron.txt").read_text("utf-8"), LESSON)


def get_to_the_menu(chat: Chat, script: Transcript) -> None:
    expect(chat.log).to_contain_text("máy trả lời tự động")
    chat.answer("Đồng ý")
    expect(chat.answers.get_by_role("button", name="Bỏ qua")).to_be_visible()
    chat.say(script.head.name)
    chat.answer("Gọi {}, xưng {}".format(*script.head.address.split("/")))
    expect(chat.answers.get_by_role("button", name=TITLE)).to_be_visible()


def act(chat: Chat, what: Act) -> None:
    if what.kind == "tap":
        chat.answer(what.text)
    else:
        chat.say(what.text)


def written(lines: tuple[str, ...]) -> tuple[str, ...]:
    """What the page shows as text: instead of the words of a picture it shows the picture."""
    return tuple(line for line in lines if not line.startswith("🖼"))


def see(chat: Chat, lines: tuple[str, ...]) -> None:
    """The last thing the tutor said is on the screen, not only on the page."""
    if said := written(lines):
        expect(chat.log.get_by_text(said[-1]).last).to_be_in_viewport()


def test_a_whole_lesson_survives_a_reload_and_two_kills(chat: Chat, tutor: Server, script: Transcript) -> None:
    get_to_the_menu(chat, script)
    chat.answer(TITLE)
    see(chat, script.opening.lines)
    quarter = len(script.exchanges) // 4
    for number, (what, turn) in enumerate(script.exchanges):
        if number == quarter:
            tutor.kill()  # she goes on meanwhile
        elif number == 2 * quarter:
            chat.page.reload()
        elif number == 3 * quarter:
            tutor.kill()
            tutor.start()
        act(chat, what)
        if number == quarter:
            expect(chat.page.get_by_text("Chưa gửi được")).to_be_visible()
            tutor.start()
        see(chat, turn.lines)
    expect(chat.answers.get_by_role("button")).not_to_have_count(0)
    assert chat.page.evaluate("document.documentElement.scrollWidth") == 360
    no_violations(chat.page)
    nothing_lost_nothing_doubled(chat, script)
    chat.page.reload()
    expect(chat.answers.get_by_role("button")).not_to_have_count(0)
    nothing_lost_nothing_doubled(chat, script)


def nothing_lost_nothing_doubled(chat: Chat, script: Transcript) -> None:
    """Her words are the script's, one by one; the tutor's are all there, in order."""
    hers = [f"Tôi: {what.text}" for what, _ in script.exchanges]
    assert [words for words in chat.bubbles() if words.startswith("Tôi: ")][-len(hers) :] == hers
    told, at = "\n".join(words for words in chat.bubbles() if words.startswith("Cầm Tay: ")), 0
    turns = script.opening, *(turn for _, turn in script.exchanges)
    for line in (line for turn in turns for line in written(turn.lines)):
        at = told.index(line, at) + len(line)


def test_without_consent_she_learns_and_sees_her_own_words(chat: Chat, tutor: Server, script: Transcript) -> None:
    expect(chat.log).to_contain_text("máy trả lời tự động")
    chat.answer("Không")
    expect(chat.answers.get_by_role("button", name=TITLE)).to_be_visible()
    chat.answer(TITLE)
    expect(chat.answers.get_by_role("button", name="Tiếp")).to_be_visible()
    own = [words for words in chat.bubbles() if words.startswith("Tôi: ")]
    assert own == ["Tôi: Không", f"Tôi: {TITLE}"]
    assert chat.bubbles()[-1].startswith("Cầm Tay: ")
    tutor.kill()
    tutor.start()
    chat.page.reload()
    expect(chat.answers.get_by_role("button", name="Tiếp")).to_be_visible()
    chat.answer("Tiếp")
    expect(chat.log).not_to_contain_text(f"Tôi: {TITLE}")


def test_whoever_deletes_everything_is_greeted_again(chat: Chat, script: Transcript) -> None:
    get_to_the_menu(chat, script)
    chat.say("xóa dữ liệu")
    chat.answer("Xóa hết")
    expect(chat.log).to_contain_text("đã xóa hết")
    chat.page.reload()
    chat.answer("Học lại từ đầu")
    expect(chat.answers.get_by_role("button", name="Đồng ý")).to_be_visible()


def test_what_one_of_the_family_read_is_not_shown_to_the_other(chat: Chat, tutor: Server, script: Transcript) -> None:
    get_to_the_menu(chat, script)
    chat.say("đổi người học")
    chat.answer("Người khác")
    expect(chat.answers.get_by_role("button", name="Đồng ý")).to_be_visible()
    expect(chat.log).not_to_contain_text("đổi người học")
    assert not [bubble for bubble in chat.bubbles() if script.head.name in bubble]
    chat.answer("Đồng ý")
    chat.say("Bé")
    chat.answer("Gọi chị, xưng em")
    chat.say("đổi người học")
    chat.answer(script.head.name)
    expect(chat.log).to_contain_text(f"{script.head.name}. ")
    assert not [bubble for bubble in chat.bubbles() if "Bé" in bubble]
