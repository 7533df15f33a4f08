"""Drills: opt-in, in a frame, never to whoever is in trouble; feedback, a rate over months, an officer's average."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.scams.policy import drilling
from flows.drills import Drill
from tests.services.test_lines import paired
from tests.support.builders import book, lesson, shelf
from tests.support.harness import Learner, Tutor, tutor

BOOK = book(
    replace(lesson("- {end: het, text: Hết}", lesson_id="l1-thu"), track="l"),
    lesson("- {say: a, text: A, wait_tap: Tiếp}\n- {end: het, text: Hết}", lesson_id="thu"),
)
LABELS = ("Lừa", "Tin thật", "Không chắc, hỏi người chỉ", "Thôi thử")


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Tutor]:
    async with tutor(tmp_path, BOOK) as made:
        yield made


async def drilled(t: Tutor, lan: Learner, days: int = 10) -> Drill | None:
    """Wait for a drill; the sample that came, None where none did."""
    before = len(lan.heard)
    for _ in range(days):
        await t.passes(days=1)
        if any("BÀI THỬ" in message.text for message in lan.heard[before:]):
            plan = (await t.state(lan)).drills
            return BOOK.drills.by_id[plan.shown] if plan else None
    return None


async def begun(t: Tutor) -> Learner:
    lan = await t.learner("lan").meets()
    await lan.say("bài thử")
    assert "giờ chị hay học" in lan.said
    return lan


async def answers(lan: Learner, drill: Drill, *, right: bool) -> None:
    await lan.tap("Tin thật" if drill.real == right else "Lừa")


async def test_nobody_is_tried_unasked_and_it_is_asked_once(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.opens("l1-thu")
    await t.passes(days=2)
    asked = [message for message in lan.heard if "chịu không chị" in message.text]
    assert len(asked) == 1 and asked[0].labels == ("Chịu, thử đi", "Thôi khỏi")
    assert await drilled(t, lan, 20) is None
    assert len([message for message in lan.heard if "chịu không chị" in message.text]) == 1


async def test_whoever_agrees_is_tried_in_a_frame_and_told_what_it_was(t: Tutor):
    lan = await t.learner("lan").meets()
    await lan.opens("l1-thu")
    await t.passes(days=2)
    await lan.tap("Chịu, thử đi")
    drill = await drilled(t, lan)
    assert drill is not None
    framed = next(message for message in lan.heard if "BÀI THỬ" in message.text)
    assert "không ai gửi" in framed.text and drill.text in framed.text and framed.labels == LABELS
    t.clock.passes(seconds=60)
    await answers(lan, drill, right=True)
    assert "Đây là bài thử" in lan.said and "Tháng này chị nhận ra 1/1" in lan.said


async def test_a_wrong_answer_is_explained_by_its_signs(t: Tutor):
    lan = await begun(t)
    for _ in range(6):
        drill = await drilled(t, lan)
        assert drill is not None
        t.clock.passes(seconds=60)
        await answers(lan, drill, right=False)
        if not drill.real:
            break
    assert "nhiều người cũng nhầm" in lan.said and "•" in lan.said


async def test_one_word_stops_them(t: Tutor):
    lan = await begun(t)
    assert await drilled(t, lan) is not None
    await lan.say("thôi thử")
    assert "không gửi bài thử nữa" in lan.said
    assert await drilled(t, lan, 30) is None


async def test_after_a_cry_nobody_is_tried_for_a_week(t: Tutor):
    lan = await begun(t)
    await lan.say("tui bị lừa hết tiền rồi")
    cried = t.clock.now
    drill = await drilled(t, lan, 6)
    assert drill is None, cried
    requests = [row for row in await t.rows("request") if row["kind"] == "safety"]
    assert requests


async def test_two_that_are_left_unanswered_are_the_last(t: Tutor):
    lan = await begun(t)
    assert await drilled(t, lan) and await drilled(t, lan)
    assert await drilled(t, lan, 30) is None


async def test_an_old_drill_is_over(t: Tutor):
    lan = await begun(t)
    drill = await drilled(t, lan)
    assert drill is not None
    t.clock.passes(seconds=60)
    await lan.tap("Lừa")
    await lan.tap_token(f"dr:scam:{drill.id}")
    assert "Bài thử này xong rồi" in lan.said
    await lan.tap_token("dr:scam:khong-co")
    assert "Bài thử này xong rồi" in lan.said


async def test_whoever_is_not_sure_has_a_human_a_button_away(t: Tutor):
    lan = await begun(t)
    drill = await drilled(t, lan)
    assert drill is not None
    t.clock.passes(seconds=60)
    await lan.tap("Không chắc, hỏi người chỉ")
    assert "Chưa chắc mà hỏi" in lan.said and "Hỏi người chỉ" in lan.last.labels


async def test_her_own_months_are_hers(t: Tutor):
    lan = await begun(t)
    await lan.say("điểm bài thử")
    assert "chưa làm bài thử nào" in lan.said
    drill = await drilled(t, lan)
    assert drill is not None
    t.clock.passes(seconds=60)
    await answers(lan, drill, right=True)
    await t.passes(days=35)
    await lan.say("điểm bài thử")
    assert "1/1" in lan.said


async def test_an_officer_pauses_her_area_and_sees_no_number_of_few(t: Tutor):
    lan, _, cuc = await paired(t)
    await lan.say("bài thử")
    await cuc.say("tạm dừng bài thử")
    assert "đã dừng bài thử ở" in cuc.said
    assert await drilled(t, lan, 20) is None
    await cuc.say("mở lại bài thử")
    assert await drilled(t, lan, 20) is not None
    await cuc.say("bài thử địa bàn")
    assert "chưa đủ năm người" in cuc.said
    await lan.say("tạm dừng bài thử")
    assert "không gửi bài thử nữa" in lan.said


def test_a_hasty_answer_is_noticed():
    right, wrong = ("scam", True), ("scam", False)
    assert drilling.is_hasty(timedelta(seconds=1), [])
    assert drilling.is_hasty(timedelta(minutes=5), [right, wrong, right, right])
    assert not drilling.is_hasty(timedelta(minutes=5), [right] * 4)
    assert not drilling.is_hasty(timedelta(minutes=5), [right, wrong, ("real", True), right])


def test_there_are_sixty_of_every_season_with_real_ones_among_them():
    drills = shelf().scam.drills.by_id.values()
    assert len(drills) >= 60 and 15 <= sum(drill.real for drill in drills) <= 21
    for month in range(1, 13):
        of_month = shelf().scam.drills.in_month(month)
        assert len(of_month) >= 30 and any(drill.real for drill in of_month)
