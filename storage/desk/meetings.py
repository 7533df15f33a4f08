"""Meetings that were held, and who was there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.engine.instants import from_ms
from storage.meetings import tables as meetings_t
from storage.people import tables as people_t
from storage.people.areas import below, is_whole
from storage.people.areas import named as named_area

_m, _a = meetings_t.attendance.c, people_t.area.c


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One meeting; `at` is when the first who came was ticked."""

    event_id: str
    area_id: str
    area: str
    path: str
    lesson: str
    at: datetime
    came: int


@dataclass(frozen=True, slots=True)
class CameRow:
    """Somebody who was there; both ids "" of who has been deleted, only the invitee's of who is on a list alone."""

    learner_id: str
    invitee_id: str
    name: str


LATEST = 20_000  # rows of the roll, the last ones, that are looked at for whoever sees a whole province


def held(connection: Connection, paths: Sequence[str], limit: int, event_id: str = "") -> list[MeetingRow]:
    """Meetings of these areas, or one of them, the latest first."""
    first = func.min(_m.at)
    query = select(_m.event_id, _m.area_id, _m.lesson, first.label("at"), func.count().label("came"))
    query = query.group_by(_m.event_id, _m.area_id, _m.lesson).order_by(first.desc(), _m.event_id).limit(limit)
    if event_id:
        query = query.where(_m.event_id == event_id)
    elif is_whole(paths):
        last = connection.scalar(select(func.max(_m.attendance_id))) or 0
        query = query.where(_m.attendance_id > last - LATEST)
    else:
        query = query.where(_m.area_id.in_(select(_a.area_id).where(below(_a.path, paths))))
    met = query.subquery().c
    named = (
        select(met.event_id, _a.area_id, named_area(_a), _a.path, met.lesson, met.at, met.came)
        .join(people_t.area, _a.area_id == met.area_id)
        .order_by(met.at.desc(), met.event_id)
    )
    return [
        MeetingRow(row[0], row[1], row[2], row[3], row[4], from_ms(row[5]), row[6])
        for row in connection.execute(named)
        if any(row[3].startswith(path) for path in paths)
    ]


def came(connection: Connection, event_id: str) -> list[CameRow]:
    """Who was at a meeting; an entry of a list that somebody has claimed since is that person."""
    listed, named = people_t.invitee.c, people_t.person.c
    who = func.coalesce(_m.learner_id, listed.claimed_by)
    query = (
        select(func.coalesce(who, ""), func.coalesce(_m.invitee_id, ""), func.coalesce(named.name, listed.name, ""))
        .outerjoin(people_t.invitee, listed.invitee_id == _m.invitee_id)
        .outerjoin(people_t.person, named.learner_id == who)
        .where(_m.event_id == event_id)
        .order_by(_m.attendance_id)
    )
    return [CameRow(*row) for row in connection.execute(query)]
