"""Numbers of what is said grow in a chat also for somebody who deleted everything and came back."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from storage.engine import key_value

_HIGHEST = "highest_forgotten_no"


def highest_forgotten(connection: Connection) -> int:
    """The highest number of anybody who was forgotten; 0 while nobody was."""
    return int(connection.scalar(select(key_value.key_value.c.value).where(key_value.key_value.c.key == _HIGHEST)) or 0)


def remember_highest(connection: Connection, out_no: int) -> None:
    """Keep the number alone: it says nothing about whose it was."""
    known = connection.scalar(select(key_value.key_value.c.value).where(key_value.key_value.c.key == _HIGHEST))
    if known is None:
        connection.execute(insert(key_value.key_value), {"key": _HIGHEST, "value": str(out_no), "revision": 1})
    elif int(known) < out_no:
        connection.execute(
            update(key_value.key_value).where(key_value.key_value.c.key == _HIGHEST).values(value=str(out_no))
        )
