"""From a question that nobody answered to the answer it lacked: put right, begun, published, taken back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.publishing.library import LiveLessons
from bot.studio.answering import AnswersTable
from bot.studio.following import NotReady
from bot.studio.policy.answers import entries_of, id_for, with_entry, with_new
from bot.studio.service import NoSuchLesson
from bot.studio.tables import TablePublisher
from flows.reading.answers import WAYS
from flows.words.ear.finding import find, finder_of
from storage.engine.database import Database
from tests.services.test_library import folder
from tests.storage.conftest import database, database_url
from tests.support.builders import LESSONS, facts
from tests.support.desk_house import DeskBrowser, desk_house
from tests.support.studio import LAN, MAI, OTHERS, Room, studio_on
from tests.support.world import START

__all__ = ["database", "database_url", "folder"]  # the fixtures

TABLE = "answers/m.yaml"
ASKED = ["cái chuông hình tròn để mần chi", *(f"hỏi chuyện cái chuông {at}" for at in range(1, WAYS))]
TOLD = "Cái chuông báo có tin mới. {Chị} bấm vào là xem được."
WRITTEN = f"""# ghi chú của người soạn, phải còn nguyên
- id: m0-chuong
  outline: M0
  say: "{TOLD}"
  src: none
  ask:  # mười cách
{"".join(f"    - {each}{chr(10)}" for each in ASKED)}"""
"""A table with one entry, notes and a layout of its own."""
HEARD = "rứa cái chuông hình tròn kia mần chi"


@pytest.fixture
def answered(folder: Path) -> Path:
    (folder / TABLE).parent.mkdir()
    (folder / TABLE).write_text(WRITTEN, "utf-8")
    return folder


@pytest.fixture(params=[True, False], ids=["writes", "served"])
async def room(request: pytest.FixtureRequest, database: Database, answered: Path) -> AsyncIterator[Room]:
    async with studio_on(database, answered, writes=request.param) as opened:
        yield opened


def told(library: LiveLessons, text: str = HEARD) -> list[str]:
    return [each.say for each in find(finder_of(library.book.answers), library.book.words.ear, text)]


async def test_an_answer_is_put_right_published_and_taken_back(room: Room):
    table, tables = AnswersTable(room.studio), TablePublisher(room.publisher)
    assert told(room.library) == [TOLD]
    other = TOLD.replace("tin mới", "tin vừa tới")
    desk = await table.write(LAN, "m0-chuong", other, ASKED, [])
    assert desk.text == WRITTEN.replace(TOLD, other), "all else stays, notes too"
    draft = await table.open(LAN)
    assert [each.say for each in (await table.book(draft)).answers] == [other]
    assert (told(room.library), (await table.open(MAI)).desks[TABLE].is_changed) == ([TOLD], False)
    review = await tables.review(LAN, TABLE)
    await tables.publish(LAN, TABLE, review.stamp)
    await room.library.reload()
    assert told(room.library) == [other]
    assert (other in (room.root / TABLE).read_text("utf-8")) == room.publisher.writes(room.root / TABLE)
    again = LiveLessons(room.database, room.root, facts())
    await again.open(START)
    assert (told(again), {*again.book.current}) == ([other], {"mot", "hai"})
    assert {line.lesson for line in await room.studio.tree(LAN)} == {"mot", "hai"}, "a table is no lesson"
    back = await tables.review_rollback(LAN, TABLE, 1)
    await tables.publish(LAN, TABLE, back.stamp, 1)
    await room.library.reload()
    assert (told(room.library), (await room.studio.open(MAI, TABLE)).text) == ([TOLD], WRITTEN)
    assert [what for _, what, _ in await room.audit()] == ["answers_published", "answers_rolled_back"]


async def test_a_question_is_asked_for_in_one_more_way_and_a_new_one_is_answered(room: Room):
    table = AnswersTable(room.studio)
    odd = "tròn tròn kêu leng keng"
    assert told(room.library, odd) == []
    await table.add_way(LAN, "m0-chuong", odd)
    await table.add_way(LAN, "m0-chuong", odd.upper())
    draft = await table.open(LAN)
    assert draft.entry("m0-chuong").ask == (*ASKED, odd), "once"
    book = await table.book(draft)
    assert [each.id for each in find(finder_of(book.answers), book.words.ear, odd)] == ["m0-chuong"]
    ways = ["loa nhỏ xíu kêu rè rè thì sao", *(f"loa rè {at}" for at in range(1, WAYS))]
    made = await table.begin(LAN, "M1", 'Loa rè thì {chị} tắt "loa" rồi mở lại.', ways, [])
    assert (made.id, made.table, made.outline) == ("m1-loa-nho-xiu-keu-re", TABLE, "M1")
    book = await table.book(await table.open(LAN))
    assert [each.id for each in book.answers] == ["m0-chuong", "m1-loa-nho-xiu-keu-re"]
    for ask in (table.begin(LAN, "Z9", "Lời", ways, []), table.begin(LAN, "V1", "Lời", ways, []),
                table.begin(LAN, "M1", "Lời", [" "], []), table.write(LAN, "m0-chuong", "", ways, [])):  # fmt: skip
        with pytest.raises(NotReady):
            await ask
    with pytest.raises(NoSuchLesson):
        await table.add_way(LAN, "m9-khong-co", "gì đó")
    for name in ("answers/q.yaml", "answers/../words.yaml"):
        with pytest.raises(NoSuchLesson):
            await room.studio.open(LAN, name)


async def test_what_the_rules_forbid_is_told_and_not_published(room: Room):
    table, tables = AnswersTable(room.studio), TablePublisher(room.publisher)
    await table.write(LAN, "m0-chuong", TOLD, ASKED[:3], ["S999"])
    review = await tables.review(LAN, TABLE)
    assert not review.is_ready
    assert any("cách hỏi khác nhau" in str(each.message) for each in review.problems)
    assert (await table.book(await table.open(LAN))).answers == (), "what has faults is not said"
    for actor in OTHERS:
        for ask in (table.open(actor), table.add_way(actor, "m0-chuong", "gì"), tables.review(actor, TABLE)):
            with pytest.raises(Exception, match="soạn bài"):
                await ask


@pytest.mark.parametrize("path", sorted((LESSONS / "answers").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_answer_we_ship_can_be_written_anew(path: Path):
    text = path.read_text("utf-8")
    for entry in entries_of(path.name, text)[::7]:
        ways = [*entry.ask[1:], f"{entry.ask[0]} hả", "thêm một cách"]
        found = with_entry(text, entry, f"{entry.say} Thêm.", ways, ["S1", "S2"])
        assert found
        after = entries_of(path.name, found)[entry.at]
        assert (after.say, list(after.ask), after.sources) == (f"{entry.say} Thêm.", ways, ("S1", "S2"))
        few = with_entry(text, entry, entry.say, entry.ask[:4], entry.sources)
        assert few
        assert entries_of(path.name, few)[entry.at].ask == entry.ask[:4]
        assert len(few.splitlines()) == len(text.splitlines()) - len(entry.ask) + 4
    added = with_new(text, "z-moi", "M0", "Lời “mới”: có dấu #, và \\", ["một: hai", "- ba"], [])
    assert added
    assert added.startswith(text.rstrip())


def test_a_new_answer_gets_an_id_of_its_own():
    assert id_for("V4", "Đổi SIM rồi, mã OTP về đâu vậy con?", ()) == "v4-doi-sim-roi-ma-otp"
    assert id_for("V4", "Đổi SIM rồi, mã OTP về đâu", {"v4-doi-sim-roi-ma-otp"}) == "v4-doi-sim-roi-ma-otp-2"
    assert len(id_for("V4", "nghiêng " * 9, ())) <= 40


# --- the pages ---------------------------------------------------------------------------------------


@pytest.fixture
async def editor(database: Database, answered: Path, tmp_path: Path) -> AsyncIterator[DeskBrowser]:
    async with (
        desk_house(database, tmp_path / "data", lessons=answered) as house,
        house.browser(await house.person("Lan", "editor")) as browser,
    ):
        yield browser


async def test_from_the_question_to_the_answer_in_two_clicks(editor: DeskBrowser):
    odd = "leng keng chuông"
    page = await editor.get(f"answers?said={odd}")
    assert "Là câu này: thêm cách hỏi ấy" in page
    assert "new-answer?said=leng" in page
    back = await editor.post("answers/add", {"said": odd, "id": "m0-chuong"})
    assert "answers?said=leng+keng" in back
    page = await editor.get("answers")
    assert 'href="answers/m/publish"' in page or "answers/m/publish" in page
    form = {"say": f"{TOLD} Xong.", "ask": "\n".join(ASKED), "src": "none"}
    assert "answer/m0-chuong" in await editor.post("answer/m0-chuong", form)
    assert "Xong.</textarea>" in await editor.get("answer/m0-chuong")
    few = await editor.post("answer/m0-chuong", {**form, "ask": "một cách"})
    assert "answer/m0-chuong" in few
    assert "có 1 cách hỏi khác nhau" in await editor.get("answer/m0-chuong")
    assert "Ghi lời đáp" in await editor.post("answer/m0-chuong", {**form, "say": " "}, 400)
    await editor.post("answer/m0-chuong", form)
    page = await editor.get("answers/m/publish")
    stamp = re.search(r'name="stamp" value="(\w+)"', page)
    assert stamp
    told = page.partition("Xem chi tiết từng dòng")[0]
    assert f"<dd><ins>{TOLD} Xong.</ins></dd>" in told, "in words"
    assert "say:" not in told
    await editor.post("answers/m/publish", {"stamp": stamp[1]})
    assert "Đã phát hành bản 2" in await editor.get("answers/m/history")
    new = {"outline": "M1", "say": "Lời mới.", "ask": "một\nhai", "src": "none"}
    assert "answer/m1-mot" in await editor.post("new-answer", new)
    assert "Chọn giúp lời đáp thuộc bài nào" in await editor.post("new-answer", {**new, "outline": ""}, 400)
    for gone in ("answer/khong-co", "answers/q", "answers/q/publish"):
        await editor.get(gone, 404)
