"""Small durable values by name, each with the revision it has reached."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sqlalchemy import Connection, Executable, Table, bindparam, delete, insert, select, update

from storage.engine.columns import key_column, metadata, number, text_column
from storage.engine.upsert import insert_of

key_value = Table(
    "key_value",
    metadata,
    key_column("key"),
    text_column("value"),
    number("revision"),
)

KEYS_AT_ONCE = 500  # SQLite of old takes 999 values in one statement

CLOCK = "clock"  # the last instant that was sure, and where a jump led to: see bot/scheduler/steady.py
HEALTH = "health"  # when it was last seen that something can be written


def get_key(connection: Connection, key: str) -> tuple[str, int] | None:
    """A small durable value and its revision."""
    row = connection.execute(
        select(key_value.c.value, key_value.c.revision).where(key_value.c.key == key)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def get_keys(connection: Connection, keys: Collection[str]) -> dict[str, str]:
    """Those of these values that there are, by name."""
    ordered, found = sorted(set(keys)), dict[str, str]()
    for at in range(0, len(ordered), KEYS_AT_ONCE):
        some = ordered[at : at + KEYS_AT_ONCE]
        rows = connection.execute(select(key_value.c.key, key_value.c.value).where(key_value.c.key.in_(some)))
        found |= {row[0]: row[1] for row in rows}
    return found


def drop_key(connection: Connection, key: str, revision: int) -> None:
    """Forget a value, unless it has changed since."""
    connection.execute(delete(key_value).where(key_value.c.key == key, key_value.c.revision == revision))


def set_key(connection: Connection, key: str, value: str) -> None:
    """Write a value, whatever it was."""
    connection.execute(_upsert(connection.dialect.name), {"of_key": key, "new_value": value})


@cache
def _upsert(dialect: str) -> Executable:
    """Made once: counts of messages are written with every batch."""
    into = insert_of(dialect)
    statement = into(key_value).values(key=bindparam("of_key"), value=bindparam("new_value"), revision=1)
    again = {"value": statement.excluded.value, "revision": key_value.c.revision + 1}
    return statement.on_conflict_do_update(index_elements=["key"], set_=again)


def put_key(connection: Connection, key: str, value: str, revision: int | None) -> bool:
    """Write a value if it still has `revision` (None: does not exist yet); False when somebody was quicker."""
    if revision is None:
        if get_key(connection, key) is not None:
            return False
        connection.execute(insert(key_value), {"key": key, "value": value, "revision": 1})
        return True
    changed = connection.execute(
        update(key_value)
        .where(key_value.c.key == key, key_value.c.revision == revision)
        .values(value=value, revision=revision + 1)
    )
    return changed.rowcount == 1
