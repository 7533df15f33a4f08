"""People as the pairing sees them: learners, instructors and how many places they have left, officers.

Statements are built once, not at every call: that is two thirds of what a small one costs.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Executable,
    Float,
    Select,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)

from flows.profiles import profile_of
from storage.conversations import tables as conversations_t
from storage.engine.columns import word
from storage.engine.rows import Row, at_most, many, one, padded
from storage.engine.upsert import insert_of
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t

_CONFIRMED = exists().where(
    people_t.role.c.learner_id == people_t.person.c.learner_id, people_t.role.c.state == "active"
)
_LEARNER = (
    select(
        people_t.person.c.learner_id,
        people_t.person.c.name,
        people_t.person.c.lang,
        people_t.person.c.needs,
        func.coalesce(people_t.area.c.path, "").label("path"),
        func.coalesce(people_t.area.c.name, "").label("area"),
        _CONFIRMED.correlate(people_t.person).label("confirmed"),
    )
    .select_from(people_t.person)
    .outerjoin(people_t.area, people_t.area.c.area_id == people_t.person.c.area_id)
)
_ONE_LEARNER = _LEARNER.where(people_t.person.c.learner_id == bindparam("id"))
_LEARNERS = _LEARNER.where(people_t.person.c.learner_id.in_(bindparam("ids", expanding=True)))


def closed(learner_id: Any) -> Any:
    """How many of a person's current addresses are closed: 1 for who has blocked the tutor.

    Counted: PostgreSQL would look up `NOT EXISTS` by reading all rows there are.
    """
    s, i = conversations_t.session.c, people_t.identity.c
    at = s.learner_id == learner_id, i.channel == s.channel, i.chat_id == s.chat_id, i.away.is_(True)
    return select(func.count()).where(*at).scalar_subquery()


_INSTRUCTOR = (
    select(
        people_t.instructor,
        people_t.person.c.name,
        pairing_t.standing.c.path,
        pairing_t.standing.c.silences,
        pairing_t.standing.c.rest_until_at,
        pairing_t.standing.c.last_served_at.label("served_at"),
        pairing_t.standing.c.taken,
        pairing_t.standing.c.ratio,
        exists()
        .where(
            people_t.role.c.learner_id == people_t.instructor.c.learner_id,
            people_t.role.c.role == "instructor",
            people_t.role.c.state == "active",
        )
        .correlate(people_t.instructor)
        .label("active"),
        closed(people_t.instructor.c.learner_id).label("away"),
        conversations_t.session.c.channel,
        conversations_t.session.c.seen_at,
    )
    .join_from(
        people_t.instructor,
        pairing_t.standing,
        pairing_t.standing.c.learner_id == people_t.instructor.c.learner_id,
    )
    .join(people_t.person, people_t.person.c.learner_id == people_t.instructor.c.learner_id)
    .outerjoin(conversations_t.session, conversations_t.session.c.learner_id == people_t.instructor.c.learner_id)
)
_ONE_INSTRUCTOR = _INSTRUCTOR.where(people_t.instructor.c.learner_id == bindparam("id"))
_INSTRUCTORS = (
    _INSTRUCTOR.where(people_t.instructor.c.learner_id > bindparam("after"))
    .order_by(people_t.instructor.c.learner_id)
    .limit(bindparam("most"))
)
_ROOMY = _INSTRUCTORS.where(pairing_t.HAS_ROOM)
_OFFICERS = (
    select(people_t.role.c.learner_id, people_t.area.c.path)
    .join(people_t.area, people_t.area.c.area_id == people_t.role.c.area_id)
    .where(people_t.role.c.role == word("officer"), people_t.role.c.state == word("active"))
    .order_by(func.length(people_t.area.c.path).desc(), people_t.role.c.learner_id)
)
_OFFICERS_ABOVE = _OFFICERS.where(people_t.area.c.path.in_(bindparam("above", expanding=True)))
_ADMINS = (
    select(people_t.role.c.learner_id)
    .join(people_t.area, people_t.area.c.area_id == people_t.role.c.area_id)
    .where(people_t.role.c.role == word("admin"), people_t.role.c.state == word("active"))
    .order_by(func.length(people_t.area.c.path).desc(), people_t.role.c.learner_id)
)
_ADMINS_ABOVE = _ADMINS.where(people_t.area.c.path.in_(bindparam("above", expanding=True)))


def learner(connection: Connection, learner_id: str) -> Row | None:
    """What the pairing has to know of one learner; None for somebody unknown."""
    return one(connection, _ONE_LEARNER, id=learner_id)


def learners(connection: Connection, ids: Collection[str]) -> list[Row]:
    """What the pairing has to know of these learners."""
    return many(connection, _LEARNERS, ids=padded(ids))


def instructor(connection: Connection, learner_id: str) -> Row | None:
    """An instructor with the taken places, `taken`."""
    return one(connection, _ONE_INSTRUCTOR, id=learner_id)


def instructors(connection: Connection, after: str, limit: int, *, roomy: bool = False) -> list[Row]:
    """Everybody who teaches, or who has a place left, in slices by id."""
    return many(connection, _ROOMY if roomy else _INSTRUCTORS, after=after, most=limit)


def officers(connection: Connection, path: str) -> list[str]:
    """Active officers above an area, the nearest first; where there is none, whoever answers for the widest, and where
    nobody is an officer at all, the admins: nobody who cries is left with a list of nobody.
    """
    found = [row.learner_id for row in connection.execute(_OFFICERS_ABOVE, {"above": _above(path)})]
    found = found or [row.learner_id for row in connection.execute(_OFFICERS)][::-1][:20]
    return found or list(connection.scalars(_ADMINS))[::-1][:20]


def answering(connection: Connection, path: str) -> list[str]:
    """Who may take an area's requests: its officers, the nearest first, then the admins above it (of no known place all
    of them)."""
    admins = connection.scalars(_ADMINS_ABOVE, {"above": _above(path)}) if path else connection.scalars(_ADMINS)
    return list(dict.fromkeys((*officers(connection, path), *admins)))


def for_strangers(connection: Connection) -> list[str]:
    """Who answers for those whose place nobody knows: officers of the widest area that has any, and the admins."""
    return list(dict.fromkeys((*widest_officers(connection), *connection.scalars(_ADMINS))))


def _above(path: str) -> list[str]:
    """The paths of an area and of all above it, the widest first."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1)]


