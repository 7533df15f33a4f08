"""One sweep over everybody who waits, whole or beside people who chat."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import count, repeat
from typing import Any

import pytest
from sqlalchemy import text

from bench.pairing import CLOCK, NOW, fill
from bot.pairing.policy.model import HOUR, PairingRules
from bot.pairing.service import PairingContext, Pairings
from storage.engine.database import Connection, Database

LEARNERS, INSTRUCTORS = 120, 40


async def province(database: Database) -> Pairings:
    await database.transact(partial(fill, learners=LEARNERS, instructors=INSTRUCTORS))
    ids = count()
    return Pairings(database, PairingContext(PairingRules(), CLOCK, lambda: f"x{next(ids):06}"))


def offers(connection: Connection) -> list[Any]:
    query = "SELECT r.priority, r.since_at, r.state, r.request_id, o.instructor_id FROM request r LEFT JOIN offer o"
    return list(connection.execute(text(f"{query} ON o.request_id = r.request_id ORDER BY r.priority, r.since_at")))


def capacities(connection: Connection) -> dict[str, int]:
    return {
        row.learner_id: row.capacity for row in connection.execute(text("SELECT learner_id, capacity FROM instructor"))
    }


@pytest.mark.parametrize("gently", [False, True])
async def test_whoever_has_room_is_asked_once_for_each_and_never_for_too_many(database: Database, gently: bool):
    pairings = await province(database)
    sweep = await pairings.sweep(repeat(NOW).__next__, gently=gently)
    rows = await database.read(offers)
    asked = Counter(row.instructor_id for row in rows if row.instructor_id)
    capacity = await database.read(capacities)
    assert sweep.offered == asked.total() > 60
    assert len(rows) == LEARNERS, "nobody is asked about twice"
    assert all(number <= capacity[who] for who, number in asked.items())
    assert all((row.state == "offered") == (row.instructor_id is not None) for row in rows)
    again = await pairings.sweep(repeat(NOW).__next__, gently=gently)
    assert again.offered == 0


async def test_it_stops_when_night_comes_and_goes_on_in_the_morning(database: Database):
    pairings = await province(database)
    hours = iter([NOW, NOW, NOW + 12 * HOUR])
    first = await pairings.sweep(hours.__next__, gently=True)
    assert 0 < first.seen < LEARNERS
    assert 0 < first.offered <= first.seen
    rows = await database.read(offers)
    met = [row.state for row in rows[: first.seen]]
    assert "offered" in met
    assert {row.state for row in rows[first.seen :]} == {"waiting"}, "the first come first"
    rest = await pairings.sweep(repeat(NOW + 24 * HOUR).__next__, gently=True)
    assert rest.offered > 0
