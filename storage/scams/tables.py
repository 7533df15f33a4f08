"""The tables of drills: what somebody was tried with and said, and where an officer has paused them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Table, Text

from storage.engine.columns import instant, key_column, maybe_instant, metadata, of_person, serial, text_column

drill = Table(
    "drill",
    metadata,
    serial("drill_id"),
    Column("learner_id", Text, of_person(), nullable=False),
    text_column("sample"),
    instant("sent_at"),
    text_column("said", default=""),
    Column("right", Boolean),
    maybe_instant("said_at"),
)
Index("drill_learner", drill.c.learner_id, drill.c.sent_at)

drill_pause = Table(
    "drill_pause",
    metadata,
    key_column("area_id"),
    text_column("by"),
    instant("at"),
)
