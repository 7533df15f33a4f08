"""When a time is over: deadlines stand still while people sleep, except where somebody is being robbed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from bot.tutor.quiet_hours import QuietHours
from flows.saying import say

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """The local day and its quiet hours, for instants in milliseconds."""

    quiet: QuietHours

    def is_quiet(self, at: int) -> bool:
        """Whether nothing may ring then."""
        return self.awake_from(at) != at

    def awake_from(self, at: int) -> int:
        """The first instant from `at` on at which something may ring."""
        opens, closes = self._day_of(at)
        if opens <= at < closes:
            return at
        return opens if at < opens else _waking(self.quiet, self._local(at).toordinal() + 1)[0]

    def after(self, at: int, span: int) -> int:
        """The instant at which `span` milliseconds of waking time have passed since `at`; never a quiet one."""
        start = self.awake_from(at)
        while start + span >= (closes := self._day_of(start)[1]):
            span -= closes - start
            start = self.awake_from(closes)
            if span <= 0:
                break
        return start + max(span, 0)

    def minute(self, at: int) -> int:
        """Minutes since midnight."""
        local = self._local(at)
        return local.hour * 60 + local.minute

    def next_at_minute(self, at: int, minute: int) -> int:
        """The first awake instant from `at` on at that minute of a day."""
        local = self._local(at)
        then = local.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
        if then < local:
            then += timedelta(days=1)
        return self.awake_from(_ms(then))

    def say(self, at: int) -> str:
        """As people say it: "16:30 ngày 25/11"."""
        return say("{at:%H:%M} ngày {at:%d/%m}", at=self._local(at))

    def _local(self, at: int) -> datetime:
        return (_EPOCH + timedelta(milliseconds=at)).astimezone(self.quiet.zone)

    def _day_of(self, at: int) -> tuple[int, int]:
        """The waking time [from, until) that holds `at`; where none does, that of the same local day."""
        day = self._local(at).toordinal()
        waking = _waking(self.quiet, day)
        if at < waking[0]:  # waking time may reach over midnight
            before = _waking(self.quiet, day - 1)
            return before if at < before[1] else waking
        return waking


@lru_cache(maxsize=4096)
def _waking(quiet: QuietHours, day: int) -> tuple[int, int]:
    """The waking hours of one local day; without quiet hours the whole of it."""
    midnight = datetime.fromordinal(day).replace(tzinfo=quiet.zone)

    def at(clock: time) -> int:
        return _ms(midnight.replace(hour=clock.hour, minute=clock.minute))

    next_midnight = _ms(datetime.fromordinal(day + 1).replace(tzinfo=quiet.zone))
    if quiet.start == quiet.end:
        return _ms(midnight), next_midnight
    if quiet.start > quiet.end:  # over midnight, as nights are
        return at(quiet.end), at(quiet.start)
    # Quiet by day (a night shift): the waking time reaches into the next day, or back from it.
    return at(quiet.end), next_midnight + (quiet.start.hour * 60 + quiet.start.minute) * 60_000


def _ms(instant: datetime) -> int:
    return (instant - _EPOCH) // _MS
