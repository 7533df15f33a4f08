"""What an instructor sees of the own learners, and an officer of what waits in the own areas: read in one query
each.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, case, exists, func, insert, or_, select, union_all

from flows.profiles import KEEP_LOGS
from storage.conversations import tables as conversations_t
from storage.engine.instants import to_ms
from storage.engine.rows import Row
from storage.pairing import tables as pairing_t
from storage.pairing.availability import closed
from storage.people import tables as people_t
from storage.people.areas import below, is_whole
from storage.people.reach import looked_at, rings

_DONE = (
    select(func.count(func.distinct(conversations_t.run.c.lesson)))
    .where(
        conversations_t.run.c.learner_id == pairing_t.pairing.c.learner_id,
        conversations_t.run.c.outcome == "completed",
    )
    .correlate(pairing_t.pairing)
    .scalar_subquery()
)
_GUIDED = (
    select(
        pairing_t.pairing.c.pairing_id,
        pairing_t.pairing.c.learner_id,
        pairing_t.pairing.c.opened_at,
        people_t.person.c.name,
        func.coalesce(people_t.area.c.name, "").label("area"),
        conversations_t.session.c.lesson,
        conversations_t.session.c.seen_at,
        _DONE.label("done"),
    )
    .join(people_t.person, people_t.person.c.learner_id == pairing_t.pairing.c.learner_id)
    .outerjoin(people_t.area, people_t.area.c.area_id == people_t.person.c.area_id)
    .outerjoin(conversations_t.session, conversations_t.session.c.learner_id == pairing_t.pairing.c.learner_id)
    .where(pairing_t.pairing.c.state == "open")
    .order_by(pairing_t.pairing.c.opened_at, pairing_t.pairing.c.pairing_id)
)


def guided(connection: Connection, instructor_id: str, pairing_id: str | None = None) -> list[Row]:
    """An instructor's learners (or the one of this pairing): name, area, lessons finished, the open one, last seen."""
    query = _GUIDED.where(pairing_t.pairing.c.instructor_id == instructor_id)
    return _all(connection, query if pairing_id is None else query.where(pairing_t.pairing.c.pairing_id == pairing_id))


def finished(connection: Connection, learner_id: str) -> list[str]:
    """Lessons that a learner has completed, the latest first."""
    run = conversations_t.run.c
    query = select(run.lesson).where(run.learner_id == learner_id, run.outcome == "completed")
    return list(connection.scalars(query.group_by(run.lesson).order_by(func.max(run.ended_at).desc(), run.lesson)))


def levels(connection: Connection, learner_id: str) -> dict[str, str]:
    """How well a learner can do what a lesson teaches, as last confirmed by somebody who saw it: lesson → level."""
    query = select(pairing_t.skill_check.c.lesson, pairing_t.skill_check.c.level).where(
        pairing_t.skill_check.c.learner_id == learner_id
    )
    return {row.lesson: row.level for row in connection.execute(query.order_by(pairing_t.skill_check.c.check_id))}


def confirm(connection: Connection, learner_id: str, lesson: str, level: str, by: str, now: datetime) -> None:
    """Write down that `by` has seen this learner do a lesson's skill, alone or with help (`level`)."""
    connection.execute(
        insert(pairing_t.skill_check),
        {"learner_id": learner_id, "lesson": lesson, "skill": "", "level": level, "by": by, "at": to_ms(now)},
    )


def seen_alone(connection: Connection, by: str) -> int:
    """How many learners `by` has seen do a lesson's skill alone."""
    check = pairing_t.skill_check.c
    query = select(func.count(func.distinct(check.learner_id))).where(check.by == by, check.level == "alone")
    return connection.scalar(query) or 0


# --- an officer ---


def waiting(connection: Connection, officer_id: str, paths: Sequence[str], limit: int) -> list[Row]:
    """Requests in an officer's areas, or the officer's to answer: safety that is taken, other cries, members before
    strangers; then the rest, the oldest first. `helper`: the name of whoever has taken it.
    """
    r, owner = pairing_t.request.c, people_t.person.alias()
    live = r.state.in_(("waiting", "offered", "open"))
    hers = and_(live, or_(r.owner_kind == "officer", r.kind == "safety"))
    confirmed = (
        exists()
        .where(people_t.role.c.learner_id == r.learner_id, people_t.role.c.state == "active")
        .correlate(pairing_t.request)
    )
    taken = and_(r.kind == "safety", r.state == "open", r.owner_id == officer_id)
    query = (
        select(
            r.request_id, r.kind, r.state, r.since_at, r.learner_id, r.owner_id, people_t.person.c.name,
            func.coalesce(owner.c.name, "").label("helper"), confirmed.label("confirmed"),
        )
        .outerjoin(owner, and_(owner.c.learner_id == r.owner_id, r.state == "open"))
        .join(people_t.person, people_t.person.c.learner_id == r.learner_id)
        .outerjoin(people_t.area, people_t.area.c.area_id == people_t.person.c.area_id)
        .where(hers, or_(r.owner_id == officer_id, below(people_t.area.c.path, paths)))
        .order_by(case((taken, 0), else_=1), r.priority, case((confirmed, 0), else_=1), r.since_at, r.request_id)
        .limit(limit)
    )  # fmt: skip
    return _all(connection, query)


