"""The same machine over the services' ledger on real SQLite: every event a transaction, every stop a new connection."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from bot.pairing.policy import happenings, staff
from bot.pairing.policy.ledger import Memory
from bot.pairing.policy.model import Instructor, Learner, Notification, PairingNote, Request
from bot.pairing.policy.work import PairingWork
from bot.pairing.service import PairingContext as Outside
from bot.pairing.service import within
from bot.pairing.sql_ledger import SqlLedger, read_instructor, read_learner, read_offer, read_pairing, read_request
from storage.conversations import leaving
from storage.conversations import tables as conversations_t
from storage.engine.database import Connection
from storage.engine.sqlite import writer_engine
from storage.pairing import availability
from storage.pairing import pairings as kept
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from tests.machine.test_pairing import CLOCK, COUNTS, RULES, World, run_machine
from tests.support.harness import empty_database
from tests.support.memory import reinstate


class SqlWorld(World):
    """`memory` is what the database holds, read anew after every event, and the judge of what the database answers."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "camtay.db"
        asyncio.run(empty_database(self.path))
        self.outside = Outside(RULES, CLOCK, self.new_id)
        self.open()
        self.write(self._areas)

    def open(self) -> None:
        self.engine = writer_engine(self.path)
        self.seen_event = 0

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()

    def _areas(self, connection: Connection) -> None:
        for path in ("/dong-nai/w1/", "/dong-nai/w2/", *{f"/dong-nai/w{w}/b-{b}/" for w in (1, 2) for b in (1, 2)}):
            self._area(connection, path)
        for w in (1, 2):
            for b in (1, 2):
                for g in (1, 2):
                    self._area(connection, f"/dong-nai/w{w}/b-{b}/g-{g}/")
        for who in ("o0", "o1", "o2"):
            self._person(connection, who, "Cán bộ", None)

    def _area(self, connection: Connection, path: str) -> None:
        row = {"area_id": path, "kind": "group", "name": "Tổ 1", "path": path}
        connection.execute(insert(people_t.area).values(**row))

    def _person(
        self, connection: Connection, who: str, name: str, area: str | None, lang: str = "vi", needs: Any = ()
    ) -> None:
        if connection.scalar(select(people_t.person.c.learner_id).where(people_t.person.c.learner_id == who)) is None:
            row = {"learner_id": who, "name": name, "address": "chi", "consent": "agreed", "created_at": 0}
            connection.execute(insert(people_t.person).values(**row, area_id=area, lang=lang, needs=json.dumps(needs)))

    def _role(self, connection: Connection, who: str, role: str, area: str) -> None:
        connection.execute(delete(people_t.role).where(people_t.role.c.learner_id == who, people_t.role.c.role == role))
        connection.execute(
            insert(people_t.role).values(learner_id=who, role=role, area_id=area, state="active", by="", at=0)
        )

    def write(self, work: Callable[[Connection], Any]) -> Any:
        with self.engine.begin() as connection:
            result = work(connection)
        self.look()
        return result

    # --- the seams ---

    def run(self, actor: str, event: Callable[[PairingWork], Any]) -> tuple[Any, list[Notification]]:
        before = {row["notice_id"] for row in self.notices}
        result = self.write(lambda connection: within(connection, self.outside, actor, self.now, event))
        new = [row for row in self.notices if row["notice_id"] not in before]
        return result, [
            Notification(
                row["learner_id"],
                row["phrase"],
                row["due_at"],
                json.loads(row["said"]),
                (),
                row["about"],
                urgent=bool(row["urgent"]),
            )
            for row in new
        ]

    def put_learner(self, learner: Learner) -> None:
        def work(connection: Connection) -> None:
            self._person(connection, learner.learner_id, learner.name, learner.path, learner.lang, learner.needs)
            if learner.confirmed:
                self._role(connection, learner.learner_id, "learner", learner.path)

        self.write(work)

    def confirm(self, learner: Learner) -> None:
        """As `Hooks.confirmed`: the role and all that follows of it are one transaction."""

        def event(work: PairingWork) -> None:
            self._role(self.connection, learner.learner_id, "learner", learner.path)
            availability.refresh(self.connection, learner.learner_id)
            happenings.confirmed(work, learner.learner_id)

        self.happens("o0", self.with_conn(event))

    def reach(self, who: str, *, away: bool) -> None:
        def work(connection: Connection) -> None:
            if (
                connection.scalar(select(people_t.person.c.learner_id).where(people_t.person.c.learner_id == who))
                is None
            ):
                return
            if (
                connection.scalar(
                    select(conversations_t.session.c.learner_id).where(conversations_t.session.c.learner_id == who)
                )
                is None
            ):
                at = {"learner_id": who, "channel": "x", "chat_id": who}
                connection.execute(insert(people_t.identity).values(**at, away=False, created_at=0))
                connection.execute(
                    insert(conversations_t.session).values(**at, state="{}", revision=0, out_no=0, seen_at=0)
                )
            connection.execute(update(people_t.identity).where(people_t.identity.c.learner_id == who).values(away=away))

        self.write(work)

    def set_up(self, instructor: Instructor) -> None:
        who, new = instructor.learner_id, instructor.learner_id not in self.memory.instructors
        first, last = (f"{minute // 60:02}:{minute % 60:02}" for minute in instructor.hours)
        row = {"capacity": instructor.capacity, "topics": json.dumps(instructor.topics)}
        row |= {"langs": json.dumps(instructor.langs), "hours": f"{first}-{last}", "conduct_at": 1}

        def event(work: PairingWork) -> None:
            availability.refresh(self.connection, who)
            if me := work.ledger.instructor(who):
                staff.changed(work, me)

        def work(connection: Connection) -> Any:
            self._person(connection, who, instructor.name, instructor.path)
            if new:
                connection.execute(insert(people_t.instructor).values(learner_id=who, **row))
                self._role(connection, who, "instructor", instructor.path)
            else:
                connection.execute(
                    update(people_t.instructor).where(people_t.instructor.c.learner_id == who).values(**row)
                )

        with self.engine.begin() as connection:
            work(connection)
        self.happens(who, self.with_conn(event))

    def with_conn(self, event: Callable[[PairingWork], Any]) -> Callable[[PairingWork], Any]:
        def inner(work: PairingWork) -> Any:
            self.connection = work.ledger._connection  # type: ignore[attr-defined]
            return event(work)

        return inner

    def set_posts(self, posts: dict[str, list[str]]) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(people_t.role).where(people_t.role.c.role == "officer"))
            for path, people in posts.items():
                area = "dong-nai" if path == "/dong-nai/" else path
                for who in people:
                    row = {"learner_id": who, "role": "officer", "area_id": area, "state": "active", "by": "", "at": 0}
                    connection.execute(insert(people_t.role).values(**row))

        self.write(work)

    def reinstate(self, who: str) -> None:
        def event(work: PairingWork) -> None:
            mine = people_t.role.c.learner_id == who, people_t.role.c.role == "instructor"
            self.connection.execute(update(people_t.role).where(*mine).values(state="active"))
            availability.refresh(self.connection, who)
            reinstate(work, who)

        self.happens("o0", self.with_conn(event))

    def erase(self, who: str) -> None:
        def event(work: PairingWork) -> None:
            staff.forget(work, who)
            work.ledger.save()  # type: ignore[attr-defined]
            leaving.forget_person(self.connection, who)

        self.happens(who, self.with_conn(event))

    def due(self) -> Sequence[str]:
        with self.engine.begin() as connection:
            return kept.due(connection, self.now, 100)

    def best(self, request: Request) -> Instructor | None:
        with self.engine.begin() as connection:
            ledger = SqlLedger(connection, CLOCK, str)
            return ledger.best(request, self.memory.learners[request.learner_id], self.now)

    def restart(self) -> None:
        self.engine.dispose()
        self.open()
        self.look()

    # --- what is there now ---

    def look(self) -> None:
        """Read it all into a ledger of dictionaries; what both answer must be the same."""
        with self.engine.begin() as connection:
            memory = Memory(CLOCK, RULES)
            memory.closed = availability.away(
                connection, list(connection.scalars(select(people_t.person.c.learner_id))), self.now
            )
            for row in availability.learners(
                connection, list(connection.scalars(select(people_t.person.c.learner_id)))
            ):
                if (known := read_learner(row)) and known.learner_id[0] == "l":
                    memory.put_learner(known)
            for row in availability.instructors(connection, "", 1_000):
                if known_instructor := read_instructor(row):
                    memory.put_instructor(known_instructor)
            officers = select(people_t.role.c.learner_id, people_t.area.c.path).join(
                people_t.area, people_t.area.c.area_id == people_t.role.c.area_id
            )
            for who, path in connection.execute(
                officers.where(people_t.role.c.role == "officer").order_by(people_t.role.c.learner_id)
            ):
                memory.posts.setdefault(path, []).append(who)
            for found in connection.execute(
                select(pairing_t.pairing).order_by(pairing_t.pairing.c.opened_at, pairing_t.pairing.c.pairing_id)
            ):
                if pairing := read_pairing(dict(found._mapping)):
                    memory.put_pairing(pairing)
            for found in connection.execute(select(pairing_t.offer)):
                if offer := read_offer(dict(found._mapping)):
                    memory.put_offer(offer)
            for found in connection.execute(select(pairing_t.request)):
                if request := read_request(dict(found._mapping)):
                    memory.put_request(request)
            events = select(pairing_t.pairing_event).order_by(pairing_t.pairing_event.c.event_id)
            memory.notes = [
                PairingNote(r.at, r.by, r.what, r.request_id or "", r.pairing_id or "", json.loads(r.detail))
                for r in connection.execute(events)
            ]
            self.notices = [dict(row._mapping) for row in connection.execute(select(pairing_t.notice))]
            for who in memory.instructors:
                taken = connection.scalar(
                    select(pairing_t.standing.c.taken).where(pairing_t.standing.c.learner_id == who)
                )
                assert taken == memory.load(who), f"{who} stands with {taken} places taken"
            self.memory = memory
            if not CLOCK.is_quiet(self.now):
                ledger = SqlLedger(connection, CLOCK, str)
                for waiting in self.waiting()[:2]:
                    here = memory.best(waiting, memory.learners[waiting.learner_id], self.now)
                    there = ledger.best(waiting, memory.learners[waiting.learner_id], self.now)
                    assert here == there, f"{waiting}: {here} or {there}?"
                for instructor in list(memory.instructors.values())[:2]:
                    assert memory.first_waiting(instructor, self.now) == ledger.first_waiting(instructor, self.now)


@pytest.mark.timeout(2400)
def test_nobody_is_forgotten_on_sqlite(long_run: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """400 steps in CI, 10,000 under --long: each is a transaction, and a whole reading of the database."""
    wanted, steps = (10_000, 100) if long_run else (400, 50)
    run_machine(SqlWorld, int(os.environ.get("PAIRING_STEPS", wanted)), steps, fresh=long_run)
    with capsys.disabled():
        print(f"\npairing, SQLite: {dict(COUNTS)}")
