"""The union's models (Gia đình số and the like) and who belongs to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage import tables as base
from storage import tables_people as t
from storage.people_records import ProgramRow
from storage.records import from_ms, to_ms


def add(connection: Connection, row: ProgramRow) -> None:
    """Insert a program."""
    connection.execute(
        insert(t.union_model),
        {"model_id": row.model_id, "kind": row.kind, "area_id": row.area_id, "name": row.name, "year": row.year},
    )


def get(connection: Connection, model_id: str) -> ProgramRow | None:
    """A program by id; None where there is none."""
    r = connection.execute(select(t.union_model).where(t.union_model.c.model_id == model_id)).one_or_none()
    return None if r is None else ProgramRow(r.model_id, r.kind, r.area_id, r.name, r.year, _instant(r.ended_at))


def end(connection: Connection, model_id: str, now: datetime) -> bool:
    """End a program; False when it was over before."""
    alive = t.union_model.c.model_id == model_id, t.union_model.c.ended_at.is_(None)
    return connection.execute(update(t.union_model).where(*alive).values(ended_at=to_ms(now))).rowcount == 1


def join(connection: Connection, model_id: str, learner_id: str, now: datetime) -> bool:
    """Make a learner a member of a program; False when the learner was one before."""
    into = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    values = {"model_id": model_id, "learner_id": learner_id, "since_at": to_ms(now)}
    return connection.execute(into(t.membership).values(values).on_conflict_do_nothing()).rowcount == 1


def leave(connection: Connection, model_id: str, learner_id: str) -> bool:
    """End a learner's membership in a program; False when there was none."""
    hers = t.membership.c.model_id == model_id, t.membership.c.learner_id == learner_id
    return connection.execute(delete(t.membership).where(*hers)).rowcount == 1


def under(
    connection: Connection, path: str, year: int | None = None, kind: str | None = None
) -> list[tuple[ProgramRow, str]]:
    """The models of an area and all below it with the name of their area, by area and name; ended ones too."""
    members = select(func.count()).where(t.membership.c.model_id == t.union_model.c.model_id).scalar_subquery()
    query = (
        select(t.union_model, members.label("members"), t.area.c.name.label("area_name"))
        .join(t.area, t.area.c.area_id == t.union_model.c.area_id)
        .where(t.area.c.path.startswith(path, autoescape=True))
        .order_by(t.area.c.path, t.union_model.c.kind, t.union_model.c.name, t.union_model.c.model_id)
    )
    if year is not None:
        query = query.where(t.union_model.c.year == year)
    if kind is not None:
        query = query.where(t.union_model.c.kind == kind)
    return [
        (ProgramRow(r.model_id, r.kind, r.area_id, r.name, r.year, _instant(r.ended_at), r.members), r.area_name)
        for r in connection.execute(query)
    ]


def members(connection: Connection, model_id: str) -> list[tuple[str, str]]:
    """(learner_id, name) of those who belong to it, the first first."""
    query = (
        select(base.person.c.learner_id, base.person.c.name)
        .join(t.membership, t.membership.c.learner_id == base.person.c.learner_id)
        .where(t.membership.c.model_id == model_id)
        .order_by(t.membership.c.since_at, base.person.c.learner_id)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def _instant(at: int | None) -> datetime | None:
    return None if at is None else from_ms(at)
