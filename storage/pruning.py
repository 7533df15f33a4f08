"""What is kept for a time only: of tables that grow with every day the oldest rows go, in slices, the oldest first.

Each is read from the end at which its oldest rows lie, by an index that it has anyway, so that a slice costs the same
however much is kept. What is kept for longer, and why, says docs/scale.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, select

from storage.conversations import tables as conversations_t
from storage.engine.database import Database
from storage.engine.instants import to_ms
from storage.engine.slices import Slices
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t

LEAST, MOST = 200, 2_000  # rows in one transaction


@dataclass(frozen=True, slots=True)
class GrowingTable:
    """A table with a column `at`; by `order` (a number that grows with time, indexed) its oldest rows come first.
    Rows for which `only` is not true stay for ever."""

    table: Table
    order: Column[Any]
    only: tuple[ColumnElement[bool], ...] = ()


INBOX = GrowingTable(
    conversations_t.inbox, conversations_t.inbox.c.at, (conversations_t.inbox.c.fault.is_(None),)
)  # what was set aside stays

HISTORY = (
    GrowingTable(conversations_t.attempt, conversations_t.attempt.c.attempt_id),
    GrowingTable(pairing_t.pairing_event, pairing_t.pairing_event.c.event_id),
    GrowingTable(people_t.audit, people_t.audit.c.audit_id, (people_t.audit.c.what == "looked",)),  # not what was done
)
"""Single answers, what happened to requests step by step, who looked at whose page."""


def drop_oldest(
    connection: Connection, kept: GrowingTable, after: int, before: datetime, limit: int
) -> tuple[int, int | None]:
    """Of the `limit` oldest rows behind `after` (of the order) drop those from before then.

    Returns how many went, and behind what to go on; None where the rows that are kept have begun. Rows of one instant
    go together. A clock that was set back delays a row until what was written before it goes.
    """
    rows = connection.execute(
        select(kept.order, kept.table.c.at).where(kept.order > after, *kept.only).order_by(kept.order).limit(limit)
    ).all()
    old = [row[0] for row in rows if row[1] < to_ms(before)]
    if not old:
        return 0, None
    span = kept.order >= old[0], kept.order <= old[-1], kept.table.c.at < to_ms(before)
    dropped = connection.execute(delete(kept.table).where(*span, *kept.only)).rowcount
    return dropped, rows[-1][0] if len(rows) == limit else None


async def drop_old(database: Database, kept: GrowingTable, before: datetime) -> int:
    """Drop every row of the table from before then, beside whoever writes; how many."""
    slices, dropped, after = Slices(database.lane, LEAST, MOST), 0, -1
    while True:
        async with slices as size:
            some, behind = await database.transact(
                partial(drop_oldest, kept=kept, after=after, before=before, limit=size)
            )
        dropped += some
        if behind is None:
            return dropped
        after = behind
