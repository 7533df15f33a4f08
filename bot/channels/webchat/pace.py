"""How often one may knock."""

from __future__ import annotations

from datetime import datetime

_TIDY_AT = 4096


class Pace:
    """At most `burst` at once for each key, refilled evenly over `per_s` seconds."""

    def __init__(self, burst: int, per_s: float) -> None:
        self._burst = float(burst)
        self._rate = burst / per_s
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, key: str, now: datetime) -> float:
        """0.0 when it may pass now, else the seconds to wait. A clock set back refills nothing and blocks nobody."""
        if len(self._left) >= _TIDY_AT:
            self._tidy(now)
        left = self._refilled(key, now)
        if left < 1.0:
            self._left[key] = (left, now)
            return (1.0 - left) / self._rate
        self._left[key] = (left - 1.0, now)
        return 0.0

    def _refilled(self, key: str, now: datetime) -> float:
        left, seen = self._left.get(key, (self._burst, now))
        return min(self._burst, left + max(0.0, (now - seen).total_seconds()) * self._rate)

    def _tidy(self, now: datetime) -> None:
        """Forget whoever has been quiet long enough to be full again: memory stays with the busy ones."""
        self._left = {key: kept for key, kept in self._left.items() if self._refilled(key, now) < self._burst}
