"""What reports count: every number by area in one grouped statement, so that a whole province costs a few of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, case, exists, func, literal, or_, select, text, union_all

from storage.conversations import tables as conversations_t
from storage.meetings import tables as meetings_t
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from storage.people.areas import below
from storage.programs import tables as programs_t
from storage.scams import tables as scams_t

Tally = Counter[str]
"""area_id → how many, of that very area, not of those below it."""

WAITING = ("waiting", "offered")
A_SLICE = 5_000


def snapshot(connection: Connection) -> None:
    """Let all that this transaction reads be of one moment. To be called first."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    else:
        connection.exec_driver_sql("BEGIN")


# --- the yearly target ---


def families(connection: Connection, kind: str, year: int, at: int, path: str = "/") -> Tally:
    """Models of this kind and year, in an area and below, that had not ended at `at` (ms)."""
    model = programs_t.union_model.c
    query = select(model.area_id, func.count()).where(*_alive(kind, year, at, path))
    return _counted(connection, query.group_by(model.area_id))


def living_families(connection: Connection, kind: str, year: int, since: int, at: int, path: str = "/") -> Tally:
    """Families of these with a member in a pairing open at `at` that has given a sign of life since `since`.

    A sign of life: the pairing began, either of the two was heard, a request of the learner was taken up. A pairing
    stands for one family: the learner's, of several the first by id; its instructor's where she is in none. Each family
    is asked for its members, each of these for the own pairings: what there is elsewhere costs nothing.
    """
    pair, model, member = pairing_t.pairing.c, programs_t.union_model.c, programs_t.membership.c
    session, request, event = conversations_t.session.c, pairing_t.request.c, pairing_t.pairing_event.c
    taken = (
        exists()
        .where(request.learner_id == pair.learner_id, event.request_id == request.request_id)
        .where(event.at >= since, event.what == "taken")
    )
    heard = (
        exists().where(session.learner_id == each, session.seen_at >= since)
        for each in (pair.learner_id, pair.instructor_id)
    )
    lives = (
        pair.opened_at < at,
        or_(pair.ended_at.is_(None), pair.ended_at >= at),
        or_(pair.opened_at >= since, *heard, taken),
    )

    def first(who: Any, *more: Any) -> Any:
        earlier = ~_in_family(who, kind, year, at, before=model.model_id)
        return exists().where(member.model_id == model.model_id, who == member.learner_id, *lives, earlier, *more)

    elsewhere = ~_in_family(pair.learner_id, kind, year, at)
    of_either = first(pair.learner_id), first(pair.instructor_id, elsewhere)
    query = select(model.area_id, func.count()).where(*_alive(kind, year, at, path), or_(*of_either))
    return _counted(connection, query.group_by(model.area_id))


def _in_family(who: Any, kind: str, year: int, at: int, before: Any = None) -> Any:
    """Whether this person is in a family that is alive; `before`: in one whose id is smaller."""
    other, theirs = programs_t.union_model.alias(), programs_t.membership.alias()
    such = () if before is None else (other.c.model_id < before,)
    alive = other.c.kind == kind, other.c.year == year, or_(other.c.ended_at.is_(None), other.c.ended_at > at)
    query = exists().where(theirs.c.model_id == other.c.model_id, theirs.c.learner_id == who, *alive, *such)
    return query.correlate_except(other, theirs)


def _alive(kind: str, year: int, at: int, path: str) -> tuple[Any, ...]:
    model = programs_t.union_model.c
    there = model.area_id.in_(select(people_t.area.c.area_id).where(below(people_t.area.c.path, [path])))
    alive = model.kind == kind, model.year == year, or_(model.ended_at.is_(None), model.ended_at > at)
    return alive if path == "/" else (*alive, there)


# --- pairs ---


@dataclass(frozen=True, slots=True)
class RequestTimes:
    """One request; `answered_at` None: nobody has taken it (yet). Instants in ms."""

    area_id: str
    state: str
    since_at: int
    due_at: int
    answered_at: int | None


@dataclass(frozen=True, slots=True)
class Guide:
    """An instructor, by the path of one area."""

    learner_id: str
    path: str
    resting: bool
    full: bool


def open_pairings(connection: Connection) -> Tally:
    """By where the learner lives."""
    query = (
        select(people_t.person.c.area_id, func.count())
        .join(pairing_t.pairing, pairing_t.pairing.c.learner_id == people_t.person.c.learner_id)
        .where(pairing_t.pairing.c.state == "open", people_t.person.c.area_id.is_not(None))
    )
    return _counted(connection, query.group_by(people_t.person.c.area_id))


