"""Requests, offers, pairings: what the pairing policies ask and keep, within one transaction.

Rows are plain mappings of columns here, so that storage knows nothing of the policies; `bot.services.pairing` makes
their records of them. On PostgreSQL a transaction that decides about pairings takes one lock first: two processes then
never give the same place away, and the unique indexes stand behind that.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, exists, func, insert, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage import tables as base
from storage import tables_people as t

Row = Mapping[str, Any]

_APART = ("changed", "reported", "left_by_instructor", "suspended")


def lock(conn: Connection) -> None:
    """Be the only one to decide until this transaction ends; on SQLite the writer is alone anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('pairing', 20260101))"))


# --- people ---

_LEARNER = (
    select(
        base.person.c.learner_id,
        base.person.c.name,
        base.person.c.lang,
        base.person.c.needs,
        func.coalesce(t.area.c.path, "").label("path"),
        func.coalesce(t.area.c.name, "").label("area"),
        exists()
        .where(t.role.c.learner_id == base.person.c.learner_id, t.role.c.state == "active")
        .correlate(base.person)
        .label("confirmed"),
    )
    .select_from(base.person)
    .outerjoin(t.area, t.area.c.area_id == base.person.c.area_id)
)
_INSTRUCTOR = (
    select(
        t.instructor,
        base.person.c.name,
        t.standing.c.path,
        t.standing.c.silences,
        t.standing.c.rest_until_at,
        t.standing.c.last_served_at.label("served_at"),
        t.standing.c.taken,
        exists()
        .where(
            t.role.c.learner_id == t.instructor.c.learner_id, t.role.c.role == "instructor", t.role.c.state == "active"
        )
        .correlate(t.instructor)
        .label("active"),
    )
    .join_from(t.instructor, t.standing, t.standing.c.learner_id == t.instructor.c.learner_id)
    .join(base.person, base.person.c.learner_id == t.instructor.c.learner_id)
)


def learner(conn: Connection, learner_id: str) -> Row | None:
    return _one(conn, _LEARNER.where(base.person.c.learner_id == learner_id))


def learners(conn: Connection, ids: Collection[str]) -> list[Row]:
    return _all(conn, _LEARNER.where(base.person.c.learner_id.in_(_padded(ids))))


def instructor(conn: Connection, learner_id: str) -> Row | None:
    return _one(conn, _INSTRUCTOR.where(t.instructor.c.learner_id == learner_id))


def instructors(conn: Connection, after: str, limit: int) -> list[Row]:
    """Everybody who teaches, in slices by id."""
    query = _INSTRUCTOR.where(t.instructor.c.learner_id > after).order_by(t.instructor.c.learner_id).limit(limit)
    return _all(conn, query)


def instructors_of(conn: Connection, prefix: str) -> list[Row]:
    """Everybody who teaches within an area, by id."""
    query = _INSTRUCTOR.where(*_inside(t.standing.c.path, prefix)).order_by(t.instructor.c.learner_id)
    return _all(conn, query)


