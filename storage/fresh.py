"""An empty SQLite file made ready at once: the tables as they are declared, and what they hold before anybody came."""

from __future__ import annotations

from sqlalchemy import Connection, text

from storage.people import areas
from storage.tables import metadata

_VERSION = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
    " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


def make(connection: Connection, version: str) -> None:
    """Make all tables and indexes, the state's areas, and the note of the `version` that this is for Alembic."""
    metadata.create_all(connection)
    areas.seed(connection)
    connection.execute(text(_VERSION))
    connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