def requests(connection: Connection, since: int, until: int) -> Iterator[RequestTimes]:
    """What was asked in this span, and what waits now, whenever it was asked."""
    event, offer, r = pairing_t.pairing_event.c, pairing_t.offer.c, pairing_t.request.c
    answers = union_all(
        select(offer.request_id, offer.settled_at.label("at")).where(offer.state == "accepted"),
        select(event.request_id, event.at).where(event.what == "taken"),
    ).subquery()
    first = select(answers.c.request_id, func.min(answers.c.at).label("at")).group_by(answers.c.request_id).subquery()
    query = (
        select(people_t.person.c.area_id, r.state, r.since_at, r.due_at, first.c.at)
        .join(people_t.person, people_t.person.c.learner_id == r.learner_id)
        .outerjoin(first, first.c.request_id == r.request_id)
        .where(people_t.person.c.area_id.is_not(None))
        .where(or_(r.state.in_(WAITING), (r.since_at >= since) & (r.since_at < until)))
    )
    return (RequestTimes(*row) for row in _sliced(connection, query))


def guides(connection: Connection, now: int) -> Iterator[Guide]:
    """Every instructor, once for each area."""
    i, s = people_t.instructor.c, pairing_t.standing.c
    resting = or_(func.coalesce(i.paused_until_at, 0) > now, func.coalesce(s.rest_until_at, 0) > now)
    query = (
        select(
            i.learner_id,
            people_t.area.c.path,
            case((resting, literal(1)), else_=literal(0)),
            case((func.coalesce(s.taken, 0) >= i.capacity, literal(1)), else_=literal(0)),
        )
        .join(people_t.role, people_t.role.c.learner_id == i.learner_id)
        .join(people_t.area, people_t.area.c.area_id == people_t.role.c.area_id)
        .outerjoin(pairing_t.standing, s.learner_id == i.learner_id)
        .where(people_t.role.c.role == "instructor", people_t.role.c.state == "active", i.conduct_at.is_not(None))
    )
    return (Guide(row[0], row[1], bool(row[2]), bool(row[3])) for row in _sliced(connection, query))


# --- progress ---


def learners(connection: Connection) -> Tally:
    """Everybody who has agreed to learn here, each once, by area."""
    person = people_t.person.c
    query = select(person.area_id, func.count()).where(person.consent == "agreed", person.area_id.is_not(None))
    return _counted(connection, query.group_by(person.area_id))


def finished(connection: Connection, since: int, until: int) -> tuple[Tally, Tally, Tally]:
    """Who finished a lesson in this span; lessons finished, each once a person; those of them that were passed."""
    run = conversations_t.run.c
    once = (
        select(run.learner_id, run.lesson, func.max(case((run.passed, literal(1)), else_=literal(0))).label("passed"))
        .where(run.outcome == "completed", run.ended_at >= since, run.ended_at < until)
        .group_by(run.learner_id, run.lesson)
        .subquery()
    )
    hers = (
        select(once.c.learner_id, func.count().label("lessons"), func.sum(once.c.passed).label("passes"))
        .group_by(once.c.learner_id)
        .subquery()
    )
    query = (
        select(people_t.person.c.area_id, func.count(), func.sum(hers.c.lessons), func.sum(hers.c.passes))
        .join(hers, hers.c.learner_id == people_t.person.c.learner_id)
        .where(people_t.person.c.area_id.is_not(None), people_t.person.c.consent == "agreed")
        .group_by(people_t.person.c.area_id)
    )
    found = [(row[0], *map(int, row[1:])) for row in connection.execute(query)]
    return (
        Counter({r[0]: r[1] for r in found}),
        Counter({r[0]: r[2] for r in found}),
        Counter({r[0]: r[3] for r in found}),
    )


def begun_lessons(connection: Connection, since: int, until: int) -> Iterator[tuple[str, str, int, int]]:
    """Of lessons begun in this span: (area_id, lesson, how many learners began it, how many of those finished it)."""
    run, person = conversations_t.run.c, people_t.person.c
    completed = case((run.outcome == "completed", literal(1)), else_=literal(0))
    hers = (
        select(run.learner_id, run.lesson, func.max(completed).label("finished"))
        .where(run.started_at >= since, run.started_at < until)
        .group_by(run.learner_id, run.lesson)
        .subquery()
    )
    query = (
        select(person.area_id, hers.c.lesson, func.count(), func.sum(hers.c.finished))
        .join(hers, hers.c.learner_id == person.learner_id)
        .where(person.area_id.is_not(None))
        .group_by(person.area_id, hers.c.lesson)
    )
    return ((row[0], row[1], int(row[2]), int(row[3])) for row in _sliced(connection, query))


