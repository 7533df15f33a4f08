"""A clock that jumps is not believed for a day, either way, over restarts too; sleep, drift, holidays are no jump."""

from __future__ import annotations

from datetime import timedelta

from bot.scheduler.policy.clocks import HOLD, SLACK, Belief, ClockReading, begin, look
from tests.support.world import START

DAY = timedelta(days=1)
TICK = timedelta(seconds=5)


def reading(wall: timedelta, counted: timedelta | None = None) -> ClockReading:
    """The wall clock after so long, and what the machine has counted: as much, if nothing else is said."""
    return ClockReading(START + wall, 1_000 + (wall if counted is None else counted).total_seconds())


def after(*readings: ClockReading) -> Belief:
    belief = begin(None, None, readings[0])
    for each in readings[1:]:
        belief = look(belief, each)
    return belief


def test_a_clock_that_goes_on_is_believed_however_seldom_it_is_looked_at() -> None:
    assert after(reading(0 * DAY), reading(TICK), reading(DAY), reading(40 * DAY)).doubt_for is None
    drift = [reading(hours * timedelta(hours=1), hours * timedelta(hours=1, seconds=9)) for hours in range(2_000)]
    assert after(*drift).doubt_for is None


def test_one_odd_reading_is_doubted_and_then_forgotten() -> None:
    odd = after(reading(0 * DAY), reading(400 * DAY, TICK))
    assert odd.doubt_for == 0 * DAY
    assert look(odd, reading(2 * TICK)).doubt_for is None


def test_set_back_it_is_doubted_too() -> None:
    assert after(reading(0 * DAY), reading(-400 * DAY, TICK)).doubt_for is not None
    assert after(reading(0 * DAY), reading(-SLACK / 2, TICK)).doubt_for is None


def test_a_clock_that_stays_where_it_jumped_is_believed_after_a_day() -> None:
    belief = after(reading(0 * DAY), reading(400 * DAY, TICK))
    for hours in range(1, 24):
        hour = hours * timedelta(hours=1)
        belief = look(belief, reading(400 * DAY + hour, TICK + hour))
        assert belief.doubt_for == hour
    assert look(belief, reading(400 * DAY + HOLD, TICK + HOLD)).doubt_for is None


def test_another_jump_begins_the_day_anew() -> None:
    belief = after(reading(0 * DAY), reading(400 * DAY, TICK), reading(400 * DAY + HOLD / 2, TICK + HOLD / 2))
    belief = look(belief, reading(800 * DAY, 2 * TICK + HOLD / 2))
    assert belief.doubt_for == 0 * DAY


def test_a_start_after_a_holiday_is_believed_after_a_year_not() -> None:
    assert begin(START, None, reading(12 * DAY)).doubt_for is None
    belief = begin(START, None, reading(400 * DAY))
    assert belief.doubt_for == 0 * DAY
    back = look(belief, ClockReading(START + 9 * DAY, belief.last.counted_s + 5))
    assert back.doubt_for is None, "the time server came a moment later than the tutor"


def test_the_day_goes_on_over_restarts() -> None:
    """A machine that is switched off every night would else never be believed again."""
    assert begin(START, START + 400 * DAY, reading(400 * DAY + HOLD / 2)).doubt_for == HOLD / 2
    assert begin(START, START + 400 * DAY, reading(400 * DAY + HOLD)).doubt_for is None
    assert begin(START, START + 400 * DAY, reading(800 * DAY)).doubt_for == 0 * DAY
    assert begin(START, START + 400 * DAY, reading(2 * DAY)).doubt_for is None
