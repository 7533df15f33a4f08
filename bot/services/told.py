"""Rows of `notice` on their way to whoever they are for: what is due as updates, and back to rows within the batch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.channels.base import Inner, Notice, Told, Update
from storage import pairings
from storage.database import Connection
from storage.rows import Row

INNER = "inner"
NOTICES = "notices"


def updates(rows: Sequence[Row], now: datetime) -> list[Update]:
    """An update for each notice, one for all of somebody's digest. `update_id` is the first row's: said once."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        alone = "" if row["digest"] else row["notice_id"]
        grouped.setdefault((row["learner_id"], alone), []).append(row["notice_id"])
    return [
        Update(INNER, f"notice:{ids[0]}", learner_id, Inner(NOTICES, " ".join(ids)), now)
        for (learner_id, _), ids in grouped.items()
    ]


def read(connection: Connection, waiting: Sequence[Update]) -> list[Update]:
    """The same updates with the sentences that those of notices name; the rows are gone with this transaction.

    What was taken back since it came due is not said: such an update is left out.
    """
    rows = pairings.take_notices(connection, [each for update in waiting for each in _named(update)])
    found = []
    for update in waiting:
        if not (named := _named(update)):
            found.append(update)
        elif said := tuple(_notice(rows[each]) for each in named if each in rows):
            found.append(replace(update, body=Told(said)))
    return found


def _named(update: Update) -> list[str]:
    body = update.body
    return body.ref.split() if isinstance(body, Inner) and body.kind == NOTICES else []


def _notice(row: Row) -> Notice:
    buttons = tuple(json.loads(row["buttons"]).items())
    return Notice(row["phrase"], json.loads(row["said"]), buttons, bool(row["urgent"]), row["about"])
