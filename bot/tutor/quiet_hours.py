"""When a reminder may ring: never at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to `end` in `zone` nothing is sent unasked; a span may pass midnight."""

    start: time
    end: time
    zone: ZoneInfo

    def holds(self, instant: datetime) -> bool:
        """Whether it is quiet at this instant, by the local clock; hours may pass midnight."""
        at = instant.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    def shift(self, instant: datetime) -> datetime:
        """The first moment from `instant` on at which something may be sent."""
        if self.start == self.end or not self.holds(instant):
            return instant
        local = instant.astimezone(self.zone)
        end = local.replace(hour=self.end.hour, minute=self.end.minute, second=0, microsecond=0)
        return end if end > local else end + timedelta(days=1)

    def before(self, instant: datetime) -> datetime:
        """The last moment up to `instant` at which something may be sent, to the minute."""
        if self.start == self.end or not self.holds(instant):
            return instant
        local = instant.astimezone(self.zone)
        start = local.replace(hour=self.start.hour, minute=self.start.minute, second=0, microsecond=0)
        return (start if start <= local else start - timedelta(days=1)) - timedelta(minutes=1)
