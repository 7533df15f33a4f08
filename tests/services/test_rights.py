"""Her rights over her data: see, take along, withdraw, delete; and what is left afterwards."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.people import own_page
from bot.people.export import export_of_chat
from bot.people.policy.permissions import OPERATOR
from storage.conversations import tables as conversations_t
from tests.support.builders import book, lesson, real_book
from tests.support.everywhere import fill
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

CHANNELS = pytest.mark.parametrize("channel", [TELEGRAM, WEB])

QUIZ = lesson(
    """
    - quiz: q
      text: Hỏi
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
    - {say: nghi, text: Nghỉ, wait_tap: Tiếp}
    - {end: het, text: Hết}
    """
)


async def in_the_middle(t: Tutor, channel: str = TELEGRAM) -> Learner:
    """Bông has answered one question of the lesson `thu` and stands at its second step."""
    lan = await t.learner("hoa99", channel).meets("Bông Súng")
    await lan.opens("thu")
    return await lan.tap("Đúng")


@CHANNELS
async def test_she_sees_what_is_kept(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await in_the_middle(t, channel)
        await lan.say("xem dữ liệu của tôi")
        assert "Bông Súng" in lan.said and "Bài thu" in lan.said and "chị/em" in lan.said
        assert lan.last.labels == ("Tiếp",), "and her step is under her thumb again"


async def test_she_takes_it_along_in_words_she_can_read(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await in_the_middle(t)
        await lan.say("tải dữ liệu")
        assert "Tên gọi: Bông Súng" in lan.said and "Bài đang dở: Bài thu, 1 điểm" in lan.said


@CHANNELS
async def test_withdrawing_drops_what_she_said_and_keeps_her_place(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await in_the_middle(t, channel)
        await lan.say("rút đồng ý")
        assert "xóa tên gọi" in lan.said and lan.last.labels == ("Tiếp",)
        assert not await t.rows("attempt") and not await t.rows("run")
        assert "Bông" not in await t.everything()
        assert [row["answer"] for row in await t.rows("consent")] == ["agreed", "withdrawn"]
        await t.crash()
        assert "Hết" in (await lan.tap("Tiếp")).said
        assert not await t.rows("run") and len(await t.rows("chat_log")) <= 1


@CHANNELS
async def test_deleting_asks_once_and_leaves_consent_rows_only(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await in_the_middle(t, channel)
        (person,) = await t.rows("person")
        await lan.say("xoa het thong tin cua tui")
        assert lan.last.labels == ("Xóa hết", "Giữ lại")
        await lan.tap("Xóa hết")
        assert "đã xóa hết" in lan.said
        left = {
            table: await t.rows(table)
            for table in ("person", "identity", "session", "run", "attempt", "chat_log", "outbox")
        }
        farewell = left.pop("chat_log")
        assert not any(left.values())
        assert [row["text"] for row in farewell] == ([lan.said] if channel == WEB else []), "she shall be able to read"
        everything = await t.everything()
        assert "Bông" not in everything
        assert str(person["learner_id"]) not in everything
        (proof,) = await t.rows("consent")
        assert proof["answer"] == "agreed", "what the law asks for, under a name that leads to nobody"


async def test_deleting_takes_a_kept_copy_of_a_corrupt_state_too(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await in_the_middle(t)
        await t.database.transact(
            lambda c: c.execute(update(conversations_t.session).values(state='{"v": 1, "offer": "Bông"}'))
        )
        await lan.say("xóa dữ liệu")
        await lan.tap("Xóa hết")
        assert "Bông" not in await t.everything()


@pytest.mark.parametrize("typed", ["Giữ lại", "không", "thôi"])
async def test_keeping_keeps_everything_and_goes_on(tmp_path: Path, typed: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await in_the_middle(t)
        await lan.say("xóa dữ liệu")
        await lan.say(typed)
        assert len(await t.rows("attempt")) == 1
        assert lan.said


async def test_keep_by_button_puts_her_step_back_under_her_thumb(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await in_the_middle(t)
        await lan.say("xóa dữ liệu")
        await lan.tap("Giữ lại")
        assert "giữ nguyên" in lan.said and lan.last.labels == ("Tiếp",)


async def test_an_old_delete_button_deletes_nothing(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await in_the_middle(t)
        await lan.say("xóa dữ liệu")
        old = lan.buttons["Xóa hết"]
        await lan.tap("Giữ lại")
        await t.passes(days=3)
        await lan.tap_token(old)
        assert len(await t.rows("attempt")) == 1 and lan.said


async def test_after_deleting_she_is_met_as_if_new(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await in_the_middle(t)
        await lan.say("xóa dữ liệu")
        await lan.tap("Xóa hết")
        last = lan.last.no
        t.clock.passes(hours=-2)  # even then
        await lan.say("chào em")
        assert "máy trả lời tự động" in lan.said
        assert lan.last.no > last, "numbers of messages still grow"


async def test_without_consent_she_is_told_that_nothing_is_kept(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await t.learner().say("alo")
        await lan.tap("Không")
        for words in ("xem dữ liệu", "tải dữ liệu"):
            await lan.say(words)
            assert "không lưu" in lan.said
        await lan.say("rút đồng ý")
        assert lan.said


async def test_rights_can_be_had_before_consent_is_answered(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await t.learner().say("alo")
        await lan.say("xóa dữ liệu của tôi")
        await lan.tap("Xóa hết")
        assert not await t.rows("person")


@CHANNELS
async def test_she_sees_what_the_union_keeps_too(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await in_the_middle(t, channel)
        await lan.shows((await t.people.invite(OPERATOR, "instructor", "w26041")).code)
        await lan.say("xem dữ liệu")
        assert "Nơi sinh hoạt: Phường Trấn Biên" in lan.said and "người chỉ bài, Phường Trấn Biên" in lan.said
        assert lan.last.labels == ("Tiếp",)


async def test_the_page_of_her_data_is_in_words_and_a_tap_away(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner("1", WEB).meets()
        await lan.opens("m0-khoi-dong")
        for words in (
            "Tiếp",
            "Tiếp",
            "Hiện rồi",
            "xong",
            "Nhớ rồi",
            "Xong rồi",
            "Bấm “Chưa thấy”",
            "Không gửi ai cả",
            "Gõ “bị lừa”",
        ):
            await lan.say(words)
        await lan.say("nhờ người chỉ")
        for words in ("xem dữ liệu", "tải dữ liệu"):
            await lan.say(words)
            assert "bấm vào đây: /chat/data" in lan.said
        page = await export_of_chat(t.database, WEB, lan.chat_id, "html", t.conversation.book)
        assert page is not None
        about_her = "lời đồng ý: đồng ý", "bài: Làm quen với Cầm Tay", "kết quả: học xong", "loại: xin người chỉ"
        answered = "câu hỏi: Đang học mà kẹt, chị làm gì?", "chị chọn: Bấm “Chưa thấy”", "Máy: ", "Chị: xong"
        for told in (*about_her, *answered):
            assert told in page, told
        shown = re.sub(r"<[^>]*>", " ", page.split("</style>")[1])
        assert not re.search(r"agreed|completed|waiting|hoi_ket|m0-|learner|tutor|\[\]|\{", shown), shown


def test_a_value_has_the_words_of_its_column_or_is_left_out():
    rows = {
        "role": [{"role": "instructor", "state": "asked"}],
        "skill_check": [{"level": "help"}, {"level": "odd_one"}],
    }
    shown = own_page.page(rows)
    assert "<li>vai: người chỉ bài<li>tình trạng: chờ duyệt</ul>" in shown and "<li>mức: cần giúp</ul>" in shown
    assert "odd_one" not in shown, "a value without words is in the JSON alone"


async def test_the_whole_of_it_as_a_page_and_as_json(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ)) as t:
        lan = await in_the_middle(t, WEB)
        await lan.say("<b>đậm</b>")
        page = await export_of_chat(t.database, WEB, lan.chat_id, "html")
        data = json.loads(await export_of_chat(t.database, WEB, lan.chat_id, "json") or "")
        assert page and "<h2>Câu trả lời</h2>" in page and "Bông Súng" in page
        assert "&lt;b&gt;" in page and "<b>" not in page, "her words are words, not markup"
        assert data["person"][0]["name"] == "Bông Súng" and data["attempt"][0]["answer"] == "dung"
        assert await export_of_chat(t.database, WEB, "nobody", "json") is None


async def test_whatever_is_kept_of_her_she_can_read(tmp_path: Path):
    """With something of hers in every table: a meeting she was at names a lesson, too, and no version of it."""
    async with tutor(tmp_path, book(QUIZ)) as t:
        other, lan = await t.learner("mai").meets("Mai"), await t.learner("lan", WEB).meets("Lan")
        ids = {row["chat_id"]: row["learner_id"] for row in await t.rows("session")}
        await t.database.transact(lambda c: fill(c, ids[lan.chat_id], ids[other.chat_id]))
        page = await export_of_chat(t.database, WEB, lan.chat_id, "html", t.conversation.book)
        assert page and "<h2>Buổi họp đã dự</h2>" in page
