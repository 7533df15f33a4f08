"""One lesson step by step, of an area and all below it: who came so far, who stopped there, who asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, func, literal, select

from storage.conversations import tables as conversations_t
from storage.desk.months import lives
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t


@dataclass(frozen=True, slots=True)
class StepCount:
    """`answered` learners have answered the question of this step, `right` of them at once; `stopped` of those who
    never finished the lesson answered nothing after it; `asked` asked for a human there."""

    step: str
    answered: int
    right: int
    stopped: int
    asked: int


@dataclass(frozen=True, slots=True)
class LessonCount:
    """Learners who began and finished, and the steps that hold a question or a call for help, in no order."""

    begun: int
    finished: int
    steps: tuple[StepCount, ...]


def of_lesson(connection: Connection, path: str, lesson: str, since: int, until: int, silent_since: int) -> LessonCount:
    """A lesson as it went from `since` to `until` (ms); who answered later than `silent_since` has not stopped."""
    run, attempt, request = conversations_t.run.c, conversations_t.attempt.c, pairing_t.request.c
    completed = case((run.outcome == "completed", literal(1)), else_=literal(0))
    hers = _of(path, conversations_t.run, run.learner_id, func.max(completed).label("finished"))
    begun = hers.where(run.lesson == lesson, run.started_at >= since, run.started_at < until).group_by(run.learner_id)
    whole = begun.subquery()
    totals = connection.execute(select(func.count(), func.sum(whole.c.finished)).select_from(whole)).one()
    within = attempt.lesson == lesson, attempt.at >= since, attempt.at < until
    first_right = case((attempt.right & (attempt.tries == 1), attempt.learner_id))
    answered = _of(path, conversations_t.attempt, attempt.step, func.count(func.distinct(attempt.learner_id)),
                   func.count(func.distinct(first_right))).where(*within).group_by(attempt.step)  # fmt: skip
    unfinished = select(whole.c.learner_id).where(whole.c.finished == 0)
    last = (
        select(func.max(attempt.attempt_id))
        .where(*within, attempt.learner_id.in_(unfinished))
        .group_by(attempt.learner_id)
        .having(func.max(attempt.at) < silent_since)
    )
    stopped = select(attempt.step, func.count()).where(attempt.attempt_id.in_(last)).group_by(attempt.step)
    asked = _of(path, pairing_t.request, request.step, func.count()).where(
        request.lesson == lesson, request.since_at >= since, request.since_at < until
    )
    rows = {row[0]: (int(row[1]), int(row[2])) for row in connection.execute(answered)}
    stops = {row[0]: int(row[1]) for row in connection.execute(stopped)}
    asks = {row[0]: int(row[1]) for row in connection.execute(asked.group_by(request.step))}
    steps = [
        StepCount(step, *rows.get(step, (0, 0)), stops.get(step, 0), asks.get(step, 0))
        for step in sorted({*rows, *stops, *asks} - {""})
    ]
    return LessonCount(int(totals[0]), int(totals[1] or 0), tuple(steps))


def _of(path: str, table: Any, *columns: Any) -> Any:
    person = people_t.person
    return (
        select(*columns).select_from(table).join(person, person.c.learner_id == table.c.learner_id).where(lives(path))
    )
