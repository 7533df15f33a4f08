"""The tables of lesson versions, of when each became the current one, and of files that editors have brought."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, PrimaryKeyConstraint, Table

from storage.engine.columns import instant, key_column, metadata, number, serial, text_column

lesson_version = Table(
    "lesson_version",
    metadata,
    text_column("lesson"),
    number("version"),
    text_column("source"),
    number("language"),
    text_column("graph_hash"),
    text_column("text_hash"),
    text_column("author"),
    instant("at"),
    text_column("translations", default="{}"),
    PrimaryKeyConstraint("lesson", "version"),
)

publication = Table(
    "publication",
    metadata,
    serial("publication_id"),
    text_column("lesson"),
    number("version"),
    text_column("mode"),
    Column("urgent", Boolean, nullable=False),
    text_column("author"),
    instant("at"),
    text_column("decisions"),
    text_column("diff"),
)
Index("publication_lesson", publication.c.lesson, publication.c.publication_id)

lesson_file = Table(
    "lesson_file",
    metadata,
    key_column("file"),
    Column("body", LargeBinary, nullable=False),
    instant("at"),
)
