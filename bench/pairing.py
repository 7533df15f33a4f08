"""Matching at scale: 100,000 learners wait, 20,000 instructors have room. One sweep, and single new requests.

    .venv/bin/python -m bench.pairing [sqlite|postgresql] [--learners N] [--instructors N]

Each database is measured in a process of its own, so that the peak of memory is the sweep's; filling it is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable
from datetime import time as clock_time
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.model import DAY, HOUR, PairingRules
from bot.pairing.service import PairingContext, Pairings
from bot.tutor.quiet_hours import QuietHours
from storage.engine import schema
from storage.engine.database import Connection, open_database
from storage.engine.postgresql import PostgreSQL
from storage.engine.sqlite import SQLite
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from tests.support.postgres import find_binaries, private_server

NOW = 1_795_572_000_000  # 09:00 in Đồng Nai
CLOCK = Clock(QuietHours(clock_time(20), clock_time(8), ZoneInfo("Asia/Ho_Chi_Minh")))
SWEEP_S, SWEEP_MB, SINGLE_MS, HELD_MS = 30.0, 500.0, 20.0, 50.0
SINGLES = 500  # before the sweep, when everybody waits and every place is free, and as many after it
STORM = 3_000  # offers that run out at the same moment, dealt with


def fill(connection: Connection, learners: int, instructors: int) -> None:
    """95 wards, 1,000 branches, three groups each; everybody somewhere, a fifth of the learners of a priority group."""
    rng = Random(1)
    wards = [
        row.area_id for row in connection.execute(text("SELECT area_id FROM area WHERE kind = 'ward' ORDER BY area_id"))
    ]
    branches = [f"b-{n}" for n in range(1_000)]
    home = {each: wards[n % len(wards)] for n, each in enumerate(branches)}
    areas = [("b", each, home[each], f"/dong-nai/{home[each]}/{each}/") for each in branches]
    areas += [("g", f"{b}-g{n}", b, f"/dong-nai/{home[b]}/{b}/{b}-g{n}/") for b in branches for n in range(3)]
    rows = [
        {"area_id": a, "parent_id": up, "kind": k, "name": a, "official_code": "", "path": p} for k, a, up, p in areas
    ]
    _many(connection, people_t.area, rows)
    groups = {a: p for k, a, _, p in areas if k == "g"}
    names = list(groups)
    everybody = [f"l{n}" for n in range(learners + 2 * SINGLES)] + [f"i{n}" for n in range(instructors)]
    place = {who: rng.choice(names) for who in everybody}
    _many(connection, people_t.person, (
        {"learner_id": who, "name": who, "address": "chi", "consent": "agreed", "created_at": 0, "area_id": place[who],
         "lang": "vi", "needs": '["elderly"]' if who[0] == "l" and rng.random() < 0.2 else "[]"}
        for who in everybody
    ))  # fmt: skip
    _many(connection, people_t.role, (
        {"learner_id": who, "role": "learner" if who[0] == "l" else "instructor", "area_id": place[who],
         "state": "active", "by": "", "at": 0}
        for who in everybody
    ))  # fmt: skip
    _many(connection, people_t.person, [
        {"learner_id": "officer", "name": "o", "address": "chi", "consent": "agreed", "created_at": 0,
         "area_id": "dong-nai", "lang": "vi", "needs": "[]"}
    ])  # fmt: skip
    officer = {"learner_id": "officer", "role": "officer", "area_id": "dong-nai", "state": "active", "by": "", "at": 0}
    _many(connection, people_t.role, [officer])
    topics = [json.dumps(each) for each in ([], [], ["v"], ["t", "v"])]
    teaching = [(f"i{n}", rng.choice((1, 2, 3, 3, 4)), rng.choice(topics)) for n in range(instructors)]
    _many(connection, people_t.instructor, (
        {"learner_id": who, "capacity": capacity, "topics": topic, "langs": '["vi"]', "hours": "08:00-20:00",
         "conduct_at": 1, "gender": ""}
        for who, capacity, topic in teaching
    ))  # fmt: skip
    _many(connection, pairing_t.standing, (
        {"learner_id": who, "path": groups[place[who]], "free": 1, "taken": 0, "ratio": 0.0, "silences": 0,
         "rest_until_at": 0, "last_served_at": 0}
        for who, _, _ in teaching
    ))  # fmt: skip
    _many(connection, pairing_t.request, (
        {"request_id": f"r{n}", "learner_id": f"l{n}", "kind": "pair", "topic": rng.choice(("", "v", "t", "l")),
         "state": "waiting", "queue": "vi", "owner_kind": "officer", "owner_id": "officer",
         "priority": rng.choice((1, 2, 2, 2)), "since_at": NOW - rng.randrange(10 * HOUR),
         "due_at": NOW + DAY, "width": 3}
        for n in range(learners)
    ))  # fmt: skip


def _many(connection: Connection, table: Any, rows: Any) -> None:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == 5_000:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)


class WatchedSQLite(SQLite):
    """How long the one writer is held, from BEGIN IMMEDIATE to the end of COMMIT, in ms."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.held: list[float] = []

    def _write(self, work: Any) -> Any:
        began = time.perf_counter()
        try:
            return super()._write(work)
        finally:
            self.held.append((time.perf_counter() - began) * 1_000)


