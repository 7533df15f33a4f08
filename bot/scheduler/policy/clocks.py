"""Whether the wall clock can be believed: what it says beside what the machine has counted since, and beside the last
instant that is known from before. Pure.

A jump is a reason to ask, not an instant to act by. A clock that goes on evenly for a day after it jumped is believed:
somebody has put it right, or the machine was off for long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SLACK = timedelta(minutes=5)  # time servers put right at once what is less
OFF = timedelta(days=14)  # a machine that was off for as long says nothing odd; half of the shortest time of keeping
HOLD = timedelta(days=1)
APART = timedelta(seconds=5)  # clocks that are set by time servers differ by milliseconds


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The wall clock, and the seconds that the machine has counted by then, sleep included."""

    wall: datetime
    counted_s: float


@dataclass(frozen=True, slots=True)
class Belief:
    """`known` was the last reading that was believed, `last` the last at all; `doubted` is where a jump led to, None
    while there is none; `ahead` how much later than counted a return to `known` may be."""

    known: ClockReading
    last: ClockReading
    doubted: datetime | None = None
    ahead: timedelta = SLACK

    @property
    def doubt_for(self) -> timedelta | None:
        """How long the clock has gone evenly since it jumped; None while it is believed."""
        return None if self.doubted is None else self.last.wall - self.doubted


def apart(began: datetime, told: datetime, ended: datetime) -> timedelta:
    """How far ahead (negative: behind) a clock is at least that showed `began` before and `ended` after another one
    was asked, which `told` an instant of its own; nothing for what the way there and back may explain."""
    return max(began - told, timedelta()) + min(ended - told, timedelta())


def begin(known: datetime | None, doubted: datetime | None, now: ClockReading) -> Belief:
    """What is believed at a start, when before it `known` was the last sure instant and `doubted` a jump's."""
    if known is None or _is_between(now.wall, known, OFF):
        return Belief(now, now)
    since = doubted if doubted is not None and _is_between(now.wall, doubted, OFF) else now.wall
    return _settled(Belief(ClockReading(known, now.counted_s), now, since, OFF))


def look(belief: Belief, now: ClockReading) -> Belief:
    """What is believed after another reading."""
    if belief.doubted is not None and _follows(belief.known, now, belief.ahead):
        return Belief(now, now)
    if not _follows(belief.last, now, SLACK):
        return replace(belief, last=now, doubted=now.wall)
    return _settled(replace(belief, last=now)) if belief.doubted is not None else Belief(now, now)


def _settled(belief: Belief) -> Belief:
    since = belief.doubt_for
    return Belief(belief.last, belief.last) if since is not None and since >= HOLD else belief


def _follows(before: ClockReading, now: ClockReading, ahead: timedelta) -> bool:
    return _is_between(now.wall, before.wall + timedelta(seconds=now.counted_s - before.counted_s), ahead)


def _is_between(instant: datetime, expected: datetime, ahead: timedelta) -> bool:
    return expected - SLACK <= instant <= expected + ahead
