"""Statements that are compiled once say the same as Core would, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, Boolean, Column, MetaData, Table, Text, bindparam, delete, insert, select, update

from storage.engine.database import Connection, Database
from storage.engine.errors import Conflict
from storage.engine.prepared import Prepared, TextList, any_of

THING = Table(
    "thing",
    MetaData(),
    Column("name", Text, primary_key=True),
    Column("kind", Text),
    Column("size", BigInteger, nullable=False),
    Column("good", Boolean, nullable=False),
)
t = THING.c
ADD = Prepared(insert(THING).values(size=7), "name", "kind", "good")
ALL = select(t.name, t.kind, t.size, t.good).order_by(t.name)
NAMED = Prepared(
    ALL.where(any_of(t.name, bindparam("names", type_=TextList)), t.size < bindparam("below")), "names", "below"
)
GROW = Prepared(
    update(THING)
    .where(t.name == bindparam("of"), t.size == bindparam("was"))
    .values(size=bindparam("new"), good=False),
    "new", "of", "was",
)  # fmt: skip
DROP = Prepared(delete(THING).where(t.kind == bindparam("of_kind"), t.size >= bindparam("least")), "of_kind", "least")


@pytest.fixture
async def things(database: Database) -> Database:
    await database.transact(lambda connection: THING.create(connection))
    return database


def everything(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(ALL)]


@pytest.mark.parametrize("many", [1, 2, 5])
async def test_rows_go_in_with_what_is_the_same_for_all(things: Database, many: int):
    rows = [(f"n{number}", None if number % 2 else "k", number == 3) for number in range(many)]

    def work(connection: Connection) -> int:
        return ADD.run(connection, rows)

    assert await things.transact(work) == many
    assert await things.read(everything) == [(name, kind, 7, good) for name, kind, good in rows]
    found = await things.read(lambda connection: NAMED.rows(connection, ["n0", "n3", "không có", "it's"], 8))
    assert [tuple(row) for row in found] == [(name, kind, 7, good) for name, kind, good in rows if name in ("n0", "n3")]
    assert list(await things.read(lambda connection: NAMED.rows(connection, [], 8))) == []
    assert list(await things.read(lambda connection: NAMED.rows(connection, ["n0"], 7))) == []


async def test_how_many_rows_have_changed_is_told(things: Database):
    await things.transact(
        lambda connection: ADD.run(connection, [("a", "x", True), ("b", "x", True), ("c", "y", True)])
    )

    def work(connection: Connection) -> tuple[int, int, int]:
        moved = GROW.run(connection, [(8, "a", 7), (9, "b", 6), (10, "c", 7)])
        one = GROW.run(connection, [(11, "a", 8)])
        return moved, one, DROP.run(connection, [("x", 8), ("y", 99)])

    assert await things.transact(work) == (2, 1, 1)
    assert await things.read(everything) == [("b", "x", 7, True), ("c", "y", 10, False)]
    assert await things.transact(lambda connection: GROW.run(connection, [])) == 0


@pytest.mark.parametrize("many", [1, 3])
async def test_a_row_that_another_was_quicker_with_is_a_conflict(things: Database, many: int):
    rows = [(f"n{number}", "k", True) for number in range(many)]
    await things.transact(lambda connection: ADD.run(connection, rows))
    with pytest.raises(Conflict):
        await things.transact(lambda connection: ADD.run(connection, rows))
    assert len(await things.read(everything)) == many


async def test_a_name_that_is_no_parameter_is_told(things: Database):
    with pytest.raises(ValueError, match="wrong"):
        await things.read(lambda connection: Prepared(ALL, "wrong").rows(connection, 1))
