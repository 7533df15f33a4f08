"""What editors have brought for lessons, byte by byte: every process has it from here, whichever took it in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from storage.engine.instants import to_ms
from storage.engine.upsert import insert_of
from storage.publications.tables import lesson_file


def keep(connection: Connection, file: str, body: bytes, now: datetime) -> None:
    """Keep a file under its name, which tells what is in it: so it is there already, or new."""
    into = insert_of(connection.dialect.name)
    connection.execute(into(lesson_file).values(file=file, body=body, at=to_ms(now)).on_conflict_do_nothing())


def names(connection: Connection) -> set[str]:
    """What is kept."""
    return set(connection.scalars(select(lesson_file.c.file)))


def body_of(connection: Connection, file: str) -> bytes | None:
    """A file's bytes, some megabytes at most; None where nobody has brought it."""
    return connection.scalar(select(lesson_file.c.body).where(lesson_file.c.file == file))
