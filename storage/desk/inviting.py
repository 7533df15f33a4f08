"""Who of a list has no code yet, and how many that are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from storage.engine.instants import to_ms
from storage.people import tables as people_t
from storage.people.areas import below
from storage.people.invitees import is_visible

_i, _a, _c = people_t.invitee.c, people_t.area.c, people_t.invitation.c


def without_code(
    connection: Connection, paths: Sequence[str], roles: Sequence[str], now: datetime, limit: int, *, renew: bool
) -> list[tuple[str, str, str]]:
    """(role, area_id, invitee_id) of entries that nobody has turned out to be, by area and given name; with `renew`
    also of those whose code is still good."""
    living = select(_c.invitee_id).where(_c.invitee_id.is_not(None), _c.used_at.is_(None), _c.expires_at > to_ms(now))
    query = (
        select(_i.role, _i.area_id, _i.invitee_id)
        .join(people_t.area, _a.area_id == _i.area_id)
        .where(below(_a.path, paths), _i.role.in_(list(roles)), _i.claimed_by.is_(None), is_visible())
        .order_by(_a.path, _i.order_key, _i.invitee_id)
        .limit(limit)
    )
    if not renew:
        query = query.where(_i.invitee_id.not_in(living))
    return [(row[0], row[1], row[2]) for row in connection.execute(query)] if paths and roles else []
