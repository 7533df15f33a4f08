"""A channel without buttons: whatever can be chosen can be typed by its number, a lesson's and everything else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.people.policy.permissions import OPERATOR
from tests.support.builders import book, lesson
from tests.support.harness import Learner, Tutor, tutor

ZALO = "zalo_bot:7"
WARD = "w26041"
QUIZ = lesson(
    """
    - quiz: hoi
      text: Ai được hỏi mã OTP?
      options:
        - {id: khong, text: Không ai cả, right: true}
        - {id: cong_an, text: Công an}
    - ask: tuoi
      text: Nhà có mấy người?
      save: so
      type: number
    - {say: cuoi, text: Gần xong, wait_tap: Xong}
    - {end: het, text: Hết}
    """
)


def number_of(learner: Learner, label: str) -> str:
    """The number that stands before a choice in the newest text that has it."""
    for message in reversed(learner.heard):
        if found := re.search(rf"^(\d+)\. {re.escape(label)}$", message.text, re.MULTILINE):
            return found[1]
    raise AssertionError(f"nobody was shown “{label}”")


async def picks(learner: Learner, label: str) -> Learner:
    return await learner.say(number_of(learner, label))


async def meets(t: Tutor, chat: str, name: str, role: str) -> Learner:
    one = await t.learner(chat, ZALO).say("xin chào")
    await picks(one, "Đồng ý")
    await one.say(name)
    await one.say("1")
    await one.say((await t.people.invite(OPERATOR, role, WARD)).code)
    return await picks(one, "Đúng là tôi") if "Đúng là tôi" in one.said else one


async def village(t: Tutor) -> tuple[Learner, Learner]:
    """A learner, and an instructor who is in the middle of a lesson of her own."""
    lan = await meets(t, "lan", "Lan", "learner")
    hoa = await picks(await meets(t, "hoa", "Hoa", "instructor"), "Tôi hứa")
    await hoa.opens("thu")
    return lan, hoa


async def test_an_instructor_takes_an_offer_in_the_middle_of_her_own_lesson(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ), messenger=ZALO) as t:
        lan, hoa = await village(t)
        assert number_of(hoa, "Không ai cả") == "1" and number_of(hoa, "Công an") == "2"
        await lan.say("nhờ người chỉ")
        await t.tells()
        accept = number_of(hoa, "Nhận giúp")
        assert re.fullmatch(r"0\d\d", accept), "no number of a lesson begins so"
        await hoa.say("1")
        assert len(await t.rows("attempt")) == 1 and not await t.rows("pairing")
        assert "mấy người" in hoa.said
        await t.crash()
        await hoa.say(accept)
        assert [row["state"] for row in await t.rows("pairing")] == ["open"], (
            "what was shown is meant, after a crash too"
        )
        await t.tells()
        assert any("Có người chỉ cho chị rồi" in message.text for message in lan.heard)
        assert all(not message.buttons for one in (lan, hoa) for message in one.heard)


async def test_a_number_that_a_question_asks_for_is_the_lessons(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ), messenger=ZALO) as t:
        lan, hoa = await village(t)
        await hoa.say("1")
        await lan.say("nhờ người chỉ")
        await t.tells()
        accept = number_of(hoa, "Nhận giúp")
        await hoa.say(accept.removeprefix("0"))
        assert "Gần xong" in hoa.said and not await t.rows("pairing"), "eleven people live there"
        await hoa.say(accept)
        assert len(await t.rows("pairing")) == 1


async def test_a_confirmation_in_a_lesson_is_not_taken_for_its_answer(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ), messenger=ZALO) as t:
        _, hoa = await village(t)
        await hoa.say("xóa dữ liệu")
        yes = number_of(hoa, "Xóa hết")
        assert yes.startswith("0")
        await hoa.say("1")
        assert "mấy người" in hoa.said and len(await t.rows("attempt")) == 1, "the quiz was answered, nothing deleted"
        await hoa.say(yes)
        assert hoa.said, "a confirmation that is asked no more is answered, and deletes nothing"
        assert any(row["name"] == "Hoa" for row in await t.rows("person"))


async def test_a_number_that_means_nothing_any_more_is_answered_kindly(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ), messenger=ZALO) as t:
        _, hoa = await village(t)
        await hoa.say("099")
        assert "Ai được hỏi mã OTP?" in hoa.said and not await t.rows("attempt")


async def test_outside_a_lesson_the_menu_is_answered_by_one_digit(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ), messenger=ZALO) as t:
        lan, _ = await village(t)
        await lan.say("menu")
        first = re.search(r"^1\. (.+)$", lan.last.text, re.MULTILINE)
        assert first is not None
        await lan.say("số 1 nha em")
        assert lan.said and "chưa hiểu" not in lan.said


WAYS = [
    "1",
    "1.",
    " 1 ",
    "1)",
    "(1)",
    "một",
    "mot",
    "Một ạ",
    "so 1",
    "số 1",
    "số một",
    "so mot",
    "chọn 1",
    "câu 1",
    "１",
]


@pytest.mark.parametrize("way", [*WAYS, "Không ai cả", "khong ai ca", "KHONG AI CA."])
async def test_the_first_choice_of_a_lesson_however_it_is_written(tmp_path: Path, way: str):
    async with tutor(tmp_path, book(QUIZ), messenger=ZALO) as t:
        lan = await meets(t, "lan", "Lan", "learner")
        await lan.opens("thu")
        await lan.say(way)
        assert [bool(row["right"]) for row in await t.rows("attempt")] == [True], lan.said


@pytest.mark.parametrize("way", [*WAYS, "Đồng ý", "dong y"])
async def test_the_first_choice_of_the_tutors_own_however_it_is_written(tmp_path: Path, way: str):
    async with tutor(tmp_path, book(QUIZ), messenger=ZALO) as t:
        lan = await t.learner("lan", ZALO).say("xin chào")
        await lan.say(way)
        assert [row["consent"] for row in await t.rows("person")] == ["agreed"], lan.said


@pytest.mark.parametrize(
    "way", ["{n}", "{n}.", "số {n}", "so {n} nha", "chọn {n}", "({n})", "{n})", "Nhận giúp", "nhan giup"]
)
async def test_a_choice_beside_the_lesson_however_it_is_written(tmp_path: Path, way: str):
    async with tutor(tmp_path, book(QUIZ), messenger=ZALO) as t:
        lan, hoa = await village(t)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.say(way.format(n=number_of(hoa, "Nhận giúp")))
        assert [row["state"] for row in await t.rows("pairing")] == ["open"], hoa.said


async def test_a_label_that_two_choices_have_chooses_neither(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ), messenger=ZALO) as t:
        lan, hoa = await village(t)
        mai = await meets(t, "mai", "Mai", "learner")
        await lan.say("nhờ người chỉ")
        await mai.say("nhờ người chỉ")
        await t.tells()
        accepts = [n for message in hoa.heard for n in re.findall(r"^(\d+)\. Nhận giúp$", message.text, re.MULTILINE)]
        assert len(set(accepts)) == 2
        await hoa.say("nhận giúp")
        assert not await t.rows("pairing")
        await hoa.say(accepts[0])
        assert len(await t.rows("pairing")) == 1


async def test_a_label_counts_until_something_else_was_written(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ), messenger=ZALO) as t:
        lan, hoa = await village(t)
        await lan.say("nhờ người chỉ")
        await t.tells()
        await hoa.say("1")
        await hoa.say("nhận giúp")
        assert not await t.rows("pairing"), "by then she may have meant anything"


async def test_everything_else_is_always_zero_and_no_answer_where_a_number_is_asked_for(tmp_path: Path):
    async with tutor(tmp_path, book(QUIZ), messenger=ZALO) as t:
        lan = await meets(t, "lan", "Lan", "learner")
        await lan.opens("thu")
        assert number_of(lan, "Việc khác") == "0" and "2. Công an\n0. Việc khác" in lan.said
        await lan.say("0")
        assert number_of(lan, "Nghỉ chút") == "4"
        await picks(lan, "Nói lại")
        await lan.say("1")
        assert "Nhà có mấy người?" in lan.said and number_of(lan, "Việc khác").startswith("0") and len(lan.turn) == 1
        await lan.say("1")
        assert "Gần xong" in lan.said, "a bare number is the answer"
        assert number_of(lan, "Việc khác") == "0"
