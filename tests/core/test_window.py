"""The reply window as a budget: what fits into it, what waits, and what is urgent enough to be paid for."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tutor.quiet_hours import QuietHours
from bot.tutor.window import APART, KEPT, MARGIN, ReplyWindow
from flows.profiles import PROFILES, profile_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT = QuietHours(time(20), time(8), ZONE)
OA = profile_of("zalo_oa")
BOUNDED = [profile for profile in PROFILES if profile.window_s is not None]
HEARD = datetime(2026, 1, 5, 10, 0, tzinfo=ZONE).astimezone(UTC)  # a Monday, in the morning
HOUR = timedelta(hours=1)


def window(spent: int = 0, *, away: bool = False) -> ReplyWindow:
    return ReplyWindow(OA, HEARD, spent, away)


@pytest.mark.parametrize(
    ("hours", "spent", "away", "unasked", "urgent"),
    [
        (0, 0, False, True, True),
        (47.9, 0, False, True, True),
        (48, 0, False, False, True),
        (167.9, 0, False, False, True),
        (168, 0, False, False, False),
        (1, 8 - KEPT - 1, False, True, True),
        (1, 8 - KEPT, False, False, True),
        (1, 80, False, False, True),
        (1, 0, True, False, False),
    ],
)
def test_what_may_go_out(hours: float, spent: int, away: bool, unasked: bool, urgent: bool) -> None:
    now = HEARD + hours * HOUR
    assert window(spent, away=away).takes(now, urgent=False) is unasked
    assert window(spent, away=away).takes(now, urgent=True) is urgent


def test_where_there_is_no_window_anything_may_go_at_any_time() -> None:
    for profile in PROFILES:
        if profile.window_s is None:
            old = ReplyWindow(profile, HEARD, 10_000)
            later = HEARD + timedelta(days=1_000)
            assert not old.is_bounded and old.takes(later, urgent=False) and old.takes(later, urgent=True)
            assert old.plan(later, HEARD, NIGHT, is_reminder=True) == later


@pytest.mark.parametrize(
    ("due", "is_reminder", "planned"),
    [
        (24, True, 24),  # Tuesday, ten
        (24, False, 24),
        (47.5, True, 47.5),
        (48, True, 47.5),  # before it closes rather than after
        (72, True, 47.5),
        (72, False, None),  # a wait of the lesson's own does not end sooner: it ends when she has written
        (24 * 7, False, None),
    ],
)
def test_a_reminder_comes_before_the_window_closes(due: float, is_reminder: bool, planned: float | None) -> None:
    found = window().plan(HEARD + due * HOUR, HEARD, NIGHT, is_reminder=is_reminder)
    assert found == (None if planned is None else HEARD + planned * HOUR)


def test_it_comes_by_day() -> None:
    late = ReplyWindow(OA, HEARD + 11 * HOUR)  # heard at nine in the evening: it closes at night
    found = late.plan(late.heard_at + 72 * HOUR, late.heard_at, NIGHT, is_reminder=True)
    assert found is not None and found.astimezone(ZONE) == datetime(2026, 1, 7, 19, 59, tzinfo=ZONE)


def test_two_reminders_do_not_fall_together() -> None:
    once = window(1).plan(HEARD + 48 * HOUR, HEARD + 24 * HOUR, NIGHT, is_reminder=True)
    assert once == HEARD + 47.5 * HOUR
    assert window(2).plan(HEARD + 96 * HOUR, HEARD + 47.5 * HOUR, NIGHT, is_reminder=True) is None


@given(
    st.sampled_from(BOUNDED),
    st.floats(0, 400),
    st.floats(0, 400),
    st.integers(0, 12),
    st.booleans(),
    st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None)),
)
def test_nothing_is_planned_outside_the_window_nor_at_night(
    profile, due: float, now: float, spent: int, is_reminder: bool, start: time, end: time
) -> None:
    quiet = QuietHours(start, end, ZONE)
    of = ReplyWindow(profile, HEARD, spent)
    due_at, at = quiet.shift(HEARD + max(due, now) * HOUR), HEARD + now * HOUR
    planned = of.plan(due_at, at, quiet, is_reminder=is_reminder)
    if planned is not None:
        assert of.ends_at is not None and planned <= of.ends_at - MARGIN
        assert planned <= due_at and not (quiet.holds(planned) and start != end)
        assert planned == due_at or planned - at >= APART
        assert spent < (profile.window_messages or spent + 1)


@given(st.times(), st.times(), st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_the_last_moment_before_is_never_quiet_nor_a_day_away(start: time, end: time, instant: datetime) -> None:
    start, end = (each.replace(second=0, microsecond=0, tzinfo=None) for each in (start, end))
    quiet = QuietHours(start, end, ZONE)
    found = quiet.before(instant)
    assert found <= instant <= found + timedelta(days=1, minutes=1)
    assert start == end or not quiet.holds(found)
