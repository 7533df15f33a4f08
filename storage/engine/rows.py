"""Rows as mappings, and ids in lists of few lengths."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from sqlalchemy import Connection, Executable, literal_column

Row = Mapping[str, Any]


def at_most(rows: int) -> Any:
    """A `limit` as part of the statement: not knowing it, PostgreSQL plans as if a tenth of all were wanted."""
    return literal_column(str(rows))


def one(connection: Connection, query: Executable, **values: Any) -> Row | None:
    """The first row, if any."""
    return cast("Row | None", connection.execute(query, values).mappings().first())


def many(connection: Connection, query: Executable, **values: Any) -> list[Row]:
    """All rows of a query as mappings by column name."""
    return cast("list[Row]", connection.execute(query, values).mappings().all())


def padded(ids: Collection[str]) -> list[str]:
    """The set in one of few lengths: PostgreSQL then plans such a query a few times only, not every time."""
    known = list(ids)
    return known + known[-1:] * ((1 << max(len(known) - 1, 0).bit_length()) - len(known))
