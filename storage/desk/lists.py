"""The list of people of an area, slice by slice: what a file of a whole province is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, tuple_

from storage.conversations import tables as conversations_t
from storage.engine.instants import from_ms
from storage.people import tables as people_t
from storage.people.areas import below

ListMark = tuple[str, str, str]
"""Where a slice ends: learner_id, role, area_id."""


@dataclass(frozen=True, slots=True)
class ListedRow:
    """Somebody in one role in one area."""

    learner_id: str
    name: str
    role: str
    area_id: str
    area: str
    state: str
    seen_at: datetime | None


def people(connection: Connection, path: str, after: ListMark, limit: int) -> list[ListedRow]:
    """Everybody with a role in an area or below, by id, from behind `after` on."""
    role, person, area, session = people_t.role.c, people_t.person.c, people_t.area.c, conversations_t.session.c
    query = (
        select(role.learner_id, person.name, role.role, area.area_id, area.name, role.state, session.seen_at)
        .join(people_t.person, person.learner_id == role.learner_id)
        .join(people_t.area, area.area_id == role.area_id)
        .outerjoin(conversations_t.session, session.learner_id == role.learner_id)
        .where(role.learner_id >= after[0], tuple_(role.learner_id, role.role, role.area_id) > tuple_(*after))
        .where(below(func.coalesce(area.path, ""), [path]))  # by the roles' own key, in its order, not area by area
        .order_by(role.learner_id, role.role, role.area_id)
        .limit(limit)
    )
    return [ListedRow(*row[:6], from_ms(row[6]) if row[6] else None) for row in connection.execute(query)]
