"""The table of what was not understood and was given to the editors by whoever said it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from storage.engine.columns import metadata, of_person, serial, text_column

unheard = Table(
    "unheard",
    metadata,
    serial("unheard_id"),
    Column("learner_id", Text, of_person(), nullable=False, index=True),
    text_column("text"),  # secrets are masked
    text_column("lesson", default=""),
    text_column("step", default=""),
    Column("at", BigInteger, nullable=False, index=True),
)
