"""What happens, counted while it happens: totals since the start, what was of late, how long something took.

Figures of one process, kept in its memory: whoever looks after several adds them up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from time import monotonic

SLOT_S = 300.0
SLOTS = 288  # a day
HOUR_S, DAY_S = 3_600.0, 86_400.0


class RecentCounter:
    """How often something of each kind has happened. `seconds` tells what the machine counts."""

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        self.totals: Counter[str] = Counter()
        self._seconds = seconds
        self._slots: deque[tuple[float, Counter[str]]] = deque(maxlen=SLOTS)

    def count(self, kind: str) -> None:
        """It has happened once more."""
        self.totals[kind] += 1
        begun = self._seconds() // SLOT_S * SLOT_S
        if not self._slots or self._slots[-1][0] != begun:
            self._slots.append((begun, Counter()))
        self._slots[-1][1][kind] += 1

    def within(self, span_s: float) -> Counter[str]:
        """How often in the last `span_s` seconds, a day at the most; up to five minutes more are counted in."""
        since = self._seconds() - span_s - SLOT_S
        found: Counter[str] = Counter()
        for begun, counted in self._slots:
            if begun >= since:
                found += counted
        return found


class Spread:
    """How many of some durations were at most as long as each of `bounds` (seconds, rising)."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.total_s = 0.0
        self._counts = [0] * (len(bounds) + 1)

    def add(self, seconds: float) -> None:
        """One more took so long."""
        self._counts[bisect_left(self.bounds, seconds)] += 1
        self.total_s += seconds

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self._counts)

    def up_to(self) -> Iterator[tuple[float, int]]:
        """Each bound with how many were no longer than it."""
        so_far = 0
        for bound, counted in zip(self.bounds, self._counts, strict=False):
            so_far += counted
            yield bound, so_far
