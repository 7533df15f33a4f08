"""The union's models (Gia đình số and the like) and who belongs to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.engine.instants import from_ms, to_ms
from storage.engine.upsert import insert_of
from storage.people import tables as people_t
from storage.people.areas import below, named
from storage.programs import tables as programs_t
from storage.programs.records import ProgramRow


def add(connection: Connection, row: ProgramRow) -> None:
    """Insert a program."""
    connection.execute(
        insert(programs_t.union_model),
        {"model_id": row.model_id, "kind": row.kind, "area_id": row.area_id, "name": row.name, "year": row.year},
    )


def get(connection: Connection, model_id: str) -> ProgramRow | None:
    """A program by id; None where there is none."""
    r = connection.execute(
        select(programs_t.union_model).where(programs_t.union_model.c.model_id == model_id)
    ).one_or_none()
    return None if r is None else ProgramRow(r.model_id, r.kind, r.area_id, r.name, r.year, _instant(r.ended_at))


def end(connection: Connection, model_id: str, now: datetime) -> bool:
    """End a program; False when it was over before."""
    alive = programs_t.union_model.c.model_id == model_id, programs_t.union_model.c.ended_at.is_(None)
    return connection.execute(update(programs_t.union_model).where(*alive).values(ended_at=to_ms(now))).rowcount == 1


def join(connection: Connection, model_id: str, learner_id: str, now: datetime) -> bool:
    """Make a learner a member of a program; False when the learner was one before."""
    into = insert_of(connection.dialect.name)
    values = {"model_id": model_id, "learner_id": learner_id, "since_at": to_ms(now)}
    return connection.execute(into(programs_t.membership).values(values).on_conflict_do_nothing()).rowcount == 1


def leave(connection: Connection, model_id: str, learner_id: str) -> bool:
    """End a learner's membership in a program; False when there was none."""
    hers = programs_t.membership.c.model_id == model_id, programs_t.membership.c.learner_id == learner_id
    return connection.execute(delete(programs_t.membership).where(*hers)).rowcount == 1


def move(connection: Connection, model_id: str, area_id: str) -> bool:
    """A program is another area's from now on; False when it is over."""
    alive = programs_t.union_model.c.model_id == model_id, programs_t.union_model.c.ended_at.is_(None)
    return connection.execute(update(programs_t.union_model).where(*alive).values(area_id=area_id)).rowcount == 1


def rename(connection: Connection, model_id: str, name: str) -> bool:
    """A program is called so from now on; False when it is over."""
    alive = programs_t.union_model.c.model_id == model_id, programs_t.union_model.c.ended_at.is_(None)
    return connection.execute(update(programs_t.union_model).where(*alive).values(name=name)).rowcount == 1


def families_of(connection: Connection, kind: str, year: int, learner_id: str, but: str) -> list[str]:
    """The names of the models of a kind and year, alive and not `but`, to which she belongs."""
    model, member = programs_t.union_model.c, programs_t.membership.c
    query = (
        select(model.name)
        .join(programs_t.membership, member.model_id == model.model_id)
        .where(member.learner_id == learner_id, model.kind == kind, model.year == year)
        .where(model.ended_at.is_(None), model.model_id != but)
        .order_by(model.name)
    )
    return list(connection.scalars(query))


def under(
    connection: Connection, path: str, year: int | None = None, kind: str | None = None, limit: int | None = None
) -> list[tuple[ProgramRow, str]]:
    """The models of an area and all below it with the name of their area, by area and name; ended ones too. No more
    than `limit`, where there is one."""
    members = (
        select(func.count())
        .where(programs_t.membership.c.model_id == programs_t.union_model.c.model_id)
        .scalar_subquery()
    )
    query = (
        select(programs_t.union_model, members.label("members"), named(people_t.area.c).label("area_name"))
        .join(people_t.area, people_t.area.c.area_id == programs_t.union_model.c.area_id)
        .where(below(people_t.area.c.path, [path]))
        .order_by(
            people_t.area.c.path,
            programs_t.union_model.c.kind,
            programs_t.union_model.c.name,
            programs_t.union_model.c.model_id,
        )
    )
    if year is not None:
        query = query.where(programs_t.union_model.c.year == year)
    if kind is not None:
        query = query.where(programs_t.union_model.c.kind == kind)
    if limit is not None:
        query = query.limit(limit)
    return [
        (ProgramRow(r.model_id, r.kind, r.area_id, r.name, r.year, _instant(r.ended_at), r.members), r.area_name)
        for r in connection.execute(query)
    ]


def members(connection: Connection, model_id: str) -> list[tuple[str, str]]:
    """(learner_id, name) of those who belong to it, the first first."""
    query = (
        select(people_t.person.c.learner_id, people_t.person.c.name)
        .join(programs_t.membership, programs_t.membership.c.learner_id == people_t.person.c.learner_id)
        .where(programs_t.membership.c.model_id == model_id)
        .order_by(programs_t.membership.c.since_at, people_t.person.c.learner_id)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def _instant(at: int | None) -> datetime | None:
    return None if at is None else from_ms(at)
