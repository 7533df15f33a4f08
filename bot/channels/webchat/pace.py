"""How many may begin."""

from __future__ import annotations

from bot.pace import RateLimiter


class Newcomers:
    """How many people nobody has met before may begin each minute, so that one address cannot take everybody's turn.

    An address may be one house, a hall full of learners, or all customers of a phone company: it gets half of what all
    together get. Beside that lies a reserve, for addresses from which hardly anybody has come.
    """

    def __init__(self, all_together: int = 120, from_address: int = 60, reserve: int = 60, few: int = 5) -> None:
        """Each is a number of people a minute; `few` from one address may come out of the reserve."""
        self._all, self._reserve = RateLimiter(all_together, 60.0), RateLimiter(reserve, 60.0)
        self._from, self._few = RateLimiter(from_address, 60.0), RateLimiter(few, 60.0)

    def take(self, address: str, now: float) -> float:
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
