"""A hundred thousand learners who were here before: copies of one who really was, made by the database itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

TABLES = ("person", "identity", "session", "consent", "run", "attempt", "inbox")
FRESH = {
    "learner_id": "seed.learner_id",
    "run_id": "seed.run_id",
    "chat_id": "seed.chat_id",
    "update_id": "seed.chat_id || '-' || t.update_id",
    "prompt_at": "NULL",  # else all are offered their step again, when filling lasts as long as a tap lives
}


def seed(database: Path, learners: int) -> int:
    """Multiply everything kept of the learner who finished last `learners` times; return the rows written.

    The copies have ids and chats of their own. The bot must not be running.
    """
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-400000")  # a million copies land all over its indexes
        (template,) = connection.execute("SELECT learner_id FROM run WHERE ended_at IS NOT NULL LIMIT 1").fetchone()
        connection.execute("CREATE TEMP TABLE seed (learner_id TEXT, run_id TEXT, chat_id TEXT)")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO seed "
            "SELECT lower(hex(randomblob(16))), lower(hex(randomblob(16))), CAST(900000000 + i AS TEXT) FROM n",
            (learners,),
        )
        rows = sum(_multiply(connection, table, template) for table in TABLES)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return rows


def _multiply(connection: sqlite3.Connection, table: str, template: str) -> int:
    described = connection.execute(f"PRAGMA table_info({table})").fetchall()
    columns = [name for _, name, kind, _, _, key in described if not (key and kind in ("INTEGER", "BIGINT"))]
    if "learner_id" in columns:
        which, value = "t.learner_id = ?", template
    elif table == "inbox":  # eight updates each, as one lesson leaves behind
        which, value = "t.rowid IN (SELECT rowid FROM inbox LIMIT 8) AND ? <> ''", template
    else:
        return 0
    values = ", ".join(FRESH.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    cursor = connection.execute(
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" AS t, seed WHERE {which}', (value,)
    )
    return cursor.rowcount
