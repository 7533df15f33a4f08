"""While it is asked whether she was robbed; a cry taken back; a second danger while help is on its way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.test_cries import CRY, LESSON, RESCUE, WORRY, member, officer
from tests.support.builders import book, real_book
from tests.support.harness import tutor


@pytest.mark.parametrize("opens", [True, False])
@pytest.mark.parametrize("words", ["đúng vậy con", "chính xác", "dạ đúng đó em", "Đúng rồi, tôi bị"])
async def test_a_yes_in_other_words_calls_people(tmp_path: Path, words: str, opens: bool):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await officer(t), await member(t)
        if opens:
            await lan.opens("thu")
        await lan.say(WORRY)
        assert len(lan.last.labels) == 2
        await lan.say(words)
        assert "Việc 1" in lan.said
        await t.tells()
        assert "KHẨN" in cuc.said


@pytest.mark.parametrize("words", ["không có đâu con", "chưa, chị chưa làm gì hết", "Không phải"])
async def test_a_no_in_other_words_calls_nobody(tmp_path: Path, words: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await officer(t), await member(t)
        await lan.opens("thu")
        stood = lan.last.text
        await lan.say(WORRY)
        await lan.say(words)
        await t.tells()
        assert "KHẨN" not in cuc.said and not await t.rows("request")
        assert stood in lan.said or "Hỏi người chỉ" in lan.buttons


@pytest.mark.parametrize("opens", [True, False])
@pytest.mark.parametrize("words", ["để coi", "tui đang coi lại cái máy", "mệt quá em ơi"])
async def test_what_is_neither_is_asked_about_once_more(tmp_path: Path, words: str, opens: bool):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        await officer(t)
        lan = await member(t)
        if opens:
            await lan.opens("thu")
        await lan.say(WORRY)
        asked = lan.last
        await lan.say(words)
        assert (lan.last.text, lan.last.labels) == (asked.text, asked.labels), "the question stands"
        await lan.say(words)
        assert lan.last.labels != asked.labels, "twice is enough"


async def test_a_denial_in_another_lesson_asks_before_it_calls_off(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await officer(t), await member(t)
        await lan.opens("thu")
        await lan.say(CRY)
        await t.tells()
        await lan.say("menu")
        await lan.tap_token("m:thu")
        await lan.say("nhầm rồi")
        await t.tells()
        assert "không có chuyện gì" not in cuc.said
        assert lan.last.labels == ("Đúng rồi, tôi không sao", "Tôi vẫn cần giúp")
        await lan.tap("Đúng rồi, tôi không sao")
        await t.tells()
        assert "không có chuyện gì" in cuc.said


async def test_without_any_alarm_a_mistake_is_about_the_lesson(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = await member(t)
        await lan.opens("thu")
        await lan.say("nhầm rồi")
        assert "không bị gì" not in lan.said and "người chỉ" not in lan.said


@pytest.mark.parametrize("words", ["chưa bị gì hết", "thấy lại rồi con ơi", "thôi không cần nữa"])
async def test_that_nothing_happened_is_asked_back_in_the_emergency(tmp_path: Path, words: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await officer(t), await member(t)
        await lan.say(CRY)
        await lan.say(words)
        assert lan.last.labels == ("Đúng rồi, tôi không sao", "Tôi vẫn cần giúp"), words
        await lan.say("không phải")
        assert "Việc 1" in lan.said, "she still needs help"
        await lan.say(words)
        await lan.say("dạ đúng rồi")
        await t.tells()
        assert "không có chuyện gì" in cuc.said


async def test_a_graver_danger_is_called_out_while_help_is_on_its_way(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        cuc, lan = await officer(t), await member(t)
        await lan.say(CRY)
        await t.tells()
        before = len(cuc.heard)
        await lan.say("tui muốn chết quá không muốn sống nữa")
        await t.tells()
        assert len(cuc.heard) > before
        (request,) = await t.rows("request")
        assert request["need"] == "die"
        before = len(cuc.heard)
        await lan.say(CRY)
        await t.tells()
        assert (await t.rows("request"))[0]["need"] == "die" and len(cuc.heard) == before, (
            "the lesser calls nobody anew"
        )


async def test_who_wants_to_die_and_a_human_meets_no_menu(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        await officer(t)
        lan = await member(t)
        await lan.say("tui muốn chết quá không muốn sống nữa")
        for act in ("tap", "say"):
            await getattr(lan, act)("Cần người giúp" if act == "tap" else "cho gặp người thật đi")
            assert lan.last.labels == ("Cần người giúp", "Không phải, tôi nhắn lộn")
        assert [row["kind"] for row in await t.rows("request")] == ["safety"]


async def test_her_name_is_asked_again_after_a_mistake(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = t.learner("lan")
        await lan.say("chào con")
        await lan.tap("Đồng ý")
        await lan.say(CRY)
        await lan.tap("Không phải, tôi nhắn lộn")
        await lan.say("Lan")
        assert [row["name"] for row in await t.rows("person")] == ["Lan"]


async def test_a_question_is_no_name(tmp_path: Path):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        lan = t.learner("lan")
        await lan.say("chào con")
        await lan.tap("Đồng ý")
        await lan.say("tôi học gì được")
        await lan.say("Lan")
        assert [row["name"] for row in await t.rows("person")] == ["Lan"]


@pytest.mark.parametrize("word", ["chị", "bà", "bài", "người"])
async def test_one_ordinary_word_calls_nobody(tmp_path: Path, word: str):
    async with tutor(tmp_path, book(LESSON, RESCUE)) as t:
        await officer(t)
        lan = await member(t)
        await lan.opens("thu")
        await lan.say(word)
        assert not await t.rows("request")


async def test_a_lesson_s_title_is_no_worry(tmp_path: Path):
    async with tutor(tmp_path, real_book()) as t:
        lan = await t.learner().meets()
        for title in ("cuộc gọi tự xưng công an", "Tránh lừa đảo"):
            await lan.say(title)
            assert "Đúng rồi, tôi bị" not in lan.buttons, title
        await lan.opens("m0-khoi-dong")
        await lan.say("cuoc goi tu xung cong an")
        assert "Học tiếp" in lan.buttons and "Đúng rồi, tôi bị" not in lan.buttons
