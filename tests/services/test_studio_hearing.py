"""From a sentence that nobody understood to the word it lacked: added, heard at once, published, taken back."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.desk.pages.lessons.hints import HERE, NOT_HERS, here
from bot.publishing.library import LiveLessons
from bot.studio.following import NotReady
from bot.studio.hearing import WordsTable
from bot.studio.publishing import ReviewOutdated
from bot.studio.tables import TablePublisher
from flows.saying import say
from flows.shelf.shelf import WORDS
from flows.words.understand import Command, understand
from storage.engine.database import Database
from storage.unheard import unheard
from storage.unheard.unheard import UnheardRow
from tests.services.test_library import folder
from tests.storage.conftest import database, database_url
from tests.support.builders import LESSONS, PROJECT, facts
from tests.support.desk_house import DeskBrowser, DeskHouse, desk_house
from tests.support.studio import LAN, MAI, OTHERS, Room, studio_on
from tests.support.world import START

__all__ = ["database", "database_url", "folder"]  # the fixtures

SAID = "cho bà ngó mục bài vở"


@pytest.fixture(params=[True, False], ids=["writes", "served"])
async def room(request: pytest.FixtureRequest, database: Database, folder: Path) -> AsyncIterator[Room]:
    async with studio_on(database, folder, writes=request.param) as opened:
        yield opened


def meant(library: LiveLessons, text: str = SAID) -> object:
    return understand(library.book.words, text, ())


async def published(room: Room) -> int:
    tables = TablePublisher(room.publisher)
    review = await tables.review(LAN, WORDS)
    row = await tables.publish(LAN, WORDS, review.stamp)
    await room.library.reload()
    return row.version


async def test_a_way_of_saying_is_added_heard_published_and_taken_back(room: Room):
    table, tables, before = (
        WordsTable(room.studio),
        TablePublisher(room.publisher),
        (room.root / WORDS).read_text("utf-8"),
    )
    assert meant(room.library) != Command("menu")
    desk = await table.add(LAN, "commands/menu", f"  {SAID} ")
    assert understand((await table.book(desk)).words, SAID, ()) == Command("menu"), "with the draft it is heard at once"
    assert meant(room.library) != Command("menu"), "nobody else hears with a draft"
    assert not (await room.studio.open(MAI, WORDS)).is_changed
    assert await published(room) == 2
    assert meant(room.library) == Command("menu")
    follows = room.publisher.writes(room.root / WORDS)
    assert (SAID in (room.root / WORDS).read_text("utf-8")) == follows
    again = LiveLessons(room.database, room.root, facts())
    await again.open(START)
    assert meant(again) == Command("menu"), "after a start, too"
    assert {*again.book.current} == {"mot", "hai"}, "the table is no lesson"
    assert {line.lesson for line in await room.studio.tree(LAN)} == {"mot", "hai"}
    review = await tables.review_rollback(LAN, WORDS, 1)
    await tables.publish(LAN, WORDS, review.stamp, 1)
    await room.library.reload()
    assert meant(room.library) != Command("menu")
    assert (await room.studio.open(MAI, WORDS)).text == before, "the next edit begins with what is in force"
    history = await room.publisher.history(LAN, WORDS)
    assert [(each.row.version, each.row.mode) for each in history] == [(1, "rollback"), (2, "text"), (1, "first")]
    assert [what for _, what, _ in await room.audit()] == ["words_published", "words_rolled_back"]


async def test_a_spelling_is_added(room: Room):
    table = WordsTable(room.studio)
    desk = await table.spell(LAN, "Thựcđơnn", "thực đơn")
    assert "thựcđơnn: thực đơn" in desk.text
    with pytest.raises(NotReady):
        await table.spell(LAN, "thựcđơnn", "thực đơn")


async def test_what_makes_no_sense_is_not_published(room: Room):
    table, tables = WordsTable(room.studio), TablePublisher(room.publisher)
    for meaning, said in (("", SAID), ("commands/khong-co", SAID), ("spelling/ko", SAID), ("commands/menu", "  ")):
        with pytest.raises(NotReady):
            await table.add(LAN, meaning, said)
    await table.add(LAN, "commands/menu", "không phải tôi")  # it means something else already
    review = await tables.review(LAN, WORDS)
    assert ({each.code for each in review.problems if each.severity == "error"}, review.is_ready) == ({"E010"}, False)
    with pytest.raises(NotReady):
        await tables.publish(LAN, WORDS, review.stamp)


async def test_nothing_unseen_is_published(room: Room):
    table, tables = WordsTable(room.studio), TablePublisher(room.publisher)
    await table.add(LAN, "commands/menu", SAID)
    review = await tables.review(LAN, WORDS)
    await table.add(LAN, "commands/menu", f"{SAID} nữa")
    with pytest.raises(ReviewOutdated):
        await tables.publish(LAN, WORDS, review.stamp)


async def test_only_who_edits_lessons_may(room: Room):
    table, tables = WordsTable(room.studio), TablePublisher(room.publisher)
    for actor in OTHERS:
        for ask in (table.add(actor, "commands/menu", SAID), table.spell(actor, "x", "y"), tables.review(actor, WORDS),
                    tables.review_rollback(actor, WORDS, 1), tables.publish(actor, WORDS, "")):  # fmt: skip
            with pytest.raises(Exception, match="soạn bài"):
                await ask


# --- the pages ---------------------------------------------------------------------------------------


@pytest.fixture
async def editor(database: Database, folder: Path, tmp_path: Path) -> AsyncIterator[DeskBrowser]:
    async with (
        desk_house(database, tmp_path / "data", lessons=folder) as house,
        house.browser(await house.person("Lan", "editor")) as browser,
    ):
        yield browser


async def given(house: DeskHouse, text: str, lesson: str = "", step: str = "") -> None:
    learner = await house.person("Sáu", "learner")
    row = UnheardRow(text, lesson, step, house.clock.now())
    await house.database.transact(lambda c: unheard.add(c, learner, row))


def link_to(page: str, beginning: str) -> str:
    found = re.search(rf'href="(?:\.\./)*(?:\./)?({re.escape(beginning)}[^"]*)"', page)
    assert found, f"no way to {beginning}"
    return found[1].replace("&amp;", "&")


async def test_from_the_sentence_to_the_table_in_one_click(editor: DeskBrowser):
    await given(editor.house, SAID)
    page = await editor.get("unheard")
    assert "Nay máy đã hiểu" not in page
    way = link_to(page, "words?")
    page = await editor.get(way)
    assert f'value="{SAID}"' in page
    assert "Máy chưa hiểu" in page
    back = await editor.post("words/add", {"said": SAID, "way": SAID, "meaning": "commands/menu"})
    assert back.endswith(f"words?said={quote(SAID).replace('%20', '+')}")
    page = await editor.get(way)
    assert "✓ Máy hiểu" in page
    assert "danh sách bài" in page
    stamp = re.search(r'name="stamp" value="(\w+)"', await editor.get("words/publish"))
    assert stamp
    await editor.post("words/publish", {"stamp": stamp[1]})
    assert "Đã phát hành bản 2" in await editor.get("words/history")
    assert "Quay lại bản 1" in await editor.get("words/history")
    assert "+ " in await editor.get("words/history/1") or "− " in await editor.get("words/history/1")


async def test_from_the_sentence_to_the_button_of_its_step_in_one_click(editor: DeskBrowser):
    said = "thôi em hổng dám nói"
    await given(editor.house, said, "mot", "hoi")
    way = link_to(await editor.get("unheard"), "lessons/mot/ways?")
    page = await editor.get(way)
    assert "Máy chưa hiểu" in page
    assert "Không đọc" in page
    form = {"step": "hoi", "said": said, "choice": "khong", "way": said}
    assert "lessons/mot/ways?step=hoi" in await editor.post("lessons/mot/ways", form)
    page = await editor.get(way)
    assert "✓ Máy hiểu" in page
    assert "bấm nút “Không đọc”" in page
    assert "lessons/mot/publish" in page
    assert f"ways: [{said}]" in await editor.get("lessons/mot/publish")
    await editor.post("lessons/mot/ways", {**form, "choice": ""}, 400)


async def test_one_saying_has_one_button(editor: DeskBrowser):
    way, here = "lessons/mot/ways", "lessons/mot/ways?step=hoi"
    form = {"step": "hoi", "choice": "khong", "way": "giữ kín"}
    await editor.post(way, form)
    page = await editor.post(way, {**form, "choice": "doc", "way": "Giu kin"}, 400)
    assert "“Giu kin” đã là cách nói của nút “Không đọc”" in text_of(page)
    assert "Chuyển “Giu kin” sang nút “Đọc cho họ nghe”" in text_of(page)
    await editor.post(way, {**form, "choice": "doc", "go": "move"})
    assert "ways: [giữ kín]" in await editor.get("lessons/mot/publish")
    page = text_of(await editor.get(f"{here}&said=giữ+kín"))
    assert "bấm nút “Đọc cho họ nghe”" in page
    page = await editor.post(way, {**form, "choice": "doc", "way": "không đọc", "go": "move"}, 400)
    assert "“không đọc” là lời để bấm nút “Không đọc”" in text_of(page)
    await editor.post(way, {**form, "choice": "doc", "go": "drop"})
    assert "Đã bỏ khỏi nháp: “giữ kín”." in await editor.get(here)
    assert "giữ kín" not in await editor.get(here)
    await editor.post(way, {**form, "choice": "doc", "go": "drop"}, 400)
    back = await editor.post(way, {**form, "way": "nghỉ chút"})
    assert "không còn là “nghỉ”" in text_of(await editor.get(back[back.index("lessons/") :]))


async def test_a_way_that_means_something_already_is_told_at_once(editor: DeskBrowser):
    form = {"said": "học tiếp", "way": "học tiếp", "meaning": "answers/later"}
    page = text_of(await editor.post("words/add", form, 400))
    assert "“học tiếp” đã có nghĩa" in page
    assert "“đi tiếp”" in page
    assert "Vẫn thêm nghĩa này nữa" in page
    await editor.post("words/add", {**form, "go": "also"})


async def test_an_answer_is_heard_where_answers_count(editor: DeskBrowser):
    form = {"said": "coi tới khúc sau", "way": "coi tới khúc sau", "meaning": "answers/next"}
    way = link_to(await editor.get(f"words?said={quote(SAID)}"), "words")
    assert way
    back = await editor.post("words/add", form)
    assert back.endswith("&meaning=answers%2Fnext")
    page = text_of(await editor.get(back[back.index("words?") :]))
    assert "✓ Máy hiểu: “coi tới khúc sau” → đi tiếp" in page
    assert "(ở bước “Chào {chị}, bản A.”, bài “Bài " in page
    assert "✗" not in page


async def test_what_a_table_changes_is_told_in_words(editor: DeskBrowser):
    await editor.post("words/add", {"way": SAID, "meaning": "commands/menu"})
    await editor.post("words/add", {"typed": "tía", "means": "cha"})
    page = text_of(await editor.get("words/publish"))
    told = page[: page.index("Xem chi tiết từng dòng")]
    assert f"danh sách bài Thêm {SAID}" in told
    assert "Chữ viết tắt, tiếng vùng Thêm tía → cha" in told
    assert "menu:" not in told


async def test_a_step_that_is_gone_is_no_dead_end(editor: DeskBrowser):
    page = await editor.get(f"lessons/mot/ways?step=khong_con&said={quote(SAID)}")
    assert '<option value="hoi">' in page
    assert "words?" in page


def text_of(page: str) -> str:
    """What people read of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split()).replace(" .", ".").replace(" :", ":")


