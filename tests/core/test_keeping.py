"""Which backups stay, when one is due, when traffic may come: decided without a disk, a clock or a database."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.operations.policy.keeping import BackupRules, last_due, surplus
from bot.operations.policy.readiness import LEAST_DISK, MOST_INTAKE_S, MOST_REPLY_S, ReadinessSigns, unready

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
RULES = BackupRules(daily=7, weekly=4, monthly=3, longest=timedelta(days=90))


def nightly(days: int) -> list[datetime]:
    """One a night at 04:10 of Vietnam, the newest of last night."""
    last = datetime(2026, 11, 22, 4, 10, tzinfo=ZONE)
    return [(last - timedelta(days=number)).astimezone(UTC) for number in range(days)]


def kept(made: list[datetime], rules: BackupRules = RULES, now: datetime = NOW) -> list[str]:
    gone = surplus(made, now, rules, ZONE)
    return [f"{each.astimezone(ZONE):%m-%d}" for each in sorted(set(made) - set(gone))]


def test_a_year_of_nights_leaves_seven_days_four_weeks_three_months():
    days = ["11-16", "11-17", "11-18", "11-19", "11-20", "11-21", "11-22"]
    weeks, months = ["11-01", "11-08", "11-15"], ["09-30", "10-31"]
    assert kept(nightly(365)) == [*months, *weeks, *days]


def test_what_was_made_today_stays_however_often():
    hourly = [NOW - timedelta(hours=number) for number in range(20)]
    assert kept(hourly) and surplus(hourly, NOW, RULES, ZONE) == []


def test_nothing_stays_longer_than_the_law_and_yet_the_newest_always_does():
    old = [NOW - timedelta(days=days) for days in (91, 400, 500)]
    assert surplus(old, NOW, RULES, ZONE) == [old[2], old[1]]
    assert surplus([*old, NOW], NOW, RULES, ZONE) == [old[2], old[1], old[0]]


def test_with_all_three_at_nothing_only_the_longest_counts():
    rules = BackupRules(daily=0, weekly=0, monthly=0, longest=timedelta(days=10))
    assert len(surplus(nightly(30), NOW, rules, ZONE)) == 20
    assert surplus(nightly(30), NOW, BackupRules(daily=0, weekly=0, monthly=0, longest=None), ZONE) == []


def test_a_machine_that_is_off_for_weeks_keeps_its_last_days_all_the_same():
    made = [NOW - timedelta(days=days) for days in (30, 31, 32, 33)]
    assert surplus(made, NOW, RULES, ZONE) == []


@given(st.lists(st.integers(0, 800 * 24), max_size=60), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_whatever_there_is_the_newest_stays_and_a_second_look_lets_nothing_more_go(hours, daily, weekly, monthly):
    rules = BackupRules(daily=daily, weekly=weekly, monthly=monthly)
    made = [NOW - timedelta(hours=each) for each in hours]
    gone = surplus(made, NOW, rules, ZONE)
    stays = sorted(set(made) - set(gone))
    assert set(gone) <= set(made) and (not made or max(made) in stays)
    assert surplus(stays, NOW, rules, ZONE) == []


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-22T04:09", "2026-11-21T04:10"), ("2026-11-22T04:10", "2026-11-22T04:10"),
        ("2026-11-22T23:59", "2026-11-22T04:10"), ("2026-01-01T00:00", "2025-12-31T04:10"),
    ],
)  # fmt: skip
def test_the_last_time_the_clock_on_the_wall_showed_it(now: str, due: str):
    local, wanted = (datetime.fromisoformat(each).replace(tzinfo=ZONE) for each in (now, due))
    assert last_due(local.astimezone(UTC), time(4, 10), ZONE) == wanted


WELL = ReadinessSigns(True, 10**9, 0.0, 0.0)


def test_each_bound_is_a_reason_of_its_own():
    assert unready(WELL) == ()
    assert unready(ReadinessSigns(True, LEAST_DISK, MOST_INTAKE_S - 0.1, MOST_REPLY_S - 0.1)) == ()
    assert unready(ReadinessSigns(False, 10**9, 0.0, 0.0)) == ("database",)
    assert unready(ReadinessSigns(True, LEAST_DISK - 1, 0.0, 0.0)) == ("disk",)
    assert unready(ReadinessSigns(True, 10**9, MOST_INTAKE_S, 0.0)) == ("intake",)
    assert unready(ReadinessSigns(True, 10**9, 0.0, MOST_REPLY_S)) == ("outbox",)
    assert unready(ReadinessSigns(True, 10**9, 0.0, 0.0, is_leaving=True)) == ("leaving",)
    assert unready(ReadinessSigns(False, 0, 99.0, 9_999.0)) == ("database", "disk", "intake", "outbox")
