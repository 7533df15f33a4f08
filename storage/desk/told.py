"""What was reported or kept back between two people and nobody has looked at, in an officer's areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, union_all

from storage.engine.instants import from_ms
from storage.pairing import tables as pairing_t
from storage.pairing.kept_back import NEWEST, WHAT
from storage.people import tables as people_t
from storage.people.areas import named

_e, _pair, _r, _p, _a = (
    pairing_t.pairing_event.c, pairing_t.pairing.c, pairing_t.request.c, people_t.person.c, people_t.area.c,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToldRow:
    """The last of one line, the pairing or request by which two write to one another: `reported` by one of them, else
    kept back by the tutor; of the learner, and since when."""

    line_id: str
    learner_id: str
    area: str
    reported: bool
    at: datetime


def unseen(connection: Connection, paths: Sequence[str], limit: int) -> list[ToldRow]:
    """The newest first; those about the visitor, too, which the caller leaves out. Two statements, however many there
    are."""
    newest = select(_e.event_id, _e.at, _e.pairing_id, _e.what).order_by(_e.event_id.desc()).limit(NEWEST).subquery()
    events = connection.execute(select(newest).where(newest.c.what.in_(WHAT)).order_by(newest.c.event_id.desc()))
    last: dict[str, tuple[str, int]] = {}
    for row in events:
        last.setdefault(row.pairing_id, (row.what, row.at))
    lines = [line for line, (what, _) in last.items() if what != "looked"]
    if not lines:
        return []
    both = union_all(
        select(_pair.pairing_id.label("line"), _pair.learner_id).where(_pair.pairing_id.in_(lines)),
        select(_r.request_id, _r.learner_id).where(_r.request_id.in_(lines)),
    ).subquery()
    query = (
        select(both.c.line, both.c.learner_id, func.coalesce(named(_a), ""), _a.path)
        .join(people_t.person, _p.learner_id == both.c.learner_id)
        .outerjoin(people_t.area, _a.area_id == _p.area_id)
    )
    of = {
        row[0]: ToldRow(row[0], row[1], row[2], last[row[0]][0] == "reported", from_ms(last[row[0]][1]))
        for row in connection.execute(query)
        if any((row[3] or "/").startswith(path) for path in paths)
    }
    return [of[line] for line in lines if line in of][:limit]
