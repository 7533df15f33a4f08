"""A stop longer than Telegram keeps taps: whoever was in the middle is offered her step again, once, in daytime."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, Tutor, tutor

BOOK = book(lesson("- {say: s, text: Chào, wait_tap: Tiếp}\n- {say: t, text: Hai, wait_tap: Tiếp}\n- end: het"))
DROPPED = timedelta(seconds=150)


async def stopped(t: Tutor, **amount: float) -> int:
    """The process was alive, ends, and another begins after this time; how many were offered their step again."""
    t.presence.alive.add(TELEGRAM)
    await t.presence.beat()
    t.clock.passes(**amount)
    await t.crash()
    for learner in t.learners.values():
        learner.turn = []
    updates = await t.presence.lost_taps(TELEGRAM, DROPPED)
    if updates:
        await t.deliver(*updates)
    return len(updates)


async def test_the_step_is_offered_again_and_its_old_button_still_acts(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        old = lan.buttons["Tiếp"]
        assert await stopped(t, minutes=5) == 1
        assert lan.said.endswith("Chào") and lan.said != "Chào", "a word of why, then the step"
        await lan.tap_token(old)
        assert "Hai" in lan.said


async def test_once_a_stop_whoever_asks_however_often(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        await stopped(t, minutes=5)
        heard = len(lan.heard)
        await t.crash()  # before it has shown a sign of life of its own
        await t.deliver(*await t.presence.lost_taps(TELEGRAM, DROPPED))
        assert len(lan.heard) == heard


async def test_a_short_stop_loses_no_taps(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        await (await t.learner().meets()).opens("thu")
        assert await stopped(t, seconds=150) == 0


async def test_only_who_was_prompted_within_half_an_hour_before(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        early = await t.learner("1").meets()
        await early.opens("thu")
        t.clock.passes(minutes=31)
        late = await t.learner("2").meets()
        await late.opens("thu")
        assert await stopped(t, minutes=10) == 1
        assert late.said and not early.said


async def test_not_at_night(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner().meets()
        await lan.opens("thu")
        t.clock.passes(hours=11, minutes=50)  # 19:50
        await lan.say("nhắc lại")
        assert await stopped(t, minutes=30) == 0


async def test_who_has_finished_or_left_is_left_in_peace(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        done, left = await t.learner("1").meets(), await t.learner("2").meets()
        for each in (done, left):
            await each.opens("thu")
        await done.tap("Tiếp")
        await done.tap("Tiếp")
        await left.leaves()
        await stopped(t, minutes=5)
        assert not done.said and not left.said


async def test_the_first_start_ever_offers_nothing(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        assert await t.presence.lost_taps(TELEGRAM, DROPPED) == []


async def test_signs_of_life_are_written_at_most_twice_a_minute(tmp_path: Path):
    async with tutor(tmp_path, BOOK) as t:
        t.presence.alive.add(TELEGRAM)
        for _ in range(60):
            await t.presence.beat()
            t.clock.passes(seconds=1)
        (row,) = await t.rows("key_value")
        assert row["revision"] == 2
