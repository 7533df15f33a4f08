"""How often one may knock."""

from __future__ import annotations

from datetime import datetime

_TIDY_AT = 4096


class KnockLimiter:
    """At most `burst` at once for each key, refilled evenly over `per_s` seconds."""

    def __init__(self, burst: int, per_s: float) -> None:
        self._burst = float(burst)
        self._rate = burst / per_s
        self._left: dict[str, tuple[float, datetime]] = {}

    def wait(self, key: str, now: datetime) -> float:
        """0.0 when it may pass now, else the seconds until it may; nothing is taken."""
        return max(0.0, 1.0 - self._refilled(key, now)) / self._rate

    def take(self, key: str, now: datetime) -> float:
        """0.0 when it may pass now, else the seconds to wait. A clock set back refills nothing and blocks nobody."""
        if len(self._left) >= _TIDY_AT:
            self._tidy(now)
        left, wait_s = self._refilled(key, now), self.wait(key, now)
        self._left[key] = (left if wait_s else left - 1.0, now)
        return wait_s

    def _refilled(self, key: str, now: datetime) -> float:
        left, seen = self._left.get(key, (self._burst, now))
        return min(self._burst, left + max(0.0, (now - seen).total_seconds()) * self._rate)

    def _tidy(self, now: datetime) -> None:
        """Forget whoever has been quiet long enough to be full again: memory stays with the busy ones."""
        self._left = {key: kept for key, kept in self._left.items() if self._refilled(key, now) < self._burst}


class Newcomers:
    """How many people nobody has met before may begin each minute, so that one address cannot take everybody's turn.

    An address may be one house, a hall full of learners, or all customers of a phone company: it gets half of what all
    together get. Beside that lies a reserve, for addresses from which hardly anybody has come.
    """

    def __init__(self, all_together: int = 120, from_address: int = 60, reserve: int = 60, few: int = 5) -> None:
        """Each is a number of people a minute; `few` from one address may come out of the reserve."""
        self._all, self._reserve = KnockLimiter(all_together, 60.0), KnockLimiter(reserve, 60.0)
        self._from, self._few = KnockLimiter(from_address, 60.0), KnockLimiter(few, 60.0)

    def take(self, address: str, now: datetime) -> float:
        """0.0 when one more may begin now, else the seconds to wait."""
        if wait_s := self._from.wait(address, now):
            return wait_s
        if wait_s := self._all.wait("", now):
            if self._few.wait(address, now) or self._reserve.wait("", now):
                return wait_s
            self._reserve.take("", now)
        else:
            self._all.take("", now)
        self._few.take(address, now)
        return self._from.take(address, now)
