"""How long it takes to forget one person with a thousand rows, and whether a search then finds anything of her.

    .venv/bin/python -m bench.deletion [sqlite|postgresql] [--rows N] [--others N] [--times N]

Among `others` who learn too, `times` persons are deleted by an officer's command, each in one transaction, scrubbing
included. Then everything is searched for their names, ids and chats: on SQLite a logical dump and the raw files, the
log of writes too; on PostgreSQL the plain text of a dump. Pseudonyms of the audit and of the proof of consent stay.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from bench.pairing import CLOCK, _many
from bot.conversation.services import ConversationServices
from bot.pairing.policy.model import PairingRules
from bot.pairing.service import Hooks, PairingContext
from bot.people.policy.permissions import OPERATOR
from bot.people.pseudonyms import Pseudonyms
from bot.people.service import People
from storage.announcements import tables as announcements_t
from storage.conversations import tables as conversations_t
from storage.engine import pg_tools, schema
from storage.engine.database import Connection, Database, open_database
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from tests.support.postgres import find_binaries, private_server

WITHIN_S = 1.0
HELD_MS = 50.0
NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
NAME = "Bông Súng Trắng"


def fill(connection: Connection, others: int, times: int, rows: int) -> None:
    """`others` with 31 rows each, and `times` persons with `rows` rows, half of them answers, the rest all over."""
    ids = [f"other-{n:07d}" for n in range(others)]
    _people(connection, ids, "Mai")
    _many(connection, conversations_t.attempt, (_attempt(each, n, "dung") for each in ids for n in range(20)))
    _many(connection, conversations_t.run, (_run(each, n) for each in ids for n in range(4)))
    _many(
        connection,
        pairing_t.pairing,
        (_pairing(f"other-{n}", each, ids[0], "ended") for n, each in enumerate(ids)),
    )
    _many(
        connection,
        pairing_t.relay,
        (_relay(f"other-{n}", f"other-{n}", each, "chào") for n, each in enumerate(ids)),
    )
    _many(connection, pairing_t.request, (_request(f"other-{n}", each, ids[0]) for n, each in enumerate(ids)))
    _many(connection, pairing_t.skill_check, (
        {"learner_id": each, "lesson": "m", "skill": "s", "level": "alone", "by": ids[0], "at": 1} for each in ids
    ))  # fmt: skip
    hers = [_id(n) for n in range(times)]
    _people(connection, hers, NAME)
    partner = ids[0]
    shares = {"attempt": 0.5, "run": 0.05, "award": 0.05, "chat_log": 0.15, "relay": 0.15, "notice": 0.05}
    number = {name: int(rows * share) for name, share in shares.items()}
    _many(
        connection,
        conversations_t.attempt,
        (_attempt(each, n, NAME) for each in hers for n in range(number["attempt"])),
    )
    _many(connection, conversations_t.run, (_run(each, n) for each in hers for n in range(number["run"])))
    _many(connection, conversations_t.award, (
        {"learner_id": each, "run_id": f"{each}-{n}", "kind": "badge", "name": NAME, "lesson": "m", "version": 1,
         "points": 1, "at": 1} for each in hers for n in range(number["award"])
    ))  # fmt: skip
    _many(connection, conversations_t.chat_log, (
        {"chat_id": f"chat-{each}", "no": n, "who": "learner", "text": NAME, "buttons": "", "at": 1}
        for each in hers for n in range(number["chat_log"])
    ))  # fmt: skip
    _many(connection, pairing_t.pairing, (
        _pairing(f"hers-{at}-{n}", each, partner, "ended" if n else "open")
        for at, each in enumerate(hers) for n in range(20)
    ))  # fmt: skip
    _many(connection, pairing_t.request, (_request(f"hers-{at}", each, partner) for at, each in enumerate(hers)))
    _many(connection, pairing_t.relay, (
        _relay(f"hers-{at}-{n}", f"hers-{at}-{n % 20}", each, NAME)
        for at, each in enumerate(hers) for n in range(number["relay"])
    ))  # fmt: skip
    told = {"phrase": "news", "said": NAME, "buttons": "{}", "about": "", "digest": 0, "at": 1, "due_at": 2}
    _many(connection, pairing_t.notice, (
        {"notice_id": f"notice-{at}-{n}", "learner_id": each, **told}
        for at, each in enumerate(hers) for n in range(number["notice"])
    ))  # fmt: skip
    _many(connection, announcements_t.announced, (
        {"announcement_id": f"a-{n}", "learner_id": each} for each in hers for n in range(20)
    ))  # fmt: skip
    _many(connection, conversations_t.outbox, (
        {"channel": "telegram:1", "chat_id": f"chat-{each}", "no": n, "body": NAME, "at": 1}
        for each in hers for n in range(10)
    ))  # fmt: skip
    connection.execute(insert(people_t.consent), [
        {"learner_id": each, "channel": "web", "answer": "agreed", "wording": "w", "at": 1} for each in hers
    ])  # fmt: skip


def _id(number: int) -> str:
    return f"id-of-a-white-water-lily-{number:03d}"


def _people(connection: Connection, ids: list[str], name: str) -> None:
    _many(connection, people_t.person, (
        {"learner_id": each, "name": name, "address": "chị/em", "consent": "agreed", "created_at": 0,
         "area_id": "w26041", "lang": "vi", "needs": "[]"} for each in ids
    ))  # fmt: skip
    _many(connection, people_t.identity, (
        {"channel": channel, "chat_id": f"chat-{each}", "learner_id": each, "away": False, "created_at": 0}
        for each in ids for channel in ("web", "telegram:1")
    ))  # fmt: skip
    _many(connection, conversations_t.session, (
        {"learner_id": each, "channel": "web", "chat_id": f"chat-{each}", "state": f'{{"name":"{name}"}}',
         "revision": 1, "out_no": 1, "seen_at": 0} for each in ids
    ))  # fmt: skip
    _many(connection, people_t.role, (
        {"learner_id": each, "role": "learner", "area_id": "w26041", "state": "active", "by": "", "at": 0}
        for each in ids
    ))  # fmt: skip


def _pairing(pairing_id: str, learner_id: str, instructor_id: str, state: str) -> dict[str, Any]:
    return {"pairing_id": pairing_id, "learner_id": learner_id, "instructor_id": instructor_id, "state": state,
            "opened_at": 1}  # fmt: skip


def _relay(relay_id: str, pairing_id: str, from_id: str, body: str) -> dict[str, Any]:
    return {"relay_id": relay_id, "pairing_id": pairing_id, "from_id": from_id, "body": body, "at": 1}


def _request(request_id: str, learner_id: str, owner_id: str) -> dict[str, Any]:
    return {"request_id": request_id, "learner_id": learner_id, "kind": "pair", "need": "", "state": "open",
            "owner_kind": "instructor", "owner_id": owner_id, "priority": 2, "since_at": 1, "due_at": 10**13,
            "width": 0}  # fmt: skip


def _attempt(learner_id: str, number: int, answer: str) -> dict[str, Any]:
    return {"learner_id": learner_id, "run_id": f"{learner_id}-{number % 4}", "lesson": "m", "version": 1, "step": "s",
            "answer": answer, "right": True, "tries": 1, "points": 1, "at": number}  # fmt: skip


def _run(learner_id: str, number: int) -> dict[str, Any]:
    return {"run_id": f"{learner_id}-{number}", "learner_id": learner_id, "lesson": "m", "version": 1,
            "started_at": number, "points": 0, "passed": False}  # fmt: skip


class Timed:
    """The database, with the time that its writer was held for each deletion."""

    def __init__(self, database: Database) -> None:
        self.database, self.held = database, list[float]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.database, name)

    async def transact(self, work: Callable[[Connection], Any]) -> Any:
        def timed(connection: Connection) -> Any:
            began = time.perf_counter()
            try:
                return work(connection)
            finally:
                self.held.append(time.perf_counter() - began)

        return await self.database.transact(timed)


async def measure(url: str, others: int, times: int, rows: int) -> dict[str, Any]:
    """Seconds for each deletion, and the longest that the writer was held."""
    database: Any = Timed(open_database(url))
    await schema.migrate(database.database)
    await database.database.transact(lambda connection: fill(connection, others, times, rows))
    await database.database.transact(lambda connection: connection.execute(text("ANALYZE")) and None)
    await database.scrub()
    before = search(url)
    ids: Iterator[int] = count()
    names = Pseudonyms(b"a key of the bench")
    hooks = Hooks(PairingContext(PairingRules(), CLOCK, lambda: f"x{next(ids)}", names.of))
    people = People(database, ConversationServices(names, hooks), lambda: NOW, lambda: f"x{next(ids)}")
    took = []
    for number in range(times):
        began = time.perf_counter()
        await people.delete(OPERATOR, _id(number))
        took.append(time.perf_counter() - began)
    at_once = search(url)
    began = time.perf_counter()
    await database.compact()
    compacted = time.perf_counter() - began
    left = search(url)
    await database.close()
    found = {"before": before, "at_once": at_once, "left": left, "compacted": compacted}
    return {"took": sorted(took), "held": max(database.held), **found}


def search(url: str) -> int:
    """How often a name, an id or a chat of hers stands anywhere: in a dump as text, and in SQLite's raw files."""
    traces = [each.encode() for each in (NAME, NAME.encode("unicode_escape").decode(), "white-water-lily")]
    places = [_dump(url)]
    if url.startswith("sqlite"):
        places += [path.read_bytes() for path in sorted(Path(url.partition("///")[2]).parent.iterdir())]
    return sum(place.count(trace) for place in places for trace in traces)


