"""Cries for safety as those who are called see them, and who has been called for one."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, or_, select

from storage import tables as base
from storage import tables_people as t
from storage.rows import Row, many, padded

FIRST = 0
"""The priority that cries alone have: by it an index finds them among all that waits."""

_r = t.request.c
_CONFIRMED = exists().where(t.role.c.learner_id == _r.learner_id, t.role.c.state == "active").correlate(t.request)
_GUIDED = (
    exists()
    .where(
        t.pairing.c.learner_id == _r.learner_id,
        t.pairing.c.instructor_id == bindparam("me"),
        t.pairing.c.state == "open",
    )
    .correlate(t.request)
)
_LIVE = (
    select(
        _r.request_id, _r.learner_id, _r.owner_id, _r.state, _r.width, _r.since_at, base.person.c.name,
        func.coalesce(t.area.c.path, "").label("path"), _CONFIRMED.label("confirmed"), _GUIDED.label("guided"),
    )
    .join(base.person, base.person.c.learner_id == _r.learner_id)
    .outerjoin(t.area, t.area.c.area_id == base.person.c.area_id)
    .where(
        _r.priority == FIRST,
        _r.kind == "safety",
        _r.state.in_(("waiting", "offered", "open")),
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
    column = t.area.c.path
    below = [and_(column >= path, column < path[:-1] + "0") for path in paths]  # "0" comes right after "/"
    nowhere = [column.is_(None)] if paths else []
    return _LIVE.where(or_(_r.owner_id == bindparam("me"), _GUIDED, *below, *nowhere))


def calls(connection: Connection, request_id: str) -> list[tuple[int, str]]:
    """When and whom (a pseudonym) it rang for this request, the first call first."""
    e = t.pairing_event.c
    query = select(e.at, e.detail).where(e.request_id == request_id, e.what == "called").order_by(e.event_id)
    return [(row.at, str(json.loads(row.detail).get("to", ""))) for row in connection.execute(query)]


_REACH = (
    select(
        base.person.c.learner_id, base.person.c.name, base.session.c.channel, base.session.c.seen_at,
        func.coalesce(base.identity.c.away, False).label("away"),
    )
    .outerjoin(base.session, base.session.c.learner_id == base.person.c.learner_id)
    .outerjoin(
        base.identity,
        and_(base.identity.c.channel == base.session.c.channel, base.identity.c.chat_id == base.session.c.chat_id),
    )
    .where(base.person.c.learner_id.in_(bindparam("ids", expanding=True)))
)  # fmt: skip


def reach(connection: Connection, ids: Collection[str]) -> list[Row]:
    """How each of these people is reached: name, channel, when last there, whether the tutor is blocked."""
    return many(connection, _REACH, ids=padded(sorted(ids))) if ids else []
