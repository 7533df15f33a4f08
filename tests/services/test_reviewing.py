"""Old questions come back in the chat: at her usual hour, two at a time, never for ever."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows import Lesson
from storage.engine.database import Connection
from storage.engine.instants import from_ms
from tests.services.test_numbered import picks
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Learner, Tutor, tutor

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
HEADER = "mastery: {review_after: [2d, 7d]}\n"
TWO = """
- quiz: mot
  text: Hỏi một?
  options: [{id: x, text: Đúng một, right: true, say: Phải.}, {id: y, text: Sai một, say: Chưa phải.}]
  skill: giu_ma
- quiz: hai
  text: Hỏi hai?
  options: [{id: x, text: Đúng hai, right: true, say: Phải.}, {id: y, text: Sai hai, say: Chưa phải.}]
  skill: cup_may
- end: het
"""
OTHER = "- {say: a, text: Bài khác đây, wait_tap: Tiếp}\n- {say: b, text: Nữa nè, wait_tap: Tiếp}\n- end: het"


def two() -> Lesson:
    return lesson(TWO, header=HEADER)


async def learnt(t: Tutor, channel: str = TELEGRAM, hour: int = 10) -> Learner:
    """Somebody who has learnt a lesson at this hour of the local day."""
    lan = await t.learner("1", channel).meets()
    local = t.clock.now().astimezone(HOME)
    t.clock.passes(hours=hour - local.hour, minutes=-local.minute)
    await lan.opens("thu")
    await lan.tap("Đúng một")
    await lan.tap("Đúng hai")
    return lan


async def right(learner: Learner) -> Learner:
    """Answer the question that is open."""
    return await learner.tap(next(label for label in learner.buttons if label.startswith("Đúng")))


async def until(t: Tutor, learner: Learner, words: str, days: int) -> str:
    """Let the clock go on from timer to timer until these words are said; when that was, "" for never."""
    end = t.clock.now() + timedelta(days=days)
    while t.clock.now() < end:
        (row,) = await t.rows("session")
        due_at = from_ms(row["due_at"]) if row["due_at"] is not None else end
        t.clock.at = min(end, max(due_at, t.clock.now() + timedelta(minutes=1)))
        await t.tells()
        if words in learner.said:
            return f"{t.clock.now().astimezone(HOME):%d %H:%M}"
    return ""


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_two_questions_come_back_at_her_usual_hour(tmp_path: Path, channel: str):
    async with tutor(tmp_path, book(two())) as t:
        lan = await learnt(t, channel)
        assert await until(t, lan, "ôn hai câu cũ", 3) == "07 10:00", "two days on, at the hour she learnt at"
        assert list(lan.last.labels) == ["Ôn liền", "Hẹn lại"]
        await lan.tap("Ôn liền")
        await right(await right(lan))
        assert "Xong rồi đó" in lan.said and "điểm" not in lan.said
        assert len(await t.rows("run")) == 1, "a review is no pass through a lesson"
        assert len(await t.rows("attempt")) == 4
        assert not await until(t, lan, "câu cũ", 6), "six days apart at least"


async def test_after_two_invitations_without_an_answer_none_comes_until_she_says_when(tmp_path: Path):
    async with tutor(tmp_path, book(two())) as t:
        lan = await learnt(t)
        assert await until(t, lan, "ôn hai câu cũ", 3) == "07 10:00"
        assert await until(t, lan, "không nhắc nữa", 4) == "09 10:00"
        assert not await until(t, lan, "câu cũ", 8)
        await lan.tap("Hẹn lại")
        assert list(lan.last.labels) == ["Ngày mai", "Ba ngày nữa", "Tuần sau", "Đừng nhắc nữa"]
        await lan.tap("Ba ngày nữa")
        day = t.clock.now().astimezone(HOME).date() + timedelta(days=3)
        assert f"{day:%d/%m}" in lan.said
        assert await until(t, lan, "ôn hai câu cũ", 5) == f"{day:%d} 10:00"
        await lan.tap("Hẹn lại")
        await lan.tap("Đừng nhắc nữa")
        assert not await until(t, lan, "câu cũ", 9)
        await lan.say("menu")
        await lan.tap("Ôn câu cũ")
        assert "Hỏi" in lan.said, "what she asks for is always there"


async def test_who_is_in_the_middle_of_something_is_asked_an_hour_later(tmp_path: Path):
    async with tutor(tmp_path, book(two(), lesson(OTHER, lesson_id="khac"))) as t:
        lan = await learnt(t)
        await lan.opens("khac")
        t.clock.passes(days=1, hours=23, minutes=50)
        await lan.say("menu")
        assert await until(t, lan, "ôn hai câu cũ", 1) == "07 10:50"
        await right(await lan.tap("Ôn liền"))
        await lan.say("menu")
        assert [label for label in lan.buttons if "học tiếp" in label] == ["👉 Bài khac (học tiếp)"]
        await lan.tap("Ôn câu cũ")
        await right(lan)
        assert "Xong rồi đó" in lan.said and "Bài khac" in lan.said and "Học tiếp" in lan.buttons
        await lan.tap("Học tiếp")
        assert "Bài khác đây" in lan.said


async def test_another_lesson_leaves_no_review_behind(tmp_path: Path):
    async with tutor(tmp_path, book(two(), lesson(OTHER, lesson_id="khac"))) as t:
        lan = await learnt(t)
        await until(t, lan, "ôn hai câu cũ", 9)
        await lan.tap("Ôn liền")
        (row,) = await t.rows("session")
        assert row["lesson"] is None, "no version of a lesson is held by it"
        await lan.opens("khac")
        assert not (await t.state(lan)).parked and "Bài khác đây" in lan.said


async def test_late_in_the_evening_is_the_next_morning(tmp_path: Path):
    async with tutor(tmp_path, book(two())) as t:
        lan = await learnt(t, hour=21)
        assert await until(t, lan, "ôn hai câu cũ", 4) == "08 08:00"


async def test_the_middle_hour_of_her_days_counts(tmp_path: Path):
    three = lesson(TWO, header="mastery: {review_after: [3d]}\n")
    async with tutor(tmp_path, book(three, lesson(OTHER, lesson_id="khac"))) as t:
        lan = await learnt(t, hour=9)
        for hours in (30, 24):  # 15:00 on the two days that follow
            await t.passes(hours=hours)
            await lan.opens("khac")
            await lan.tap("Tiếp")
            await lan.tap("Tiếp")
        assert await until(t, lan, "ôn hai câu cũ", 4) == "08 15:00"
        assert (await t.state(lan)).review.minutes == (540, 900, 900)


async def test_of_a_lesson_that_is_gone_nobody_is_reminded(tmp_path: Path):
    async with tutor(tmp_path, book(two(), lesson(OTHER, lesson_id="khac"))) as t:
        lan = await learnt(t)
        await t.crash(book(lesson(OTHER, lesson_id="khac")))
        assert not await until(t, lan, "câu cũ", 10)
        assert len((await t.state(lan)).cards) == 2, "it may come back"


async def test_nothing_is_kept_of_whoever_does_not_agree(tmp_path: Path):
    async with tutor(tmp_path, book(two())) as t:
        lan = await t.learner().say("xin chào")
        await lan.tap("Không")
        await lan.opens("thu")
        await lan.tap("Đúng một")
        await lan.tap("Đúng hai")
        assert not await until(t, lan, "câu cũ", 10)
        state = await t.state(lan)
        assert not state.cards and not state.review.minutes


async def test_the_clock_may_jump(tmp_path: Path):
    async with tutor(tmp_path, book(two())) as t:
        lan = await learnt(t)
        t.clock.passes(days=4_000)
        await lan.say("menu")
        await right(await right(await lan.tap("Ôn câu cũ")))
        t.clock.passes(days=-3_990)
        await lan.say("menu")
        assert "Ôn câu cũ" in lan.buttons, "answers of a day that is not yet hold nothing back"
        assert (await t.state(lan)).cards["thu/mot"].last_on > date(2036, 1, 1)  # type: ignore[operator]
        await right(await right(await lan.tap("Ôn câu cũ")))
        at = (await t.state(lan)).review.at
        assert at is not None and at < t.clock.now() + timedelta(days=181), "nor does a plan made then"


class Spare:
    """A channel whose messages of the month are nearly used up."""

    def write(self, connection: Connection, settled: object) -> None:
        pass

    def is_reserved(self, channel: str) -> bool:
        return True


async def test_reminders_are_slowed_first_when_messages_run_out(tmp_path: Path):
    async with tutor(tmp_path, book(two())) as t:
        lan = await learnt(t)
        t.conversation.quotas = Spare()
        assert not await until(t, lan, "câu cũ", 10)
        t.conversation.quotas = None
        assert (await until(t, lan, "ôn hai câu cũ", 2)).endswith("10:00")


async def test_outside_the_reply_window_it_waits_until_she_has_written(tmp_path: Path):
    oa = "zalo_oa:7"
    async with tutor(tmp_path, book(two()), messenger=oa) as t:
        lan = await t.learner("1", oa).say("xin chào")
        await picks(lan, "Đồng ý")
        await lan.say("Lan")
        await lan.say("1")
        t.clock.passes(hours=2)
        await lan.opens("thu")
        await picks(lan, "Đúng một")
        await picks(lan, "Đúng hai")
        t.clock.passes(days=9)
        assert not await until(t, lan, "câu cũ", 2)
        await lan.say("chào con")
        assert await until(t, lan, "ôn hai câu cũ", 2)
