"""The areas that somebody may choose among on a page: all of hers down to the groups where those are few; else what
lies right below, and all of the ward of the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from storage.people import areas
from storage.people import tables as people_t
from storage.people.areas import AreaRow, below, is_whole

_a = people_t.area.c
MOST = 500


def choices(connection: Connection, paths: Sequence[str], chosen_id: str = "") -> list[AreaRow]:
    """In the order of the tree; areas of other paths are never among them."""
    if not paths:
        return []
    mine = areas.seen().where(below(_a.path, paths)).order_by(_a.path)
    if not is_whole(paths) and len(rows := connection.execute(mine.limit(MOST + 1)).all()) <= MOST:
        return [AreaRow(*row) for row in rows]
    chosen = areas.get(connection, chosen_id) if chosen_id else None
    way = [each for each in (chosen.path if chosen else "").split("/") if each]
    hers = below(
        _a.path.concat(""), paths
    )  # what is computed has no index: ids lead to a few areas, paths to thousands
    tops = connection.scalars(select(_a.area_id).where(or_(_a.path.in_(paths), _a.parent_id.is_(None)), hers))
    ids = [*tops, *way]
    ward = [below(_a.path, [f"/{'/'.join(way[:2])}/"])] if chosen and len(way) > 1 else []
    near = or_(_a.area_id.in_(ids), _a.parent_id.in_(ids), *ward)
    query = areas.seen().where(near, hers).order_by(_a.path).limit(MOST)
    return [AreaRow(*row) for row in connection.execute(query)]
