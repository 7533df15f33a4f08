"""The note of a week: after learning only, at the hour she learns, one thing a day, and one word ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.people.policy.permissions import OPERATOR
from bot.tutor import state_codec
from bot.tutor.state import ConversationState, NotePlan
from storage.engine.database import Connection
from tests.services.test_lines import paired
from tests.services.test_progress import BOOK, finishes
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor
from tests.support.world import START

NOTE = "tuần qua chị học xong"
STOP = "Đừng gửi tin tuần"
QUIZ = lesson(
    """
    - quiz: q
      text: Hỏi
      skill: k
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
    - quiz: q2
      text: Hỏi nữa
      skill: k2
      options: [{id: sai, text: Sai}, {id: dung, text: Đúng nữa, right: true}]
    - {end: het, text: Hết}
    """,
    lesson_id="hoi",
    header="mastery: {review_after: [7d]}\n",
)


async def learns(t: Tutor, *lessons: str, channel: str = TELEGRAM) -> Learner:
    lan = await t.learner("lan", channel).meets()
    await finishes(lan, *(lessons or ("m1",)))
    return lan


def notes(lan: Learner) -> list[str]:
    return [each.text for each in lan.heard if STOP in each.shown]


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_a_week_after_learning_it_tells_what_was_done_with_the_next_lesson_under_it(tmp_path: Path, channel: str):
    async with tutor(tmp_path, BOOK) as t:
        lan = await learns(t, channel=channel)
        t.clock.passes(hours=1)
        await finishes(lan, "m2")
        await t.passes(days=6, hours=22, minutes=59)
        assert not notes(lan)
        await t.passes(minutes=1)
        (note,) = notes(lan)
        assert "Chị Lan ơi, tuần qua chị học xong 2 bài, mới nhất là “Bài m2”." in note
        assert list(lan.buttons) == ["Bài l1", STOP]
        await lan.tap("Bài l1")
        assert "Một" in lan.said


async def test_a_week_without_learning_is_never_mentioned(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learns(t)
        for _ in range(60):
            await t.passes(days=1)
        assert len(notes(lan)) == 1


async def test_who_is_in_the_midst_of_a_lesson_hears_that_her_place_is_kept(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("lan").meets()
        await lan.opens("m1")
        await lan.say("đừng nhắc nữa")
        await lan.say("nhắc tôi học")
        for _ in range(12):
            await t.passes(days=1)
        (note,) = [each.text for each in lan.heard if "“Bài m1” của chị còn giữ chỗ" in each.text]
        assert "gõ “đừng gửi”" in note
        await lan.tap("Tiếp")
        assert "Hết" in lan.said, "her place is under her thumb"


async def test_weeks_and_badge_are_told_in_three_sentences(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learns(t)
        await lan.say("tôi đã chỉ lại")
        await t.passes(days=8)
        await finishes(lan, "m2")
        await t.passes(days=7)
        note = notes(lan)[-1]
        assert "Tới nay chị học được 2 tuần rồi." in note and "huy hiệu “Truyền tay”" in note
        assert len([line for line in note.split("\n") if line]) == 3


@pytest.mark.parametrize("word", ["đừng gửi", "thôi gửi", "khoi gui nua", "stop sending"])
async def test_one_word_ends_it_and_another_begins_it_anew(tmp_path: Path, word: str) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learns(t)
        await lan.say(word)
        assert "không gửi tin tuần nữa" in lan.said
        await t.passes(days=8)
        await finishes(lan, "m2")
        await t.passes(days=30)
        assert not notes(lan)
        await lan.say("gửi tin tuần")
        await finishes(lan, "v1")
        for _ in range(8):
            await t.passes(days=1)
        assert len(notes(lan)) == 1


async def test_the_button_ends_it(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learns(t)
        await t.passes(days=7)
        await lan.tap(STOP)
        assert (await t.state(lan)).note.off and "không gửi tin tuần nữa" in lan.said


async def test_nothing_is_doubled_though_the_process_dies_around_it(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learns(t)
        t.clock.passes(days=7)
        await t.crash()
        await t.tells()
        await t.crash()
        await t.tells()
        await t.passes(minutes=1)
        assert len(notes(lan)) == 1


async def test_quiet_hours_are_kept(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        t.clock.passes(hours=14)  # 22:00: she learns at night
        lan = await learns(t)
        for _ in range(24):
            await t.passes(hours=7)
        assert len(notes(lan)) == 0
        await t.passes(hours=10)
        assert len(notes(lan)) == 1 and not t.quiet.holds(t.clock.now())


async def test_an_invitation_to_a_review_goes_first_and_the_note_waits_for_another_day(tmp_path: Path) -> None:
    async with tutor(tmp_path, book(QUIZ, *BOOK.versions.values(), tracks=BOOK.tracks)) as t:
        lan = await t.learner("lan").meets()
        await lan.opens("hoi")
        await lan.tap("Đúng")
        await lan.tap("Đúng nữa")
        came = []
        for _ in range(12):
            before = len(lan.heard)
            await t.passes(days=1)
            came += [each.text for each in lan.heard[before:]]
            assert len(lan.heard) - before <= 1, "one thing a day"
            if "Hẹn lại" in lan.buttons:
                await lan.tap("Hẹn lại")
                await lan.tap("Tuần sau")
        assert len(came) == 2 and "ôn hai câu cũ" in came[0] and NOTE in came[1]


async def test_on_its_own_day_nothing_else_comes(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learns(t)
        t.clock.passes(days=6, hours=12)
        await finishes(lan, "l1")  # a day later it would be asked whether drills are wished
        await t.passes(hours=12)
        assert len(notes(lan)) == 1
        heard = len(lan.heard)
        await t.passes(hours=12, minutes=-1)
        assert len(lan.heard) == heard
        await t.passes(days=1)
        assert "tin mẫu" in lan.heard[-1].text


async def test_an_invitation_that_nobody_answered_is_not_pushed_away(tmp_path: Path) -> None:
    async with tutor(tmp_path, book(QUIZ, *BOOK.versions.values(), tracks=BOOK.tracks)) as t:
        lan = await t.learner("lan").meets()
        await lan.opens("hoi")
        await lan.tap("Đúng")
        await lan.tap("Đúng nữa")
        for _ in range(12):
            await t.passes(days=1)
        assert not notes(lan) and "Hẹn lại" in lan.buttons


async def test_who_writes_at_that_moment_is_not_interrupted(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learns(t)
        await t.passes(days=6, hours=23, minutes=50)
        await lan.say("menu")
        await t.passes(minutes=15)
        assert not notes(lan)
        await t.passes(minutes=50)
        assert len(notes(lan)) == 1


async def test_nobody_in_distress_is_written_to(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learns(t)
        t.clock.passes(days=6)
        await lan.say("muốn chết quá")
        for _ in range(14):
            await t.passes(days=1)
        assert not notes(lan)


async def test_nobody_who_has_taken_consent_back_is_written_to(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await learns(t)
        await lan.say("rút đồng ý")
        for _ in range(10):
            await t.passes(days=1)
        assert not notes(lan) and (await t.state(lan)).note == NotePlan()


async def test_nobody_suspended_is_written_to(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        _, hoa, _ = await paired(t)
        await finishes(hoa, "m1")
        (row,) = [each for each in await t.rows("role") if each["role"] == "instructor"]
        await t.people.suspend(OPERATOR, row["learner_id"], "instructor")
        for _ in range(10):
            await t.passes(days=1)
        assert not notes(hoa)


async def test_where_messages_run_out_it_is_left_out(tmp_path: Path) -> None:
    class Scarce:
        def write(self, connection: Connection, settled: Any) -> None:
            pass

        def is_reserved(self, channel: str) -> bool:
            return True

    async with tutor(tmp_path, BOOK) as t:
        lan = await learns(t)
        t.conversation.quotas = Scarce()
        await t.passes(days=8)
        assert not notes(lan) and (await t.state(lan)).note.at is None


async def test_a_clock_that_had_jumped_plans_nothing_for_ever(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        t.clock.passes(days=900)
        lan = await learns(t)
        t.clock.at = START + timedelta(days=1)
        await finishes(lan, "m2")
        await t.passes(days=8)
        assert len(notes(lan)) == 1


@pytest.mark.parametrize("plan", [NotePlan(), NotePlan(START, START.date(), off=True), NotePlan(None, START.date())])
def test_the_plan_is_kept_as_it_is(plan: NotePlan) -> None:
    state = ConversationState(note=plan)
    assert state_codec.load(state_codec.dump(state)).note == plan
    assert replace(state, note=NotePlan(START)).bare().note == NotePlan()
