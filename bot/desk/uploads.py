"""Lists that were brought and not yet taken in: in this process's memory alone, one a browser, half an hour at most."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.people.policy.people_file import PeopleList

LASTS = timedelta(minutes=30)
MOST = 20
"""Lists at once: of five megabytes each they are a hundred."""


@dataclass(frozen=True, slots=True)
class BroughtList:
    """A list as it was read, the area it is for ("" as its lines say), and what its file was called."""

    sheet: PeopleList
    into: str
    name: str
    at: datetime


@dataclass(slots=True)
class Uploads:
    """By the browser (`session`) that brought it, nobody else's: gone with the next one, a yes, a no or its time."""

    _kept: dict[str, BroughtList] = field(default_factory=dict)

    def keep(self, session: str, brought: BroughtList) -> None:
        """Keep it instead of what this browser brought before, and of the oldest where there are too many."""
        self._kept = {who: each for who, each in self._kept.items() if brought.at - each.at < LASTS and who != session}
        while len(self._kept) >= MOST:
            del self._kept[min(self._kept, key=lambda who: self._kept[who].at)]
        self._kept[session] = brought

    def of(self, session: str, now: datetime) -> BroughtList | None:
        """What this browser brought; None once its time is over."""
        found = self._kept.get(session)
        if found is not None and now - found.at >= LASTS:
            self.drop(session)
            return None
        return found

    def drop(self, session: str) -> None:
        """It is needed no more."""
        self._kept.pop(session, None)
