"""The same conversation on PostgreSQL, where several processes may serve one learner at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Connection, text

from bot.channels.base import Tap, Text, Update
from tests.support.builders import book, lesson
from tests.support.harness import TELEGRAM, WEB, Tutor
from tests.support.world import Clock

pytestmark = pytest.mark.postgres

BOOK = book(
    lesson(
        """
        - {say: mot, text: Một, wait_tap: Tiếp}
        - quiz: q
          text: Hỏi
          options: [{id: sai, text: Sai}, {id: dung, text: Đúng, right: true}]
          tries: 0
        - {task: lam, text: Làm, done: Rồi, later: {remind: 2h, times: 2, text: "Làm chưa?"}}
        - {end: het, text: Hết}
        """
    )
)


@asynccontextmanager
async def processes(url: str, number: int = 1) -> AsyncIterator[list[Tutor]]:
    """So many processes on one database, all by one clock, each with ids of its own."""
    clock = Clock()
    tutors = [Tutor(url, BOOK, clock) for _ in range(number)]
    for at, each in enumerate(tutors):
        each.ids.prefix = f"p{at}-"
        await each.begin()
    try:
        yield tutors
    finally:
        for each in tutors:
            await each.database.close()


@pytest.mark.parametrize("channel", [TELEGRAM, WEB])
async def test_a_lesson_with_duplicates_reminders_and_crashes(postgres_url: str, channel: str):
    async with processes(postgres_url) as (t,):
        lan = await t.learner("1", channel).meets()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        wrong = lan.update(Tap(lan.buttons["Sai"]))
        await t.deliver(wrong, wrong)
        await t.crash()
        await t.deliver(wrong)
        await lan.tap("Đúng")
        await lan.say("để sau")
        await t.passes(hours=2)
        assert "Làm chưa?" in lan.said
        await t.crash()
        await lan.tap("Rồi")
        assert "Hết" in lan.said
        assert [row["tries"] for row in await t.rows("attempt")] == [1, 2]
        (run,) = await t.rows("run")
        assert (run["outcome"], run["points"]) == ("completed", 1)
        await lan.say("xóa dữ liệu")
        await lan.tap("Xóa hết")
        assert not await t.rows("person") and not await t.rows("outbox")


GROWS = ("person", "identity", "session", "run", "attempt", "inbox", "outbox", "key_value")


def migrated_by_a_newer(connection: Connection) -> None:
    """What a version of tomorrow may do to tables that today's writes, and a table of its own with a row each."""
    for table in GROWS:
        connection.execute(text(f"ALTER TABLE {table} ADD COLUMN mood TEXT NOT NULL DEFAULT 'vui'"))
    connection.execute(text("CREATE TABLE wish AS SELECT learner_id, 'cười' AS wish FROM person"))
    connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))


async def test_a_lesson_goes_on_while_a_newer_version_migrates_and_after_this_one_is_started_again(postgres_url: str):
    async with processes(postgres_url) as (t,):
        lan = await t.learner("1", TELEGRAM).meets()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        await t.database.transact(migrated_by_a_newer)
        await lan.tap("Đúng")
        await t.crash()
        await lan.tap("Rồi")
        assert "Hết" in lan.said
        (run,) = await t.rows("run")
        assert (run["outcome"], run["points"]) == ("completed", 1)
        await lan.say("xóa dữ liệu")
        await lan.tap("Xóa hết")
        assert not await t.database.read(lambda c: c.execute(text("SELECT * FROM wish")).all())


async def test_processes_that_get_the_same_updates_handle_each_once(postgres_url: str):
    """As a webhook that is delivered to two processes at the same moment."""
    async with processes(postgres_url, 3) as tutors:
        chats = [str(chat) for chat in range(8)]
        for text in ("chào", "đồng ý", "Lan", "1", "Bài thu", "tiếp", "sai", "sai"):
            updates = [update(f"{chat}-{text}-{len(text)}", chat, text, tutors[0]) for chat in chats]
            await asyncio.gather(*(handled(t, updates) for t in tutors))
        one = tutors[0]
        assert len(await one.rows("person")) == len(chats) == len(await one.rows("run"))
        assert sorted(row["tries"] for row in await one.rows("attempt")) == [1] * len(chats)
        assert {str(row["name"]) for row in await one.rows("person")} == {"Lan"}
        numbers = [(row["chat_id"], row["no"]) for row in await one.rows("outbox")]
        assert len(numbers) == len(set(numbers))


async def test_processes_that_serve_one_learner_lose_none_of_her_answers(postgres_url: str):
    async with processes(postgres_url, 2) as (one, two):
        lan = await one.learner().meets()
        await lan.opens("thu")
        await lan.tap("Tiếp")
        answers = [update(f"a{at}", "1", "sai", one) for at in range(20)]
        await asyncio.gather(*(handled(t, [each]) for each, t in zip(answers, [one, two] * 10, strict=True)))
        assert sorted(row["tries"] for row in await one.rows("attempt")) == list(range(1, 21))


def update(update_id: str, chat_id: str, text: str, t: Tutor) -> Update:
    return Update(TELEGRAM, update_id, chat_id, Text(text), t.clock.now())


async def handled(t: Tutor, updates: Sequence[Update]) -> None:
    """By the service alone: what is to be sent stays in the outbox."""
    await t.conversation.handle(updates)
