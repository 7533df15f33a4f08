"""The updates that were handled, by (channel, update id): what a channel sends again is known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.conversations import tables as conversations_t
from storage.engine.instants import to_ms

_KEEP = insert(conversations_t.inbox)
_KEEP_NEW = {
    dialect: into(conversations_t.inbox).on_conflict_do_nothing().returning(conversations_t.inbox.c.update_id)
    for dialect, into in (("sqlite", sqlite_insert), ("postgresql", postgres_insert))
}


def keep_new(connection: Connection, channel: str, update_ids: Sequence[str], now: datetime) -> set[str]:
    """Write down which updates arrived; returns those never seen before."""
    at = to_ms(now)
    rows = [{"channel": channel, "update_id": each, "at": at} for each in sorted(set(update_ids))]
    return set(connection.scalars(_KEEP_NEW[connection.dialect.name], rows)) if rows else set()


def forget(connection: Connection, channel: str, update_ids: Collection[str]) -> None:
    """Let these updates count as never seen: they were not handled, and are to come again."""
    if update_ids:
        mine = conversations_t.inbox.c.channel == channel, conversations_t.inbox.c.update_id.in_(sorted(update_ids))
        connection.execute(delete(conversations_t.inbox).where(*mine))


def set_aside(connection: Connection, channel: str, update_id: str, fault: str, now: datetime) -> None:
    """Mark an update that cannot be handled; `fault` holds nothing of what was said."""
    forget(connection, channel, [update_id])
    connection.execute(_KEEP, [{"channel": channel, "update_id": update_id, "at": to_ms(now), "fault": fault}])
