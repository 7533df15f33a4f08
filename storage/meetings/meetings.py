"""Who may come to a meeting of an area, and who came: attendance, kept apart from what anybody can do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, union

from storage.engine.instants import to_ms
from storage.meetings import tables as meetings_t
from storage.people import tables as people_t
from storage.people.areas import below
from storage.people.invitees import is_visible

_ROLES = ("learner", "instructor")


def _expected(path: str) -> Any:
    """People who learn or guide in an area or below, and entries of lists that nobody has claimed, each once."""
    inside = below(people_t.area.c.path, [path])
    people = (
        select(
            people_t.person.c.learner_id.label("who"),
            people_t.person.c.name,
            func.min(people_t.area.c.name).label("area"),
        )
        .join(people_t.role, people_t.role.c.learner_id == people_t.person.c.learner_id)
        .join(people_t.area, people_t.area.c.area_id == people_t.role.c.area_id)
        .where(inside, people_t.role.c.role.in_(_ROLES), people_t.role.c.state == "active")
        .group_by(people_t.person.c.learner_id, people_t.person.c.name)
    )
    listed = (
        select(people_t.invitee.c.invitee_id, people_t.invitee.c.name, people_t.area.c.name)
        .join(people_t.area, people_t.area.c.area_id == people_t.invitee.c.area_id)
        .where(inside, people_t.invitee.c.role.in_(_ROLES), people_t.invitee.c.claimed_by.is_(None), is_visible())
    )
    return union(people, listed).subquery()


def expected(connection: Connection, path: str, offset: int, limit: int) -> tuple[list[tuple[str, str, str]], int]:
    """A page of (id, name, area) by name, and how many there are in all."""
    all_ = _expected(path)
    query = select(all_).order_by(all_.c.name, all_.c.who).offset(offset).limit(limit)
    total = connection.scalar(select(func.count()).select_from(all_))
    return [(row[0], row[1], row[2]) for row in connection.execute(query)], int(total or 0)


def is_expected(connection: Connection, path: str, attendant_id: str) -> bool:
    """Whether this person or list entry belongs to the area below `path`, by which the roll is called."""
    all_ = _expected(path)
    return connection.scalar(select(all_.c.who).where(all_.c.who == attendant_id)) is not None


def came(connection: Connection, event_id: str) -> set[str]:
    """The ids of those who came; of an entry that somebody has claimed since, that person's."""
    met = meetings_t.attendance.c
    who = func.coalesce(met.learner_id, people_t.invitee.c.claimed_by, met.invitee_id)
    query = (
        select(who)
        .outerjoin(people_t.invitee, people_t.invitee.c.invitee_id == met.invitee_id)
        .where(met.event_id == event_id)
    )
    return {each for each in connection.scalars(query) if each is not None}


def tick(connection: Connection, event: Mapping[str, str], attendant_id: str, now: datetime) -> None:
    """Mark somebody as present. `event`: event_id, area_id, lesson, by. The caller has seen that the mark is not there
    yet."""
    is_person = (
        connection.scalar(select(people_t.person.c.learner_id).where(people_t.person.c.learner_id == attendant_id))
        is not None
    )
    named = {"learner_id": attendant_id if is_person else None, "invitee_id": None if is_person else attendant_id}
    connection.execute(insert(meetings_t.attendance), {**event, **named, "at": to_ms(now)})


def untick(connection: Connection, event_id: str, attendant_id: str) -> None:
    """Take the mark of presence away, under whichever id it was made."""
    met = meetings_t.attendance.c
    entries = select(people_t.invitee.c.invitee_id).where(people_t.invitee.c.claimed_by == attendant_id)
    hers = or_(met.learner_id == attendant_id, met.invitee_id == attendant_id, met.invitee_id.in_(entries))
    connection.execute(delete(meetings_t.attendance).where(met.event_id == event_id, hers))


def count(connection: Connection, event_id: str) -> int:
    """How many came, those who are forgotten since among them."""
    query = select(func.count()).where(meetings_t.attendance.c.event_id == event_id)
    return int(connection.scalar(query) or 0)
