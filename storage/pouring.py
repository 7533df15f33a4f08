"""From SQLite to PostgreSQL: every row of a file into a database, in one transaction."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, LargeBinary, Table, create_engine, func, insert, select, text
from sqlalchemy.pool import NullPool

from storage.engine import schema
from storage.engine.database import open_database
from storage.tables import metadata

ROWS = 1_000  # in one statement


async def pour(source: Path, url: str) -> None:
    """Replace everything in the PostgreSQL database `url` by what the SQLite file holds.

    The file is brought up to date first, if need be. Raises StorageUnavailable; then the database is as it was.
    """
    file = open_database(f"sqlite:///{source}")
    database = open_database(url)
    try:
        await schema.migrate(file)
        await file.close()
        await database.transact(lambda connection: _fill(connection, source))
    finally:
        await file.close()
        await database.close()


def _fill(connection: Connection, source: Path) -> None:
    metadata.drop_all(connection)
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    schema.build(connection)
    engine = create_engine(f"sqlite:///{source}", poolclass=NullPool)
    with engine.connect() as rows:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())  # what the migrations put there stands in the file as well
            at_once = 1 if any(isinstance(each.type, LargeBinary) for each in table.columns) else ROWS  # megabytes each
            for some in rows.execute(select(table)).partitions(at_once):
                connection.execute(insert(table), [dict(row._mapping) for row in some])
            _go_on_counting(connection, table)


def _go_on_counting(connection: Connection, table: Table) -> None:
    """The next number that the database gives comes after the highest that it was given."""
    for column in table.primary_key.columns:
        if column.autoincrement is True:
            highest = connection.scalar(select(func.max(column)))
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, highest or 1, highest is not None)))
