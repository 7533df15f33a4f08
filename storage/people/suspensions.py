"""Who may not act in a role for now: kept by pseudonym, so that it outlives a withdrawal and a deletion."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select

from storage.engine.instants import from_ms, to_ms
from storage.engine.upsert import insert_of
from storage.people import tables as people_t
from storage.people.records import SuspensionRow


def put(connection: Connection, rows: Iterable[SuspensionRow]) -> None:
    """Write suspensions down; one of the same subject and role is replaced."""
    into = insert_of(connection.dialect.name)
    for row in rows:
        key = {"subject": row.subject, "role": row.role}
        values = {"by": row.by, "path": row.path, "at": to_ms(row.at)}
        statement = into(people_t.suspension).values(**key, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["subject", "role"], set_=values))


def of(connection: Connection, subjects: Iterable[str]) -> list[SuspensionRow]:
    """Suspensions under any of these pseudonyms, the widest right first."""
    rows = connection.execute(select(people_t.suspension).where(people_t.suspension.c.subject.in_(sorted(subjects))))
    found = [SuspensionRow(r.subject, r.role, r.by, r.path, from_ms(r.at)) for r in rows]
    return sorted(found, key=lambda row: (len(row.path), row.role, row.subject))


def lift(connection: Connection, subjects: Iterable[str], role: str) -> None:
    """Delete the suspensions of these subjects in one role."""
    connection.execute(
        delete(people_t.suspension).where(
            people_t.suspension.c.subject.in_(sorted(subjects)), people_t.suspension.c.role == role
        )
    )
