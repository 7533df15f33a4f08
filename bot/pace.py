"""How often something may be done: token buckets, one alone or one for each key. Time is seconds of whatever clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """`rate` tokens a second up to `size`; `at` is when it was last looked at (seconds)."""

    rate: float
    size: float
    tokens: float
    at: float

    def refill(self, now: float) -> float:
        """The tokens that are there now."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
        self.at = now
        return self.tokens

    def wait(self, now: float) -> float:
        """Take one token, on credit if need be: how many seconds until it is really there."""
        self.tokens = self.refill(now) - 1
        return max(0.0, -self.tokens / self.rate)


class RateLimiter:
    """At most `burst` at once for each key, refilled evenly over `per_s` seconds.

    From `tidy_at` keys on the full ones are forgotten, which loses nothing; with `hard`, where none is full, the older
    half. A clock set back refills nothing and blocks nobody.
    """

    def __init__(self, burst: float, per_s: float, tidy_at: int = 4096, *, hard: bool = False) -> None:
        self._burst = float(burst)
        self._rate = burst / per_s
        self._tidy_at = tidy_at
        self._hard = hard
        self._buckets: dict[str, Bucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def wait(self, key: str, now: float) -> float:
        """0.0 when it may pass now, else the seconds until it may; nothing is taken."""
        bucket = self._buckets.get(key)
        return 0.0 if bucket is None else max(0.0, 1.0 - self._filled(bucket, now)) / self._rate

    def take(self, key: str, now: float) -> float:
        """0.0 when it may pass now, else the seconds to wait; then nothing is taken."""
        if not (wait_s := self.wait(key, now)):
            self._bucket(key, now).tokens -= 1
        return wait_s

    def reserve(self, key: str, now: float) -> float:
        """The seconds after which this one may pass, its token taken on credit."""
        return self._bucket(key, now).wait(now)

    def _filled(self, bucket: Bucket, now: float) -> float:
        bucket.at = min(bucket.at, now)
        return bucket.refill(now)

    def _bucket(self, key: str, now: float) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._tidy_at:
                self._tidy(now)
            bucket = self._buckets[key] = Bucket(self._rate, self._burst, self._burst, now)
        return bucket

    def _tidy(self, now: float) -> None:
        busy = {key: each for key, each in self._buckets.items() if self._filled(each, now) < each.size}
        if self._hard and len(busy) == len(self._buckets):
            busy = dict(list(busy.items())[self._tidy_at // 2 :])
        self._buckets = busy
