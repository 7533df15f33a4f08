"""People at the desk who learn, teach and cry: what its pages are tried with, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.pairing.policy import happenings
from bot.pairing.service import within
from storage.engine import schema
from storage.engine.database import Connection, open_database
from storage.engine.instants import to_ms
from storage.pairing import availability
from storage.people import people
from storage.people import tables as people_t
from storage.people.records import InstructorRow
from storage.tables import metadata
from tests.support.desk_house import WARD, DeskBrowser, DeskHouse, desk_house
from tests.support.harness import empty_database, rows_of

HOSTILE = "<script>alert(1)</script>&\"'"
"""A name or text that must be shown as it is."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DeskHouse]:
    """The desk on either database."""
    if request.param == "sqlite":
        await empty_database(tmp_path / "camtay.db")
        url = f"sqlite:///{tmp_path / 'camtay.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = open_database(url)
    await schema.ensure(database)
    async with desk_house(database, tmp_path) as made:
        yield made
    await database.close()


async def teaches(house: DeskHouse, name: str, area_id: str = WARD, capacity: int = 3) -> str:
    """An instructor who has promised to keep the rules."""
    who = await house.person(name, "instructor", area_id)

    def work(c: Connection) -> None:
        people.put_instructor(c, InstructorRow(who, capacity, (), ("vi",), ""))
        mine = people_t.instructor.c.learner_id == who
        c.execute(update(people_t.instructor).where(mine).values(conduct_at=to_ms(house.clock.now())))
        availability.refresh(c, who)

    await house.database.transact(work)
    return who


async def asks(house: DeskHouse, learner_id: str, kind: Any = "pair", **about: Any) -> str:
    """A learner asks for a human, as her chat would; the request's id."""
    world = house.officers.pairing

    def work(c: Connection) -> str:
        made = within(
            c, world, learner_id, house.clock.now(), lambda work: happenings.ask(work, learner_id, kind, **about)
        )
        assert made is not None
        return made.request_id

    return await house.database.transact(work)


async def happens(house: DeskHouse, actor: str, event: Callable[[Any], Any]) -> None:
    """Let one event of the pairing happen."""
    world = house.officers.pairing
    await house.database.transact(lambda c: within(c, world, actor, house.clock.now(), event))


async def rows(house: DeskHouse, table: str) -> list[dict[str, Any]]:
    """All rows of a table."""
    return await house.database.read(lambda c: rows_of(c, table))


async def put(house: DeskHouse, table: str, *values: dict[str, Any]) -> None:
    """Write rows as they are."""

    def work(c: Connection) -> None:
        c.execute(insert(metadata.tables[table]), list(values))

    await house.database.transact(work)


async def counted(browser: DeskBrowser, path: str) -> str:
    """The page once its numbers are there: on a busy machine a count may take longer than a page waits."""
    for _ in range(200):
        page = await browser.get(path)
        if "Đang đếm" not in page:
            return page
        await asyncio.sleep(0.05)
    raise AssertionError("it counts for ever")
