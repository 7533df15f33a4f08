"""What every database promises: one suite, run on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select, text

from storage import pruning
from storage.conversations import conversations, expiry, inbox, leaving, outbox, recordings, web_log
from storage.conversations import tables as conversations_t
from storage.conversations.records import (
    AttemptRow,
    ConversationRow,
    LearnerRow,
    LogRow,
    OutboxRow,
    RecordingRow,
    RunRow,
    Writes,
)
from storage.engine import key_value
from storage.engine.database import Connection, Database, open_database
from storage.engine.errors import Conflict
from storage.engine.instants import from_ms, to_ms
from storage.engine.sqlite import READERS
from storage.people import tables as people_t
from storage.people.records import ConsentRow, PersonRow
from tests.support.harness import everything, rows_of
from tests.support.world import START

CHANNEL = "telegram:1"


def person(learner_id: str, name: str = "Lan") -> PersonRow:
    return PersonRow(learner_id, name, "chị/em", "agreed")


async def newcomer(database: Database, learner_id: str, chat_id: str, channel: str = CHANNEL) -> LearnerRow:
    row = await database.transact(lambda c: conversations.add_learner(c, person(learner_id), channel, chat_id, START))
    assert row is not None
    return row


def session_of(row: LearnerRow, state: str = '{"v":1}', **fields: object) -> ConversationRow:
    plain = ConversationRow(
        learner_id=row.learner_id,
        channel=row.channel,
        chat_id=row.chat_id,
        state=state,
        revision=row.revision,
        out_no=row.out_no,
        seen_at=START,
        due_at=None,
        prompt_at=None,
        lesson=None,
        version=None,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


async def write(database: Database, writes: Writes) -> None:
    await database.transact(lambda c: conversations.write(c, writes))


async def put(database: Database, key: str, value: str, revision: int | None) -> bool:
    return await database.transact(lambda c: key_value.put_key(c, key, value, revision))


async def save(database: Database, *sessions: ConversationRow) -> None:
    await write(database, Writes(sessions=list(sessions)))


# --- units of work -----------------------------------------------------------------------------------


async def test_work_that_raises_leaves_nothing(database: Database):
    def half(connection: Connection) -> None:
        conversations.add_learner(connection, person("p1"), CHANNEL, "1", START)
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        await database.transact(half)
    assert not await database.read(lambda c: rows_of(c, "person"))


async def test_what_is_committed_is_seen_by_readers_at_once(database: Database):
    await newcomer(database, "p1", "1")
    assert len(await database.read(lambda c: rows_of(c, "identity"))) == 1


async def test_rows_are_taken_before_the_connection_is_given_back(database: Database):
    with pytest.raises(AssertionError, match="rows are to be taken"):
        await database.read(lambda c: c.execute(text("SELECT 1")))
    await database.scrub()
    assert await database.read(lambda c: c.scalar(text("SELECT 1"))) == 1


async def test_units_of_work_side_by_side_all_happen(database: Database):
    await asyncio.gather(*(newcomer(database, f"p{at}", str(at)) for at in range(12)))
    counted = await database.read(expiry.counts)
    assert counted["learners"] == 12


async def test_a_fault_of_our_own_sql_stays_itself(database: Database):
    with pytest.raises(Exception, match="khong_co") as fault:
        await database.read(lambda c: c.execute(select(text("khong_co"))).all())
    if "postgresql" in database.url:
        assert not isinstance(fault.value, Conflict)


# --- inbox -------------------------------------------------------------------------------------------


async def test_the_inbox_tells_new_from_seen_even_within_a_batch(database: Database):
    async def kept(channel: str, *ids: str) -> set[str]:
        return await database.transact(lambda c: inbox.keep_new(c, channel, ids, START))

    assert await kept("a", "1", "2", "2", "1") == {"1", "2"}
    assert await kept("a", "2", "3") == {"3"}
    assert await kept("b", "1") == {"1"}, "another account numbers for itself"
    assert await kept("a") == set()
    assert await kept("a", *(str(n) for n in range(500))) == {str(n) for n in range(500)} - {"1", "2", "3"}


async def test_two_processes_keeping_one_update_conflict(database: Database, database_url: str):
    """One of them runs its batch again and then finds the update seen."""
    other = open_database(database_url)
    try:
        results = await asyncio.gather(
            *(d.transact(lambda c: inbox.keep_new(c, "a", ["1"], START)) for d in (database, other)),
            return_exceptions=True,
        )
    finally:
        await other.close()
    assert sum(result == {"1"} for result in results) == 1
    assert all(result == {"1"} or result == set() or isinstance(result, Conflict) for result in results)


async def test_what_is_set_aside_stays_when_old_ids_go(database: Database):
    await database.transact(lambda c: inbox.keep_new(c, "a", ["1", "2"], START))
    await database.transact(lambda c: inbox.set_aside(c, "a", "1", "KeyError", START))
    later = START + timedelta(days=1)
    assert await pruning.drop_old(database, pruning.INBOX, later) == 1
    (row,) = await database.read(lambda c: rows_of(c, "inbox"))
    assert (row["update_id"], row["fault"]) == ("1", "KeyError")
    assert (await database.read(expiry.counts))["set_aside"] == 1


# --- learners ----------------------------------------------------------------------------------------


async def test_learners_are_found_by_address_and_by_id(database: Database):
    await newcomer(database, "p1", "1")
    await newcomer(database, "p2", "1", "web")
    by_chat = await database.transact(lambda c: conversations.learners_by_chat(c, "web", ["1", "1", "9"]))
    assert {chat: row.learner_id for chat, row in by_chat.items()} == {"1": "p2"}
    by_id = await database.transact(lambda c: conversations.learners_by_id(c, ["p1", "nobody"]))
    assert {learner_id: row.channel for learner_id, row in by_id.items()} == {"p1": CHANNEL}
    row = by_id["p1"]
    assert (row.state, row.revision, row.away, row.prompt_at) == ("{}", 0, False, None)


async def test_two_processes_meeting_one_newcomer_make_one_person(database: Database, database_url: str):
    async def meets(by: Database, learner_id: str, chat_id: str) -> LearnerRow | None:
        return await by.transact(lambda c: conversations.add_learner(c, person(learner_id), CHANNEL, chat_id, START))

    other = open_database(database_url)
    try:
        for at in range(5):
            both = meets(database, f"a{at}", str(at)), meets(other, f"b{at}", str(at))
            met = await asyncio.gather(*both, return_exceptions=True)
            assert sum(isinstance(each, LearnerRow) for each in met) == 1
            assert all(each is None or isinstance(each, LearnerRow | Conflict) for each in met)
    finally:
        await other.close()
    counted = await database.read(expiry.counts)
    assert counted["learners"] == 5 == len(await database.read(lambda c: rows_of(c, "session")))


async def test_a_revision_that_moved_is_a_conflict_and_nothing_of_the_batch_is_kept(database: Database):
    one, two = await newcomer(database, "p1", "1"), await newcomer(database, "p2", "2")
    await save(database, session_of(one))
    if "postgresql" in database.url:
        return  # asyncpg does not count the rows of many updates; there the row's lock alone holds it (below)
    before = await database.read(everything)
    writes = Writes(
        sessions=[session_of(one), session_of(two)],
        outbox=[OutboxRow(CHANNEL, "2", two.out_no + 1, "[]", START)],
        consents=[ConsentRow("p2", CHANNEL, "agreed", "w", START)],
        started=[RunRow("r1", "p2", "m0", 1, START)],
    )
    with pytest.raises(Conflict):
        await database.transact(lambda c: conversations.write(c, writes))
    assert await database.read(everything) == before


async def test_everything_a_batch_changes_is_written_and_read_back(database: Database):
    row = await newcomer(database, "p1", "1")
    writes = Writes(
        people=[PersonRow("p1", "Hoa", "bà/con", "agreed")],
        sessions=[session_of(row, '{"v":1,"seq":2}', due_at=START, prompt_at=to_ms(START), lesson="m0", version=3)],
        away=[(CHANNEL, "1", True)],
        consents=[ConsentRow("p1", CHANNEL, "agreed", "abc", START)],
        started=[RunRow("r1", "p1", "m0", 3, START)],
        ended=[RunRow("r1", "p1", "m0", 3, START + timedelta(hours=1), "completed", 5, True)],
        attempts=[AttemptRow("p1", "r1", "m0", 3, "q", "a", True, 1, 1, None, START)],
        outbox=[OutboxRow(CHANNEL, "1", 7, '["Chào",[]]', START)],
        log=[LogRow("1", 8, "tutor", "Chào {chị} ơi", "", START)],
    )
    await database.transact(lambda c: conversations.write(c, writes))
    learner = (await database.transact(lambda c: conversations.learners_by_id(c, ["p1"])))["p1"]
    assert (learner.name, learner.address, learner.state, learner.revision) == ("Hoa", "bà/con", '{"v":1,"seq":2}', 1)
    assert learner.away and learner.prompt_at == to_ms(START)
    (run,) = await database.read(lambda c: rows_of(c, "run"))
    assert (run["outcome"], run["points"], run["passed"]) == ("completed", 5, True)
    (attempt,) = await database.read(lambda c: rows_of(c, "attempt"))
    assert attempt["right"] is True and attempt["skill"] is None
    assert await database.read(lambda c: web_log.history(c, "1", 0, 10)) == writes.log


async def test_text_of_every_kind_comes_back_as_it_was(database: Database):
    row = await newcomer(database, "p1", "1")
    state = '{"x":"Nguyễn Thị Hoa 🎉 \\u0000 \\" \\\\ \n ﷺ %s :tham_so {chị}"}'
    await save(database, session_of(row, state))
    assert (await database.transact(lambda c: conversations.learners_by_id(c, ["p1"])))["p1"].state == state


async def test_forgetting_leaves_nothing_but_the_proof_of_consent(database: Database):
    row = await newcomer(database, "hoa-xinh", "chat-xinh", "web")
    other = await newcomer(database, "khac", "chat-khac", "web")
    for each in (row, other):
        writes = Writes(
            people=[PersonRow(each.learner_id, f"Tên {each.learner_id}", "chị/em", "agreed")],
            sessions=[session_of(each, f'{{"v":1,"name":"Tên {each.learner_id}"}}')],
            consents=[ConsentRow(each.learner_id, "web", "agreed", "w", START)],
            started=[RunRow(f"r-{each.learner_id}", each.learner_id, "m0", 1, START)],
            attempts=[
                AttemptRow(each.learner_id, f"r-{each.learner_id}", "m0", 1, "q", "lời", True, 1, 1, None, START)
            ],
            log=[LogRow(each.chat_id, 1, "learner", f"lời của {each.learner_id}", "", START)],
        )
        await write(database, writes)
        await put(database, f"{leaving.CORRUPT}{each.learner_id}:3", f"Tên {each.learner_id}", None)
    await database.transact(lambda c: conversations.write(c, Writes(forget_people=["hoa-xinh"])))
    left = [line for line in (await database.read(everything)).splitlines() if "xinh" in line]
    assert len(left) == 1 and left[0].startswith("consent:")
    kept = (await database.read(everything)).count("khac")
    assert kept >= 8, "nobody else loses anything"


async def test_a_voice_message_waits_until_it_was_heard_or_its_learner_is_gone(database: Database):
    await newcomer(database, "p1", "1")
    rows = [
        RecordingRow(who, f"telegram:1:u{at}", "telegram:1", f"FILE:{at}", START + timedelta(seconds=at))
        for at, who in ((3, "p1"), (1, "p1%"), (2, "p1"))
    ]
    await write(database, Writes(recordings=rows))
    waiting = await database.read(recordings.waiting)
    assert [row.ref for row in waiting] == ["FILE:1", "FILE:2", "FILE:3"] and set(waiting) == set(rows)
    await database.transact(lambda c: recordings.drop(c, waiting[1]))
    await database.transact(lambda c: recordings.drop(c, waiting[1]))
    await write(database, Writes(forget_answers=["p1"]))
    assert await database.read(recordings.waiting) == [waiting[0]], "another's stays"


async def test_forgetting_answers_keeps_the_place(database: Database):
    row = await newcomer(database, "p1", "1")
    writes = Writes(
        sessions=[session_of(row)],
        started=[RunRow("r1", "p1", "m0", 1, START)],
        attempts=[AttemptRow("p1", "r1", "m0", 1, "q", "a", True, 1, 1, None, START)],
        forget_answers=["p1"],
    )
    await database.transact(lambda c: conversations.write(c, writes))
    assert not await database.read(lambda c: rows_of(c, "attempt"))
    assert not await database.read(lambda c: rows_of(c, "run"))
    assert await database.read(lambda c: rows_of(c, "session"))


async def test_numbers_grow_over_forgetting_and_a_clock_set_back(database: Database):
    row = await newcomer(database, "p1", "1")
    await save(database, session_of(row, out_no=row.out_no + 40))
    await database.transact(lambda c: leaving.forget_person(c, "p1"))
    again = await database.transact(
        lambda c: conversations.add_learner(c, person("p2"), CHANNEL, "1", START - timedelta(days=2))
    )
    assert again is not None and again.out_no == row.out_no + 40


async def test_expiry_takes_only_those_who_did_not_agree_and_are_still_expired(database: Database):
    for at in range(7):
        row = await newcomer(database, f"p{at}", str(at))
        consent = ("declined", "asked", "agreed")[at % 3]
        changed = PersonRow(row.learner_id, "", "chị/em", consent)
        await write(database, Writes(people=[changed]))
    young = await newcomer(database, "young", "young")
    await database.transact(
        lambda c: conversations.write(
            c,
            Writes(
                people=[PersonRow("young", "", "chị/em", "declined")],
                sessions=[session_of(young, seen_at=START + timedelta(days=5))],
            ),
        )
    )
    later = START + timedelta(days=1)
    found = await database.read(lambda c: expiry.expired_people(c, later, later))
    assert sorted(found) == ["p0", "p1", "p3", "p4", "p6"]
    await write(database, Writes(people=[PersonRow("p0", "", "chị/em", "agreed")]))
    await database.transact(lambda c: expiry.expire_people(c, [*found, "p2", "young"], later, later))
    left = {str(row["learner_id"]) for row in await database.read(lambda c: rows_of(c, "person"))}
    assert left == {"p0", "p2", "p5", "young"}


# --- outbox ------------------------------------------------------------------------------------------


async def test_the_outbox_keeps_each_chats_order_until_it_is_settled(database: Database):
    rows = [OutboxRow(CHANNEL, chat, no, f'["{chat}{no}",[]]', START) for no in (3, 1, 2) for chat in ("b", "a")]
    other = OutboxRow("telegram:2", "a", 1, "[]", START)
    await database.transact(lambda c: conversations.write(c, Writes(outbox=[*rows, other])))
    unsent = await database.read(lambda c: outbox.unsent(c, CHANNEL, 100))
    for chat in "ab":
        assert [row.no for row in unsent if row.chat_id == chat] == [1, 2, 3]
    await database.transact(lambda c: outbox.settle(c, [(CHANNEL, "a", 1), (CHANNEL, "b", 2), (CHANNEL, "zz", 9)]))
    await database.transact(lambda c: outbox.settle(c, [(CHANNEL, "a", 1)]))
    unsent = await database.read(lambda c: outbox.unsent(c, CHANNEL, 100))
    assert {(row.chat_id, row.no) for row in unsent} == {("a", 2), ("a", 3), ("b", 1), ("b", 3)}
    assert (await database.read(expiry.counts))["unsent"] == 5


async def test_the_outbox_is_read_in_pages_that_hide_nobody(database: Database):
    numbers = {"a": 7, "b": 1, "c": 4, "d": 1}
    rows = [OutboxRow(CHANNEL, chat, no, "[]", START) for chat, most in numbers.items() for no in range(1, most + 1)]
    await database.transact(lambda c: conversations.write(c, Writes(outbox=rows)))
    found: list[OutboxRow] = []
    after = "", 0
    while page := await database.read(partial(outbox.unsent, channel=CHANNEL, limit=3, after=after)):
        assert len(page) <= 3
        found, after = [*found, *page], (page[-1].chat_id, page[-1].no)
    assert [(row.chat_id, row.no) for row in found] == [(row.chat_id, row.no) for row in rows]
    some = await database.read(partial(outbox.unsent, channel=CHANNEL, limit=9, chat_ids=["d", "b"]))
    assert [row.chat_id for row in some] == ["b", "d"]


async def test_who_is_away_has_nothing_waiting_and_no_timer(database: Database):
    row = await newcomer(database, "p1", "1")
    writes = Writes(sessions=[session_of(row, due_at=START)], outbox=[OutboxRow(CHANNEL, "1", 1, "[]", START)])
    await database.transact(lambda c: conversations.write(c, writes))
    await database.transact(lambda c: outbox.mark_away(c, CHANNEL, "1", 1))
    assert not await database.read(lambda c: outbox.unsent(c, CHANNEL, 100))
    assert not await database.read(lambda c: expiry.due(c, START + timedelta(days=9), 10))
    assert (await database.transact(lambda c: conversations.learners_by_id(c, ["p1"])))["p1"].away


# --- timers, presence --------------------------------------------------------------------------------


async def test_what_is_due_comes_longest_overdue_first_and_limited(database: Database):
    for at in range(5):
        row = await newcomer(database, f"p{at}", str(at))
        await save(database, session_of(row, due_at=START + timedelta(minutes=10 - at)))
    found = await database.read(lambda c: expiry.due(c, START + timedelta(minutes=9), 3))
    assert [learner_id for learner_id, _, _ in found] == ["p4", "p3", "p2"]
    assert [from_ms(due_at) for *_, due_at in found] == [START + timedelta(minutes=m) for m in (6, 7, 8)]
    assert not await database.read(lambda c: expiry.due(c, START, 3))


async def test_who_was_prompted_lately_and_can_be_reached(database: Database):
    for name, minutes, away in (("early", -40, False), ("late", -5, False), ("gone", -5, True)):
        row = await newcomer(database, name, name)
        at = to_ms(START + timedelta(minutes=minutes))
        writes = Writes(sessions=[session_of(row, prompt_at=at)], away=[(CHANNEL, name, away)])
        await write(database, writes)
    since, until = START - timedelta(minutes=30), START
    assert await database.read(lambda c: expiry.prompted_between(c, CHANNEL, since, until)) == ["late"]


# --- keys, log -----------------------------------------------------------------------------


async def test_a_key_is_written_only_by_whoever_saw_its_last_value(database: Database):
    assert await database.read(lambda c: key_value.get_key(c, "k")) is None
    assert await put(database, "k", "một", None)
    assert not await put(database, "k", "hai", None)
    assert await put(database, "k", "hai", 1)
    assert not await put(database, "k", "ba", 1)
    assert await database.read(lambda c: key_value.get_key(c, "k")) == ("hai", 2)


async def test_of_many_who_write_a_key_at_once_one_wins(database: Database):
    await put(database, "k", "0", None)
    assert sum(await asyncio.gather(*(put(database, "k", str(value), 1) for value in range(8)))) == 1


async def test_history_gives_the_newest_or_oldest_lines_in_order(database: Database):
    log = [LogRow("1", no, "tutor", str(no), "", START) for no in range(1, 8)]
    await database.transact(
        lambda c: conversations.write(c, Writes(log=[*log, LogRow("2", 1, "tutor", "x", "", START)]))
    )

    async def numbers(after: int, limit: int, oldest: bool = False) -> list[int]:
        return [row.no for row in await database.read(lambda c: web_log.history(c, "1", after, limit, oldest))]

    assert await numbers(0, 3) == [5, 6, 7] and await numbers(5, 50) == [6, 7] and await numbers(7, 5) == []
    assert await numbers(0, 3, oldest=True) == [1, 2, 3] and await numbers(5, 50, oldest=True) == [6, 7]
    await database.transact(lambda c: conversations.write(c, Writes(forget_log=[("1", 6)])))
    assert await numbers(0, 50) == [7]


async def test_a_learner_row_is_locked_until_the_batch_ends(database: Database, database_url: str):
    """Two batches on one learner: the second sees what the first has written, nothing is lost."""
    await newcomer(database, "p1", "1")
    other = open_database(database_url)

    def count_one(connection: Connection) -> None:
        row = conversations.learners_by_chat(connection, CHANNEL, ["1"])["1"]
        number = 0 if row.state == "{}" else int(row.state)
        conversations.write(connection, Writes(sessions=[session_of(row, str(number + 1))]))

    async def until_done(d: Database) -> None:
        while True:
            try:
                return await d.transact(count_one)
            except Conflict:
                continue

    try:
        await asyncio.gather(*(until_done(d) for d in (database, other) for _ in range(10)))
    finally:
        await other.close()
    state = await database.read(lambda c: c.scalar(select(conversations_t.session.c.state)))
    assert state == "20"


def test_instants_are_whole_milliseconds():
    at = datetime(2026, 1, 5, 8, 0, 0, 123456, tzinfo=UTC)
    assert from_ms(to_ms(at)) == at.replace(microsecond=123000)


async def test_rows_of_a_person_go_with_her(database: Database):
    """Foreign keys are on: a row cannot outlive its person unnoticed."""
    row = await newcomer(database, "p1", "1")
    await save(database, session_of(row))
    await database.transact(lambda c: c.execute(people_t.person.delete()))
    assert not await database.read(lambda c: rows_of(c, "session"))
    with pytest.raises(Exception, match=r"(?i)foreign"):
        await database.transact(_orphan)


def _orphan(connection: Connection) -> None:
    values = {"run_id": "r", "learner_id": "nobody", "lesson": "a", "version": 1}
    connection.execute(conversations_t.run.insert(), {**values, "started_at": 0, "points": 0, "passed": False})


async def test_what_takes_long_keeps_no_page_waiting(database: Database):
    """While as many long reads as there are places stand still, a short one is answered."""
    if not database.url.startswith("sqlite"):
        assert await database.read_long(lambda c: c.scalar(text("SELECT 7"))) == 7
        return
    over = threading.Event()

    def long(connection: Connection) -> bool:
        connection.scalar(text("SELECT 7"))
        return over.wait(30)

    waiting = [asyncio.create_task(asyncio.to_thread(asyncio.run, database.read_long(long))) for _ in range(READERS)]
    assert await database.read(lambda c: c.scalar(text("SELECT 1"))) == 1
    over.set()
    assert all([await each for each in waiting])
