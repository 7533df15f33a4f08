"""Certificates as they are kept: frozen when they are given, but for the name and what others see."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.conversations import tables as conversations_t
from storage.engine.instants import from_ms, to_ms
from storage.engine.rows import Row, many, one


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """`code` stands on the paper, `secret` beside it leads to the paper itself; `lessons` are (lesson, version,
    points)."""

    code: str
    learner_id: str
    secret: str
    name: str
    track: str
    title: str
    lessons: tuple[tuple[str, int, int], ...]
    points: int
    at: datetime
    shown: str
    revoked_at: datetime | None = None


_C = conversations_t.certificate


def add(connection: Connection, row: CertificateRow) -> None:
    """Keep a new one."""
    connection.execute(
        insert(_C).values(
            code=row.code,
            learner_id=row.learner_id,
            secret=row.secret,
            name=row.name,
            track=row.track,
            title=row.title,
            lessons=json.dumps([list(each) for each in row.lessons]),
            points=row.points,
            at=to_ms(row.at),
            shown=row.shown,
        )
    )


def get(connection: Connection, code: str) -> CertificateRow | None:
    """The one with this code; None where there is none, as after its learner was deleted."""
    found = one(connection, select(_C).where(_C.c.code == code))
    return None if found is None else _row(found)


def of_learner(connection: Connection, learner_id: str) -> list[CertificateRow]:
    """Those that are worth something, the newest first."""
    query = select(_C).where(_C.c.learner_id == learner_id, _C.c.revoked_at.is_(None))
    return [_row(each) for each in many(connection, query.order_by(_C.c.at.desc(), _C.c.code))]


def change(connection: Connection, code: str, *, name: str | None = None, shown: str | None = None) -> None:
    """Write another name on it, or let others see more or less."""
    values = {key: value for key, value in (("name", name), ("shown", shown)) if value is not None}
    connection.execute(update(_C).where(_C.c.code == code).values(**values))


def revoke(connection: Connection, code: str, now: datetime) -> None:
    """From now on it is worth nothing."""
    connection.execute(update(_C).where(_C.c.code == code).values(revoked_at=to_ms(now)))


def versions_done(connection: Connection, learner_id: str, lessons: list[str]) -> dict[str, int]:
    """Lesson → the version in which it was finished last."""
    run = conversations_t.run.c
    query = (
        select(run.lesson, run.version)
        .where(run.learner_id == learner_id, run.lesson.in_(lessons), run.outcome == "completed")
        .order_by(run.ended_at)
    )
    return {row["lesson"]: row["version"] for row in many(connection, query)}


def _row(found: Row) -> CertificateRow:
    values = dict(found)
    values["lessons"] = tuple((str(a), int(b), int(c)) for a, b, c in json.loads(values["lessons"]))
    values["at"] = from_ms(values["at"])
    values["revoked_at"] = from_ms(values["revoked_at"]) if values["revoked_at"] is not None else None
    return CertificateRow(**values)
