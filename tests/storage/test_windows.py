"""What waits for a word of somebody's: rows and notices that are held, whom it concerns, when it is dropped."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from storage.conversations import conversations, inbox, outbox, windows
from storage.conversations.records import OutboxRow, Writes
from storage.engine.database import Connection, Database
from storage.engine.instants import to_ms
from storage.pairing import availability, pairings
from storage.pairing.records import NoticeRow
from storage.people.records import PersonRow
from tests.support.world import START

OA = "zalo_oa:7"
NOW = to_ms(START)
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


async def newcomer(database: Database, learner_id: str, channel: str) -> None:
    def work(connection: Connection) -> None:
        person = PersonRow(learner_id, learner_id, "chị/em", "agreed")
        assert conversations.add_learner(connection, person, channel, f"chat-{learner_id}", START)

    await database.transact(work)


async def test_who_is_chatted_with_for_a_while_only(database: Database):
    for learner_id, channel in (("a", OA), ("b", "zalo_oa"), ("c", "telegram:42"), ("d", "zalo_oax:1"), ("e", "web")):
        await newcomer(database, learner_id, channel)
    rows = await database.read(lambda c: windows.bounded(c, ["a", "b", "c", "d", "e", "nobody"]))
    assert {row["learner_id"] for row in rows} == {"a", "b"}
    assert all(row["seen_at"] == NOW and not row["away"] for row in rows)
    assert await database.read(lambda c: windows.bounded(c, [])) == []


async def test_whom_nothing_reaches_and_who_has_to_write_first(database: Database):
    await newcomer(database, "a", OA)
    await newcomer(database, "c", "telegram:42")
    people = ["a", "c"]

    async def reach(after_ms: int) -> tuple[set[str], set[str]]:
        at = NOW + after_ms
        first = {each for each in people if await database.read(partial(_must, who=each, now=at))}
        return await database.read(lambda c: availability.away(c, people, at)), first

    assert await reach(47 * HOUR_MS) == (set(), set())
    assert await reach(48 * HOUR_MS) == (set(), {"a"})
    assert await reach(7 * DAY_MS) == ({"a"}, {"a"})
    assert await reach(700 * DAY_MS) == ({"a"}, {"a"})


def _must(connection: Connection, who: str, now: int) -> bool:
    return availability.must_write_first(connection, who, now)


async def test_notices_are_held_and_let_go(database: Database):
    await newcomer(database, "a", OA)
    rows = [NoticeRow(f"n{at}", "a", "pair_found", {}, NOW, NOW) for at in range(3)]
    await database.transact(lambda c: pairings.add_notices(c, rows))

    async def due() -> list[str]:
        found = await database.read(lambda c: pairings.due_notices(c, NOW + DAY_MS, 10))
        return [row["notice_id"] for row in found]

    assert await due() == ["n0", "n1", "n2"]
    await database.transact(lambda c: pairings.hold_notices(c, ["n0", "n2"]))
    assert await due() == ["n1"]
    await database.transact(lambda c: pairings.release_notices(c, "nobody", NOW))
    assert await due() == ["n1"]
    await database.transact(lambda c: pairings.release_notices(c, "a", NOW))
    assert await due() == ["n0", "n1", "n2"]


async def test_what_was_not_handled_may_come_again(database: Database):
    keep = partial(inbox.keep_new, channel="inner", update_ids=["x", "y"], now=START)
    assert await database.transact(keep) == {"x", "y"}
    assert await database.transact(keep) == set()
    await database.transact(lambda c: inbox.forget(c, "inner", {"y"}))
    assert await database.transact(keep) == {"y"}


async def test_a_shut_chat_keeps_what_waits_and_drops_it_one_day(database: Database):
    await newcomer(database, "a", OA)
    await newcomer(database, "b", OA)
    rows = [OutboxRow(OA, f"chat-{who}", no, "[]", START) for who in "ab" for no in (1, 2)]
    await database.transact(lambda c: conversations.write(c, Writes(outbox=rows)))
    assert await database.transact(lambda c: outbox.mark_shut(c, OA, "chat-a", 1)) == [], "something newer waits"
    assert await database.transact(lambda c: outbox.mark_shut(c, OA, "chat-a", 2)) == ["a"]
    assert len(await database.read(lambda c: outbox.unsent(c, OA, 9))) == 4
    assert (await database.transact(lambda c: conversations.learners_by_id(c, ["a"])))["a"].away
    assert await database.transact(lambda c: outbox.expire_kept(c, START, 9)) == 0
    assert await database.transact(lambda c: outbox.expire_kept(c, START + timedelta(days=1), 9)) == 2
    left = await database.read(lambda c: outbox.unsent(c, OA, 9))
    assert [row.chat_id for row in left] == ["chat-b", "chat-b"], "what can be sent is never too old"
