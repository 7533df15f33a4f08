"""What an instructor sees of the own learners, and an officer of what waits in the own areas: read in one query
each.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, case, exists, func, insert, or_, select

from storage import tables as base
from storage import tables_people as t
from storage.records import to_ms
from storage.rows import Row

_DONE = (
    select(func.count(func.distinct(base.run.c.lesson)))
    .where(base.run.c.learner_id == t.pairing.c.learner_id, base.run.c.outcome == "completed")
    .correlate(t.pairing)
    .scalar_subquery()
)
_GUIDED = (
    select(
        t.pairing.c.pairing_id,
        t.pairing.c.learner_id,
        t.pairing.c.opened_at,
        base.person.c.name,
        func.coalesce(t.area.c.name, "").label("area"),
        base.session.c.lesson,
        base.session.c.seen_at,
        _DONE.label("done"),
    )
    .join(base.person, base.person.c.learner_id == t.pairing.c.learner_id)
    .outerjoin(t.area, t.area.c.area_id == base.person.c.area_id)
    .outerjoin(base.session, base.session.c.learner_id == t.pairing.c.learner_id)
    .where(t.pairing.c.state == "open")
    .order_by(t.pairing.c.opened_at, t.pairing.c.pairing_id)
)


def guided(connection: Connection, instructor_id: str, pairing_id: str | None = None) -> list[Row]:
    """An instructor's learners (or the one of this pairing): name, area, lessons finished, the open one, last seen."""
    query = _GUIDED.where(t.pairing.c.instructor_id == instructor_id)
    return _all(connection, query if pairing_id is None else query.where(t.pairing.c.pairing_id == pairing_id))


def finished(connection: Connection, learner_id: str) -> list[str]:
    """Lessons that a learner has completed, the latest first."""
    run = base.run.c
    query = select(run.lesson).where(run.learner_id == learner_id, run.outcome == "completed")
    return list(connection.scalars(query.group_by(run.lesson).order_by(func.max(run.ended_at).desc(), run.lesson)))


def levels(connection: Connection, learner_id: str) -> dict[str, str]:
    """How well a learner can do what a lesson teaches, as last confirmed by somebody who saw it: lesson → level."""
    query = select(t.skill_check.c.lesson, t.skill_check.c.level).where(t.skill_check.c.learner_id == learner_id)
    return {row.lesson: row.level for row in connection.execute(query.order_by(t.skill_check.c.check_id))}


def confirm(connection: Connection, learner_id: str, lesson: str, level: str, by: str, now: datetime) -> None:
    """Write down that `by` has seen this learner do a lesson's skill, alone or with help (`level`)."""
    connection.execute(
        insert(t.skill_check),
        {"learner_id": learner_id, "lesson": lesson, "skill": "", "level": level, "by": by, "at": to_ms(now)},
    )


# --- an officer ---


def _below(column: Any, paths: Sequence[str]) -> Any:
    return or_(*(and_(column >= path, column < path[:-1] + "0") for path in paths))  # "0" comes right after "/"


def waiting(connection: Connection, officer_id: str, paths: Sequence[str], limit: int) -> list[Row]:
    """Requests in an officer's areas, or the officer's to answer: safety that is taken, other cries, members before
    strangers; then the rest, the oldest first. `helper`: the name of whoever has taken it.
    """
    r, owner = t.request.c, base.person.alias()
    live = r.state.in_(("waiting", "offered", "open"))
    hers = and_(live, or_(r.owner_kind == "officer", r.kind == "safety"))
    confirmed = exists().where(t.role.c.learner_id == r.learner_id, t.role.c.state == "active").correlate(t.request)
    taken = and_(r.kind == "safety", r.state == "open", r.owner_id == officer_id)
    query = (
        select(
            r.request_id, r.kind, r.state, r.since_at, r.learner_id, r.owner_id, base.person.c.name,
            func.coalesce(owner.c.name, "").label("helper"), confirmed.label("confirmed"),
        )
        .outerjoin(owner, and_(owner.c.learner_id == r.owner_id, r.state == "open"))
        .join(base.person, base.person.c.learner_id == r.learner_id)
        .outerjoin(t.area, t.area.c.area_id == base.person.c.area_id)
        .where(hers, or_(r.owner_id == officer_id, _below(t.area.c.path, paths)))
        .order_by(case((taken, 0), else_=1), r.priority, case((confirmed, 0), else_=1), r.since_at, r.request_id)
        .limit(limit)
    )  # fmt: skip
    return _all(connection, query)


def unclosed(connection: Connection, path: str, limit: int = 1_000) -> list[Row]:
    """Every request of an area that is not over, the most urgent first; "/" is everywhere, unknown places too."""
    r = t.request.c
    query = (
        select(
            r.request_id, r.kind, r.state, r.since_at, r.due_at, r.owner_kind, base.person.c.name,
            func.coalesce(t.area.c.name, "").label("area"),
        )
        .join(base.person, base.person.c.learner_id == r.learner_id)
        .outerjoin(t.area, t.area.c.area_id == base.person.c.area_id)
        .where(r.state.in_(("waiting", "offered", "open")))
        .order_by(r.priority, r.since_at, r.request_id)
        .limit(limit)
    )  # fmt: skip
    return _all(connection, query if path == "/" else query.where(_below(t.area.c.path, [path])))


def counts(connection: Connection, now: int) -> dict[str, int]:
    """officers, instructors (who have promised), requests not over, urgent ones an hour overdue."""
    live = t.request.c.state.in_(("waiting", "offered", "open"))
    queries = {
        "officers": select(func.count(func.distinct(t.role.c.learner_id))).where(
            t.role.c.role == "officer", t.role.c.state == "active"
        ),
        "instructors": select(func.count())
        .select_from(t.instructor)
        .join(t.role, t.role.c.learner_id == t.instructor.c.learner_id)
        .where(t.role.c.role == "instructor", t.role.c.state == "active", t.instructor.c.conduct_at.is_not(None)),
        "requests": select(func.count()).select_from(t.request).where(live),
        "overdue": select(func.count())
        .select_from(t.request)
        .where(live, t.request.c.kind == "safety", t.request.c.due_at < now - 3_600_000),
    }
    return {name: connection.scalar(query) or 0 for name, query in queries.items()}


def with_role(
    connection: Connection,
    paths: Sequence[str],
    role: str,
    states: Collection[str],
    limit: int,
    person_id: str | None = None,
) -> list[Row]:
    """People (or one) who hold or ask for a role within these areas: id, name, area, state, taken places."""
    query = (
        select(
            t.role.c.learner_id, t.role.c.state, base.person.c.name, t.area.c.name.label("area"), t.area.c.path,
            func.coalesce(t.standing.c.taken, 0).label("taken"), t.instructor.c.capacity,
        )
        .join(base.person, base.person.c.learner_id == t.role.c.learner_id)
        .join(t.area, t.area.c.area_id == t.role.c.area_id)
        .outerjoin(t.standing, t.standing.c.learner_id == t.role.c.learner_id)
        .outerjoin(t.instructor, t.instructor.c.learner_id == t.role.c.learner_id)
        .where(t.role.c.role == role, t.role.c.state.in_(sorted(states)), _below(t.area.c.path, paths))
        .order_by(t.role.c.at, t.role.c.learner_id)
        .limit(limit)
    )  # fmt: skip
    if person_id is not None:
        query = query.where(t.role.c.learner_id == person_id)
    return _all(connection, query)


def _all(connection: Connection, query: Select[Any]) -> list[Row]:
    return [dict(row._mapping) for row in connection.execute(query)]
