"""What only one process may do at a time: taken over from the dead and the hung; who has lost it changes nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.engine.database import Connection, Database, open_database
from storage.engine.leases import LASTS_S, Lease, Leases
from storage.engine.leases import lease as table
from tests.support.harness import empty_database

pytestmark = pytest.mark.postgres
NAME = "telegram:1"


@dataclass
class Counted:
    """Seconds as one machine counts them."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = open_database(postgres_url)
    await opened.transact(table.create)  # the rest of the schema would cost seconds
    yield opened
    await opened.close()


def process(database: Database, called: str) -> tuple[Lease, Counted]:
    """One process's lease. Machines count from when they were switched on: no two agree."""
    counted = Counted(sum(map(ord, called)) * 1_000.0)
    return Lease(database, NAME, called, seconds=counted), counted


def believes(lease: Lease) -> tuple[bool, int | None]:
    return lease.is_ours, lease.fence


async def test_one_has_it_as_long_as_it_says_so(database: Database):
    (one, counts), (two, counts_two) = process(database, "one"), process(database, "two")
    assert await one.keep() and not await two.keep()
    for _ in range(8):
        counts.seconds += LASTS_S / 2
        counts_two.seconds += LASTS_S / 2
        assert await one.keep() and not await two.keep()
    assert (one.fence, two.fence) == (1, None)
    other = Lease(database, "telegram:2", "two")
    assert await other.keep(), "another account is another matter"


async def test_who_says_nothing_has_stopped_before_another_begins(database: Database):
    (one, counts), (two, counts_two) = process(database, "one"), process(database, "two")
    assert await one.keep() and not await two.keep()
    counts.seconds += LASTS_S
    counts_two.seconds += LASTS_S - 0.01
    assert not one.is_ours and not await two.keep(), "there is a moment that is nobody's"
    counts_two.seconds += 0.01
    assert await two.keep() and two.fence == 2


async def test_who_wakes_up_in_time_goes_on_and_who_does_not_changes_nothing(database: Database):
    (one, counts), (two, counts_two) = process(database, "one"), process(database, "two")
    await one.keep()
    counts.seconds += 60.0
    assert not one.is_ours, "not before it has looked"
    assert await one.keep() and one.fence == 1
    await two.keep()
    counts_two.seconds += LASTS_S
    await two.keep()
    assert believes(one) == (True, 1), "it has no idea"
    assert not await database.transact(one.holds)
    assert believes(one) == (False, None), "told by the commit that it would have made"
    assert not await one.keep()
    assert await database.transact(two.holds)


async def test_a_goodbye_lets_another_begin_at_once(database: Database):
    (one, _), (two, _) = process(database, "one"), process(database, "two")
    await one.keep()
    await two.keep()
    await one.give_up()
    assert not one.is_ours and await two.keep()
    await one.give_up()
    assert two.is_ours and await two.keep(), "nothing is given up that is another's"


async def test_of_many_that_come_at_once_one_takes_it(database: Database):
    for _ in range(3):
        many = [process(database, f"number {n}") for n in range(6)]
        await asyncio.gather(*(each.keep() for each, _ in many))
        for _, counts in many:
            counts.seconds += LASTS_S + 0.01
        assert sum(await asyncio.gather(*(each.keep() for each, _ in many))) == 1


async def test_a_new_owner_waits_for_what_is_committed_in_the_name_of_the_old_one_and_a_beat_does_not(
    database: Database, postgres_url: str
):
    (one, _), (two, counts_two) = process(database, "one"), process(database, "two")
    await one.keep()
    await two.keep()
    begun, end = threading.Event(), threading.Event()

    def commit(connection: Connection) -> None:
        assert one.holds(connection)
        begun.set()
        assert end.wait(10)

    async def elsewhere() -> None:
        apart = open_database(postgres_url)
        await apart.transact(commit)
        await apart.close()

    committing = asyncio.create_task(asyncio.to_thread(asyncio.run, elsewhere()))
    await asyncio.to_thread(begun.wait)
    assert await one.keep()
    counts_two.seconds += LASTS_S
    await two.keep()
    counts_two.seconds += LASTS_S
    taking = asyncio.create_task(two.keep())
    while not await database.read(lambda c: c.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))):
        assert not taking.done()
    end.set()
    await committing
    assert await taking and two.fence == 2


async def test_a_program_from_before_leases_keeps_what_it_has(database: Database, postgres_url: str):
    """It holds an advisory lock of its session: a new program stands by until the last old one has gone."""
    one, _ = process(database, "one")
    older = open_database(postgres_url)
    lock = text("SELECT pg_advisory_lock(hashtextextended(:name, 20260101))")
    await older.transact(lambda c: c.execute(lock, {"name": NAME}).close())
    assert not await one.keep()
    await older.close()
    assert await one.keep()


async def test_all_that_a_process_holds(database: Database):
    ours, theirs = Leases(database, "ours"), Leases(database, "theirs")
    await ours.of("a").keep()
    await theirs.of("b").keep()
    assert await database.transact(lambda c: ours.held(c, ["b", "a"])) == {"a"}


async def test_where_only_one_process_can_be_everything_is_its_own(tmp_path: Path):
    await empty_database(tmp_path / "camtay.db")
    database = open_database(f"sqlite:///{tmp_path / 'camtay.db'}")
    try:
        lease = Leases(database, "alone").of(NAME)
        assert lease.is_ours and not lease.is_lost and await lease.keep()
        assert await database.transact(lease.holds)
        assert await database.read(lambda c: c.scalar(text("SELECT count(*) FROM lease"))) == 0, (
            "and nothing is written"
        )
    finally:
        await database.close()
