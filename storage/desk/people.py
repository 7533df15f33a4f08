"""Who is in an area, in the order of given names, and who is meant by a few letters of a name.

People and entries of lists that nobody has turned out to be are two tables, each looked through in its order by one
index that holds all that is asked, and merged here; a rare word leads to its bearers first. Within a ward the other way
round: its people first, then the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    select,
    true,
    tuple_,
)

from storage.conversations import tables as conversations_t
from storage.engine.instants import from_ms
from storage.people import naming
from storage.people import tables as people_t
from storage.people.areas import below, is_whole, named
from storage.people.invitees import is_visible
from storage.people.reach import rings

_p, _i, _a, _r = people_t.person.c, people_t.invitee.c, people_t.area.c, people_t.role.c
_s, _d = conversations_t.session.c, people_t.identity.c

NOBODY = ("none", "invited")
"""States that no role has: here without any; in a list alone."""

FEW = ("officer", "editor", "admin", "suspended", "asked")
"""Roles and states of so few that they are looked up first; of all others each person is asked in turn."""

BEARERS = 3_000
"""Of a word that is rare: so many are read and sorted in less time than it takes to look at everybody."""

ListPosition = tuple[str, str]
"""Where a list goes on: the order key of its last line, and its id."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is looked for: in areas (their `paths`), in a `role` and a `state` ("" is any), by `words` of a name."""

    paths: tuple[str, ...]
    role: str = ""
    state: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One line: `name` as she is called, of a person; as the list says, of an entry (then `role` is what it brings)."""

    person_id: str
    name: str
    area_id: str | None
    order_key: str
    is_entry: bool
    role: str = ""

    @property
    def place(self) -> ListPosition:
        return self.order_key, self.person_id


@dataclass(frozen=True, slots=True)
class DetailRow:
    """What a line says beside the name: names in lists, (role, state, area), and how she is reached."""

    listed: tuple[str, ...]
    roles: tuple[tuple[str, str, str], ...]
    channel: str
    away: bool
    rings: int
    seen_at: Any
    consent: str


def found(connection: Connection, wanted: Wanted, after: ListPosition | None, limit: int) -> list[FoundRow]:
    """At most `limit` lines after that place, in order."""
    rows: list[FoundRow] = []
    if wanted.paths and wanted.state != "invited":
        rare, named = _rare(connection, wanted, people_t.person_word), _named(_p.search_key, wanted.words)
        rows += _rows(connection, _people(wanted), (_p.order_key, _p.learner_id), after, limit, rare, named)
    if wanted.paths and wanted.state in ("", "invited"):
        rare, named = _rare(connection, wanted, people_t.invitee_word), _named(_i.search_key, wanted.words)
        rows += _rows(connection, _entries(wanted), (_i.order_key, _i.invitee_id), after, limit, rare, named)
    return sorted(rows, key=lambda row: row.place)[:limit]


def few_with(connection: Connection, paths: tuple[str, ...], state: str, most: int) -> int:
    """How many people of these areas are in this state, counted up to `most`."""
    some = _people(Wanted(paths, state=state)).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0


def called(connection: Connection, paths: Sequence[str], start: str, limit: int) -> list[FoundRow]:
    """Whoever's id begins so, in these areas."""
    wanted = Wanted(tuple(paths))
    rows: list[FoundRow] = []
    for query, key in ((_people(wanted), _p.learner_id), (_entries(wanted), _i.invitee_id)):
        begins = and_(key >= start, key < start + "~")
        rows += map(_found, connection.execute(query.where(begins).order_by(key).limit(limit)))
    return sorted(rows, key=lambda row: row.place)[:limit]


def area_names(connection: Connection, area_ids: Iterable[str | None]) -> dict[str | None, str]:
    """What these areas are called; "" for nowhere."""
    rows = connection.execute(select(_a.area_id, named(_a)).where(_a.area_id.in_({*filter(None, area_ids)})))
    return {None: "", **{row[0]: row[1] for row in rows}}


