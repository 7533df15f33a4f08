"""Whom an officer could ask for a learner, from her chat: a handful, the nearest first."""

from __future__ import annotations

from bot.pairing.policy.candidates import against_ever, scopes
from bot.pairing.sql_ledger import read_instructor, read_learner
from storage.engine.database import Connection
from storage.engine.rows import Row
from storage.pairing import availability, pairings

MOST = 50
MOST_ASKED = 4


def whom_to_ask(connection: Connection, learner: Row, now: int) -> list[Row]:
    """Instructors whom the officer could ask, the nearest first; `guided` of each is how many she guides.

    A list of topics is the officer's to overrule, what protects people is not.
    """
    her = read_learner(learner)
    found: dict[str, Row] = {}
    now_hers = pairings.pairing_of(connection, learner["learner_id"])
    skip = now_hers["instructor_id"] if now_hers else ""
    for _, prefix in scopes(learner["path"]):
        for row in availability.candidates(connection, prefix, learner["lang"], "", now, MOST):
            one = read_instructor(row)
            if one and her and not against_ever(one, her, "", (), now) and row["learner_id"] not in (skip, *found):
                found[row["learner_id"]] = row
        if len(found) >= MOST_ASKED:
            break
    chosen = list(found.values())[:MOST_ASKED]
    guided = pairings.guided(connection, [row["learner_id"] for row in chosen])
    return [{**row, "guided": guided.get(row["learner_id"], 0)} for row in chosen]
