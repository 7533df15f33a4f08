"""Who somebody is, for whoever answers for her: her name as lists have it, and what she is called beside."""

from __future__ import annotations

from collections.abc import Iterable

from flows.saying import say
from storage.engine.database import Connection
from storage.people.called import CalledRow, called

NAMELESS = say("chưa có tên")


def in_full(row: CalledRow) -> str:
    """ "Phạm Thị Xuân (gọi là Xuân)"; without a list the name that she has told; never nothing."""
    listed = ", ".join(row.listed)
    if listed and row.name and row.name not in row.listed:
        return say("{listed} (gọi là {name})", listed=listed, name=row.name)
    return listed or row.name or NAMELESS


def full_names(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Of those of these people who are here, by their ids."""
    return {each: in_full(row) for each, row in called(connection, ids).items()}
