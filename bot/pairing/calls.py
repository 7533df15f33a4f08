"""Whom a cry for safety has rung, when, by what way, and whether they have been there since: read from what is kept."""

from __future__ import annotations

from collections.abc import Callable

from bot.pairing.policy.calls import OfficerCall
from storage.engine.database import Connection
from storage.engine.rows import Row
from storage.pairing import availability, cries, pairings


def calls_for(
    connection: Connection, pseudonym: Callable[[str], str], request: Row, here: str = ""
) -> list[OfficerCall]:
    """The calls of this request, one for each who was called: the last. The history names pseudonyms: whoever may have
    been called is looked for among them; who is not there any more is nameless. `here` is looking at this moment."""
    learner = availability.learner(connection, request["learner_id"])
    pairing = pairings.pairing_of(connection, request["learner_id"])
    officers = availability.officers(connection, learner["path"]) if learner else []
    ids = {*officers, request["owner_id"] or "", pairing["instructor_id"] if pairing else ""} - {""}
    known = {pseudonym(row["learner_id"]): row for row in cries.reach(connection, ids)}
    rang: dict[str, list[int]] = {}
    for at, who in cries.calls(connection, request["request_id"]):
        rang.setdefault(who, []).append(at)
    me = pseudonym(here) if here else ""
    return [_call(times, known.get(who), is_here=who == me) for who, times in rang.items()]


def _call(times: list[int], row: Row | None, *, is_here: bool) -> OfficerCall:
    if row is None:
        return OfficerCall(times[0], times[-1], len(times))
    seen = is_here or max(row[each] or 0 for each in ("seen_at", "looked_at", "at_desk")) > times[0]
    reached = row["name"], row["channel"] or "", seen, bool(row["away"]), row["rings"]
    return OfficerCall(times[0], times[-1], len(times), *reached)
