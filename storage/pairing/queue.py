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

from storage.engine.rows import Row, at_most, many, one, padded
from storage.pairing import tables as pairing_t
from storage.pairing.availability import closed, inside, within
from storage.pairing.pairings import APART, OPEN
from storage.people import tables as people_t

_ID: Any = bindparam("id")


def _none(*where: Any) -> Any:
    """That there is no such row. Counted: PostgreSQL would look up `NOT EXISTS` by reading all rows there are."""
    return select(func.count()).where(*where).correlate(pairing_t.request).scalar_subquery() == 0


# Whoever waits and has an instructor wants another.
_PARTED = or_(pairing_t.pairing.c.ended_why.in_(APART), pairing_t.pairing.c.state == "open")
UNPAIRED = _none(pairing_t.pairing.c.learner_id == pairing_t.request.c.learner_id, pairing_t.pairing.c.state == OPEN)
ORDER = (pairing_t.request.c.priority, pairing_t.request.c.since_at, pairing_t.request.c.request_id)


def waiting_query() -> Select[Any]:
    """Requests that any free instructor may be asked for, the first first, each with its learner, as in `learner`."""
    known = exists().where(
        people_t.role.c.learner_id == pairing_t.request.c.learner_id, people_t.role.c.state == "active"
    )
    return (
        select(
            pairing_t.request,
            people_t.person.c.lang,
            people_t.person.c.name,
            people_t.person.c.needs,
            func.coalesce(people_t.area.c.path, "").label("path"),
            func.coalesce(people_t.area.c.name, "").label("area"),
        )
        .join(people_t.person, people_t.person.c.learner_id == pairing_t.request.c.learner_id)
        .outerjoin(people_t.area, people_t.area.c.area_id == people_t.person.c.area_id)
        .where(pairing_t.request.c.state == "waiting", pairing_t.request.c.kind != "safety", known)
        .where(or_(pairing_t.request.c.kind == "change", UNPAIRED))
        .order_by(*ORDER)
    )


_PAGES = 8, 256
"""Read at once of those who wait in her language: the first of them suits nearly always."""


@lru_cache
def _line(langs: int, topics: int, size: int, further: bool) -> Select[Any]:
    """Keys only. Of each language and topic an index holds them in this order."""
    r = pairing_t.request.c
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
        pairing_t.offer.c.request_id == pairing_t.request.c.request_id,
        pairing_t.offer.c.instructor_id == _ID,
        pairing_t.offer.c.state.in_(("declined", "expired")),
    )
    not_apart = _none(
        pairing_t.pairing.c.learner_id == pairing_t.request.c.learner_id,
        pairing_t.pairing.c.instructor_id == _ID,
        _PARTED,
    )
    spoken = people_t.person.c.lang.in_(bindparam("langs", expanding=True))
    ours = pairing_t.request.c.request_id.in_(bindparam("ids", expanding=True))
    where = inside(func.coalesce(people_t.area.c.path, ""))
    return (
        waiting_query()
        .where(ours, spoken, *where, pairing_t.request.c.learner_id != _ID, not_asked, not_apart)
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


_MISPLACED = (
    waiting_query().where(pairing_t.request.c.queue != people_t.person.c.lang).order_by(None).limit(bindparam("most"))
)
_REQUEUE = (
    update(pairing_t.request)
    .where(pairing_t.request.c.request_id == _ID, pairing_t.request.c.state == "waiting")
    .values(queue=bindparam("new_queue"))
)


def sweep_write(connection: Connection, offers: Sequence[Row], owners: Sequence[Row], standings: Sequence[Row]) -> None:
    """One slice of a sweep: offers, the requests they belong to, and where their instructors stand now."""
    if not offers:
        return
    connection.execute(insert(pairing_t.offer), list(offers))
    connection.execute(_OWNED, list(owners))
    connection.execute(_SERVED, list(standings))


_OWNED = (
    update(pairing_t.request)
    .where(pairing_t.request.c.request_id == _ID)
    .values({name: bindparam(f"new_{name}") for name in ("state", "owner_kind", "owner_id", "width", "due_at")})
    .values(queue="")
)
_SERVED = (
    update(pairing_t.standing)
    .where(pairing_t.standing.c.learner_id == _ID)
    .values({name: bindparam(f"new_{name}") for name in ("taken", "ratio", "free", "last_served_at")})
)


_FREE = (
    select(pairing_t.standing.c.learner_id, pairing_t.standing.c.taken, people_t.instructor.c.capacity)
    .join(people_t.instructor, people_t.instructor.c.learner_id == pairing_t.standing.c.learner_id)
    .where(
        pairing_t.standing.c.learner_id.in_(bindparam("ids", expanding=True)),
        pairing_t.standing.c.free == 1,
        closed(pairing_t.standing.c.learner_id) == 0,
        pairing_t.standing.c.rest_until_at <= bindparam("now", type_=BigInteger),
        func.coalesce(people_t.instructor.c.paused_until_at, 0) <= bindparam("now", type_=BigInteger),
    )
)
_STILL = select(
    pairing_t.request.c.request_id, pairing_t.request.c.state, pairing_t.request.c.width,
    pairing_t.request.c.owner_kind, pairing_t.request.c.owner_id,
    pairing_t.request.c.due_at,
).where(pairing_t.request.c.request_id.in_(bindparam("ids", expanding=True)))  # fmt: skip
_ASKED = select(pairing_t.offer.c.request_id, pairing_t.offer.c.instructor_id).where(
    pairing_t.offer.c.request_id.in_(bindparam("ids", expanding=True)),
    pairing_t.offer.c.state.in_(("declined", "expired")),
)
_LEFT = select(pairing_t.pairing.c.learner_id, pairing_t.pairing.c.instructor_id).where(
    pairing_t.pairing.c.learner_id.in_(bindparam("ids", expanding=True)), _PARTED
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
