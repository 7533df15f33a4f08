"""The areas that somebody may choose among on a page: her own, what lies right below, and the way to the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from storage.people import areas
from storage.people import tables as people_t
from storage.people.areas import AreaRow, below

_a = people_t.area.c
MOST = 500


def choices(connection: Connection, paths: Sequence[str], chosen_id: str = "") -> list[AreaRow]:
    """In the order of the tree; areas of other paths are never among them."""
    if not paths:
        return []
    chosen = areas.get(connection, chosen_id) if chosen_id else None
    way = [each for each in (chosen.path if chosen else "").split("/") if each]
    tops = select(_a.area_id).where(or_(_a.path.in_(paths), _a.parent_id.is_(None)), below(_a.path, paths))
    near = or_(_a.area_id.in_(tops), _a.parent_id.in_(tops), _a.area_id.in_(way), _a.parent_id.in_(way))
    query = areas.seen().where(near, below(_a.path, paths)).order_by(_a.path).limit(MOST)
    return [AreaRow(*row) for row in connection.execute(query)]
