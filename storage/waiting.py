"""Who waits for somebody: the first whom an instructor could take, and all of them in slices, for a sweep."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from storage import tables as base
from storage import tables_people as t
from storage.pairings import APART, OPEN
from storage.rows import Row, at_most, many, one, padded
from storage.standings import closed, inside, within

_ID: Any = bindparam("id")


def _none(*where: Any) -> Any:
    """That there is no such row. Counted: PostgreSQL would look up `NOT EXISTS` by reading all rows there are."""
    return select(func.count()).where(*where).correlate(t.request).scalar_subquery() == 0


# Whoever waits and has an instructor wants another.
_PARTED = or_(t.pairing.c.ended_why.in_(APART), t.pairing.c.state == "open")
UNPAIRED = _none(t.pairing.c.learner_id == t.request.c.learner_id, t.pairing.c.state == OPEN)
ORDER = (t.request.c.priority, t.request.c.since_at, t.request.c.request_id)


def waiting_query() -> Select[Any]:
    """Requests that any free instructor may be asked for, the first first, each with its learner, as in `learner`."""
    known = exists().where(t.role.c.learner_id == t.request.c.learner_id, t.role.c.state == "active")
    return (
        select(
            t.request,
            base.person.c.lang,
            base.person.c.name,
            base.person.c.needs,
            func.coalesce(t.area.c.path, "").label("path"),
            func.coalesce(t.area.c.name, "").label("area"),
        )
        .join(base.person, base.person.c.learner_id == t.request.c.learner_id)
        .outerjoin(t.area, t.area.c.area_id == base.person.c.area_id)
        .where(t.request.c.state == "waiting", t.request.c.kind != "safety", known)
        .where(or_(t.request.c.kind == "change", UNPAIRED))
        .order_by(*ORDER)
    )


_PAGES = 8, 256
"""Read at once of those who wait in her language: the first of them suits nearly always."""


@lru_cache
def _line(langs: int, topics: int, size: int, further: bool) -> Select[Any]:
    """Keys only. Of each language and topic an index holds them in this order."""
    r = t.request.c
    keys: Select[Any] = select(r.priority, r.since_at, r.request_id).order_by(*ORDER).limit(at_most(size))
    if further:
        keys = keys.where(_FURTHER)
    arms = []
    for n in range(langs):
        spoken = keys.where(r.queue == bindparam(f"lang{n}"))
        arms += [spoken.where(r.topic == bindparam(f"topic{m}")) for m in range(topics)] or [spoken]
    x = union_all(*(select(each.subquery()) for each in arms)).subquery().c
    order = x.priority, x.since_at, x.request_id
    return select(*order).order_by(*order).limit(at_most(size))


_FURTHER = tuple_(*ORDER) > tuple_(*(bindparam(each.name, type_=each.type) for each in ORDER))


def _first_of() -> Select[Any]:
    """The first of some requests that the instructor could take."""
    not_asked = _none(
        t.offer.c.request_id == t.request.c.request_id,
        t.offer.c.instructor_id == _ID,
        t.offer.c.state.in_(("declined", "expired")),
    )
    not_apart = _none(
        t.pairing.c.learner_id == t.request.c.learner_id,
        t.pairing.c.instructor_id == _ID,
        _PARTED,
    )
    spoken = base.person.c.lang.in_(bindparam("langs", expanding=True))
    ours = t.request.c.request_id.in_(bindparam("ids", expanding=True))
    where = inside(func.coalesce(t.area.c.path, ""))
    return (
        waiting_query()
        .where(ours, spoken, *where, t.request.c.learner_id != _ID, not_asked, not_apart)
        .limit(at_most(1))
    )


_FIRST_OF = _first_of()


def first_waiting(
    connection: Connection, instructor_id: str, province: str, langs: Sequence[str], topics: Sequence[str]
) -> Row | None:
    """The first request that the instructor could take; whether they may be asked now is for the caller to know."""
    asked = ["", *dict.fromkeys(topics)] if topics else []
    line = {f"lang{n}": each for n, each in enumerate(langs)} | {f"topic{n}": each for n, each in enumerate(asked)}
    last: dict[str, Any] = {}
    size, her = _PAGES[0], {"id": instructor_id, "langs": list(langs), **within(province)}
    while langs:
        keys = many(connection, _line(len(langs), len(asked), size, bool(last)), **line, **last)
        if keys and (found := one(connection, _FIRST_OF, ids=padded([key["request_id"] for key in keys]), **her)):
            return found
        if len(keys) < size:
            break
        last, size = dict(keys[-1]), _PAGES[1]
    return None


# --- a sweep ---


@lru_cache
def _waiting(size: int, further: bool) -> Select[Any]:
    query = waiting_query()
    if further:
        query = query.where(_FURTHER)
    return query.limit(at_most(size))


def waiting(connection: Connection, after: tuple[int, int, str] | None, limit: int) -> list[Row]:
    """A slice of all who wait, the first first."""
    values = dict(zip((each.name for each in ORDER), after, strict=True)) if after else {}
    return many(connection, _waiting(limit, after is not None), **values)


def misplaced(connection: Connection, limit: int) -> dict[str, str]:
    """Who stands in the line of another language, or in none: request_id → the language spoken now."""
    return {row["request_id"]: row["lang"] for row in many(connection, _MISPLACED, most=limit)}


def requeue(connection: Connection, lines: Mapping[str, str]) -> None:
    """Mend `queue` of these: request_id → language."""
    connection.execute(_REQUEUE, [{"id": each, "new_queue": lang} for each, lang in sorted(lines.items())])


_MISPLACED = waiting_query().where(t.request.c.queue != base.person.c.lang).order_by(None).limit(bindparam("most"))
_REQUEUE = (
    update(t.request)
    .where(t.request.c.request_id == _ID, t.request.c.state == "waiting")
    .values(queue=bindparam("new_queue"))
)


def sweep_write(connection: Connection, offers: Sequence[Row], owners: Sequence[Row], standings: Sequence[Row]) -> None:
    """One slice of a sweep: offers, the requests they belong to, and where their instructors stand now."""
    if not offers:
        return
    connection.execute(insert(t.offer), list(offers))
    connection.execute(_OWNED, list(owners))
    connection.execute(_SERVED, list(standings))


_OWNED = (
    update(t.request)
    .where(t.request.c.request_id == _ID)
    .values({name: bindparam(f"new_{name}") for name in ("state", "owner_kind", "owner_id", "width", "due_at")})
    .values(queue="")
)
_SERVED = (
    update(t.standing)
    .where(t.standing.c.learner_id == _ID)
    .values({name: bindparam(f"new_{name}") for name in ("taken", "ratio", "free", "last_served_at")})
)


_FREE = (
    select(t.standing.c.learner_id, t.standing.c.taken, t.instructor.c.capacity)
    .join(t.instructor, t.instructor.c.learner_id == t.standing.c.learner_id)
    .where(
        t.standing.c.learner_id.in_(bindparam("ids", expanding=True)),
        t.standing.c.free == 1,
        closed(t.standing.c.learner_id) == 0,
        t.standing.c.rest_until_at <= bindparam("now", type_=BigInteger),
        func.coalesce(t.instructor.c.paused_until_at, 0) <= bindparam("now", type_=BigInteger),
    )
)
_STILL = select(
    t.request.c.request_id, t.request.c.state, t.request.c.width, t.request.c.owner_kind, t.request.c.owner_id,
    t.request.c.due_at,
).where(t.request.c.request_id.in_(bindparam("ids", expanding=True)))  # fmt: skip
_ASKED = select(t.offer.c.request_id, t.offer.c.instructor_id).where(
    t.offer.c.request_id.in_(bindparam("ids", expanding=True)), t.offer.c.state.in_(("declined", "expired"))
)
_LEFT = select(t.pairing.c.learner_id, t.pairing.c.instructor_id).where(
    t.pairing.c.learner_id.in_(bindparam("ids", expanding=True)), _PARTED
)


def free_of(connection: Connection, ids: Collection[str], now: int) -> dict[str, Row]:
    """Whoever of these may be asked, with `taken` and `capacity`, as they are in this transaction."""
    return {row["learner_id"]: row for row in many(connection, _FREE, ids=padded(ids), now=now)}


def still_waiting(connection: Connection, ids: Collection[str]) -> dict[str, Row]:
    """What may have changed of those that wait: request_id → width, owner_kind, owner_id, due_at."""
    # By id alone: asked for the state as well SQLite would walk through all who wait.
    found = many(connection, _STILL, ids=padded(ids))
    return {row["request_id"]: {**row, "owner_id": row["owner_id"] or ""} for row in found if row["state"] == "waiting"}


def tried_of(connection: Connection, requests: Mapping[str, str]) -> dict[str, set[str]]:
    """`tried` of many: request_id → learner_id in, request_id → instructor ids out."""
    found: dict[str, set[str]] = {each: set() for each in requests}
    for row in connection.execute(_ASKED, {"ids": padded(requests)}):
        found[row.request_id].add(row.instructor_id)
    left: dict[str, set[str]] = {}
    for row in connection.execute(_LEFT, {"ids": padded(set(requests.values()))}):
        left.setdefault(row.learner_id, set()).add(row.instructor_id)
    for request_id, learner_id in requests.items():
        found[request_id] |= left.get(learner_id, set())
    return found
