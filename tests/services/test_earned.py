"""What is good to hear beside the lessons: weeks of learning that forgive, badges for who has taught somebody."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Tap
from bot.pairing.policy import roster
from bot.progress.policy.badges import lesson_taught, level_of
from bot.progress.policy.weeks import PAUSE, WORTH, weeks_learnt
from tests.services.test_lines import paired
from tests.services.test_progress import BOOK, finishes
from tests.support.harness import tutor

MONDAY = date(2026, 11, 23)


def weeks_ago(*weeks: int) -> list[date]:
    return [MONDAY - timedelta(weeks=each) for each in weeks]


COUNTED: tuple[tuple[str, list[date], int], ...] = (
    ("nothing yet", [], 0),
    ("one week alone is not spoken of", weeks_ago(0), 0),
    ("two weeks in a row", weeks_ago(0, 1), 2),
    ("this week has not begun yet", weeks_ago(1, 2, 3), 3),
    ("ill for two weeks", weeks_ago(0, 3, 4), 3),
    ("Tết and the weeks around it", weeks_ago(0, PAUSE + 1, PAUSE + 2), 3),
    ("a break that is longer begins anew", weeks_ago(0, 1, PAUSE + 3, PAUSE + 4), 2),
    ("whoever has been away for long is reproached with nothing", weeks_ago(PAUSE + 2, PAUSE + 3, PAUSE + 4), 0),
    ("several days of one week are one week", [MONDAY, MONDAY + timedelta(days=2), *weeks_ago(1)], 2),
    ("a clock had jumped ahead", [*weeks_ago(0, 1), MONDAY + timedelta(days=900)], 2),
)


@pytest.mark.parametrize(("what", "days", "count"), [pytest.param(*each, id=each[0]) for each in COUNTED])
def test_weeks_are_counted_and_pauses_forgiven(what: str, days: list[date], count: int) -> None:
    assert weeks_learnt(days, MONDAY + timedelta(days=3)) == count, what


DAYS = st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=40)


@given(DAYS, st.dates(date(2026, 6, 1), date(2027, 6, 1)))
def test_another_day_of_learning_never_takes_anything_away(days: list[date], today: date) -> None:
    before = weeks_learnt(days, today)
    assert before == 0 or before >= WORTH
    assert weeks_learnt([*days, today], today) >= before


@pytest.mark.parametrize(("times", "level"), [(0, 0), (1, 1), (2, 1), (3, 3), (9, 3), (10, 10), (500, 10)])
def test_a_badge_for_so_many_times(times: int, level: int) -> None:
    assert level_of(times) == level


def test_the_lesson_she_means_is_the_one_finished_last() -> None:
    assert lesson_taught(["a", "b"], []) == "b" and lesson_taught(["a", "b"], ["b"]) == "a"
    assert lesson_taught(["a"], ["a"]) == "" and lesson_taught([], []) == ""


async def test_weeks_are_told_when_there_are_some_and_survive_a_restart(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("lan").meets()
        await finishes(lan, "m1")
        await lan.say("tới đâu rồi")
        assert "tuần" not in lan.said
        t.clock.passes(days=16)  # the week between was a busy one
        await finishes(lan, "m2")
        await t.crash()
        await lan.say("tới đâu rồi")
        assert "Tới nay chị học được 2 tuần" in lan.said
        t.clock.passes(days=60)
        await lan.say("tới đâu rồi")
        assert "tuần" not in lan.said and "mất" not in lan.said, "nobody is told of what is over"


async def test_midnight_is_that_of_the_place(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("lan").meets()
        t.clock.passes(days=6, hours=8, minutes=50)  # Sunday 23:50 minus seven hours in UTC: 16:50
        t.clock.passes(hours=7)
        await finishes(lan, "m1")
        t.clock.passes(minutes=20)  # Monday morning in Đồng Nai, Sunday in Greenwich
        await finishes(lan, "m2")
        await lan.say("tới đâu rồi")
        assert "học được 2 tuần" in lan.said


async def test_who_has_shown_somebody_gets_a_badge_and_each_lesson_counts_once(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("lan").meets()
        await lan.say("tôi đã chỉ lại")
        assert "học xong một bài rồi chỉ lại" in lan.said and not await t.rows("mark")
        await finishes(lan, "m1", "m2")
        await lan.say("tới đâu rồi")
        token = lan.buttons["Tôi đã chỉ lại"]
        await lan.tap("Tôi đã chỉ lại")
        assert "bài “Bài m2”" in lan.said and "huy hiệu “Truyền tay”" in lan.said
        await lan.tap_token(token)
        assert "ghi rồi" in lan.said and "huy hiệu" not in lan.said
        (mark,) = await t.rows("mark")
        assert (mark["kind"], mark["name"]) == ("taught", "m2")
        await lan.say("tới đâu rồi")
        assert "🏅" in lan.said and "1 lần" in lan.said and lan.buttons["Tôi đã chỉ lại"] == "pr:taught:m1"


async def test_taps_at_once_and_odd_tokens_make_no_second_badge(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("lan").meets()
        await finishes(lan, "m1")
        await t.deliver(*(lan.update(Tap("pr:taught:m1")) for _ in range(5)))
        assert len({row["name"] for row in await t.rows("mark")}) == 1
        for token in ("pr:taught:v1", "pr:taught:khong-co", "pr:taught:\x00", f"pr:taught:{'x' * 500}", "pr:khac:m1"):
            await lan.tap_token(token)
        await lan.say("tới đâu rồi")
        assert "1 lần" in lan.said and {row["name"] for row in await t.rows("mark")} == {"m1"}


async def test_without_consent_nothing_is_counted(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan = await t.learner("lan").say("chào")
        await lan.tap("Không")
        for words in ("tôi đã chỉ lại", "tới đâu rồi"):
            await lan.say(words)
            assert "🏅" not in lan.said and "tuần" not in lan.said
        assert not await t.rows("mark")


async def test_an_instructor_has_the_badge_for_learners_seen_doing_it_alone(tmp_path: Path) -> None:
    async with tutor(tmp_path, BOOK) as t:
        lan, hoa, _ = await paired(t)
        await finishes(lan, "m1")
        await hoa.say("tới đâu rồi")
        assert "🏅" not in hoa.said
        (pairing,) = await t.rows("pairing")
        for level in ("help", "alone", "alone"):
            await hoa.tap_token(f"u:{level}:{pairing['pairing_id']}:{roster.key('m1')}")
        await hoa.say("tới đâu rồi")
        assert "🏅" in hoa.said and "1 lần" in hoa.said
