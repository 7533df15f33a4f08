"""What was tried with whom and what came of it; who must not be tried now; where drills are paused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.conversations import tables as conversations_t
from storage.engine.instants import from_ms, to_ms
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from storage.people.areas import below
from storage.scams import tables as scams_t

_d = scams_t.drill.c
TROUBLE = ("safety", "help")
"""Kinds of requests after which nobody is tried for a while."""


@dataclass(frozen=True, slots=True)
class DrillCount:
    """How many people answered how many drills, and how many of the answers were right."""

    people: int
    answers: int
    right: int


def sent(connection: Connection, learner_id: str, sample: str, now: datetime) -> None:
    """Note that somebody is tried with a sample now."""
    connection.execute(insert(scams_t.drill), {"learner_id": learner_id, "sample": sample, "sent_at": to_ms(now)})


def open_drill(connection: Connection, learner_id: str, sample: str) -> tuple[int, datetime] | None:
    """The newest drill of this sample that was not answered: (its id, when it was sent)."""
    query = (
        select(_d.drill_id, _d.sent_at)
        .where(_d.learner_id == learner_id, _d.sample == sample, _d.said_at.is_(None))
        .order_by(_d.sent_at.desc())
    )
    row = connection.execute(query.limit(1)).first()
    return (int(row[0]), from_ms(row[1])) if row else None


def answer(connection: Connection, drill_id: int, said: str, now: datetime, *, right: bool) -> None:
    """Note what was said to a drill."""
    row = {"said": said, "right": right, "said_at": to_ms(now)}
    connection.execute(update(scams_t.drill).where(_d.drill_id == drill_id).values(row))


def tried(connection: Connection, learner_id: str) -> list[str]:
    """The samples that somebody was sent, the oldest first."""
    query = select(_d.sample).where(_d.learner_id == learner_id).order_by(_d.sent_at, _d.drill_id)
    return list(connection.scalars(query))


def last_said(connection: Connection, learner_id: str, count: int) -> list[tuple[str, bool]]:
    """The newest answers: (what was said, whether it was right)."""
    query = (
        select(_d.said, _d.right)
        .where(_d.learner_id == learner_id, _d.said_at.is_not(None))
        .order_by(_d.said_at.desc(), _d.drill_id.desc())
        .limit(count)
    )
    return [(row[0], bool(row[1])) for row in connection.execute(query)]


def unanswered(connection: Connection, learner_id: str, count: int) -> bool:
    """Whether the newest `count` drills were all left unanswered."""
    query = select(_d.said_at).where(_d.learner_id == learner_id).order_by(_d.sent_at.desc()).limit(count)
    rows = list(connection.scalars(query))
    return len(rows) == count and all(each is None for each in rows)


def result(connection: Connection, learner_id: str, since: datetime, until: datetime) -> tuple[int, int]:
    """Of the answers in a span: how many were right, and how many there were."""
    query = select(_d.right).where(_d.learner_id == learner_id, _d.said_at >= to_ms(since), _d.said_at < to_ms(until))
    answers = list(connection.scalars(query))
    return sum(map(bool, answers)), len(answers)


def troubled_at(connection: Connection, learner_id: str, now: datetime) -> datetime | None:
    """When somebody last cried or asked for help; now, where that is still open."""
    request = pairing_t.request.c
    query = select(request.since_at, request.state).where(request.learner_id == learner_id, request.kind.in_(TROUBLE))
    rows = list(connection.execute(query))
    if any(state != "closed" for _, state in rows):
        return now
    return from_ms(max(at for at, _ in rows)) if rows else None


def is_paused(connection: Connection, learner_id: str) -> bool:
    """Whether an officer has paused drills where somebody belongs, or in an area above."""
    area = people_t.area.c
    where = connection.scalar(
        select(area.path)
        .join(people_t.person, people_t.person.c.area_id == area.area_id)
        .where(people_t.person.c.learner_id == learner_id)
    )
    paused = connection.scalars(select(area.path).where(area.area_id.in_(select(scams_t.drill_pause.c.area_id))))
    return where is not None and any(where.startswith(path) for path in paused)


def pause(connection: Connection, area_ids: Sequence[str], by: str, now: datetime) -> None:
    """Pause drills in these areas and below."""
    resume(connection, area_ids)
    rows = [{"area_id": each, "by": by, "at": to_ms(now)} for each in sorted(area_ids)]
    if rows:
        connection.execute(insert(scams_t.drill_pause), rows)


def resume(connection: Connection, area_ids: Sequence[str]) -> None:
    """Let drills go on in these areas."""
    connection.execute(delete(scams_t.drill_pause).where(scams_t.drill_pause.c.area_id.in_(list(area_ids))))


def count_below(connection: Connection, path: str, since: datetime) -> DrillCount:
    """How an area and all below it have answered since an instant."""
    query = (
        select(func.count(func.distinct(_d.learner_id)), func.count(), func.count().filter(_d.right.is_(True)))
        .join(people_t.person, people_t.person.c.learner_id == _d.learner_id)
        .join(people_t.area, people_t.area.c.area_id == people_t.person.c.area_id)
        .where(below(people_t.area.c.path, [path]), _d.said_at >= to_ms(since))
    )
    row = connection.execute(query).one()
    return DrillCount(int(row[0]), int(row[1]), int(row[2]))


def began_lessons(connection: Connection, learner_id: str, count: int) -> list[datetime]:
    """When somebody began the newest lessons: the hours in which she usually learns."""
    run = conversations_t.run.c
    query = select(run.started_at).where(run.learner_id == learner_id).order_by(run.started_at.desc()).limit(count)
    return list(map(from_ms, connection.scalars(query)))
