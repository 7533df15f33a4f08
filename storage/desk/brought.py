"""Lists that were brought to the desk and not yet taken in, sealed: the database cannot read them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.desk.tables import brought_list
from storage.engine.instants import to_ms
from storage.engine.upsert import insert_of


def put(connection: Connection, owner: str, sealed: str, now: datetime) -> None:
    """Keep it instead of what this browser brought before."""
    into = insert_of(connection.dialect.name)
    values = {"sealed": sealed, "at": to_ms(now)}
    statement = into(brought_list).values(owner=owner, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["owner"], set_=values))


def get(connection: Connection, owner: str, since: datetime) -> str | None:
    """What this browser has brought since then."""
    hers = brought_list.c.owner == owner, brought_list.c.at > to_ms(since)
    return connection.scalar(select(brought_list.c.sealed).where(*hers))


def drop(connection: Connection, owner: str) -> None:
    """It is needed no more."""
    connection.execute(delete(brought_list).where(brought_list.c.owner == owner))


def expire(connection: Connection, before: datetime) -> int:
    """Drop what was brought before then; how many lists that were."""
    return connection.execute(delete(brought_list).where(brought_list.c.at <= to_ms(before))).rowcount
