"""Requests, offers, pairings, and what is to be said of them: what the pairing policies ask and keep.

Rows are plain mappings of columns here, so that storage knows nothing of the policies; `bot.pairing.sql_ledger` makes
their records of them. On PostgreSQL a transaction that decides about pairings takes one lock first: two processes then
never give the same place away, and the unique indexes stand behind that.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Executable,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    text,
    union_all,
    update,
)

from storage.engine.columns import words
from storage.engine.rows import Row, at_most, many, one, padded
from storage.engine.upsert import insert_of
from storage.pairing import tables as pairing_t
from storage.pairing.records import NoticeRow
from storage.people import tables as people_t

APART = ("changed", "reported", "left_by_instructor", "suspended", "taken_back")
OPEN: Any = literal_column("'open'")  # as it stands in the partial indexes: a value would not find them
_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('pairing', 20260101)),"
    " set_config('plan_cache_mode', 'force_generic_plan', true)"
)


def lock(connection: Connection) -> None:
    """Be the only one to decide until this transaction ends; on SQLite the writer is alone anyway.

    PostgreSQL plans each question once for a connection, not every time: all of them go by indexes, whatever the
    values are, and planning would cost it more than answering.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)


# --- reading ---

_ID: Any = bindparam("id")
_r, _o, _p = pairing_t.request.c, pairing_t.offer.c, pairing_t.pairing.c
_REQUEST = select(pairing_t.request).where(_r.request_id == _ID)
_LIVE = ("waiting", "offered", "open")
_ALIVE = select(pairing_t.request).where(_r.state.in_(words(_LIVE))).order_by(_r.since_at, _r.request_id)
_REQUESTS_OF = _ALIVE.where(_r.learner_id == _ID)
_OWNED_BY = _ALIVE.where(_r.owner_id == _ID).limit(bindparam("most", type_=BigInteger))
_UNOWNED = _ALIVE.where(_r.owner_id.is_(None)).limit(bindparam("most", type_=BigInteger))
_OFFER = select(pairing_t.offer).where(_o.offer_id == _ID)
_OFFER_FOR = select(pairing_t.offer).where(_o.request_id == _ID, _o.state == OPEN)
_OFFERS_TO = (
    select(pairing_t.offer).where(_o.instructor_id == _ID, _o.state == "open").order_by(_o.made_at, _o.offer_id)
)  # fmt: skip
_PAIRING = select(pairing_t.pairing).where(_p.pairing_id == _ID)
_PAIRING_OF = select(pairing_t.pairing).where(_p.learner_id == _ID, _p.state == OPEN)
_PAIRINGS_WITH = (
    select(pairing_t.pairing).where(_p.instructor_id == _ID, _p.state == "open").order_by(_p.opened_at, _p.pairing_id)
)
_PREVIOUS = (
    select(_p.instructor_id)
    .where(_p.learner_id == _ID)
    .order_by(_p.opened_at.desc(), _p.pairing_id.desc())
    .limit(at_most(1))
)
_TRIED = union_all(
    select(_o.instructor_id).where(_o.request_id == _ID, _o.state.in_(("declined", "expired"))),
    select(_p.instructor_id).where(_p.learner_id == bindparam("learner"), _p.ended_why.in_(APART)),
)


def request(connection: Connection, request_id: str) -> Row | None:
    """A request by id; None where there is none."""
    return one(connection, _REQUEST, id=request_id)


def requests_of(connection: Connection, learner_id: str) -> list[Row]:
    """The requests of one learner that are not closed."""
    return many(connection, _REQUESTS_OF, id=learner_id)


def owned_by(connection: Connection, person_id: str, limit: int) -> list[Row]:
    """Requests not closed that a person answers for; `person_id` "": those that nobody answers for."""
    return (
        many(connection, _OWNED_BY, id=person_id, most=limit) if person_id else many(connection, _UNOWNED, most=limit)
    )


def offer(connection: Connection, offer_id: str) -> Row | None:
    """An offer by id; None where there is none."""
    return one(connection, _OFFER, id=offer_id)


def offer_for(connection: Connection, request_id: str) -> Row | None:
    """The open offer of a request; None while nobody is asked."""
    return one(connection, _OFFER_FOR, id=request_id)


