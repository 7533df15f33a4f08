"""Ids by how they begin: nobody types thirty-two letters."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage import tables as base
from storage import tables_people as t

_COLUMNS = {
    "person": (base.person.c.learner_id, t.invitee.c.invitee_id),
    "request": (t.request.c.request_id,),
    "model": (t.union_model.c.model_id,),
    "announcement": (t.announcement.c.announcement_id,),
}


def beginning(connection: Connection, what: str, start: str, limit: int) -> list[str]:
    """At most `limit` ids of a person, request, model or announcement that begin so; `start` itself alone where it is
    one."""
    found: set[str] = set()
    for column in _COLUMNS[what]:
        query = select(column).where(column.startswith(start, autoescape=True)).order_by(column).limit(limit)
        found.update(connection.scalars(query))
    return [start] if start in found else sorted(found)[:limit]