def widest_officers(connection: Connection) -> list[str]:
    """Active officers of the widest area that has any, 20 at most."""
    rows = connection.execute(_OFFICERS).all()
    widest = min((row.path.count("/") for row in rows), default=0)
    return list(dict.fromkeys(row.learner_id for row in rows if row.path.count("/") == widest))[:20]


_REACH = (
    select(
        people_t.person.c.learner_id,
        closed(people_t.person.c.learner_id).label("away"),
        conversations_t.session.c.channel,
        conversations_t.session.c.seen_at,
    )
    .outerjoin(conversations_t.session, conversations_t.session.c.learner_id == people_t.person.c.learner_id)
    .where(people_t.person.c.learner_id.in_(bindparam("ids", expanding=True)))
)


def away(connection: Connection, ids: Collection[str], now: int) -> set[str]:
    """People of these whom nothing reaches: who has blocked the tutor, whose channel is shut until she writes."""
    rows = many(connection, _REACH, ids=padded(ids)) if ids else []
    return {row["learner_id"] for row in rows if row["away"] or 0 < _shut_from(row) <= now}


def must_write_first(connection: Connection, learner_id: str, now: int) -> bool:
    """Whether this person's reply window is over: what is not urgent waits for her word."""
    rows = many(connection, _REACH, ids=padded([learner_id]))
    return any(0 < writable_until(row) <= now for row in rows)


def writable_until(row: Row) -> int:
    """When the reply window of whoever was last seen at `channel` at `seen_at` ends, in ms; 0: never."""
    window_s = profile_of(row["channel"] or "").window_s
    return 0 if window_s is None or row["seen_at"] is None else int(row["seen_at"]) + 1_000 * window_s


def _shut_from(row: Row) -> int:
    closes_s = profile_of(row["channel"] or "").closes_s
    return 0 if closes_s is None or row["seen_at"] is None else int(row["seen_at"]) + 1_000 * closes_s


# --- where an instructor stands ---


@cache
def _standing(dialect: str) -> Executable:
    """An instructor's places counted from the tables, and what follows from them, in one statement."""
    i, s = people_t.instructor.c, pairing_t.standing
    pairs = select(func.count()).where(
        pairing_t.pairing.c.instructor_id == i.learner_id, pairing_t.pairing.c.state == "open"
    )
    held = select(func.coalesce(func.sum(pairing_t.offer.c.reserves), 0)).where(
        pairing_t.offer.c.instructor_id == i.learner_id, pairing_t.offer.c.state == "open"
    )
    place = (
        select(people_t.area.c.path)
        .join(people_t.role, people_t.role.c.area_id == people_t.area.c.area_id)
        .where(
            people_t.role.c.learner_id == i.learner_id,
            people_t.role.c.role == "instructor",
            people_t.role.c.state == "active",
        )
        .order_by(func.length(people_t.area.c.path).desc(), people_t.area.c.path)
        .limit(at_most(1))
    )
    x = (
        select(
            i.learner_id,
            i.capacity,
            i.conduct_at,
            (
                pairs.correlate(people_t.instructor).scalar_subquery()
                + held.correlate(people_t.instructor).scalar_subquery()
            ).label("taken"),
            place.correlate(people_t.instructor).scalar_subquery().label("path"),
        )
        .where(i.learner_id == bindparam("id"))
        .subquery()
        .c
    )
    free = case((and_(x.path.is_not(None), x.conduct_at.is_not(None), x.taken < x.capacity), 1), else_=0)
    ratio = cast(x.taken, Float) / case((x.capacity > 1, x.capacity), else_=1)
    marks = {name: bindparam(name, type_=BigInteger) for name in ("silences", "rest_until_at", "last_served_at")}
    row = select(
        x.learner_id, func.coalesce(x.path, ""), free, x.taken, ratio, *(func.coalesce(m, 0) for m in marks.values())
    ).where(true())
    names = ["learner_id", "path", "free", "taken", "ratio", *marks]
    stated = insert_of(dialect)(s).from_select(names, row)
    new = stated.excluded
    upsert: Executable = stated.on_conflict_do_update(
        index_elements=["learner_id"],
        set_={
            "path": case((new.path == "", s.c.path), else_=new.path),
            **{name: new[name] for name in ("free", "taken", "ratio")},
            **{name: func.coalesce(mark, s.c[name]) for name, mark in marks.items()},
        },
    ).returning(s.c.taken)
    return upsert