# --- hints -------------------------------------------------------------------------------------------


ELSEWHERE = re.compile(r"\./camtay|lessons/|config\.yaml|sources\.yaml|thư mục|dòng lệnh|/save")
"""What an editor has not: commands, files, folders."""


def test_no_rule_sends_an_editor_to_a_terminal_or_a_file():
    """Every sentence of the rules and readers that names a command, or a file that she has not, is said otherwise."""
    files = [path for room in ("rules", "reading", "play", "yaml") for path in (PROJECT / "flows" / room).glob("*.py")]
    texts = [path.read_text("utf-8") for path in files if path.name not in NOT_HERS]
    said = {each for text in texts for each in re.findall(r'say\(\s*"((?:[^"\\]|\\.)+)"', text)}
    wanted = {each for each in said if ELSEWHERE.search(each)}
    assert len(wanted) > 20
    assert wanted - HERE.keys() == set()
    assert not [each for each in HERE.values() if ELSEWHERE.search(each)]
    whole = say("{first}; {then}", first=say("sửa dòng này, rồi ./camtay test-lessons"), then=say("xong"))
    assert "./camtay" not in here(whole)
    assert here("chữ thường") == "chữ thường"
    assert here(say("không có tệp “{file}” trong thư mục media", file="a.png")) == "chưa có tệp “a.png” trong bài này"


@pytest.mark.parametrize(
    "name", ["words.yaml", "_template/lesson.yaml", *(f"answers/{each}.yaml" for each in "mvtldg")]
)
def test_no_note_of_a_text_that_she_opens_does(name: str):
    notes = re.findall(r"(?m)(?:^|\s)#.*", (LESSONS / name).read_text("utf-8"))
    assert not [each for each in notes if ELSEWHERE.search(each)]


@pytest.mark.parametrize(
    "broken", ["a: [", "answers: {done: [", "commands: [1, 2]\n", "answers: 5\ncommands:\n  menu: {a: 1}\n"]
)
async def test_a_draft_with_faults_is_no_dead_end(editor: DeskBrowser, broken: str):
    page = await editor.get("words")
    began = html.unescape(re.findall(r'name="began"[^>]*>\n?([^<]*)</textarea>', page)[0])
    await editor.post("words", {"began": began, "text": broken})
    assert "Điều máy soát thấy" in await editor.get("words?said=xong+roi")
    await editor.get("words/add")
    await editor.post("words/add", {"meaning": "answers/done", "way": "xong liền"}, 400)