def unclosed(connection: Connection, path: str, limit: int = 1_000) -> list[Row]:
    """Every request of an area that is not over, the most urgent first; "/" is everywhere, unknown places too."""
    r = pairing_t.request.c
    query = (
        select(
            r.request_id, r.kind, r.state, r.since_at, r.due_at, r.owner_kind, people_t.person.c.name,
            func.coalesce(people_t.area.c.name, "").label("area"),
        )
        .join(people_t.person, people_t.person.c.learner_id == r.learner_id)
        .outerjoin(people_t.area, people_t.area.c.area_id == people_t.person.c.area_id)
        .where(r.state.in_(("waiting", "offered", "open")))
        .order_by(r.priority, r.since_at, r.request_id)
        .limit(limit)
    )  # fmt: skip
    return _all(connection, query if path == "/" else query.where(below(people_t.area.c.path, [path])))


def counts(connection: Connection, now: int) -> dict[str, int]:
    """officers, instructors (who have promised), requests not over, urgent ones an hour overdue; of officers and
    instructors those who cannot be called (`unheard`)."""
    live = pairing_t.request.c.state.in_(("waiting", "offered", "open"))
    queries = {
        "officers": select(func.count(func.distinct(people_t.role.c.learner_id))).where(
            people_t.role.c.role == "officer", people_t.role.c.state == "active"
        ),
        "instructors": select(func.count())
        .select_from(people_t.instructor)
        .join(people_t.role, people_t.role.c.learner_id == people_t.instructor.c.learner_id)
        .where(
            people_t.role.c.role == "instructor",
            people_t.role.c.state == "active",
            people_t.instructor.c.conduct_at.is_not(None),
        ),
        "unheard": select(func.count(func.distinct(people_t.role.c.learner_id)))
        .join(conversations_t.session, conversations_t.session.c.learner_id == people_t.role.c.learner_id)
        .where(
            people_t.role.c.role.in_(("officer", "instructor")),
            people_t.role.c.state == "active",
            or_(
                closed(people_t.role.c.learner_id) > 0,
                and_(conversations_t.session.c.channel.in_(KEEP_LOGS), rings(people_t.role.c.learner_id) == 0),
            ),
        ),
        "requests": select(func.count()).select_from(pairing_t.request).where(live),
        "overdue": select(func.count())
        .select_from(pairing_t.request)
        .where(live, pairing_t.request.c.kind == "safety", pairing_t.request.c.due_at < now - 3_600_000),
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
    """People (or one) who hold or ask for a role within these areas: id, name, area, state, taken places, and how each
    is reached and was last there."""
    query = (
        select(
            people_t.role.c.learner_id, people_t.role.c.state, people_t.person.c.name,
            people_t.area.c.name.label("area"), people_t.area.c.path,
            func.coalesce(pairing_t.standing.c.taken, 0).label("taken"), people_t.instructor.c.capacity,
            conversations_t.session.c.channel, conversations_t.session.c.seen_at,
            closed(people_t.role.c.learner_id).label("away"),
            rings(people_t.role.c.learner_id).label("rings"), looked_at(people_t.role.c.learner_id).label("looked_at"),
        )
        .outerjoin(conversations_t.session, conversations_t.session.c.learner_id == people_t.role.c.learner_id)
        .join(people_t.person, people_t.person.c.learner_id == people_t.role.c.learner_id)
        .join(people_t.area, people_t.area.c.area_id == people_t.role.c.area_id)
        .outerjoin(pairing_t.standing, pairing_t.standing.c.learner_id == people_t.role.c.learner_id)
        .outerjoin(people_t.instructor, people_t.instructor.c.learner_id == people_t.role.c.learner_id)
        .where(people_t.role.c.role == role, people_t.role.c.state.in_(sorted(states)))
        .order_by(people_t.role.c.at, people_t.role.c.learner_id)
        .limit(limit)
    )  # fmt: skip
    if person_id is not None:
        return _all(
            connection, query.where(people_t.role.c.learner_id == person_id, below(people_t.area.c.path, paths))
        )
    first = _first_of(paths, role, states, limit).subquery()
    hers = and_(first.c.learner_id == people_t.role.c.learner_id, first.c.area_id == people_t.role.c.area_id)
    return _all(connection, query.join(first, hers))


def _first_of(paths: Sequence[str], role: str, states: Collection[str], limit: int) -> Select[Any]:
    """Who has held a role there for longest. A ward is looked through by its areas; of everywhere those of each state
    stand in an index in this order."""
    r = people_t.role.c
    of_role = select(r.learner_id, r.area_id, r.at).where(r.role == role)
    if is_whole(paths):
        by = of_role.order_by(r.at, r.learner_id).limit(limit)
        found = union_all(*(select(by.where(r.state == state).subquery()) for state in sorted(states))).subquery()
    else:
        there = select(people_t.area.c.area_id).where(below(people_t.area.c.path, paths))
        state = r.state.concat("")  # what is computed has no index
        found = of_role.where(r.area_id.in_(there), state.in_(sorted(states))).subquery()
    return select(found).order_by(found.c.at + 0, found.c.learner_id).limit(limit)


def _all(connection: Connection, query: Select[Any]) -> list[Row]:
    return [dict(row._mapping) for row in connection.execute(query)]
