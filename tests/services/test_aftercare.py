"""After a task and after a lesson, on a real database: check-ins, stars, questions that come back, lessons inside one
another, an urgent edit that reaches her, her language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import Inner, Update
from bot.conversation.batch import INNER
from flows import Book, Lesson
from flows.run import Route
from tests.support.builders import book, lesson, phrases
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

TASK = "- task: lam\n  text: Làm đi\n  done: Rồi\n  checkin: 1d\n- end: het\n  text: Hết\n"
QUIZ = """
- quiz: hoi
  text: "Hỏi {chị}?"
  options:
    - {id: phai, text: Phải đó, right: true, say: Đúng}
    - {id: chua, text: Chưa phải, say: Chưa}
  skill: thu
- end: het
  text: Hết
  rate: 1-5
"""
HEADER = "mastery: {review_after: [2d, 7d]}\n"


async def met(t: Tutor, channel: str = TELEGRAM) -> Learner:
    return await t.learner("1", channel).meets()


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
@pytest.mark.parametrize(("answer", "heard"), [("Làm được", "Mừng cho chị"), ("Chưa được", "Làm đi")])
async def test_a_day_later_she_is_asked_whether_it_works(tmp_path: Path, channel: str, answer: str, heard: str):
    async with tutor(tmp_path, book(lesson(TASK))) as t:
        lan = await met(t, channel)
        await lan.opens("thu")
        await lan.tap("Rồi")
        assert "Hết" in lan.said
        await t.passes(hours=23)
        assert not lan.said
        await t.crash()
        await t.passes(hours=2)
        assert "Bài thu" in lan.said and set(lan.buttons) == {"Làm được", "Chưa được"}
        await t.passes(days=3)
        assert not lan.said, "asked once"
        await lan.say("menu")
        assert answer not in lan.buttons
        await lan.tap_token(f"k:{'yes' if answer == 'Làm được' else 'no'}:thu")
        assert heard in lan.said, "however late it comes"
        await lan.tap_token("k:yes:thu")
        marks = [(row["kind"], row["name"], row["right"], row["total"]) for row in await t.rows("mark")]
        assert marks == [("checkin", "thu", int(answer == "Làm được"), 1)], "and it counts once"


async def test_of_one_lesson_she_is_asked_once_and_of_another_the_day_after(tmp_path: Path):
    task = "- task: {0}\n  text: Làm {0}\n  done: Rồi\n  checkin: 1d\n"
    two = task.format("mot") + task.format("hai") + "- end: het\n"
    async with tutor(tmp_path, book(lesson(two), lesson(TASK, lesson_id="khac"))) as t:
        lan = await met(t)
        for each, times in (("thu", 2), ("khac", 1)):
            await lan.opens(each)
            for _ in range(times):
                await lan.tap("Rồi")
        await t.passes(hours=25)
        assert "Hôm qua" in lan.said and "Bài thu" in lan.said
        await t.passes(hours=3)
        assert not lan.said, "one question a day"
        await t.passes(hours=22)
        assert "Hôm trước" in lan.said and "Bài khac" in lan.said
        await t.passes(days=3)
        assert not lan.said


async def test_a_check_in_does_not_come_in_the_middle_of_something(tmp_path: Path):
    other = lesson("- say: s\n  text: Khác\n  wait_tap: Tiếp\n- end: het\n", lesson_id="khac")
    async with tutor(tmp_path, book(lesson(TASK), other)) as t:
        lan = await met(t)
        await lan.opens("thu")
        await lan.tap("Rồi")
        await t.passes(hours=23, minutes=50)
        await lan.opens("khac")
        await t.passes(minutes=20)
        assert not lan.said
        await t.passes(minutes=45)
        assert "Bài thu" in lan.said


async def test_of_a_lesson_with_several_tasks_she_is_asked_once(tmp_path: Path):
    two = TASK.replace("- end", "- task: nua\n  text: Làm nữa\n  done: Xong nữa\n  checkin: 1d\n- end")
    async with tutor(tmp_path, book(lesson(two))) as t:
        lan = await met(t)
        await lan.opens("thu")
        await lan.tap("Rồi")
        await t.passes(hours=2)
        await lan.tap("Xong nữa")
        await t.passes(hours=23)
        assert not lan.said, "a day after the last of them"
        await t.passes(hours=2)
        await lan.tap("Làm được")
        await t.passes(days=3)
        assert not lan.said


async def test_a_check_in_rings_no_reminder_of_the_lesson_she_is_in(tmp_path: Path):
    other = lesson("- say: s\n  text: Khác\n  wait_tap: Tiếp\n- end: het\n", lesson_id="khac")
    async with tutor(tmp_path, book(lesson(TASK), other)) as t:
        lan = await met(t)
        await lan.opens("thu")
        await lan.tap("Rồi")
        await t.passes(hours=20)
        await t.passes(hours=3)
        await lan.opens("khac")
        await t.passes(hours=2)
        assert "Bài thu" in lan.said and "Khác" not in lan.said
        await lan.tap("Làm được")
        assert "Khác" in lan.said, "and she is back in it"


async def test_without_consent_nobody_is_asked_afterwards(tmp_path: Path):
    async with tutor(tmp_path, book(lesson(TASK))) as t:
        lan = t.learner()
        await lan.say("chào")
        await lan.tap("Không")
        await lan.opens("thu")
        await lan.tap("Rồi")
        await t.passes(days=2)
        assert not lan.said


async def test_stars_are_asked_for_when_a_lesson_ends_and_then_it_goes_on(tmp_path: Path):
    async with tutor(tmp_path, book(lesson(QUIZ), lesson(TASK, lesson_id="khac"))) as t:
        lan = await met(t)
        await lan.opens("thu")
        await lan.tap("Phải đó")
        assert "mấy sao" in lan.said and list(lan.buttons) == ["1", "2", "3", "4", "5"]
        await lan.say("4")
        assert "Bài khac" in lan.said
        assert [(row["outcome"], row["rating"]) for row in await t.rows("run")] == [("completed", 4)]


async def test_what_she_is_given_is_kept_with_its_version_and_points(tmp_path: Path):
    steps = QUIZ.replace(
        "- end: het", "- award: thuong\n  badge: Giỏi\n  certificate: {template: chung-nhan}\n- end: het"
    )
    async with tutor(tmp_path, book(lesson(steps))) as t:
        lan = await met(t)
        await lan.opens("thu")
        await lan.tap("Phải đó")
        kept = [
            (row["kind"], row["name"], row["lesson"], row["version"], row["points"]) for row in await t.rows("award")
        ]
        assert kept == [("badge", "Giỏi", "thu", 1, 1), ("certificate", "chung-nhan", "thu", 1, 1)]
        await lan.say("xóa dữ liệu")
        await lan.tap("Xóa hết")
        assert not await t.rows("award")


async def test_a_question_comes_back_in_a_review_after_ever_longer_pauses(tmp_path: Path):
    review = lesson("- review: on\n  empty: Không có\n- end: het\n  text: Xong ôn\n", lesson_id="on")
    async with tutor(tmp_path, book(lesson(QUIZ, header=HEADER), review)) as t:
        lan = await met(t)
        await lan.opens("thu")
        await lan.tap("Phải đó")
        await lan.tap("5")
        await lan.opens("on")
        assert "Không có" in lan.said
        for days in (2, 14):
            await t.passes(days=days)
            await t.crash()
            await lan.opens("on")
            assert "Hỏi chị?" in lan.said
            await lan.tap("Phải đó")
            assert "Xong ôn" in lan.said
        (card,) = (await t.state(lan)).cards.values()
        assert card.level == 2 and card.due_on - t.clock.now().date() > timedelta(days=14)
        attempts = [(row["lesson"], row["step"], row["right"]) for row in await t.rows("attempt")]
        assert attempts == [("thu", "hoi", 1)] * 3


# --- lessons inside one another ----------------------------------------------------------------------


async def test_a_lesson_inside_another_is_parked_and_taken_up_as_one(tmp_path: Path):
    outer = lesson("- call: vao\n  lesson: trong\n- end: het\n  text: Hết ngoài\n", lesson_id="ngoai")
    inner = lesson("- say: s\n  text: Ở trong\n  wait_tap: Tiếp\n- end: het\n", lesson_id="trong")
    async with tutor(tmp_path, book(outer, inner, lesson(TASK))) as t:
        lan = await met(t)
        await lan.opens("ngoai")
        assert "Ở trong" in lan.said
        await lan.opens("thu")
        await t.crash()
        await lan.say("menu")
        assert any("Bài ngoai" in label for label in lan.buttons)
        await lan.opens("ngoai")
        assert "Ở trong" in lan.said
        await lan.tap("Tiếp")
        assert "Hết ngoài" in lan.said


async def test_handing_over_opens_the_other_lesson_at_once(tmp_path: Path):
    first = lesson("- call: sang\n  lesson: thu\n  return: false\n", lesson_id="dau")
    async with tutor(tmp_path, book(first, lesson(TASK))) as t:
        lan = await met(t)
        await lan.opens("dau")
        assert "Làm đi" in lan.said
        ended = {row["lesson"]: row["outcome"] for row in await t.rows("run")}
        assert ended == {"dau": "completed", "thu": None}


# --- an urgent edit ----------------------------------------------------------------------------------

STEPS = "- say: mot\n  text: Một, {}\n  wait_tap: Tiếp\n- say: hai\n  text: Hai, {}\n  wait_tap: Tiếp\n- end: het\n"


def edited(decisions: Mapping[str, str] | None = None) -> tuple[Book, Book]:
    old, new = (lesson(STEPS.replace("{}", letter)) for letter in "AB")
    after = book(new, older={("thu", 1): old})
    return book(old), replace(after, routes={("thu", 1): Route(2, "urgent", decisions or {})})


def recall(t: Tutor, learner_id: str, publication: int = 2) -> Update:
    return Update(
        INNER, f"moved:{learner_id}:{publication}", learner_id, Inner("moved", str(publication)), t.clock.now()
    )


async def test_an_urgent_edit_reaches_her_once_and_keeps_her_place(tmp_path: Path):
    before, after = edited()
    async with tutor(tmp_path, before) as t:
        lan = await met(t)
        await lan.opens("thu")
        await lan.tap("Tiếp")
        await t.crash(after)
        learner_id = (await t.rows("person"))[0]["learner_id"]
        await t.deliver(recall(t, learner_id))
        assert "vừa được sửa" in lan.said and "Hai, B" in lan.said
        await t.deliver(recall(t, learner_id), recall(t, learner_id, 3))
        assert not lan.said, "told once"
        await lan.tap("Tiếp")
        assert "xong bài" in lan.said


async def test_whoever_writes_first_is_moved_then(tmp_path: Path):
    before, after = edited()
    async with tutor(tmp_path, before) as t:
        lan = await met(t)
        await lan.opens("thu")
        await t.crash(after)
        await lan.say("em ơi")
        assert "vừa được sửa" in lan.said and "Một, B" in lan.said
        await t.deliver(recall(t, (await t.rows("person"))[0]["learner_id"]))
        assert not lan.said


async def test_a_parked_lesson_is_moved_when_she_takes_it_up(tmp_path: Path):
    before, after = edited()
    other: Lesson = lesson(TASK, lesson_id="khac")
    before, after = (
        replace(b, versions={**b.versions, ("khac", 1): other}, current={**b.current, "khac": 1})
        for b in (before, after)
    )
    async with tutor(tmp_path, before) as t:
        lan = await met(t)
        await lan.opens("thu")
        await lan.opens("khac")
        await t.crash(after)
        await lan.opens("thu")
        assert "vừa được sửa" in lan.said and "Một, B" in lan.said


# --- her language ------------------------------------------------------------------------------------


async def test_she_reads_in_the_language_she_chose_and_keeps_it(tmp_path: Path):
    vietnamese = book(lesson(TASK))
    english = lesson(TASK.replace("Làm đi", "Do it").replace("Rồi", "Done it"))
    words = {**phrases(), "menu": "Which lesson?"}
    shelf = replace(vietnamese, translated={("thu", 1, "en"): english}, phrases_in={"en": words})
    async with tutor(tmp_path, shelf) as t:
        lan = await met(t)
        await lan.opens("thu")
        assert "Làm đi" in lan.said
        await lan.say("đổi tiếng")
        assert list(lan.buttons) == ["Tiếng Việt", "English"]
        await lan.say("English")
        assert "Do it" in lan.said and "Done it" in lan.buttons
        await t.crash()
        await lan.say("menu")
        assert "Which lesson?" in lan.said
