"""Who has been silent for long: asked once whether everything may be kept, and forgotten when no answer comes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select, update

from storage.conversations import tables as conversations_t
from storage.engine.instants import to_ms
from storage.people import tables as people_t

ANSWERABLE = ("officer", "editor", "admin")
"""Whoever answers for others is never forgotten by the clock: her officer looks after that."""


def idle(connection: Connection, before: datetime, after: str, looked_at: int) -> tuple[list[str], str | None]:
    """Learners who agreed, were last heard before then and have not been asked, of the next `looked_at` persons by id;
    and behind whom to look next, None after the last."""
    behind = people_t.person.c.learner_id > after
    ids = select(people_t.person.c.learner_id).where(behind).order_by(people_t.person.c.learner_id)
    last = connection.scalar(ids.offset(looked_at - 1).limit(1))
    until = () if last is None else (people_t.person.c.learner_id <= last,)
    return list(connection.scalars(_idle(before).where(behind, *until))), last


def ask(connection: Connection, learner_ids: Collection[str], before: datetime, now: datetime) -> list[str]:
    """Write down that these people are asked now: those of them who are still idle."""
    found = _idle(before).where(people_t.person.c.learner_id.in_(sorted(learner_ids)))
    ids = list(connection.scalars(found.order_by(people_t.person.c.learner_id)))
    if ids:
        connection.execute(
            update(people_t.person).where(people_t.person.c.learner_id.in_(ids)).values(idle_asked_at=to_ms(now))
        )
    return ids


def silent(connection: Connection, asked_before: datetime, limit: int) -> list[str]:
    """People who were asked before then and have not been heard since."""
    return list(connection.scalars(_silent(asked_before).order_by(people_t.person.c.learner_id).limit(limit)))


def is_silent(connection: Connection, learner_id: str, asked_before: datetime) -> bool:
    """Whether somebody still is silent, locked until the transaction ends."""
    query = _silent(asked_before).where(people_t.person.c.learner_id == learner_id)
    return connection.scalar(query.with_for_update(of=[people_t.person, conversations_t.session])) is not None


def came_back(connection: Connection, limit: int) -> int:
    """Forget the question of whoever was heard after it. How many that were."""
    heard = conversations_t.session.c.seen_at >= people_t.person.c.idle_asked_at
    query = _asked().where(heard).limit(limit)
    ids = list(connection.scalars(query))
    if ids:
        connection.execute(
            update(people_t.person).where(people_t.person.c.learner_id.in_(ids)).values(idle_asked_at=None)
        )
    return len(ids)


def counts(connection: Connection, before: datetime) -> dict[str, int]:
    """How many wait for their answer, and how many who answer for others have been silent since before then."""
    asked = select(func.count()).select_from(people_t.person).where(people_t.person.c.idle_asked_at.is_not(None))
    role, session = people_t.role.c, conversations_t.session.c
    answer = select(role.learner_id).where(role.role.in_(ANSWERABLE), role.state == "active")
    quiet = session.learner_id.in_(answer), session.seen_at < to_ms(before)
    query = select(func.count()).select_from(conversations_t.session).where(*quiet)
    return {"asked": connection.scalar(asked) or 0, "officers": connection.scalar(query) or 0}


def _idle(before: datetime) -> Select[Any]:
    agreed = people_t.person.c.consent == "agreed", people_t.person.c.idle_asked_at.is_(None)
    return _with_session().where(*agreed, conversations_t.session.c.seen_at < to_ms(before), ~_answers_for_others())


def _silent(asked_before: datetime) -> Select[Any]:
    unheard = conversations_t.session.c.seen_at < people_t.person.c.idle_asked_at
    return _asked().where(people_t.person.c.idle_asked_at < to_ms(asked_before), unheard, ~_answers_for_others())


def _asked() -> Select[Any]:
    return _with_session().where(people_t.person.c.idle_asked_at.is_not(None))


def _with_session() -> Select[Any]:
    return select(people_t.person.c.learner_id).join(
        conversations_t.session, conversations_t.session.c.learner_id == people_t.person.c.learner_id
    )


def _answers_for_others() -> ColumnElement[bool]:
    mine = people_t.role.c.learner_id == people_t.person.c.learner_id
    return exists().where(mine, people_t.role.c.role.in_(ANSWERABLE), people_t.role.c.state == "active")