def _dump(url: str) -> bytes:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.partition("///")[2])) as database:
            return "\n".join(database.iterdump()).encode()
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "dump"
        pg_tools.dump(url, packed)
        binaries = find_binaries()
        assert binaries is not None
        plain = subprocess.run([binaries / "pg_restore", "--file=-", packed], check=True, capture_output=True)
        return plain.stdout


def show(name: str, found: dict[str, Any], rows: int) -> bool:
    took: list[float] = found["took"]
    good = took[-1] <= WITHIN_S and not found["left"] and found["before"] > 0
    print(
        f"{name:<11} a person with {rows:,} rows is forgotten in {took[len(took) // 2] * 1000:.0f} ms (median of"
        f" {len(took)}), at most {took[-1] * 1000:.0f}; writer held at most {found['held'] * 1000:.0f} ms"
        f"{'' if found['held'] * 1000 <= HELD_MS else '  ← more than ' + str(int(HELD_MS))};"
        f" found before {found['before']:,}, after {found['at_once']}, after the night's tidying"
        f" ({found['compacted']:.1f} s) {found['left']}{'' if good else '  ← too much'}"
    )
    return good


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.deletion", description=__doc__)
    parser.add_argument("which", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--others", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=20)
    given = parser.parse_args()
    sizes = given.others, given.times, given.rows
    good = True
    if "sqlite" in given.which:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'camtay.db'}"
            good &= show("SQLite", asyncio.run(measure(url, *sizes)), given.rows)
    if "postgresql" in given.which:
        binaries = find_binaries()
        if binaries is None:
            print("PostgreSQL: none on this machine")
            return 1
        with private_server(binaries) as power:
            good &= show("PostgreSQL", asyncio.run(measure(power.url, *sizes)), given.rows)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
