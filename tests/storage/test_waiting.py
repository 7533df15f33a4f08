"""What waits is counted on both databases: by channel, by kind, with the age of the oldest; what is over is not."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, update

from storage.conversations import conversations, recordings
from storage.conversations import tables as conversations_t
from storage.conversations.records import RecordingRow
from storage.engine.database import Database
from storage.engine.instants import to_ms
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from storage.people.records import PersonRow
from storage.waiting import WaitingCount, waiting
from tests.support.world import START

AT = to_ms(START)


async def of(database: Database) -> dict[tuple[str, str], WaitingCount]:
    rows = await database.read(lambda c: waiting(c, START))
    assert len({(row.what, row.of) for row in rows}) == len(rows)
    return {(row.what, row.of): row for row in rows}


def message(channel: str, chat: str, no: int, age_s: int) -> dict[str, object]:
    return {"channel": channel, "chat_id": chat, "no": no, "body": "[]", "at": AT - age_s * 1000}


def request(number: int, kind: str, state: str, age_s: int) -> dict[str, object]:
    return {
        "request_id": f"r{number}", "learner_id": "lan", "kind": kind, "state": state, "owner_kind": "nobody",
        "priority": 1, "since_at": AT - age_s * 1000, "due_at": AT, "width": 0,
    }  # fmt: skip


async def test_where_nothing_waits_every_kind_is_told_as_none(database: Database) -> None:
    found = await of(database)
    assert {what for what, _ in found} == {"timers", "notices", "knocks", "voices"}
    assert all(row.count == 0 and row.oldest is None for row in found.values())


async def test_the_outbox_is_told_by_channel_and_apart_where_its_reader_has_to_write_first(database: Database) -> None:
    for chat in ("1", "2"):
        person = PersonRow(f"p{chat}", "Lan", "chị/em", "agreed")
        await database.transact(lambda c, p=person, n=chat: conversations.add_learner(c, p, "zalo_oa:7", n, START))  # type: ignore[misc]
    away = update(people_t.identity).where(people_t.identity.c.chat_id == "2").values(away=True)
    await database.transact(lambda c: c.execute(away))
    rows = [
        message("zalo_oa:7", "1", 1, 60), message("zalo_oa:7", "1", 2, 5), message("zalo_oa:7", "2", 1, 900),
        message("telegram:1", "of nobody we know", 1, 30),
    ]  # fmt: skip
    await database.transact(lambda c: c.execute(insert(conversations_t.outbox), rows))
    found = await of(database)
    assert found["outbox", "zalo_oa:7"] == WaitingCount("outbox", "zalo_oa:7", 2, START - timedelta(seconds=60))
    assert found["kept", "zalo_oa:7"] == WaitingCount("kept", "zalo_oa:7", 1, START - timedelta(seconds=900))
    assert found["outbox", "telegram:1"].count == 1 and ("kept", "telegram:1") not in found


async def test_requests_are_told_by_kind_and_state_until_they_are_closed(database: Database) -> None:
    rows = [
        request(1, "help", "waiting", 100), request(2, "help", "waiting", 300), request(3, "help", "open", 900),
        request(4, "safety", "waiting", 10), request(5, "safety", "closed", 9_000), request(6, "pair", "offered", 50),
    ]  # fmt: skip
    await database.transact(lambda c: c.execute(insert(pairing_t.request), rows))
    found = {of: row for (what, of), row in (await of(database)).items() if what == "requests"}
    assert {name: row.count for name, row in found.items()} == {
        "help/waiting": 2, "help/open": 1, "safety/waiting": 1, "pair/offered": 1,
    }  # fmt: skip
    assert found["help/waiting"].oldest == START - timedelta(seconds=300)


async def test_only_what_is_due_is_late(database: Database) -> None:
    for number, due_s in enumerate((-120, -30, 600)):
        person = PersonRow(f"p{number}", "Lan", "chị/em", "agreed")
        await database.transact(lambda c, p=person: conversations.add_learner(c, p, "web", p.learner_id, START))  # type: ignore[misc]
        due = update(conversations_t.session).where(conversations_t.session.c.learner_id == f"p{number}")
        await database.transact(lambda c, q=due, s=due_s: c.execute(q.values(due_at=AT + s * 1000)))  # type: ignore[misc]
    notices = [
        {"notice_id": f"n{n}", "learner_id": "p0", "phrase": "x", "said": "{}", "buttons": "{}", "about": "",
         "digest": 0, "at": AT, "due_at": AT - age * 1000, "urgent": urgent}
        for n, (age, urgent) in enumerate([(40, 1), (-40, 1), (4_000, 0)])
    ]  # fmt: skip
    await database.transact(lambda c: c.execute(insert(pairing_t.notice), notices))
    spoken = RecordingRow("p0", "web:1", "web", "ref", START - timedelta(seconds=7))
    await database.transact(lambda c: recordings.add(c, [spoken]))
    found = await of(database)
    assert found["timers", ""] == WaitingCount("timers", "", 2, START - timedelta(seconds=120))
    assert found["notices", ""] == WaitingCount("notices", "", 1, START - timedelta(seconds=40))
    assert found["voices", ""] == WaitingCount("voices", "", 1, START - timedelta(seconds=7))
