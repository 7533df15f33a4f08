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
    hers = below(
        _a.path.concat(""), paths
    )  # what is computed has no index: ids lead to a few areas, paths to thousands
    tops = connection.scalars(select(_a.area_id).where(or_(_a.path.in_(paths), _a.parent_id.is_(None)), hers))
    ids = [*tops, *way]
    query = areas.seen().where(or_(_a.area_id.in_(ids), _a.parent_id.in_(ids)), hers).order_by(_a.path).limit(MOST)
    return [AreaRow(*row) for row in connection.execute(query)]
