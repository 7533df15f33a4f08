"""What was not understood: given by those who said it, read by editors, gone after a month."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from storage.engine.instants import from_ms, to_ms
from storage.unheard.tables import unheard


@dataclass(frozen=True, slots=True)
class UnheardRow:
    """One message; `lesson` and `step` where it was said, "" outside lessons. Of whom, editors are not told."""

    text: str
    lesson: str
    step: str
    at: datetime


def add(connection: Connection, learner_id: str, row: UnheardRow) -> None:
    """Keep a message that its writer has given."""
    values = {"text": row.text, "lesson": row.lesson, "step": row.step, "at": to_ms(row.at)}
    connection.execute(insert(unheard), {"learner_id": learner_id, **values})


def latest(connection: Connection, limit: int) -> list[UnheardRow]:
    """The newest messages of everybody."""
    query = select(unheard).order_by(unheard.c.at.desc(), unheard.c.unheard_id.desc()).limit(limit)
    return [UnheardRow(row.text, row.lesson, row.step, from_ms(row.at)) for row in connection.execute(query)]


def settle(connection: Connection, texts: Collection[str]) -> int:
    """Drop the messages of these words, which somebody has seen to; how many."""
    return connection.execute(delete(unheard).where(unheard.c.text.in_(texts))).rowcount


def expire(connection: Connection, before: datetime, limit: int) -> int:
    """Drop messages given before then; how many."""
    old = list(connection.scalars(select(unheard.c.unheard_id).where(unheard.c.at < to_ms(before)).limit(limit)))
    if old:
        connection.execute(delete(unheard).where(unheard.c.unheard_id.in_(old)))
    return len(old)