def remembered(connection: Connection, since: int, until: int, after: int) -> tuple[Tally, Tally]:
    """Questions of a lesson answered in this span `after` ms and more from when the learner first finished it, by area:
    how many were answered, and how many of them right at once."""
    run, attempt, person = conversations_t.run.c, conversations_t.attempt.c, people_t.person.c
    first = (
        select(run.learner_id, run.lesson, func.min(run.ended_at).label("at"))
        .where(run.outcome == "completed")
        .group_by(run.learner_id, run.lesson)
        .subquery()
    )
    query = (
        select(person.area_id, func.count(), func.sum(case((attempt.right, literal(1)), else_=literal(0))))
        .select_from(conversations_t.attempt)
        .join(first, (first.c.learner_id == attempt.learner_id) & (first.c.lesson == attempt.lesson))
        .join(people_t.person, person.learner_id == attempt.learner_id)
        .where(
            attempt.tries == 1, attempt.at >= since, attempt.at < until, attempt.at >= first.c.at + after,
            person.area_id.is_not(None),
        )
        .group_by(person.area_id)
    )  # fmt: skip
    rows = list(connection.execute(query))
    return Counter({row[0]: row[1] for row in rows}), Counter({row[0]: int(row[2]) for row in rows})


def skills(connection: Connection, since: int, until: int) -> dict[str, Tally]:
    """Level → how often it was what somebody who saw it done said last, once a person and skill."""
    check = pairing_t.skill_check.c
    span = check.at >= since, check.at < until
    latest = select(func.max(check.check_id)).where(*span).group_by(check.learner_id, check.lesson, check.skill)
    query = (
        select(people_t.person.c.area_id, check.level, func.count())
        .join(pairing_t.skill_check, check.learner_id == people_t.person.c.learner_id)
        .where(check.check_id.in_(latest), people_t.person.c.area_id.is_not(None))
        .group_by(people_t.person.c.area_id, check.level)
    )
    counts: dict[str, Tally] = {}
    for area_id, level, count in connection.execute(query):
        counts.setdefault(level, Counter())[area_id] = count
    return counts


def marks(connection: Connection, kind: str, since: int, until: int) -> tuple[Tally, Tally]:
    """How often a mark of this kind (see `MarkRow`) was set in this span, by area; and how often it was right."""
    mark = conversations_t.mark.c
    query = _marked(kind, since, until).with_only_columns(people_t.person.c.area_id, func.count(), func.sum(mark.right))
    rows = list(connection.execute(query.group_by(people_t.person.c.area_id)))
    return Counter({row[0]: row[1] for row in rows}), Counter({row[0]: int(row[2]) for row in rows})


def tests(connection: Connection, kind: str, since: int, until: int) -> list[tuple[str, float]]:
    """Each test of this kind (before, after) in this span: where its taker lives, and the share that was right."""
    mark = conversations_t.mark.c
    query = _marked(kind, since, until).where(mark.total > 0)
    rows = _sliced(connection, query.with_only_columns(people_t.person.c.area_id, mark.right, mark.total))
    return [(row[0], row[1] / row[2]) for row in rows]


def drills(connection: Connection, since: int, until: int) -> list[tuple[str, int, int]]:
    """Everybody who answered a drill in this span: where she lives, how many she recognised, how many she answered."""
    drill, person = scams_t.drill.c, people_t.person.c
    query = (
        select(person.area_id, func.sum(case((drill.right, 1), else_=0)), func.count())
        .join(scams_t.drill, drill.learner_id == person.learner_id)
        .where(drill.said_at >= since, drill.said_at < until, person.area_id.is_not(None))
        .group_by(person.learner_id, person.area_id)
    )
    return [(row[0], int(row[1]), int(row[2])) for row in _sliced(connection, query)]


def _marked(kind: str, since: int, until: int) -> Select[Any]:
    mark, person = conversations_t.mark.c, people_t.person.c
    of_whom = select(person.area_id).join(conversations_t.mark, mark.learner_id == person.learner_id)
    return of_whom.where(mark.kind == kind, mark.at >= since, mark.at < until, person.area_id.is_not(None))


def attendance(connection: Connection, since: int, until: int) -> tuple[Tally, Tally]:
    """Meetings and who came to them, by where they were held; whoever is forgotten is still counted."""
    met = meetings_t.attendance.c
    query = select(met.area_id, func.count(func.distinct(met.event_id)), func.count())
    rows = list(connection.execute(query.where(met.at >= since, met.at < until).group_by(met.area_id)))
    return Counter({row[0]: row[1] for row in rows}), Counter({row[0]: row[2] for row in rows})


def _counted(connection: Connection, query: Select[Any]) -> Tally:
    return Counter({row[0]: row[1] for row in _sliced(connection, query)})


def _sliced(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """The rows, a slice at a time: a driver that is not asked to hands all of a province's over at once."""
    return iter(connection.execute(query.execution_options(yield_per=A_SLICE)))
