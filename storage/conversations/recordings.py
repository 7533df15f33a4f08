"""Voice messages that have come and were not listened to yet: where the sound is to be had, never the sound itself."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from storage.conversations.records import RecordingRow
from storage.engine.instants import from_ms, to_ms
from storage.engine.key_value import key_value

_KEYS = "voice:"


def add(connection: Connection, rows: Iterable[RecordingRow]) -> None:
    """Keep what is to be listened to; an update is handled once, so that none is there already."""
    values = [
        {
            "key": f"{_KEYS}{each.learner_id}:{each.update}",
            "value": json.dumps([each.channel, each.ref, to_ms(each.at)]),
            "revision": 1,
        }
        for each in rows
    ]
    if values:
        connection.execute(insert(key_value), values)


def waiting(connection: Connection) -> list[RecordingRow]:
    """All that waits, the oldest first."""
    query = select(key_value.c.key, key_value.c.value).where(key_value.c.key.startswith(_KEYS, autoescape=True))
    found = []
    for key, value in connection.execute(query):
        learner_id, _, update = key.removeprefix(_KEYS).partition(":")
        channel, ref, at = json.loads(value)
        found.append(RecordingRow(learner_id, update, channel, ref, from_ms(at)))
    return sorted(found, key=lambda each: (each.at, each.update))


def drop(connection: Connection, row: RecordingRow) -> None:
    """It has been listened to, or cannot be had."""
    connection.execute(delete(key_value).where(key_value.c.key == f"{_KEYS}{row.learner_id}:{row.update}"))


def forget(connection: Connection, learner_id: str) -> None:
    """Whatever waits of this learner is not listened to any more."""
    hers = key_value.c.key.startswith(f"{_KEYS}{learner_id}:", autoescape=True)
    connection.execute(delete(key_value).where(hers))
