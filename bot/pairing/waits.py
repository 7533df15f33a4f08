"""What waits for somebody's answer, read from the rows as they are at the end of that person's turn."""

from __future__ import annotations

from bot.pairing.policy import lines
from bot.pairing.policy.model import OFFICER
from bot.tutor import waits
from bot.tutor.turn import TurnContext
from bot.tutor.waits import PendingMatter
from storage.engine.database import Connection
from storage.engine.rows import Row
from storage.pairing import availability, cries, pairings
from storage.people import people

LOOKED_AT = 50
"""Cries looked at in one turn; in a flood of strangers the count then stands for "so many and more"."""


def waiting(connection: Connection, turn: TurnContext) -> list[PendingMatter]:
    """The cries this person has taken, those that call for them, then whoever writes with them."""
    if not (turn.person.is_instructor or turn.person.is_officer):
        return _answers(connection, turn)
    me = turn.person.learner_id
    roles = people.roles_of(connection, me) if turn.person.is_officer else []
    paths = [role.path for role in roles if role.role == "officer" and role.state == "active"]
    rows = cries.live(connection, me, paths, LOOKED_AT)
    mine = [PendingMatter("mine", row["request_id"], row["name"]) for row in rows if _is_taken_by(row, me)]
    calls = [row for row in rows if row["state"] != "open" and _is_called(connection, row, me)]
    members = [PendingMatter("call", row["request_id"], row["name"]) for row in calls if row["confirmed"]]
    strangers = [PendingMatter("call", row["request_id"], row["name"]) for row in calls if not row["confirmed"]]
    if len(strangers) > 1 and paths:
        strangers = [PendingMatter("strangers", str(len(strangers)))]
    return [*mine, *members, *strangers, *_answers(connection, turn)]


def _is_taken_by(row: Row, me: str) -> bool:
    return bool(row["state"] == "open" and row["owner_id"] == me)


def _is_called(connection: Connection, row: Row, me: str) -> bool:
    """Whether it has rung this person: as owner, as the learner's instructor, as an officer whom it has reached."""
    if row["owner_id"] == me or row["guided"]:
        return True
    reached = row["width"] - OFFICER + 1
    return reached > 0 and me in availability.officers(connection, row["path"])[:reached]


def _answers(connection: Connection, turn: TurnContext) -> list[PendingMatter]:
    """Whoever helps the learner in an emergency, and whoever has just written; not the one being written to now."""
    me, writing = turn.person.learner_id, turn.state.line_id if lines.is_writing(turn) else ""
    helpers = [
        (row["request_id"], row["owner_id"])
        for row in pairings.requests_of(connection, me)
        if row["kind"] == "safety" and row["state"] == "open"
    ]
    line = waits.letter(turn)
    found = dict(helpers)
    if line and line not in found and (other := _other(connection, line, me)):
        found[line] = other
    met = line if waits.has_just_met(turn) else ""
    return [
        PendingMatter("write" if each == met else "answer", each, _name(connection, other))
        for each, other in found.items()
        if each != writing
    ]


def _other(connection: Connection, line: str, me: str) -> str:
    """With whom this person writes by a line; "" where it is over."""
    row = pairings.pairing(connection, line)
    sides = (row["learner_id"], row["instructor_id"]) if row and row["state"] == "open" else ()
    request = None if row else pairings.request(connection, line)
    if request is not None and request["state"] == "open":
        sides = request["learner_id"], request["owner_id"] or ""
    return next((each for each in sides if each != me), "") if me in sides else ""


def _name(connection: Connection, person_id: str) -> str:
    known = people.belonging(connection, person_id)
    return known[0] if known else ""
