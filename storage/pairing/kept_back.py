"""What was kept back between two people, or reported by one of them, as officers see it: kinds and hours, no words."""

from __future__ import annotations

import json

from sqlalchemy import Connection, insert, select

from storage.engine.rows import Row
from storage.pairing import availability, pairings
from storage.pairing import tables as pairing_t

_e = pairing_t.pairing_event.c
WHAT = ("caught", "reported", "looked")
NEWEST = 2_000
"""Events of all kinds looked back at for an officer's list; the screen of one line knows all of its own."""


def of_line(connection: Connection, line_id: str) -> list[Row]:
    """What was found by this line since an officer last looked: at, by and to (pseudonyms, `to` "" in old rows), what,
    finding."""
    query = select(_e.at, _e.by, _e.what, _e.detail).where(_e.pairing_id == line_id, _e.what.in_(WHAT))
    found: list[Row] = []
    for row in connection.execute(query.order_by(_e.event_id)):
        if row.what == "looked":
            found.clear()
        else:
            detail = json.loads(row.detail)
            finding, to = detail.get("finding", ""), detail.get("to", "")
            found.append({"at": row.at, "by": row.by, "to": to, "what": row.what, "finding": finding})
    return found


def sides(connection: Connection, line_id: str) -> tuple[str, str] | None:
    """The one who is guided or helped, and who does now; None for no line."""
    if row := pairings.pairing(connection, line_id):
        return row["learner_id"], row["instructor_id"]
    request = pairings.request(connection, line_id)
    return (request["learner_id"], request["owner_id"] or "") if request else None


def waiting(connection: Connection, officer_id: str, limit: int) -> list[Row]:
    """Lines of learners in an officer's areas whose last find nobody has looked at: line_id, at; the officer's own,
    too: who may look is the caller's to say."""
    newest = select(_e.event_id, _e.at, _e.pairing_id, _e.what).order_by(_e.event_id.desc()).limit(NEWEST).subquery()
    events = connection.execute(select(newest).where(newest.c.what.in_(WHAT)).order_by(newest.c.event_id.desc()))
    known: dict[str, Row] = {}
    for row in events:
        known.setdefault(row.pairing_id, {"what": row.what, "at": row.at})
    found: list[Row] = []
    for line_id, last in known.items():
        both = sides(connection, line_id) if last["what"] != "looked" else None
        learner = availability.learner(connection, both[0]) if both and officer_id != both[0] else None
        mine = learner is not None and officer_id in availability.officers(connection, learner["path"])
        if learner is not None and mine:
            found.append({"line_id": line_id, "at": last["at"]})
        if len(found) >= limit:
            break
    return found


def looked(connection: Connection, line_id: str, by: str, at: int) -> None:
    """An officer (a pseudonym) has seen to it."""
    row = {"at": at, "by": by, "what": "looked", "request_id": None, "pairing_id": line_id, "detail": "{}"}
    connection.execute(insert(pairing_t.pairing_event), row)
