"""One person as whoever answers for her area sees her: what she is, where she stands, her 1+1, what she asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, or_, select

from storage.conversations import tables as conversations_t
from storage.desk.people import DetailRow, details
from storage.engine.instants import from_ms, to_ms
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t

MOST = 20  # of each kind; what is older is in the export
_p, _run, _pair, _req = people_t.person.c, conversations_t.run.c, pairing_t.pairing.c, pairing_t.request.c


@dataclass(frozen=True, slots=True)
class LessonRow:
    """How she did in a lesson; `done_at` None: begun and not finished."""

    lesson: str
    begun_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """Somebody she is paired with; `guides`: it is her instructor, not her learner."""

    learner_id: str
    name: str
    guides: bool
    since_at: datetime


@dataclass(frozen=True, slots=True)
class RequestLine:
    """Something she has asked for."""

    request_id: str
    kind: str
    state: str
    since_at: datetime


@dataclass(frozen=True, slots=True)
class SheetRow:
    """All of it."""

    name: str
    address: str
    lang: str
    needs: tuple[str, ...]
    created_at: datetime
    lesson: str
    detail: DetailRow
    lessons: tuple[LessonRow, ...]
    partners: tuple[PartnerRow, ...]
    requests: tuple[RequestLine, ...]


def sheet(connection: Connection, learner_id: str) -> SheetRow:
    """Of somebody who is known to be there."""
    talk = conversations_t.session.c
    query = (
        select(_p.name, _p.address, _p.lang, _p.needs, _p.created_at, func.coalesce(talk.lesson, ""))
        .outerjoin(conversations_t.session, talk.learner_id == _p.learner_id)
        .where(_p.learner_id == learner_id)
    )
    name, address, lang, needs, created_at, lesson = connection.execute(query).one()
    return SheetRow(
        name, address, lang, tuple(json.loads(needs)), from_ms(created_at), lesson,
        details(connection, [learner_id])[learner_id],
        _lessons(connection, learner_id), _partners(connection, learner_id), _requests(connection, learner_id),
    )  # fmt: skip


def looked_since(connection: Connection, by: str, subject: str, since: datetime) -> bool:
    """Whether it is written down already that `by` has looked at `subject` since then (pseudonyms)."""
    audit = people_t.audit.c
    mine = audit.subject == subject, audit.at >= to_ms(since), audit.by == by, audit.what == "looked"
    return connection.execute(select(audit.audit_id).where(*mine).limit(1)).first() is not None


def _lessons(connection: Connection, learner_id: str) -> tuple[LessonRow, ...]:
    done = func.max(case((_run.outcome == "completed", _run.ended_at)))
    begun = func.max(_run.started_at)
    query = select(_run.lesson, begun, done).where(_run.learner_id == learner_id).group_by(_run.lesson)
    rows = connection.execute(query.order_by(begun.desc(), _run.lesson).limit(3 * MOST))
    return tuple(LessonRow(row[0], from_ms(row[1]), _maybe(row[2])) for row in rows)


def _partners(connection: Connection, learner_id: str) -> tuple[PartnerRow, ...]:
    guides = _pair.learner_id == learner_id
    other = case((guides, _pair.instructor_id), else_=_pair.learner_id)
    query = (
        select(_p.learner_id, _p.name, guides, _pair.opened_at)
        .select_from(pairing_t.pairing)
        .join(people_t.person, _p.learner_id == other)
        .where(or_(guides, _pair.instructor_id == learner_id), _pair.state == "open")
        .order_by(_pair.opened_at, _p.learner_id)
        .limit(MOST)
    )
    return tuple(PartnerRow(row[0], row[1], bool(row[2]), from_ms(row[3])) for row in connection.execute(query))


def _requests(connection: Connection, learner_id: str) -> tuple[RequestLine, ...]:
    query = select(_req.request_id, _req.kind, _req.state, _req.since_at).where(_req.learner_id == learner_id)
    rows = connection.execute(query.order_by(_req.since_at.desc(), _req.request_id).limit(MOST))
    return tuple(RequestLine(row[0], row[1], row[2], from_ms(row[3])) for row in rows)


def _maybe(at: Any) -> datetime | None:
    return None if at is None else from_ms(at)
