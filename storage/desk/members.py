"""Who of an area could join one of the union's models."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage.desk.months import lives
from storage.people import tables as people_t
from storage.people.areas import named
from storage.programs import tables as programs_t


def could_join(connection: Connection, model_id: str, path: str, limit: int) -> list[tuple[str, str, str]]:
    """(learner_id, name, area) of who has agreed, lives in an area or below and is in no way a member yet."""
    p, member = people_t.person.c, programs_t.membership.c
    inside = select(member.learner_id).where(member.model_id == model_id)
    query = (
        select(p.learner_id, p.name, named(people_t.area.c))
        .join(people_t.area, people_t.area.c.area_id == p.area_id)
        .where(p.consent == "agreed", lives(path), p.learner_id.not_in(inside))
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]
