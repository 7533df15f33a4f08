"""A learner asks what a word means: she is told, and stands where she stood."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.base import Text
from flows import Book
from tests.services.test_lines import paired
from tests.support.builders import lesson, real_book
from tests.support.harness import TELEGRAM, WEB, tutor

QUIZ = lesson(
    """
    - quiz: q
      text: Ai gọi xin mã thì sao?
      skill: k
      options:
        - {id: otp, text: "Mã OTP là gì", say: "Chưa đúng."}
        - {id: link, text: "Bấm link", say: "Chưa đúng."}
        - {id: cup, text: "Cúp máy", right: true, ways: ["link là gì kệ nó"]}
    - {end: het, text: Hết}
    """,
    lesson_id="cauhoi",
)
WRITES = lesson("- {ask: hoi, text: Viết một câu hỏi cho máy, save: cau}\n- {end: het, text: Hết}", lesson_id="viet")
TALE = lesson("- {say: mot, text: Đọc tin này, wait_tap: Tiếp}\n- {end: het, text: Hết}", lesson_id="doc")


def book() -> Book:
    real = real_book()
    more = {each.id: each for each in (QUIZ, WRITES, TALE)}
    return replace(
        real,
        versions={**real.versions, **{(key, 1): each for key, each in more.items()}},
        current={**real.current, **dict.fromkeys(more, 1)},
    )


EXPLAINED = "Mã QR là hình vuông nhiều chấm đen trắng"


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
@pytest.mark.parametrize("words", ["mã QR là gì", "ma qr la j z con", "con ơi mã QR là cái gì vậy con"])
async def test_in_a_lesson_she_is_told_and_stands_where_she_stood(tmp_path: Path, channel: str, words: str) -> None:
    async with tutor(tmp_path, book()) as t:
        lan = await t.learner("lan", channel).meets()
        await lan.opens("doc")
        before = await t.state(lan)
        await lan.say(words)
        assert EXPLAINED in lan.said and "chị đọc tên rồi hãy trả" in lan.said and "{" not in lan.said
        after = await t.state(lan)
        assert "Tiếp" in lan.buttons and "Đọc tin này" in lan.said
        assert (after.open_run and after.open_run.step) == (before.open_run and before.open_run.step) == "mot"
        assert after.open_run and after.open_run.misses == 0, "nothing was misunderstood"
        await lan.tap("Tiếp")
        assert "Hết" in lan.said


async def test_an_answer_of_a_quiz_stays_one(tmp_path: Path) -> None:
    async with tutor(tmp_path, book()) as t:
        lan = await t.learner("lan").meets()
        await lan.opens("cauhoi")
        await lan.say("mã OTP là gì")
        assert "Chưa đúng" in lan.said and "gửi về máy" not in lan.said, "it is the first button"
        await lan.say("QR là gì")
        assert EXPLAINED in lan.said and "Ai gọi xin mã thì sao?" in lan.said
        await lan.say("link là gì kệ nó")
        assert "Hết" in lan.said, "it was said to be right"
        (first, *_, last) = await t.rows("attempt")
        assert (first["answer"], last["right"]) == ("otp", True) and len(await t.rows("attempt")) == 2


async def test_where_words_of_her_own_are_asked_for_they_are_hers(tmp_path: Path) -> None:
    async with tutor(tmp_path, book()) as t:
        lan = await t.learner("lan").meets()
        await lan.opens("viet")
        await lan.say("mã QR là gì")
        assert EXPLAINED not in lan.said and "Hết" in lan.said


async def test_outside_a_lesson_the_lesson_about_it_is_a_button_away(tmp_path: Path) -> None:
    async with tutor(tmp_path, book()) as t:
        lan = await t.learner("lan").meets()
        await lan.say("VNeID là gì vậy")
        assert "VNeID là app của Bộ Công an" in lan.said and "(Theo " in lan.said
        assert "VNeID: mức 1 hay mức 2?" in lan.buttons and "Danh sách bài" in lan.buttons


async def test_a_question_of_the_tutors_own_is_put_again(tmp_path: Path) -> None:
    async with tutor(tmp_path, book()) as t:
        lan = await t.learner("lan").meets()
        await lan.say("xóa hết")
        await lan.say("link là gì")
        assert "Link là dòng chữ" in lan.said and "Xóa hết" in lan.buttons


async def test_in_english(tmp_path: Path) -> None:
    async with tutor(tmp_path, book()) as t:
        lan = await t.learner("lan").meets()
        await lan.say("english")
        await lan.tap_token("l:en")
        await lan.say("what is QR?")
        assert "A QR code is a square" in lan.said


async def test_in_the_emergency_she_is_told_and_led_back(tmp_path: Path) -> None:
    async with tutor(tmp_path, book()) as t:
        lan = await t.learner("lan").meets()
        await lan.say("bị lừa rồi")
        before = await t.state(lan)
        await lan.say("mã OTP là gì")
        after = await t.state(lan)
        assert "gửi về máy" in lan.said and before.open_run and after.open_run
        assert after.open_run.step == before.open_run.step and lan.buttons


async def test_words_between_two_people_stay_between_them(tmp_path: Path) -> None:
    async with tutor(tmp_path, book()) as t:
        lan, _, _ = await paired(t)
        await lan.say("nhắn người chỉ")
        await lan.say("mã QR là gì")
        assert EXPLAINED not in lan.said


async def test_a_doubled_update_is_answered_once_though_the_process_died_between(tmp_path: Path) -> None:
    async with tutor(tmp_path, book()) as t:
        lan = await t.learner("lan").meets()
        await lan.opens("doc")
        update = lan.update(Text("QR là gì"))
        await t.deliver(update)
        await t.crash()
        await t.deliver(update)
        assert len([each for each in lan.heard if EXPLAINED in each.text]) == 1 and lan.said == ""