class WatchedPostgreSQL(PostgreSQL):
    """How long the pairing's lock is held: it is the first thing a transaction asks for, and goes with COMMIT."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.held: list[float] = []

    async def transact(self, work: Any) -> Any:
        began: list[float] = []

        def timed(connection: Connection) -> Any:
            began.append(time.perf_counter())
            return work(connection)

        result = await super().transact(timed)
        self.held.append((time.perf_counter() - began[0]) * 1_000)
        return result


def watched(url: str) -> WatchedSQLite | WatchedPostgreSQL:
    """As `open_database`."""
    if url.startswith("sqlite"):
        return WatchedSQLite(Path(url.split("///", 1)[1]))
    return WatchedPostgreSQL("postgresql+asyncpg:" + url.split(":", 1)[1])


async def measure(url: str, learners: int) -> dict[str, Any]:
    database, ids = watched(url), count()
    pairings = Pairings(database, PairingContext(PairingRules(), CLOCK, lambda: f"x{next(ids)}"))
    await database.transact(lambda connection: connection.execute(text("SELECT 1")).scalar())
    found: dict[str, Any] = {"empty": _spread([await _timed(database.transact(_nothing)) for _ in range(500)])}
    first = iter(range(learners, learners + 2 * SINGLES))
    found["behind"] = await _asked(pairings, [next(first) for _ in range(SINGLES)])
    found["behind_held"] = _spread(_taken(database.held)[-SINGLES:])
    began = time.perf_counter()
    sweep = await pairings.sweep(lambda: NOW)
    found |= {"sweep_s": time.perf_counter() - began, "seen": sweep.seen, "offered": sweep.offered}
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    found["sweep_held"] = _spread(_taken(database.held))
    found["single"] = await _asked(pairings, list(first))
    found["single_held"] = _spread(_taken(database.held))
    began, done, late = time.perf_counter(), 0, NOW + PairingRules().offer + 1
    while done < STORM and (some := await pairings.tick(late)):
        done += some
    found |= {"late": done, "late_s": time.perf_counter() - began, "late_held": _spread(_taken(database.held))}
    found["taken"], found["double"], found["over"] = await database.read(_honest)
    await database.close()
    return found


def _nothing(connection: Connection) -> None:
    """The least that waits for the disk."""
    connection.execute(text("UPDATE person SET name = name WHERE learner_id = 'officer'"))


async def _timed(work: Awaitable[Any]) -> float:
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1_000


async def _asked(pairings: Pairings, who: list[int]) -> list[float]:
    """Single new requests, one after the other."""
    return _spread([await _timed(pairings.ask(f"l{n}", "pair", NOW)) for n in who])


def _taken(held: list[float]) -> list[float]:
    some, held[:] = list(held), []
    return some


def _spread(took: list[float]) -> list[float]:
    """p50, p99 and the most, in ms."""
    took = sorted(took)
    return [took[len(took) // 2], took[int(len(took) * 0.99)], took[-1]] if took else [0.0, 0.0, 0.0]


def _honest(connection: Connection) -> tuple[int, int, int]:
    """Places given away, requests offered twice, instructors over capacity: counted from the tables."""
    taken = connection.scalar(text("SELECT count(*) FROM offer WHERE state = 'open'")) or 0
    double = connection.scalar(
        text("SELECT count(*) FROM (SELECT request_id FROM offer WHERE state='open' GROUP BY 1 HAVING count(*) > 1) x")
    )
    over = connection.scalar(
        text(
            "SELECT count(*) FROM (SELECT i.learner_id FROM instructor i JOIN offer o ON o.instructor_id = i.learner_id"
            " WHERE o.state = 'open' GROUP BY i.learner_id, i.capacity HAVING count(*) > i.capacity) x"
        )
    )
    return int(taken), int(double or 0), int(over or 0)


async def prepare(url: str, learners: int, instructors: int) -> None:
    database = open_database(url)
    await schema.ensure(database)
    await database.transact(lambda connection: fill(connection, learners, instructors))
    # Not what is empty: PostgreSQL would plan for that until it looks again, which a server at work does in time.
    for table in ("area", "person", "role", "instructor", "standing", "request"):
        await database.transact(partial(_analyze, table))
    await database.close()


def _analyze(table: str, connection: Connection) -> None:
    connection.execute(text(f"ANALYZE {table}"))


def one(url: str, learners: int, instructors: int) -> dict[str, Any]:
    """Filled by one process, measured in another."""
    here = [sys.executable, "-m", "bench.pairing"]
    sizes = ["--learners", str(learners), "--instructors", str(instructors)]
    subprocess.run([*here, "--fill", url, *sizes], check=True)
    done = subprocess.run([*here, "--measure", url, *sizes], check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def show(name: str, found: dict[str, Any]) -> bool:
    """Print what was found; whether all of it is as the issue wants it."""
    good = (
        found["sweep_s"] <= SWEEP_S
        and found["peak_mb"] <= SWEEP_MB
        and max(found[each][1] for each in ("behind", "single")) <= SINGLE_MS
        and max(found[each][1] for each in ("behind_held", "single_held", "sweep_held", "late_held")) <= HELD_MS
        and not found["double"]
        and not found["over"]
    )

    def ms(what: str) -> str:
        p50, p99, most = found[what]
        return f"p50 {p50:5.1f}  p99 {p99:5.1f}  at most {most:5.1f} ms"

    rows = (
        ("the least that is written", "empty", ""),
        ("a new request behind all who wait", "behind", "behind_held"),
        ("a new request after the sweep", "single", "single_held"),
        ("a slice of the sweep", "", "sweep_held"),
        (f"{found['late']:,} offers run out: {found['late_s']:.1f} s", "", "late_held"),
    )
    lines = [
        f"{name}: one sweep {found['sweep_s']:.1f} s, {found['seen']:,} looked at, {found['offered']:,} offers;"
        f" peak {found['peak_mb']:.0f} MB; doubled {found['double']}, over capacity {found['over']}"
    ]
    for what, whole, held in rows:
        lines.append(f"  {what:<36}{ms(whole) if whole else '':<42}{'  held ' + ms(held) if held else ''}")
    print("\n".join(lines) + ("" if good else "\n  ← too much"))
    return good


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.pairing", description=__doc__)
    parser.add_argument("which", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--learners", type=int, default=100_000)
    parser.add_argument("--instructors", type=int, default=20_000)
    parser.add_argument("--fill", default="")
    parser.add_argument("--measure", default="")
    given = parser.parse_args()
    if given.fill:
        asyncio.run(prepare(given.fill, given.learners, given.instructors))
        return 0
    if given.measure:
        print(json.dumps(asyncio.run(measure(given.measure, given.learners))))
        return 0
    good = True
    if "sqlite" in given.which:
        with tempfile.TemporaryDirectory() as folder:
            good &= show("SQLite", one(f"sqlite:///{Path(folder) / 'camtay.db'}", given.learners, given.instructors))
    if "postgresql" in given.which:
        binaries = find_binaries()
        if binaries is None:
            print("PostgreSQL: none on this machine")
            return 1
        with private_server(binaries) as power:
            good &= show("PostgreSQL", one(power.url, given.learners, given.instructors))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
