"""Who comes back finds what she has missed: announcements of where she lives, requests that nobody answers for."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, update

from storage.announcements import announcements
from storage.announcements.records import AnnouncementRow
from storage.conversations import conversations
from storage.engine.database import Connection, Database
from storage.pairing import pairings
from storage.pairing import tables as pairing_t
from storage.people import people
from storage.people import tables as people_t
from storage.people.areas import AreaRow, add
from storage.people.records import PersonRow
from tests.support.world import START

WARD, OTHER, PROVINCE = "w26041", "w26068", "dong-nai"
DAY = timedelta(days=1)


def village(c: Connection) -> None:
    add(c, [AreaRow("b1", WARD, "branch", "Chi hội 1", "", f"/{PROVINCE}/{WARD}/b1/")])
    conversations.add_learner(c, PersonRow("lan", "Lan", "chị/em", "agreed"), "telegram:1", "1", START)
    people.set_area(c, "lan", "b1")
    rows = [("everywhere", PROVINCE, "sent", 1), ("ward", WARD, "sending", 2), ("other", OTHER, "sent", 2),
            ("stopped", WARD, "stopped", 2), ("draft", WARD, "draft", 2), ("old", WARD, "sent", 9)]  # fmt: skip
    for name, area, state, days in rows:
        announcements.put(c, AnnouncementRow(name, area, "Tin", "", "x", START - days * DAY, state))


def missed(c: Connection, limit: int = 9) -> list[str]:
    return [row.announcement_id for row in announcements.missed(c, "lan", START - 7 * DAY, limit)]


async def test_what_was_sent_where_she_lives_and_above_lately_and_once(database: Database):
    await database.transact(village)
    assert await database.read(missed) == ["ward", "everywhere"]
    assert await database.read(lambda c: missed(c, 1)) == ["everywhere"], "the newest"
    assert await database.transact(lambda c: announcements.tell_one(c, "ward", "lan"))
    assert not await database.transact(lambda c: announcements.tell_one(c, "ward", "lan"))
    assert not await database.transact(lambda c: announcements.tell_one(c, "stopped", "lan"))
    assert await database.read(missed) == ["everywhere"]
    row = await database.transact(lambda c: announcements.get(c, "ward"))
    assert row is not None and row.reached == 1


async def test_whoever_is_away_or_has_not_agreed_has_missed_nothing_yet(database: Database):
    await database.transact(village)
    await database.transact(lambda c: c.execute(update(people_t.identity).values(away=True)))
    assert await database.read(missed) == []
    await database.transact(lambda c: c.execute(update(people_t.identity).values(away=False)))
    await database.transact(lambda c: c.execute(update(people_t.person).values(consent="declined")))
    assert await database.read(missed) == []


async def test_requests_that_nobody_answers_for(database: Database):
    def put(c: Connection) -> None:
        village(c)
        plain = {"learner_id": "lan", "kind": "pair", "priority": 2, "since_at": 1, "due_at": 2, "width": 0}
        for request_id, owner, kind in (("r1", None, "nobody"), ("r2", "lan", "officer")):
            values = {**plain, "request_id": request_id, "owner_id": owner, "owner_kind": kind, "state": "waiting"}
            c.execute(insert(pairing_t.request), values)

    await database.transact(put)
    found = await database.read(lambda c: [row["request_id"] for row in pairings.owned_by(c, "", 9)])
    assert found == ["r1"]
