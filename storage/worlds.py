"""A whole world of rows read out and poured in, and the mark of one that is made up.

A database that is marked never becomes real again, and nothing real comes into it: see `bot.seeding`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Index, Table, exists, insert, select, text
from sqlalchemy.util import await_only

from storage.engine import key_value
from storage.engine.rows import Row
from storage.people import tables as people_t
from storage.publications import tables as publications_t
from storage.tables import metadata

MARK = "made_up"
"""The key whose value says how a made-up world was made."""

ROWS = 5_000  # in one call of the driver


def made_up(connection: Connection) -> str:
    """How the world of this database was made up; "" of one in which people live."""
    found = key_value.get_key(connection, MARK)
    return found[0] if found else ""


def mark(connection: Connection, how: str) -> None:
    """From now on this database holds made-up people, and nobody else ever."""
    key_value.set_key(connection, MARK, how)


def is_untouched(connection: Connection) -> bool:
    """Whether nobody has ever been here: no person, no list, no lesson that was published."""
    touched = (people_t.person, people_t.invitee, publications_t.publication)
    return not any(connection.scalar(select(exists().select_from(table))) for table in touched)


def names() -> list[str]:
    """All tables, each after those that its rows point to."""
    return [table.name for table in metadata.sorted_tables]


def rows(connection: Connection, name: str) -> list[Row]:
    """Every row of a table in the order of its key, without the numbers that the database counts up itself."""
    table = metadata.tables[name]
    columns = [column for column in table.c if not _is_counted(column)]
    query = select(*columns).order_by(*table.primary_key.columns)
    return [dict(row._mapping) for row in connection.execute(query)]


def pour(connection: Connection, name: str, made: Iterable[Row]) -> int:
    """Add these rows to a table; how many they were."""
    table, rest, count = metadata.tables[name], iter(made), 0
    add = _copy if connection.dialect.name == "postgresql" else _insert
    while some := list(islice(rest, ROWS)):
        add(connection, table, some)
        count += len(some)
    return count


def _insert(connection: Connection, table: Table, some: Sequence[Row]) -> None:
    connection.execute(insert(table), some)


def _copy(connection: Connection, table: Table, some: Sequence[Row]) -> None:
    """By PostgreSQL's COPY; the transaction begins with a statement of SQLAlchemy's."""
    connection.execute(text("SELECT 1"))
    columns = list(some[0])
    records = [tuple(row[name] for name in columns) for row in some]
    asyncpg: Any = connection.connection.driver_connection
    await_only(asyncpg.copy_records_to_table(table.name, records=records, columns=columns))


def drop_indexes(connection: Connection) -> None:
    """Before very much is poured in: sorting all of it once afterwards costs a fraction of finding each row's place."""
    for index in _indexes():
        index.drop(connection)


def make_indexes(connection: Connection) -> None:
    """After that: every index that the tables want."""
    for index in _indexes():
        index.create(connection)


def _indexes() -> list[Index]:
    found = (index for table in metadata.sorted_tables for index in table.indexes)
    return sorted(found, key=lambda index: str(index.name))


def settle(connection: Connection) -> None:
    """Let PostgreSQL look at what was poured in, as it would by itself soon. A real SQLite is never looked at so (its
    plans stay what they were on the first day), and a made-up one is to be measured as those are."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))


def _is_counted(column: Column[object]) -> bool:
    table: Table = column.table
    return column.primary_key and column.autoincrement is True and len(table.primary_key.columns) == 1
