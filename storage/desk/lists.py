"""The list of people of an area, slice by slice: what a file of a whole province is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, tuple_

from storage.conversations import tables as conversations_t
from storage.engine.instants import from_ms
from storage.people import tables as people_t
from storage.people.areas import below
from storage.people.invitees import is_visible

ListMark = tuple[str, str, str]
"""Where a slice ends: learner_id, role, area_id; of an entry of a list its id alone."""


@dataclass(frozen=True, slots=True)
class ListedRow:
    """Somebody in one role in one area, by her name in a list where one has her; who has not come yet is "invited".

    `path` is the area's, `order_key` what lists are sorted by.
    """

    learner_id: str
    name: str
    role: str
    area_id: str
    path: str
    state: str
    order_key: str
    seen_at: datetime | None


def people(connection: Connection, path: str, after: ListMark, limit: int) -> list[ListedRow]:
    """Everybody with a role in an area or below, by id, from behind `after` on."""
    role, person, area, session = people_t.role.c, people_t.person.c, people_t.area.c, conversations_t.session.c
    entry = people_t.invitee.c
    listed = select(func.min(entry.name)).where(entry.claimed_by == role.learner_id).scalar_subquery()
    name = func.coalesce(listed, person.name)
    query = (
        select(
            role.learner_id,
            name,
            role.role,
            area.area_id,
            area.path,
            role.state,
            person.order_key,
            session.seen_at,
        )
        .join(people_t.person, person.learner_id == role.learner_id)
        .join(people_t.area, area.area_id == role.area_id)
        .outerjoin(conversations_t.session, session.learner_id == role.learner_id)
        .where(role.learner_id >= after[0], tuple_(role.learner_id, role.role, role.area_id) > tuple_(*after))
        .where(below(func.coalesce(area.path, ""), [path]))  # by the roles' own key, in its order, not area by area
        .order_by(role.learner_id, role.role, role.area_id)
        .limit(limit)
    )
    return [ListedRow(*row[:7], from_ms(row[7]) if row[7] else None) for row in connection.execute(query)]


def not_come(connection: Connection, path: str, after: str, limit: int) -> list[ListedRow]:
    """Whoever stands in a list of an area or below and has not come, by id, from behind `after` on."""
    entry, area = people_t.invitee.c, people_t.area.c
    query = (
        select(entry.invitee_id, entry.name, entry.role, area.area_id, area.path, entry.order_key)
        .join(people_t.area, area.area_id == entry.area_id)
        .where(entry.claimed_by.is_(None), is_visible(), entry.invitee_id > after)
        .where(below(func.coalesce(area.path, ""), [path]))
        .order_by(entry.invitee_id)
        .limit(limit)
    )
    return [ListedRow(*row[:5], "invited", row[5], None) for row in connection.execute(query)]
