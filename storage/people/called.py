"""What people are called: by the tutor, and in the lists of the union."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.people import tables as people_t
from storage.people.invitees import is_visible

_p, _i = people_t.person.c, people_t.invitee.c


@dataclass(frozen=True, slots=True)
class CalledRow:
    """`listed` are her names in lists, `name` is what the tutor calls her ("" of whoever has told none), `order_key`
    what lists are sorted by."""

    listed: tuple[str, ...]
    name: str
    order_key: str


def called(connection: Connection, ids: Iterable[str]) -> dict[str, CalledRow]:
    """Of those of these people who are here, in two statements."""
    wanted = sorted(set(ids) - {""})
    if not wanted:
        return {}
    listed: dict[str, list[str]] = {}
    names = select(_i.claimed_by, _i.name).where(_i.claimed_by.in_(wanted), is_visible()).order_by(_i.name)
    for who, name in connection.execute(names):
        listed.setdefault(who, []).append(name)
    query = select(_p.learner_id, _p.name, _p.order_key).where(_p.learner_id.in_(wanted))
    return {row[0]: CalledRow(tuple(listed.get(row[0], ())), row[1], row[2]) for row in connection.execute(query)}