def officers(conn: Connection, path: str) -> list[str]:
    """Active officers above an area, the nearest first; where there is none, whoever answers for the widest."""
    query = (
        select(t.role.c.learner_id, t.area.c.path)
        .join(t.area, t.area.c.area_id == t.role.c.area_id)
        .where(t.role.c.role == "officer", t.role.c.state == "active")
        .order_by(func.length(t.area.c.path).desc(), t.role.c.learner_id)
    )
    parts = path.strip("/").split("/")
    above = ["/" + "/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1)]
    found = [row.learner_id for row in conn.execute(query.where(t.area.c.path.in_(above)))]
    return found or [row.learner_id for row in conn.execute(query)][::-1][:20]


# --- where an instructor stands ---


def refresh(conn: Connection, learner_id: str, **marks: int) -> None:
    """Count her places anew; `marks`: silences, rest_until_at, last_served_at where they change."""
    row = conn.execute(
        select(t.instructor.c.capacity, t.instructor.c.conduct_at).where(t.instructor.c.learner_id == learner_id)
    ).one_or_none()
    if row is None:
        conn.execute(delete(t.standing).where(t.standing.c.learner_id == learner_id))
        return
    taken = load(conn, learner_id)
    place = (
        select(t.area.c.path)
        .join(t.role, t.role.c.area_id == t.area.c.area_id)
        .where(t.role.c.learner_id == learner_id, t.role.c.role == "instructor", t.role.c.state == "active")
        .order_by(func.length(t.area.c.path).desc(), t.area.c.path)
        .limit(1)
    )
    path = conn.scalar(place)
    free = path is not None and row.conduct_at is not None and taken < row.capacity
    values = {"free": int(free), "taken": taken, "ratio": taken / max(row.capacity, 1), **marks}
    if path is not None:
        values["path"] = path
    into = postgres_insert if conn.dialect.name == "postgresql" else sqlite_insert
    first = {"path": "", "silences": 0, "rest_until_at": 0, "last_served_at": 0, **values}
    conn.execute(
        into(t.standing)
        .values(learner_id=learner_id, **first)
        .on_conflict_do_update(index_elements=["learner_id"], set_=values)
    )


def load(conn: Connection, learner_id: str) -> int:
    """Open pairings, and open offers that hold a place."""
    pairs = select(func.count()).where(t.pairing.c.instructor_id == learner_id, t.pairing.c.state == "open")
    held = select(func.coalesce(func.sum(t.offer.c.reserves), 0)).where(
        t.offer.c.instructor_id == learner_id, t.offer.c.state == "open"
    )
    return int(conn.scalar(pairs) or 0) + int(conn.scalar(held) or 0)


def suspend(conn: Connection, learner_id: str) -> None:
    """Her role as an instructor rests; whoever decided it has said so in the audit."""
    mine = t.role.c.learner_id == learner_id, t.role.c.role == "instructor"
    conn.execute(update(t.role).where(*mine).values(state="suspended"))


def pause(conn: Connection, learner_id: str, until_at: int) -> None:
    conn.execute(
        update(t.instructor).where(t.instructor.c.learner_id == learner_id).values(paused_until_at=until_at or None)
    )


_RANK = (t.standing.c.silences, t.standing.c.ratio, t.standing.c.last_served_at, t.standing.c.learner_id)


def candidates(
    conn: Connection, prefix: str, now: int, limit: int, after: tuple[int, float, int, str] | None = None
) -> list[Row]:
    """Who may be asked within an area, in the order of who is asked first; `after` continues a list."""
    query = _INSTRUCTOR.where(
        t.standing.c.free == 1, t.standing.c.rest_until_at <= now, *_inside(t.standing.c.path, prefix)
    )
    if after is not None:
        query = query.where(tuple_(*_RANK) > after)
    return _all(conn, query.order_by(*_RANK).limit(limit))


def _inside(column: Any, prefix: str) -> tuple[Any, ...]:
    return column >= prefix, column < prefix[:-1] + "0"  # "0" comes right after "/"


# --- requests, offers, pairings ---


def request(conn: Connection, request_id: str) -> Row | None:
    return _one(conn, select(t.request).where(t.request.c.request_id == request_id))


def requests_of(conn: Connection, learner_id: str) -> list[Row]:
    query = select(t.request).where(t.request.c.learner_id == learner_id, t.request.c.state != "closed")
    return _all(conn, query.order_by(t.request.c.since_at, t.request.c.request_id))


def owned_by(conn: Connection, person_id: str) -> list[Row]:
    query = select(t.request).where(t.request.c.owner_id == person_id, t.request.c.state != "closed")
    return _all(conn, query.order_by(t.request.c.since_at, t.request.c.request_id))


def offer(conn: Connection, offer_id: str) -> Row | None:
    return _one(conn, select(t.offer).where(t.offer.c.offer_id == offer_id))


def offer_for(conn: Connection, request_id: str) -> Row | None:
    return _one(conn, select(t.offer).where(t.offer.c.request_id == request_id, t.offer.c.state == "open"))


def offers_to(conn: Connection, instructor_id: str) -> list[Row]:
    query = select(t.offer).where(t.offer.c.instructor_id == instructor_id, t.offer.c.state == "open")
    return _all(conn, query.order_by(t.offer.c.made_at, t.offer.c.offer_id))


def pairing(conn: Connection, pairing_id: str) -> Row | None:
    return _one(conn, select(t.pairing).where(t.pairing.c.pairing_id == pairing_id))


def pairing_of(conn: Connection, learner_id: str) -> Row | None:
    return _one(conn, select(t.pairing).where(t.pairing.c.learner_id == learner_id, t.pairing.c.state == "open"))


def pairings_with(conn: Connection, instructor_id: str) -> list[Row]:
    query = select(t.pairing).where(t.pairing.c.instructor_id == instructor_id, t.pairing.c.state == "open")
    return _all(conn, query.order_by(t.pairing.c.opened_at, t.pairing.c.pairing_id))


def previous(conn: Connection, learner_id: str) -> str:
    query = select(t.pairing.c.instructor_id).where(t.pairing.c.learner_id == learner_id)
    return conn.scalar(query.order_by(t.pairing.c.opened_at.desc(), t.pairing.c.pairing_id.desc()).limit(1)) or ""


def tried(conn: Connection, request_id: str, learner_id: str) -> set[str]:
    asked = select(t.offer.c.instructor_id).where(
        t.offer.c.request_id == request_id, t.offer.c.state.in_(("declined", "expired"))
    )
    apart = select(t.pairing.c.instructor_id).where(
        t.pairing.c.learner_id == learner_id, t.pairing.c.ended_why.in_(_APART)
    )
    return set(conn.scalars(asked.union(apart)))


_PAIRED = exists().where(t.pairing.c.learner_id == t.request.c.learner_id, t.pairing.c.state == "open")
_ORDER = (t.request.c.priority, t.request.c.since_at, t.request.c.request_id)


def _waiting() -> Select[Any]:
    """Requests that any free instructor may be asked for, the first first, with the learner's language and area."""
    known = exists().where(t.role.c.learner_id == t.request.c.learner_id, t.role.c.state == "active")
    return (
        select(t.request, base.person.c.lang, func.coalesce(t.area.c.path, "").label("path"))
        .join(base.person, base.person.c.learner_id == t.request.c.learner_id)
        .outerjoin(t.area, t.area.c.area_id == base.person.c.area_id)
        .where(t.request.c.state == "waiting", t.request.c.kind != "safety", known)
        .where(or_(t.request.c.kind == "change", ~_PAIRED))
        .order_by(*_ORDER)
    )


def waiting(conn: Connection, after: tuple[int, int, str] | None, limit: int) -> list[Row]:
    """A slice of all who wait, the first first."""
    query = _waiting()
    if after is not None:
        query = query.where(tuple_(*_ORDER) > after)
    return _all(conn, query.limit(limit))


def first_waiting(
    conn: Connection, instructor_id: str, province: str, langs: Sequence[str], topics: Sequence[str]
) -> Row | None:
    """The first of those whom she could take; whether she may be asked now is for the caller to know."""
    asked = exists().where(
        t.offer.c.request_id == t.request.c.request_id,
        t.offer.c.instructor_id == instructor_id,
        t.offer.c.state.in_(("declined", "expired")),
    )
    twice = t.pairing.alias()
    apart = exists().where(
        twice.c.learner_id == t.request.c.learner_id,
        twice.c.instructor_id == instructor_id,
        twice.c.ended_why.in_(_APART),
    )
    query = _waiting().where(
        base.person.c.lang.in_(langs),
        t.request.c.learner_id != instructor_id,
        # Not as a bare column: by its index all of the province would be read and sorted to find the first.
        *_inside(func.coalesce(t.area.c.path, ""), province),
        ~asked,
        ~apart,
    )
    if topics:
        query = query.where(t.request.c.topic.in_(("", *topics)))
    return _one(conn, query.limit(1))


def due(conn: Connection, now: int, limit: int) -> list[str]:
    """Requests of which a deadline is over, their own or their offer's; the longest overdue first."""
    live = ("waiting", "offered", "open")
    own = select(t.request.c.request_id, t.request.c.due_at).where(
        t.request.c.state.in_(live), t.request.c.due_at <= now
    )
    offered = select(t.offer.c.request_id, t.offer.c.due_at).where(t.offer.c.state == "open", t.offer.c.due_at <= now)
    found = [*conn.execute(own.order_by(t.request.c.due_at).limit(limit))]
    found += [*conn.execute(offered.order_by(t.offer.c.due_at).limit(limit))]
    return list(dict.fromkeys(row[0] for row in sorted(found, key=lambda row: (row[1], row[0]))))[:limit]


# --- writing ---


def put_request(conn: Connection, row: Row) -> None:
    _put(conn, t.request, "request_id", row)


def put_offer(conn: Connection, row: Row) -> None:
    _put(conn, t.offer, "offer_id", row)


def put_pairing(conn: Connection, row: Row) -> None:
    _put(conn, t.pairing, "pairing_id", row)


def add_events(conn: Connection, rows: Iterable[Row]) -> None:
    if values := list(rows):
        conn.execute(insert(t.pairing_event), values)


def add_notices(conn: Connection, rows: Iterable[Row]) -> None:
    if values := sorted(rows, key=lambda row: row["notice_id"]):
        conn.execute(insert(t.notice), values)


def due_notices(conn: Connection, now: int, limit: int, *, urgent_only: bool = False) -> list[Row]:
    """What is to be said now, in order: notice_id, learner_id, digest, due_at.

    Whoever shares a phone and is not the one who sits at it is told when she sits there again.
    """
    n = t.notice.c
    sits = exists().where(base.identity.c.learner_id == n.learner_id)
    query = select(n.notice_id, n.learner_id, n.digest, n.due_at).where(n.due_at <= now, sits)
    if urgent_only:
        query = query.where(n.urgent == 1)
    return _all(conn, query.order_by(n.due_at, n.at, n.notice_id).limit(limit))


def drop_notices(conn: Connection, ids: Collection[str]) -> None:
    """They have been said."""
    if ids:
        conn.execute(delete(t.notice).where(t.notice.c.notice_id.in_(ids)))


def drop_notices_about(conn: Connection, about: str) -> None:
    """That is over: what has not been said about it yet is not said any more."""
    conn.execute(delete(t.notice).where(t.notice.c.about == about))


def take_notices(conn: Connection, ids: Collection[str]) -> dict[str, Row]:
    """They are about to be said: read, and gone with this transaction."""
    if not ids:
        return {}
    found = conn.execute(delete(t.notice).where(t.notice.c.notice_id.in_(_padded(sorted(ids)))).returning(t.notice))
    return {row.notice_id: dict(row._mapping) for row in found}


def _put(conn: Connection, table: Any, key: str, row: Row) -> None:
    into = postgres_insert if conn.dialect.name == "postgresql" else sqlite_insert
    rest = {name: value for name, value in row.items() if name != key}
    conn.execute(into(table).values(**row).on_conflict_do_update(index_elements=[key], set_=rest))


def sweep_write(conn: Connection, offers: Sequence[Row], owners: Sequence[Row], standings: Sequence[Row]) -> None:
    """One slice of a sweep: offers, the requests they belong to, and where their instructors stand now."""
    if not offers:
        return
    conn.execute(insert(t.offer), list(offers))
    conn.execute(
        update(t.request)
        .where(t.request.c.request_id == bindparam("id"))
        .values({name: bindparam(f"new_{name}") for name in ("state", "owner_kind", "owner_id", "width", "due_at")}),
        list(owners),
    )
    conn.execute(
        update(t.standing)
        .where(t.standing.c.learner_id == bindparam("id"))
        .values({name: bindparam(f"new_{name}") for name in ("taken", "ratio", "free", "last_served_at")}),
        list(standings),
    )


def taken_of(conn: Connection, ids: Collection[str]) -> dict[str, int]:
    """Whoever of these may be asked, with her taken places, as they are in this transaction."""
    query = select(t.standing.c.learner_id, t.standing.c.taken).where(
        t.standing.c.learner_id.in_(_padded(ids)), t.standing.c.free == 1
    )
    return {row.learner_id: row.taken for row in conn.execute(query)}


def still_waiting(conn: Connection, ids: Collection[str]) -> set[str]:
    query = select(t.request.c.request_id).where(
        t.request.c.request_id.in_(_padded(ids)), t.request.c.state == "waiting"
    )
    return set(conn.scalars(query))


def tried_of(conn: Connection, requests: Mapping[str, str]) -> dict[str, set[str]]:
    """`tried` of many: request_id → learner_id in, request_id → instructor ids out."""
    found: dict[str, set[str]] = {each: set() for each in requests}
    asked = select(t.offer.c.request_id, t.offer.c.instructor_id).where(
        t.offer.c.request_id.in_(_padded(requests)), t.offer.c.state.in_(("declined", "expired"))
    )
    for row in conn.execute(asked):
        found[row.request_id].add(row.instructor_id)
    apart = select(t.pairing.c.learner_id, t.pairing.c.instructor_id).where(
        t.pairing.c.learner_id.in_(_padded(set(requests.values()))), t.pairing.c.ended_why.in_(_APART)
    )
    left: dict[str, set[str]] = {}
    for row in conn.execute(apart):
        left.setdefault(row.learner_id, set()).add(row.instructor_id)
    for request_id, learner_id in requests.items():
        found[request_id] |= left.get(learner_id, set())
    return found


def _padded(ids: Collection[str]) -> list[str]:
    """The same set in one of few lengths: PostgreSQL then plans such a query a few times only, not every time."""
    known = list(ids)
    return known + known[-1:] * ((1 << max(len(known) - 1, 0).bit_length()) - len(known))


def _one(conn: Connection, query: Select[Any]) -> Row | None:
    row = conn.execute(query).first()
    return None if row is None else dict(row._mapping)


def _all(conn: Connection, query: Select[Any]) -> list[Row]:
    return [dict(row._mapping) for row in conn.execute(query)]


def said(values: Mapping[str, str]) -> str:
    return json.dumps(dict(values), ensure_ascii=False)
