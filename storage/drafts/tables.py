"""The table of what editors are writing in lessons."""

from __future__ import annotations

from sqlalchemy import PrimaryKeyConstraint, Table

from storage.engine.columns import instant, metadata, number, text_column

lesson_draft = Table(
    "lesson_draft",
    metadata,
    text_column("lesson"),
    text_column("editor"),
    text_column("base"),
    text_column("text"),
    number("revision"),
    instant("at"),
    PrimaryKeyConstraint("lesson", "editor"),
)
