"""Which backups stay: the newest of each of the last days, weeks and months; when the next is to be made. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

FRESH = timedelta(days=1)  # whatever was made since then stays: somebody may have made it before a risky hour


@dataclass(frozen=True, slots=True)
class BackupRules:
    """`at` is the local time of day at which the tutor makes one itself, None: it makes none. The newest of each of
    the last `daily` days, `weekly` weeks and `monthly` months that have one stays, none for longer than `longest`
    (None: for ever). Every `rehearse_every` the newest is put back in a temporary place, None: never.
    """

    at: time | None = None
    daily: int = 7
    weekly: int = 4
    monthly: int = 3
    longest: timedelta | None = timedelta(days=90)
    rehearse_every: timedelta | None = timedelta(days=7)


def surplus(made: Iterable[datetime], now: datetime, rules: BackupRules, zone: tzinfo) -> list[datetime]:
    """Those that go, the oldest first; the newest never does. Where `daily`, `weekly` and `monthly` are all 0, only
    `longest` ends a backup."""
    ordered = sorted(set(made), reverse=True)
    stays = {*ordered[:1], *(each for each in ordered if now - each < FRESH)}
    if rules.daily or rules.weekly or rules.monthly:
        for many, span in ((rules.daily, "%Y-%m-%d"), (rules.weekly, "%G-%V"), (rules.monthly, "%Y-%m")):
            newest: dict[str, datetime] = {}
            for each in ordered:
                newest.setdefault(each.astimezone(zone).strftime(span), each)
            stays |= set(list(newest.values())[:many])
    else:
        stays |= set(ordered)
    longest = rules.longest
    return [each for each in reversed(ordered) if each not in stays or _is_over(each, now, longest, ordered[0])]


def _is_over(made: datetime, now: datetime, longest: timedelta | None, newest: datetime) -> bool:
    return longest is not None and made != newest and now - made >= longest


def last_due(now: datetime, at: time, zone: tzinfo) -> datetime:
    """The last instant at which the clock on the wall has shown `at`."""
    local = now.astimezone(zone)
    today = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today <= local else today - timedelta(days=1)
