"""The pairing's ledger without a database as text, and back: what a stop would leave of it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.ledger import Memory
from bot.pairing.policy.model import Instructor, Learner, Offer, Pairing, PairingNote, PairingRules, Request
from bot.pairing.policy.work import PairingWork


def dump_memory(memory: Memory) -> str:
    """Everything as JSON; the indexes are made anew by `load_memory`."""
    parts: dict[str, Any] = {
        name: [asdict(each) for each in kept]
        for name, kept in (
            ("learners", memory.learners.values()),
            ("instructors", memory.instructors.values()),
            ("requests", memory.requests.values()),
            ("offers", memory.offers.values()),
            ("pairings", memory.pairings.values()),
            ("notes", memory.notes),
        )
    }
    return json.dumps({**parts, "posts": memory.posts, "closed": sorted(memory.closed)}, ensure_ascii=False)


def load_memory(text: str, clock: Clock, rules: PairingRules) -> Memory:
    """The ledger that `dump` wrote."""
    parts = json.loads(text)
    memory = Memory(clock, rules)
    memory.posts, memory.closed = parts["posts"], set(parts["closed"])
    for row in parts["learners"]:
        memory.put_learner(Learner(**{**row, "needs": tuple(row["needs"])}))
    for row in parts["instructors"]:
        tuples = {name: tuple(row[name]) for name in ("topics", "langs", "hours")}
        memory.put_instructor(Instructor(**{**row, **tuples}))
    for row in sorted(parts["pairings"], key=lambda row: row["opened_at"]):
        memory.put_pairing(Pairing(**row))
    for row in parts["offers"]:
        memory.put_offer(Offer(**row))
    for row in parts["requests"]:
        memory.put_request(Request(**row))
    memory.notes = [PairingNote(**row) for row in parts["notes"]]
    return memory


def reinstate(turn: PairingWork, instructor_id: str) -> None:
    """A suspension is lifted: the instructor may be asked again, and whoever waits for one is offered to her."""
    if me := turn.ledger.instructor(instructor_id):
        turn.ledger.put_instructor(replace(me, active=True))
        turn.serve(instructor_id)
