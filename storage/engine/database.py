"""One database, two kinds. A unit of work is a plain function of a connection: it commits when it returns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection as Connection
from sqlalchemy import CursorResult

from storage.engine.address import sqlite_path

T = TypeVar("T")
UnitOfWork = Callable[[Connection], T]


class Database(Protocol):
    """What services need of a database."""

    url: str
    lane: asyncio.Lock  # see `Slices`
    shared: bool  # several processes may use it at once
    unscrubbed: bool  # something was deleted, here or before a crash, that a `scrub` has still to wipe

    async def transact(self, work: UnitOfWork[T]) -> T:
        """Run `work` in one write transaction. Raises Conflict or StorageUnavailable; then nothing was kept."""

    async def read(self, work: UnitOfWork[T]) -> T:
        """Run `work` on a reading connection. Raises StorageUnavailable."""

    async def read_long(self, work: UnitOfWork[T]) -> T:
        """As `read`, for work that may take seconds (a report, an export): no page waits for it."""

    async def scrub(self, patience_s: float = 0.0) -> None:
        """After a deletion: let nothing of it stay in files beside the tables, as far as the database can.

        Nobody is held up for it: while others read or write it is tried again for `patience_s`; then it is left
        `unscrubbed`.
        """

    async def compact(self) -> None:
        """Write the file anew: nothing deleted stays in an unused corner of a page. Holds the writer for long."""

    async def close(self) -> None:
        """Wait for running work and close every connection."""


def open_database(url: str, called: str = "") -> Database:
    """`sqlite:///path` or `postgresql://…`; nothing is connected yet. Raises AddressInvalid for another kind.

    PostgreSQL knows the program as `called`.
    """
    path = sqlite_path(url)
    if path is None:
        from storage.engine.postgresql import PostgreSQL  # whoever has SQLite never needs it

        return PostgreSQL(url, called)
    from storage.engine.sqlite import SQLite

    return SQLite(path)


def taken(result: T) -> T:
    """What was read; rows nobody has taken would hold the connection, and whoever reads there next, in the past."""
    assert not isinstance(result, CursorResult), "rows are to be taken before the connection is given back"
    return result
