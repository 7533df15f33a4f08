"""Memory: tables, units of work, migrations. The only room that speaks SQL."""

from sqlalchemy import Connection

from storage.database import Database, open_database
from storage.errors import (
    AlreadyRunning,
    Conflict,
    SchemaOutdated,
    SchemaTooNew,
    StorageError,
    StorageUnavailable,
)

__all__ = [
    "AlreadyRunning",
    "Conflict",
    "Connection",
    "Database",
    "SchemaOutdated",
    "SchemaTooNew",
    "StorageError",
    "StorageUnavailable",
    "open_database",
]
