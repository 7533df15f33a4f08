"""What each month brought to an area and all below it, in one grouped statement a measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, case, func, literal, select, union_all

from storage.announcements import tables as announcements_t
from storage.conversations import tables as conversations_t
from storage.meetings import tables as meetings_t
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from storage.people.areas import below
from storage.programs import tables as programs_t

Months = dict[str, list[int]]
"""A measure → its number in each of the months."""


def of_months(connection: Connection, path: str, bounds: Sequence[int], late_ms: int, now: int) -> Months:
    """Months between `bounds` (ms, ascending; one more than there are months), as they stand `now` (ms).

    Measures: people (who agreed), lessons and passes (finished, each run), pairs and parted (1+1 opened, ended),
    families (model families that got their first member), meetings and came, news and told (announcements and to how
    many), asked, answered and late (requests by when they were made; late: nobody took
    it within `late_ms`; what is younger and open is not late yet).
    """
    run, pair, person = conversations_t.run.c, pairing_t.pairing.c, people_t.person.c
    met, news = meetings_t.attendance.c, announcements_t.announcement.c
    passed = case((run.passed, literal(1)), else_=literal(0))
    lessons = _of_people(path, conversations_t.run, run.learner_id).where(run.outcome == "completed")
    pairs = _of_people(path, pairing_t.pairing, pair.learner_id)
    queries: list[tuple[tuple[str, ...], Select[Any], Any, tuple[Any, ...]]] = [
        (("people",), _people(path), person.created_at, (func.count(),)),
        (("lessons", "passes"), lessons, run.ended_at, (func.count(), func.sum(passed))),
        (("pairs",), pairs, pair.opened_at, (func.count(),)),
        (("parted",), pairs.where(pair.state == "ended"), pair.ended_at, (func.count(),)),
        (("meetings", "came"), _here(path, meetings_t.attendance, met.area_id), met.at,
         (func.count(func.distinct(met.event_id)), func.count())),
        (("news", "told"), _here(path, announcements_t.announcement, news.area_id).where(
            news.state.in_(("sending", "sent", "stopped"))), news.at, (func.count(), func.sum(news.reached))),
        *_families(path),
        *_requests(path, late_ms, now),
    ]  # fmt: skip
    found: Months = {}
    for names, query, at, sums in queries:
        found |= {name: [0] * (len(bounds) - 1) for name in names}
        month = case(*((at < bound, n) for n, bound in enumerate(bounds[1:])), else_=len(bounds)).label("month")
        inside = query.with_only_columns(month, *sums).where(at >= bounds[0], at < bounds[-1])
        for row in connection.execute(inside.group_by(month)):
            for name, value in zip(names, row[1:], strict=True):
                found[name][row[0]] = int(value or 0)
    return found


def agreed(connection: Connection, path: str, until: int) -> int:
    """How many who had agreed by then live in an area and below."""
    query = _people(path).with_only_columns(func.count()).where(people_t.person.c.created_at < until)
    return connection.scalar(query) or 0


def _people(path: str) -> Select[Any]:
    p = people_t.person.c
    return select(p.learner_id).select_from(people_t.person).where(p.consent == "agreed", lives(path))


def _of_people(path: str, table: Any, learner_id: Any) -> Select[Any]:
    person = people_t.person
    query = select(learner_id).select_from(table).join(person, person.c.learner_id == learner_id)
    return query.where(lives(path))


def _here(path: str, table: Any, area_id: Any) -> Select[Any]:
    return select(area_id).select_from(table).where(area_id.in_(_areas(path)))


def lives(path: str) -> Any:
    """Whether a person lives in an area or below."""
    return people_t.person.c.area_id.in_(_areas(path))


def _areas(path: str) -> Select[Any]:
    return select(people_t.area.c.area_id).where(below(people_t.area.c.path, [path]))


def _families(path: str) -> list[tuple[tuple[str, ...], Select[Any], Any, tuple[Any, ...]]]:
    model, member = programs_t.union_model.c, programs_t.membership.c
    first = (
        select(member.model_id, func.min(member.since_at).label("at"))
        .join(programs_t.union_model, model.model_id == member.model_id)
        .where(model.kind == "family", model.area_id.in_(_areas(path)))
        .group_by(member.model_id)
        .subquery()
    )
    return [(("families",), select(first.c.model_id), first.c.at, (func.count(),))]


def _requests(path: str, late_ms: int, now: int) -> list[tuple[tuple[str, ...], Select[Any], Any, tuple[Any, ...]]]:
    r, offer, event = pairing_t.request.c, pairing_t.offer.c, pairing_t.pairing_event.c
    answers = union_all(
        select(offer.request_id, offer.settled_at.label("at")).where(offer.state == "accepted"),
        select(event.request_id, event.at).where(event.what == "taken"),
    ).subquery()
    first = select(answers.c.request_id, func.min(answers.c.at).label("at")).group_by(answers.c.request_id).subquery()
    query = _of_people(path, pairing_t.request, r.learner_id).outerjoin(first, first.c.request_id == r.request_id)
    answered = case((first.c.at.is_not(None), literal(1)), else_=literal(0))
    waits = first.c.at.is_(None) & (r.state != "closed") & (r.since_at < now - late_ms)
    late = case((first.c.at - r.since_at > late_ms, literal(1)), (waits, literal(1)), else_=literal(0))
    return [(("asked", "answered", "late"), query, r.since_at, (func.count(), func.sum(answered), func.sum(late)))]
