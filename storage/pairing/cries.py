"""Cries for safety as those who are called see them, and who has been called for one."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, or_, select

from storage.conversations import tables as conversations_t
from storage.engine.columns import word, words
from storage.engine.rows import Row, many, padded
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from storage.people.reach import at_desk, looked_at, rings

FIRST = 0
"""The priority that cries alone have: by it an index finds them among all that waits."""

_r = pairing_t.request.c
_CONFIRMED = (
    exists()
    .where(people_t.role.c.learner_id == _r.learner_id, people_t.role.c.state == "active")
    .correlate(pairing_t.request)
)
_GUIDED = (
    exists()
    .where(
        pairing_t.pairing.c.learner_id == _r.learner_id,
        pairing_t.pairing.c.instructor_id == bindparam("me"),
        pairing_t.pairing.c.state == "open",
    )
    .correlate(pairing_t.request)
)
_LIVE = (
    select(
        _r.request_id, _r.learner_id, _r.owner_id, _r.state, _r.width, _r.since_at, people_t.person.c.name,
        func.coalesce(people_t.area.c.path, "").label("path"), _CONFIRMED.label("confirmed"), _GUIDED.label("guided"),
    )
    .join(people_t.person, people_t.person.c.learner_id == _r.learner_id)
    .outerjoin(people_t.area, people_t.area.c.area_id == people_t.person.c.area_id)
    .where(
        _r.priority == FIRST,
        _r.kind == word("safety"),
        _r.state.in_(words(("waiting", "offered", "open"))),
        _r.learner_id != bindparam("me"),
    )
    .order_by(_r.since_at, _r.request_id)
)  # fmt: skip


def live(connection: Connection, me: str, paths: Sequence[str], limit: int) -> list[Row]:
    """Cries that are not over: of this person's to answer, of the own learners, or of an officer's areas and of
    none.
    """
    return many(connection, _live(paths).limit(limit), me=me)


def _live(paths: Sequence[str]) -> Select[tuple[object, ...]]:
    column = people_t.area.c.path
    below = [and_(column >= path, column < path[:-1] + "0") for path in paths]  # "0" comes right after "/"
    nowhere = [column.is_(None)] if paths else []
    return _LIVE.where(or_(_r.owner_id == bindparam("me"), _GUIDED, *below, *nowhere))


def calls(connection: Connection, request_id: str) -> list[tuple[int, str]]:
    """When and whom (a pseudonym) it rang for this request, the first call first."""
    e = pairing_t.pairing_event.c
    query = select(e.at, e.detail).where(e.request_id == request_id, e.what == "called").order_by(e.event_id)
    return [(row.at, str(json.loads(row.detail).get("to", ""))) for row in connection.execute(query)]


_REACH = (
    select(
        people_t.person.c.learner_id, people_t.person.c.name, conversations_t.session.c.channel,
        conversations_t.session.c.seen_at,
        func.coalesce(people_t.identity.c.away, False).label("away"),
        rings(people_t.person.c.learner_id).label("rings"), looked_at(people_t.person.c.learner_id).label("looked_at"),
        at_desk(people_t.person.c.learner_id).label("at_desk"),
    )
    .outerjoin(conversations_t.session, conversations_t.session.c.learner_id == people_t.person.c.learner_id)
    .outerjoin(
        people_t.identity,
        and_(
            people_t.identity.c.channel == conversations_t.session.c.channel,
            people_t.identity.c.chat_id == conversations_t.session.c.chat_id,
        ),
    )
    .where(people_t.person.c.learner_id.in_(bindparam("ids", expanding=True)))
)  # fmt: skip


def reach(connection: Connection, ids: Collection[str]) -> list[Row]:
    """How each of these people is reached: name, channel, when last heard there, whether the tutor is blocked, how many
    browsers ring, when a page of those was looked at last, when she was at the desk."""
    return many(connection, _REACH, ids=padded(sorted(ids))) if ids else []
