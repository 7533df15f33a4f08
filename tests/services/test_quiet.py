"""When a reminder may ring: never at night, whatever the zone and the span."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tutor.quiet_hours import QuietHours

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT = QuietHours(time(20), time(8), ZONE)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("at", "rings_at"),
    [
        ("2026-01-05 12:00", "2026-01-05 12:00"),
        ("2026-01-05 19:59", "2026-01-05 19:59"),
        ("2026-01-05 20:00", "2026-01-06 08:00"),
        ("2026-01-05 23:30", "2026-01-06 08:00"),
        ("2026-01-06 00:30", "2026-01-06 08:00"),
        ("2026-01-06 07:59", "2026-01-06 08:00"),
        ("2026-01-06 08:00", "2026-01-06 08:00"),
        ("2026-12-31 22:00", "2027-01-01 08:00"),
    ],
)
def test_the_night_is_waited_out(at: str, rings_at: str):
    assert NIGHT.shift(local(at).astimezone(UTC)) == local(rings_at)


def test_a_span_within_a_day_and_no_span_at_all():
    noon = QuietHours(time(11, 30), time(13), ZONE)
    assert noon.shift(local("2026-01-05 12:00")) == local("2026-01-05 13:00")
    never = QuietHours(time(8), time(8), ZONE)
    assert not never.holds(local("2026-01-05 03:00")) and never.shift(local("2026-01-05 03:00")).hour == 3


clock = st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None))
instants = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(clock, clock, instants, st.sampled_from(["Asia/Ho_Chi_Minh", "UTC", "Asia/Kathmandu"]))
def test_shifted_instants_are_never_earlier_nor_quiet_nor_a_day_away(
    start: time, end: time, instant: datetime, zone: str
):
    quiet = QuietHours(start, end, ZoneInfo(zone))
    rings_at = quiet.shift(instant)
    assert instant <= rings_at <= instant + timedelta(days=1)
    assert start == end or not quiet.holds(rings_at)
    assert quiet.shift(rings_at) == rings_at
