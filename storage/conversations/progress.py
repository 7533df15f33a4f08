"""When a learner has learnt, and what she says she has shown to somebody: read from what is kept anyway."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, union

from storage.conversations import tables as conversations_t
from storage.engine.instants import from_ms, to_ms

GRAIN_MS = 900_000  # a quarter of an hour: every time zone is a multiple of it from UTC, so no day is mistaken

TAUGHT = "taught"
"""The kind of a mark: she says that she has shown the lesson `name` to somebody."""


def learnt_at(connection: Connection, learner_id: str) -> list[datetime]:
    """When questions were answered and lessons finished, to the quarter of an hour, each once."""
    attempt, run = conversations_t.attempt.c, conversations_t.run.c
    answered = select((attempt.at - attempt.at % GRAIN_MS).label("at")).where(attempt.learner_id == learner_id)
    finished = select((run.ended_at - run.ended_at % GRAIN_MS).label("at")).where(
        run.learner_id == learner_id, run.outcome == "completed"
    )
    return [from_ms(at) for at in connection.scalars(union(answered, finished))]


def finished(connection: Connection, learner_id: str, since: datetime, until: datetime) -> list[str]:
    """The lessons that were finished in a span, each once, the latest last."""
    run = conversations_t.run.c
    in_time = run.ended_at >= to_ms(since), run.ended_at <= to_ms(until)
    query = select(run.lesson).where(run.learner_id == learner_id, run.outcome == "completed", *in_time)
    newest_first = dict.fromkeys(connection.scalars(query.order_by(run.ended_at.desc())))
    return list(newest_first)[::-1]


def taught(connection: Connection, learner_id: str) -> set[str]:
    """The lessons that a learner says she has shown to somebody."""
    mark = conversations_t.mark.c
    query = select(mark.name).where(mark.learner_id == learner_id, mark.kind == TAUGHT)
    return set(connection.scalars(query))