def details(connection: Connection, ids: Sequence[str]) -> dict[str, DetailRow]:
    """What is told of these people."""
    listed: dict[str, list[str]] = {}
    names = select(_i.claimed_by, _i.name).where(_i.claimed_by.in_(ids), is_visible()).order_by(_i.name)
    for who, name in connection.execute(names):
        listed.setdefault(who, []).append(name)
    roles: dict[str, list[tuple[str, str, str]]] = {}
    held = select(_r.learner_id, _r.role, _r.state, named(_a)).join(people_t.area, _a.area_id == _r.area_id)
    for who, role, state, area in connection.execute(held.where(_r.learner_id.in_(ids)).order_by(_r.role, _a.path)):
        roles.setdefault(who, []).append((role, state, area))
    query = (
        select(_p.learner_id, _p.consent, _s.channel, _s.seen_at, func.coalesce(_d.away, False), rings(_p.learner_id))
        .outerjoin(conversations_t.session, _s.learner_id == _p.learner_id)
        .outerjoin(people_t.identity, and_(_d.channel == _s.channel, _d.chat_id == _s.chat_id))
        .where(_p.learner_id.in_(ids))
    )
    return {
        who: DetailRow(
            tuple(listed.get(who, ())), tuple(roles.get(who, ())), channel or "", away, count,
            None if seen_at is None else from_ms(seen_at), consent,
        )
        for who, consent, channel, seen_at, away, count in connection.execute(query)
    }  # fmt: skip


def alike(connection: Connection, learner_id: str, paths: Sequence[str], limit: int) -> list[FoundRow]:
    """Entries of lists and people of these areas who bear all the words of this person's name, and may be her."""
    name, key = connection.execute(select(_p.name, _p.search_key).where(_p.learner_id == learner_id)).one()
    words = tuple(naming.words_of(name) or key.split())
    if not words:
        return []
    rows = found(connection, Wanted(tuple(paths), words=words), None, limit + 1)
    return [row for row in rows if row.person_id != learner_id][:limit]


def _rows(
    connection: Connection, query: Select[Any], order: tuple[Any, Any], after: ListPosition | None, limit: int,
    rare: Select[Any] | None, named: Sequence[ColumnElement[bool]],
) -> list[FoundRow]:  # fmt: skip
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    if rare is None:
        query = query.where(*named).order_by(*order)
    else:  # few are read and then sorted: no order's index is to lead a database through everybody else
        query = query.where(order[1].in_(rare)).order_by(order[0] + "", order[1])
    return list(map(_found, connection.execute(query.limit(limit))))


def _found(row: Any) -> FoundRow:
    return FoundRow(row[0], row[1], row[2], row[3], bool(row[4]), row[5])


def _people(wanted: Wanted) -> Select[Any]:
    query = select(_p.learner_id, _p.name, _p.area_id, _p.order_key, false(), literal(""))
    query = _within(query, _p.area_id, wanted.paths)
    if wanted.state == "none":
        return query.where(~exists().where(_r.learner_id == _p.learner_id))
    if not wanted.role and not wanted.state:
        return query
    such = [column == value for column, value in ((_r.role, wanted.role), (_r.state, wanted.state)) if value]
    if wanted.role in FEW or wanted.state in FEW:
        return query.where(_p.learner_id.in_(select(_r.learner_id).where(*such)))
    return query.where(exists().where(_r.learner_id == _p.learner_id, *such))


def _entries(wanted: Wanted) -> Select[Any]:
    query = select(_i.invitee_id, _i.name, _i.area_id, _i.order_key, true(), _i.role)
    query = query.where(_i.claimed_by.is_(None), is_visible())
    query = _within(query, _i.area_id, wanted.paths)
    return query.where(_i.role == wanted.role) if wanted.role else query


def _named(column: Any, words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Words are letters and digits. They stand in the statement itself: PostgreSQL plans a rare one otherwise than a
    frequent one, which it can tell from statistics, but not of a parameter."""
    return [column.like(bindparam(None, f"% {word}%", literal_execute=True)) for word in words]


def _rare(connection: Connection, wanted: Wanted, words: Table) -> Select[Any] | None:
    """The bearers of a word that few bear, where one is looked for in the whole; of frequent ones the order's index
    soon has as many as fill a page, and a ward's people are few."""
    if not is_whole(wanted.paths):
        return None
    of = next(column for column in words.columns if column.name.endswith("_id"))
    for word in sorted(set(wanted.words), key=len, reverse=True):
        first: Any = bindparam(None, word, literal_execute=True)
        last: Any = bindparam(None, f"{word}~", literal_execute=True)
        begins = words.c.word >= first, words.c.word < last
        some = select(literal(1)).select_from(words).where(*begins).limit(BEARERS + 1).subquery()
        if (connection.scalar(select(func.count()).select_from(some)) or 0) <= BEARERS:
            return select(of).where(*begins, *_named(words.c.search_key, wanted.words))
    return None


def _within(query: Select[Any], area_id: Any, paths: Sequence[str]) -> Select[Any]:
    """Of the whole nothing is asked of an area: the order's index answers alone, an eye on each area would cost more
    than all the rest. Of a ward its areas come first."""
    if "/" in paths:
        return query  # strangers too, whose place nobody knows
    if is_whole(paths):
        return query.where(area_id.is_not(None))
    return query.join(people_t.area, _a.area_id == area_id).where(below(_a.path, paths))
