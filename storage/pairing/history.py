"""One request as it went: what happened, who was asked and what was said."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.pairing import tables as pairing_t
from storage.people import tables as people_t

MOST = 200  # lines of one request: a cry that rings all night has some forty


@dataclass(frozen=True, slots=True)
class HappenedRow:
    """One line of the history; `at` in ms, `by` and the people of `detail` pseudonyms."""

    at: int
    by: str
    what: str
    detail: dict[str, str]


@dataclass(frozen=True, slots=True)
class AskedRow:
    """Somebody who was asked to take the request, and the state of that offer; instants in ms."""

    instructor_id: str
    name: str
    state: str
    made_at: int
    settled_at: int | None


def happened(connection: Connection, request_id: str) -> list[HappenedRow]:
    """What was written down of a request, the first first; of more than MOST lines the last of them."""
    e = pairing_t.pairing_event.c
    query = select(e.at, e.by, e.what, e.detail).where(e.request_id == request_id).order_by(e.event_id.desc())
    rows = connection.execute(query.limit(MOST)).all()
    return [HappenedRow(row.at, row.by, row.what, json.loads(row.detail)) for row in reversed(rows)]


def asked(connection: Connection, request_id: str) -> list[AskedRow]:
    """Who was asked, the first first."""
    o = pairing_t.offer.c
    query = (
        select(o.instructor_id, people_t.person.c.name, o.state, o.made_at, o.settled_at)
        .join(people_t.person, people_t.person.c.learner_id == o.instructor_id)
        .where(o.request_id == request_id)
        .order_by(o.made_at, o.offer_id)
    )
    return [AskedRow(*row) for row in connection.execute(query.limit(MOST))]
