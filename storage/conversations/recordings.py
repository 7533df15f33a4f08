"""Voice messages that have come and were not listened to yet: where the sound is to be had, never the sound itself.

And which lines of the lessons somebody has recorded in chat, by the digest of their words: the files lie elsewhere, and
are nobody's to see before they are published.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from storage.conversations.records import RecordingRow
from storage.engine.instants import from_ms, to_ms
from storage.engine.key_value import key_value

_KEYS = "voice:"
_MARKS = "recorded:"


def add(connection: Connection, rows: Iterable[RecordingRow]) -> None:
    """Keep what is to be listened to; an update is handled once, so that none is there already."""
    values = [
        {
            "key": f"{_KEYS}{each.learner_id}:{each.update}",
            "value": json.dumps(
                [each.channel, each.ref, to_ms(each.at), *([each.line, each.sure] if each.line else [])]
            ),
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
        channel, ref, at, *of_line = json.loads(value)
        line, sure = (tuple(of_line[0]), bool(of_line[1])) if of_line else (None, False)
        found.append(RecordingRow(learner_id, update, channel, ref, from_ms(at), line, sure))
    return sorted(found, key=lambda each: (each.at, each.update))


def drop(connection: Connection, row: RecordingRow) -> None:
    """It has been listened to, or cannot be had."""
    connection.execute(delete(key_value).where(key_value.c.key == f"{_KEYS}{row.learner_id}:{row.update}"))


def forget(connection: Connection, learner_id: str) -> None:
    """Whatever waits of this learner is not listened to any more."""
    hers = key_value.c.key.startswith(f"{_KEYS}{learner_id}:", autoescape=True)
    connection.execute(delete(key_value).where(hers))


def mark(connection: Connection, digest: str) -> None:
    """Somebody has recorded these words; twice is once."""
    connection.execute(delete(key_value).where(key_value.c.key == f"{_MARKS}{digest}"))
    connection.execute(insert(key_value), {"key": f"{_MARKS}{digest}", "value": "1", "revision": 1})


def marked(connection: Connection) -> frozenset[str]:
    """The digests of all words that were recorded in chat."""
    query = select(key_value.c.key).where(key_value.c.key.startswith(_MARKS, autoescape=True))
    return frozenset(key.removeprefix(_MARKS) for key in connection.execute(query).scalars())
