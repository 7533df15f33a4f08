"""Ids by how they begin: nobody types thirty-two letters."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage.announcements import tables as announcements_t
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from storage.programs import tables as programs_t

_COLUMNS = {
    "person": (people_t.person.c.learner_id, people_t.invitee.c.invitee_id),
    "request": (pairing_t.request.c.request_id,),
    "model": (programs_t.union_model.c.model_id,),
    "announcement": (announcements_t.announcement.c.announcement_id,),
}


def beginning(connection: Connection, kind: str, start: str, limit: int) -> list[str]:
    """At most `limit` ids of a person, request, model or announcement that begin so; `start` itself alone where it is
    one."""
    found: set[str] = set()
    for column in _COLUMNS[kind]:
        query = select(column).where(column.startswith(start, autoescape=True)).order_by(column).limit(limit)
        found.update(connection.scalars(query))
    return [start] if start in found else sorted(found)[:limit]