_NO_MARKS = {"silences": None, "rest_until_at": None, "last_served_at": None}


def refresh(connection: Connection, learner_id: str, **marks: int) -> int:
    """Count an instructor's places anew. `marks`: silences, rest_until_at, last_served_at where they change."""
    taken = connection.scalar(_standing(connection.dialect.name), {"id": learner_id, **_NO_MARKS, **marks})
    if taken is None:
        connection.execute(delete(pairing_t.standing).where(pairing_t.standing.c.learner_id == learner_id))
    return int(taken or 0)


def suspend(connection: Connection, learner_id: str) -> None:
    """Suspend a person's role as an instructor; whoever decides it writes the audit."""
    mine = people_t.role.c.learner_id == learner_id, people_t.role.c.role == "instructor"
    connection.execute(update(people_t.role).where(*mine).values(state="suspended"))


def pause(connection: Connection, learner_id: str, until_at: int) -> None:
    """Give an instructor a pause until `until_at` (ms); 0 ends it."""
    connection.execute(
        update(people_t.instructor)
        .where(people_t.instructor.c.learner_id == learner_id)
        .values(paused_until_at=until_at or None)
    )


_RANK = (
    pairing_t.standing.c.silences,
    pairing_t.standing.c.ratio,
    pairing_t.standing.c.last_served_at,
    pairing_t.standing.c.learner_id,
)


@lru_cache
def _candidates(size: int, further: bool, about: bool) -> Select[Any]:
    query = _INSTRUCTOR.where(
        pairing_t.standing.c.free == 1,
        pairing_t.standing.c.rest_until_at <= bindparam("now", type_=BigInteger),
        *inside(pairing_t.standing.c.path),
        func.coalesce(people_t.instructor.c.paused_until_at, 0) <= bindparam("now", type_=BigInteger),
        people_t.instructor.c.langs.like(bindparam("lang")),
    )
    if about:
        query = query.where(
            or_(people_t.instructor.c.topics == "[]", people_t.instructor.c.topics.like(bindparam("topic")))
        )
    if further:
        after = (bindparam(f"after{n}", type_=each.type) for n, each in enumerate(_RANK))
        query = query.where(tuple_(*_RANK) > tuple_(*after))
    return query.order_by(*_RANK).limit(at_most(size))


def candidates(
    connection: Connection, prefix: str, lang: str, topic: str, now: int, limit: int, last: Row | None = None
) -> list[Row]:
    """Who may be asked within an area, in the order of who is asked first; from after `last` on."""
    values = {"now": now, "lang": f'%"{lang}"%', "topic": f'%"{topic}"%', **within(prefix)}
    if last is not None:
        place = last["silences"], last["ratio"], last["served_at"], last["learner_id"]
        values |= {f"after{n}": each for n, each in enumerate(place)}
    return many(connection, _candidates(limit, last is not None, bool(topic)), **values)


_AROUND = (
    _INSTRUCTOR.where(
        pairing_t.standing.c.path >= bindparam("from_path"), pairing_t.standing.c.path < bindparam("to_path")
    )
    .order_by(pairing_t.standing.c.free.desc(), *_RANK)
    .limit(bindparam("most"))
)


def around(connection: Connection, prefix: str, limit: int) -> list[Row]:
    """Everybody who teaches within an area, whoever has a place left first; whether they may be asked is not looked
    at."""
    return many(connection, _AROUND, most=limit, **within(prefix))


def inside(column: Any) -> tuple[Any, ...]:
    """The condition that a path lies in the subtree bound as from_path, to_path."""
    return column >= bindparam("from_path"), column < bindparam("to_path")


def within(prefix: str) -> dict[str, str]:
    """Values of `inside`."""
    return {"from_path": prefix, "to_path": prefix[:-1] + "0"}  # "0" comes right after "/"
