"""Weeks in which a learner has learnt, so that no pause is held against her. Pure.

A streak that one missed week tears punishes illness, Tết and the harvest. So weeks in which nothing was learnt are
simply not counted, and only a pause of more than PAUSE of them begins the count anew: that is longer than any Tết, and
nobody has to tell us of a fever.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

PAUSE = 4  # weeks without learning that a streak survives
WORTH = 2  # weeks from which it is spoken of
WEEK = timedelta(days=7)


def weeks_learnt(days: Collection[date], today: date) -> int:
    """How many weeks (Monday to Sunday) a learner has learnt in since the last long pause; 0 where it is not spoken of:
    one week alone, or nothing for longer than a pause.

    Days after `today` were written by a clock that had jumped ahead: they do not count.
    """
    this = monday_of(today)
    learnt = sorted({monday_of(day) for day in days if day <= today}, reverse=True)
    counted, last = 0, this
    for week in learnt:
        if last - week > (PAUSE + 1) * WEEK:
            break
        counted, last = counted + 1, week
    return counted if counted >= WORTH else 0


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())
