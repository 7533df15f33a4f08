"""The board of pairings: requests by state, the 1+1 that are open and those that ended lately, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, true, tuple_

from storage.engine.instants import from_ms, to_ms
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from storage.people.areas import below, is_whole, named

BoardMark = tuple[int, int, str]
"""Where a page ends: priority and instant of a request, 0 and instant of a pairing, and its id."""

_r, _pair, _p, _a = pairing_t.request.c, pairing_t.pairing.c, people_t.person.c, people_t.area.c


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A request (`kind` says which) or a pairing (`kind` is pair-open or pair-ended); `helper_id` has it, or was
    asked, "" is nobody."""

    card_id: str
    learner_id: str
    area: str
    kind: str
    helper_id: str
    since_at: datetime
    due_at: datetime | None
    why: str
    mark: BoardMark


def requests(
    connection: Connection, paths: Sequence[str], state: str, limit: int, after: BoardMark | None = None, *,
    strangers: bool = False,
) -> list[BoardRow]:  # fmt: skip
    """Requests in this state, the most urgent first, then the oldest; from behind `after` on; with `strangers` those of
    people whose place nobody knows as well."""
    asked = pairing_t.offer.alias()
    helper = func.coalesce(asked.c.instructor_id, _r.owner_id)
    query = (
        select(
            _r.request_id, _r.learner_id, func.coalesce(named(_a), ""), _r.kind, func.coalesce(helper, ""),
            _r.since_at, _r.due_at, _r.priority,
        )
        .join(people_t.person, _p.learner_id == _r.learner_id)
        .outerjoin(people_t.area, _a.area_id == _p.area_id)
        .outerjoin(asked, (asked.c.request_id == _r.request_id) & (asked.c.state == "open"))
        .where(_r.state == state, _there(paths, func.coalesce(_a.path, ""), strangers=strangers))
        .order_by(_r.priority, _r.since_at, _r.request_id)
        .limit(limit)
    )  # fmt: skip
    if after is not None:
        query = query.where(tuple_(_r.priority, _r.since_at, _r.request_id) > tuple_(*after))
    return [
        BoardRow(*row[:5], from_ms(row[5]), from_ms(row[6]), "", (row[7], row[5], row[0]))
        for row in connection.execute(query)
    ]


def pairs(connection: Connection, paths: Sequence[str], limit: int, after: BoardMark | None = None) -> list[BoardRow]:
    """The 1+1 that are open, the newest first."""
    return _pairs(connection, paths, limit, after, "open", _pair.opened_at, 0)


def ended(
    connection: Connection, paths: Sequence[str], since: datetime, limit: int, after: BoardMark | None = None
) -> list[BoardRow]:
    """The 1+1 that have ended since then, the latest first."""
    return _pairs(connection, paths, limit, after, "ended", _pair.ended_at, to_ms(since))


def _pairs(
    connection: Connection, paths: Sequence[str], limit: int, after: BoardMark | None, state: str, at: Any, since: int
) -> list[BoardRow]:
    """Of a ward by its people. Of a province the newest first, whoever's they are, until enough are hers to see: a sort
    of all with all that is joined to them would take a second."""
    found: list[BoardRow] = []
    while len(found) < limit:
        keys = select(_pair.pairing_id).where(_pair.state == state, at >= since)
        if after is not None:
            keys = keys.where(tuple_(at, _pair.pairing_id) < tuple_(*after[1:]))
        query = _pairs_query(state, at, since, after)
        if not is_whole(paths):
            query = query.where(_there(paths, _a.path))
            return [_pair_row(row, state) for row in connection.execute(query.limit(limit))]
        newest = [row[0] for row in connection.execute(keys.order_by(at.desc(), _pair.pairing_id.desc()).limit(limit))]
        rows = connection.execute(query.where(_pair.pairing_id.in_(newest))).all() if newest else []
        found += [_pair_row(row, state) for row in rows if any((row.path or "/").startswith(path) for path in paths)]
        if len(newest) < limit:
            break
        after = _pair_row(rows[-1], state).mark
    return found[:limit]


def _pairs_query(state: str, at: Any, since: int, after: BoardMark | None) -> Select[Any]:
    query = (
        select(
            _pair.pairing_id, _pair.learner_id, func.coalesce(named(_a), ""), _pair.instructor_id,
            at, _pair.ended_why, _a.path.label("path"),
        )
        .join(people_t.person, _p.learner_id == _pair.learner_id)
        .outerjoin(people_t.area, _a.area_id == _p.area_id)
        .where(_pair.state == state, at >= since)
        .order_by(at.desc(), _pair.pairing_id.desc())
    )  # fmt: skip
    return query if after is None else query.where(tuple_(at, _pair.pairing_id) < tuple_(*after[1:]))


def _pair_row(row: Any, state: str) -> BoardRow:
    mark = 0, row[4], row[0]
    return BoardRow(row[0], row[1], row[2], f"pair-{state}", row[3], from_ms(row[4]), None, row[5], mark)


def _there(paths: Sequence[str], path: Any, *, strangers: bool = False) -> Any:
    """Whoever may look everywhere sees those of no known place too. Of `coalesce` there is no index: then a database
    begins with the few requests that are not over, not with everybody of the area."""
    if "/" in paths or (strangers and is_whole(paths)):
        return true()
    inside = _p.area_id.is_not(None) if is_whole(paths) else below(path, paths)
    return or_(_p.area_id.is_(None), inside) if strangers else inside
