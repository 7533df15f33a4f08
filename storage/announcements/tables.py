"""The tables of announcements and of whom each has reached."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table

from storage.engine.columns import instant, key_column, metadata, number, text_column

announcement = Table(
    "announcement",
    metadata,
    key_column("announcement_id"),
    text_column("area_id"),
    text_column("body"),
    text_column("source_url", default=""),
    text_column("by"),
    instant("at"),
    text_column("state"),
    text_column("after_id", default=""),
    Column("fed_at", BigInteger, nullable=False, server_default="0"),
    number("reached", default="0"),
)
Index("announcement_state", announcement.c.state, announcement.c.at)

announced = Table(
    "announced",
    metadata,
    text_column("announcement_id"),
    text_column("learner_id"),
    PrimaryKeyConstraint("announcement_id", "learner_id"),
)
Index("announced_learner", announced.c.learner_id)
