"""What the conversation state knows of reviews and tests, and how that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    """When the learner is invited to review next (`at`), and what that is reckoned from.

    `minutes` of the local day are when she began to learn on each of the last days that she did, `learnt_on` the last
    of them. `invited_on` is the day of the last invitation, `unanswered` how many she has left without an answer,
    `not_before` the first day on which another may come.
    """

    at: datetime | None = None
    minutes: tuple[int, ...] = ()
    learnt_on: date | None = None
    invited_on: date | None = None
    unanswered: int = 0
    not_before: date | None = None


Result = tuple[int, int]
"""Right answers, and of how many."""


@dataclass(frozen=True, slots=True)
class TrackTest:
    """The test of a track, offered once before it and once after it (`ended`: that one was)."""

    before: Result | None = None
    after: Result | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class OpenTest:
    """A test that is under way: `which` (before, after) of which track, what was right so far, the lesson that was
    wanted."""

    which: str
    track: str
    lesson: str = ""
    right: int = 0
    total: int = 0


def dump_review(plan: ReviewPlan) -> list[Any]:
    """The plan as JSON values."""
    days = [day.isoformat() if day else "" for day in (plan.learnt_on, plan.invited_on, plan.not_before)]
    return [plan.at.isoformat() if plan.at else "", plan.minutes, plan.unanswered, *days]


def load_review(at: str, minutes: Sequence[int], unanswered: int, *days: str) -> ReviewPlan:
    """The plan written by `dump_review`; raises ValueError or TypeError on anything else."""
    learnt_on, invited_on, not_before = [date.fromisoformat(day) if day else None for day in days]
    planned = datetime.fromisoformat(at) if at else None
    return ReviewPlan(planned, tuple(map(int, minutes)), learnt_on, invited_on, int(unanswered), not_before)


def load_test(before: Sequence[int] | None, after: Sequence[int] | None, ended: bool) -> TrackTest:
    """The test of a track from its three JSON values."""
    return TrackTest(_result(before), _result(after), bool(ended))


def _result(pair: Sequence[int] | None) -> Result | None:
    return (int(pair[0]), int(pair[1])) if pair else None


def load_testing(which: str, track: str, lesson: str, right: int, total: int) -> OpenTest:
    """The test under way from its five JSON values."""
    return OpenTest(str(which), str(track), str(lesson), int(right), int(total))