def offers_to(connection: Connection, instructor_id: str) -> list[Row]:
    """The open offers that wait for this instructor's answer."""
    return many(connection, _OFFERS_TO, id=instructor_id)


def count_offers(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    """How many open offers these have to answer; whoever has none is left out."""
    query = select(_o.instructor_id, func.count()).where(_o.instructor_id.in_(padded(sorted(ids))), _o.state == "open")
    return {row[0]: row[1] for row in connection.execute(query.group_by(_o.instructor_id))}


def pairing(connection: Connection, pairing_id: str) -> Row | None:
    """A pairing by id; None where there is none."""
    return one(connection, _PAIRING, id=pairing_id)


def pairing_of(connection: Connection, learner_id: str) -> Row | None:
    """The open pairing of a learner; None without one."""
    return one(connection, _PAIRING_OF, id=learner_id)


def pairings_with(connection: Connection, instructor_id: str) -> list[Row]:
    """The open pairings of an instructor."""
    return many(connection, _PAIRINGS_WITH, id=instructor_id)


def guided(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    """How many learners each of these instructors guides now; whoever guides nobody is left out."""
    query = select(_p.instructor_id, func.count()).where(_p.instructor_id.in_(sorted(ids)), _p.state == OPEN)
    return {row[0]: row[1] for row in connection.execute(query.group_by(_p.instructor_id))}


def previous(connection: Connection, learner_id: str) -> str:
    """The id of the instructor of the learner's newest pairing, open or not; "" without one."""
    return connection.scalar(_PREVIOUS, {"id": learner_id}) or ""


def tried(connection: Connection, request_id: str, learner_id: str) -> set[str]:
    """The ids of instructors who were asked in vain for this request, or whom this learner was parted from."""
    return set(connection.scalars(_TRIED, {"id": request_id, "learner": learner_id}))


_NOW: Any = bindparam("now", type_=BigInteger)


@lru_cache
def _due(size: int) -> Executable:
    """Of each state an index holds them in this order."""
    arms = [
        select(c.request_id, c.due_at).where(c.state == state, c.due_at <= _NOW).order_by(c.due_at).limit(at_most(size))
        for c, states in ((_r, _LIVE), (_o, ("open",)))
        for state in states
    ]
    return union_all(*(select(each.subquery()) for each in arms))


def due(connection: Connection, now: int, limit: int) -> list[str]:
    """Requests of which a deadline is over, their own or their offer's; the longest overdue first."""
    found = sorted((row.due_at, row.request_id) for row in connection.execute(_due(limit), {"now": now}))
    return list(dict.fromkeys(request_id for _, request_id in found))[:limit]


# --- writing ---


@cache
def _upsert(dialect: str, key: str) -> Executable:
    table = _KEYS[key]
    stated = insert_of(dialect)(table).values({each.name: bindparam(each.name) for each in table.c})
    rest = {each.name: stated.excluded[each.name] for each in table.c if each.name != key}
    return stated.on_conflict_do_update(index_elements=[key], set_=rest)


_KEYS = {"request_id": pairing_t.request, "offer_id": pairing_t.offer, "pairing_id": pairing_t.pairing}


def put_requests(connection: Connection, rows: Iterable[Row]) -> None:
    """Write requests; `queue`: the learner's language while anybody may be asked, else "" (the sweep mends it)."""
    _put(connection, "request_id", rows)


def put_offers(connection: Connection, rows: Iterable[Row]) -> None:
    """Insert or update offers by id."""
    _put(connection, "offer_id", rows)


def put_pairings(connection: Connection, rows: Iterable[Row]) -> None:
    """Insert or update pairings by id."""
    _put(connection, "pairing_id", rows)


def _put(connection: Connection, key: str, rows: Iterable[Row]) -> None:
    """What is over first: of those that are open one may take its place."""
    if values := sorted(rows, key=lambda row: (row["state"] == "open", row[key])):
        connection.execute(_upsert(connection.dialect.name, key), values)


def add_events(connection: Connection, rows: Iterable[Row]) -> None:
    """Append to the log of what happened to pairings."""
    if values := list(rows):
        connection.execute(_ADD_EVENTS, values)


_ADD_EVENTS = insert(pairing_t.pairing_event)


def last_event(connection: Connection, request_id: str, what: str) -> int:
    """When (ms) this last happened to a request; 0 for never."""
    e = pairing_t.pairing_event.c
    query = select(func.max(e.at)).where(e.request_id == request_id, e.what == what)
    return int(connection.scalar(query) or 0)


_ADD_NOTICES = insert(pairing_t.notice)
_DROP_ABOUT = delete(pairing_t.notice).where(pairing_t.notice.c.about.in_(bindparam("ids", expanding=True)))


def add_notices(connection: Connection, rows: Iterable[NoticeRow]) -> None:
    """Insert notices, in the order of their ids: two writers never wait for each other in a circle."""
    if values := [_notice_values(row) for row in sorted(rows, key=lambda row: row.notice_id)]:
        connection.execute(_ADD_NOTICES, values)


def _notice_values(row: NoticeRow) -> dict[str, object]:
    return {
        "notice_id": row.notice_id, "learner_id": row.learner_id, "phrase": row.phrase, "said": to_json(row.said),
        "buttons": to_json(row.buttons), "about": row.about, "digest": int(row.digest), "at": row.at,
        "due_at": row.due_at, "urgent": int(row.urgent),
    }  # fmt: skip


def due_notices(connection: Connection, now: int, limit: int, *, urgent_only: bool = False) -> list[Row]:
    """What is to be said now, the urgent first, then in order: notice_id, learner_id, digest, due_at.

    Whoever shares a phone and is not the one who sits at it is told at the next turn there.
    """
    found = many(connection, _due_notices(limit), now=now, urgent=1)
    if urgent_only or len(found) == limit:
        return found
    return found + many(connection, _due_notices(limit - len(found)), now=now, urgent=0)


@lru_cache
def _due_notices(size: int) -> Executable:
    n = pairing_t.notice.c
    sits = exists().where(people_t.identity.c.learner_id == n.learner_id)
    query = select(n.notice_id, n.learner_id, n.digest, n.due_at).where(
        n.urgent == bindparam("urgent"), n.due_at <= _NOW, sits
    )
    return query.order_by(n.due_at, n.at, n.notice_id).limit(at_most(size))


def notices(connection: Connection, ids: Collection[str]) -> list[Row]:
    """These notices, as they wait."""
    return many(connection, _NOTICES, ids=padded(sorted(ids))) if ids else []


def hold_notices(connection: Connection, ids: Collection[str]) -> None:
    """Let these notices wait until their reader has written (`release_notices`)."""
    if ids:
        connection.execute(_HOLD, {"ids": padded(sorted(ids)), "held": HELD_AT})


def release_notices(connection: Connection, learner_id: str, now: int) -> None:
    """Let what was held for a person be said now."""
    connection.execute(_RELEASE, {"id": learner_id, "held": HELD_AT, "new_due_at": now})


HELD_AT = 253_370_764_800_000  # ms, the year 9999: the due date of what waits for a word of its reader's
_NOTICES = select(pairing_t.notice).where(pairing_t.notice.c.notice_id.in_(bindparam("ids", expanding=True)))
_HOLD = (
    update(pairing_t.notice)
    .where(pairing_t.notice.c.notice_id.in_(bindparam("ids", expanding=True)))
    .values(due_at=bindparam("held"))
)
_RELEASE = (
    update(pairing_t.notice)
    .where(pairing_t.notice.c.learner_id == bindparam("id"), pairing_t.notice.c.due_at == bindparam("held"))
    .values(due_at=bindparam("new_due_at"))
)


def drop_notices_about(connection: Connection, about: Collection[str]) -> None:
    """Drop what has not been said yet about these requests or pairings, which are over."""
    if about:
        connection.execute(_DROP_ABOUT, {"ids": padded(sorted(about))})


def take_notices(connection: Connection, ids: Collection[str]) -> dict[str, Row]:
    """Read notices that are about to be said; they are gone with this transaction."""
    if not ids:
        return {}
    found = connection.execute(
        delete(pairing_t.notice)
        .where(pairing_t.notice.c.notice_id.in_(padded(sorted(ids))))
        .returning(pairing_t.notice)
    )
    return {row.notice_id: dict(row._mapping) for row in found}


def to_json(values: Mapping[str, str]) -> str:
    """The values of a notice as its column keeps them."""
    return json.dumps(dict(values), ensure_ascii=False)
