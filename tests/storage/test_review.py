"""Reproductions of a review: two processes on one learner, values no database takes, who is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.util import await_only

from bot.channels.base import Body, Tap, Text, Update
from bot.conversation.batch import Conversation
from storage.conversations import conversations, expiry, outbox
from storage.conversations import tables as conversations_t
from storage.conversations.records import OutboxRow, Writes
from storage.engine import schema
from storage.engine.database import Connection, Database, open_database
from storage.engine.errors import AlreadyRunning, StorageError
from storage.engine.instants import from_ms
from storage.engine.lock import lock_all, lock_folder
from storage.engine.postgresql import PostgreSQL
from tests.services.test_library import LESSON
from tests.storage.test_contract import CHANNEL, newcomer, save, session_of, write
from tests.support import builders
from tests.support.builders import open_book
from tests.support.harness import QUIET, rows_of
from tests.support.world import START, Clock, Ids, fixed_world

BOOK = builders.book(builders.lesson("- {say: s, text: Chào, wait_tap: Tiếp}\n- {end: het, text: Hết}"))


class Processes:
    """Two processes on one PostgreSQL; `race` lets the second wait for the lock that the first one holds."""

    def __init__(self, one: PostgreSQL, two: PostgreSQL) -> None:
        self.one, self.two = one, two
        world, self.ids = fixed_world(Clock(), Ids()), Ids("u")
        self.first, self.second = (Conversation(each, BOOK, world.universe, QUIET) for each in (one, two))

    def update(self, body: Body) -> Update:
        return Update(CHANNEL, self.ids(), "1", body, START)

    async def says(self, *bodies: Body) -> None:
        for body in bodies:
            await self.first.handle([self.update(body)])

    async def race(self, first: Body, second: Body) -> None:
        def work(connection: Connection) -> asyncio.Task[object]:
            self.first.batch(connection, [self.update(first)], ())
            waiting = asyncio.create_task(self.second.handle([self.update(second)]))
            await_only(asyncio.sleep(0.3))
            assert not waiting.done()
            return waiting

        await (await self.one.transact(work))

    async def person(self) -> dict[str, object]:
        (row,) = await self.one.read(lambda c: rows_of(c, "person"))
        return row


@asynccontextmanager
async def two_processes(url: str) -> AsyncIterator[Processes]:
    one, two = open_database(url), open_database(url)
    assert isinstance(one, PostgreSQL) and isinstance(two, PostgreSQL)
    await schema.ensure(one)
    try:
        yield Processes(one, two)
    finally:
        await one.close()
        await two.close()


@pytest.mark.postgres
async def test_whoever_waited_for_a_learner_sees_her_consent_and_her_name(postgres_url: str):
    async with two_processes(postgres_url) as both:
        await both.says(Text("chào"))
        await both.race(Tap("c:yes"), Text("Lan"))
        row = await both.person()
        assert (row["consent"], row["name"]) == ("agreed", "Lan")


@pytest.mark.postgres
async def test_consent_that_was_taken_back_is_not_written_again_by_whoever_waited(postgres_url: str):
    async with two_processes(postgres_url) as both:
        await both.says(Text("chào"), Tap("c:yes"), Text("Lan"), Tap("a:0"), Tap("m:thu"))
        await both.race(Tap("g:withdraw"), Text("chào em nhé"))
        row = await both.person()
        assert (row["consent"], row["name"]) == ("declined", "")


@pytest.mark.postgres
async def test_whoever_waited_for_her_who_deleted_everything_meets_somebody_new(postgres_url: str):
    async with two_processes(postgres_url) as both:
        await both.says(Text("chào"), Tap("c:yes"), Text("Lan"), Tap("a:0"), Text("xóa dữ liệu"))
        before = await both.person()
        await both.race(Tap("d:yes"), Text("chào em nhé"))
        row = await both.person()
        assert row["learner_id"] != before["learner_id"] and row["consent"] == "asked"


@pytest.mark.postgres
async def test_a_value_that_cannot_be_sent_is_our_fault_and_not_the_databases(postgres_url: str):
    database = open_database(postgres_url)
    await schema.ensure(database)
    wrong = select(conversations_t.session).where(conversations_t.session.c.seen_at == 2**70)
    try:
        for run in (database.read, database.transact):
            with pytest.raises(Exception, match="out of int64 range") as fault:
                await run(lambda c: c.execute(wrong))
            assert not isinstance(fault.value, StorageError), "it would be tried for ever"
        assert (await database.read(expiry.counts))["learners"] == 0
    finally:
        await database.close()


async def test_a_message_that_did_not_reach_her_takes_only_what_was_before_it(database: Database):
    row = await newcomer(database, "p1", "1")
    waiting = [OutboxRow(CHANNEL, "1", no, "[]", START) for no in (1, 2, 3)]
    await write(database, Writes(sessions=[session_of(row, due_at=START)], outbox=waiting))

    async def away(no: int) -> tuple[list[int], bool, int]:
        await database.transact(lambda c: outbox.mark_away(c, CHANNEL, "1", no))
        left = await database.read(lambda c: outbox.unsent(c, CHANNEL, 100))
        learner = (await database.transact(lambda c: conversations.learners_by_id(c, ["p1"])))["p1"]
        due = await database.read(lambda c: expiry.due(c, START, 9))
        return [each.no for each in left], learner.away, len(due)

    assert await away(2) == ([3], False, 1)
    assert await away(3) == ([], True, 0)


async def test_a_session_written_without_hearing_her_keeps_when_she_was_seen(database: Database):
    row = await newcomer(database, "p1", "1")
    await save(database, session_of(row, seen_at=None))

    async def seen() -> object:
        return await database.read(lambda c: from_ms(c.scalar(select(conversations_t.session.c.seen_at)) or 0))

    assert await seen() == START
    await save(database, session_of(row, seen_at=START + timedelta(days=1), revision=1))
    assert await seen() == START + timedelta(days=1)


async def test_the_writer_never_reads_all_sessions(database: Database, tmp_path: Path):
    """What reads a whole table runs on a reading connection: at 100,000 learners it takes a second."""
    row = await newcomer(database, "p1", "1")
    await save(database, session_of(row))
    written: list[str] = []
    transact = database.transact

    async def noting(work):
        def noted(connection: Connection) -> object:
            execute = connection.execute

            def watched(statement, *arguments):
                written.append(str(statement))
                return execute(statement, *arguments)

            connection.execute = watched  # type: ignore[method-assign, assignment]
            return work(connection)

        return await transact(noted)

    database.transact = noting  # type: ignore[method-assign]
    (tmp_path / "lessons" / "mot").mkdir(parents=True)
    for name in ("phrases.yaml", "words.yaml", "relay.yaml", "masking.yaml", "tracks.yaml"):
        (tmp_path / "lessons" / name).write_bytes((builders.PROJECT / "lessons" / name).read_bytes())
    (tmp_path / "lessons" / "mot" / "lesson.yaml").write_text(LESSON, "utf-8")
    await open_book(database, tmp_path / "lessons", builders.facts(), START)
    assert written and not any("session.state" in statement for statement in written)


def test_one_process_to_a_database_file_whatever_its_data_folder(tmp_path: Path):
    database = tmp_path / "one" / "camtay.db"
    held = lock_all(tmp_path / "one", database)
    with pytest.raises(AlreadyRunning, match="one"):
        lock_all(tmp_path / "two", database)
    lock_folder(tmp_path / "two").close()  # what was taken before the refusal is free again
    lock_all(tmp_path / "two", None).close()
    held.close()
    lock_all(tmp_path / "two", database).close()
