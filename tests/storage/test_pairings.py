"""Two processes pair the same learners on one PostgreSQL: nobody is paired twice, nobody is asked for too many."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from storage.engine import schema
from storage.engine.database import Connection, open_database
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t

ROOT = Path(__file__).parents[2]


def fill(connection: Connection, learners: int, instructors: int) -> None:
    old = {"address": "chi", "consent": "agreed", "created_at": 0, "area_id": "dong-nai"}
    people = [f"l{n}" for n in range(learners)] + [f"i{n}" for n in range(instructors)] + ["officer"]
    connection.execute(
        insert(people_t.person),
        [{"learner_id": who, "name": who, **old} for who in people],
    )
    kinds = {"l": "learner", "i": "instructor", "o": "officer"}
    connection.execute(
        insert(people_t.role),
        [
            {"learner_id": who, "role": kinds[who[0]], "area_id": "dong-nai", "state": "active", "by": "", "at": 0}
            for who in people
        ],
    )
    rows: list[dict[str, Any]] = [{"learner_id": f"i{n}", "capacity": 1 + n % 3} for n in range(instructors)]
    for row in rows:
        row |= {"topics": json.dumps([]), "langs": '["vi"]', "hours": "", "conduct_at": 1, "gender": ""}
    connection.execute(insert(people_t.instructor), rows)
    stand = {"path": "/dong-nai/", "free": 1, "taken": 0, "ratio": 0.0, "silences": 0, "rest_until_at": 0}
    stand["last_served_at"] = 0
    connection.execute(insert(pairing_t.standing), [{"learner_id": f"i{n}", **stand} for n in range(instructors)])


@pytest.mark.postgres
@pytest.mark.timeout(900)
def test_two_processes_pair_the_same_learners(
    postgres_url: str, long_run: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    """Both ask for the same learners, tap the same offers and sweep, at once: 5,000 under --long."""
    learners = 5_000 if long_run else 300
    asyncio.run(_prepare(postgres_url, learners, learners))
    worker = [sys.executable, "-m", "tests.support.pair_worker", postgres_url]
    with capfd.disabled():
        both = [subprocess.Popen([*worker, name, "0", str(learners)], cwd=ROOT) for name in ("a", "b")]
        assert [process.wait() for process in both] == [0, 0]
        paired, double, over, twice, wrong = asyncio.run(_count(postgres_url))
        print(f"{paired} paired; {double} twice, {over} over capacity, {twice} asked twice, {wrong} miscounted")
    assert paired == learners
    assert (double, over, twice, wrong) == (0, 0, 0, 0)


async def _prepare(url: str, learners: int, instructors: int) -> None:
    database = open_database(url)
    await schema.ensure(database)
    await database.transact(lambda connection: fill(connection, learners, instructors))
    await database.close()


async def _count(url: str) -> list[int]:
    queries = (
        "SELECT count(*) FROM pairing WHERE state = 'open'",
        "SELECT count(*) FROM (SELECT learner_id FROM pairing GROUP BY 1 HAVING count(*) > 1) x",
        "SELECT count(*) FROM (SELECT i.learner_id FROM instructor i JOIN pairing p ON p.instructor_id = i.learner_id"
        " WHERE p.state = 'open' GROUP BY i.learner_id, i.capacity HAVING count(*) > i.capacity) x",
        "SELECT count(*) FROM (SELECT learner_id FROM request GROUP BY 1 HAVING count(*) > 1) x",
        "SELECT count(*) FROM standing s WHERE s.taken <> (SELECT count(*) FROM pairing p"
        " WHERE p.instructor_id = s.learner_id AND p.state = 'open')",
    )
    database = open_database(url)
    found = await database.read(
        lambda connection: [int(connection.execute(text(query)).scalar_one()) for query in queries]
    )
    await database.close()
    return found
