"""Who may come to a meeting of an area, and who came: attendance, kept apart from what anybody can do.

A meeting begun at the desk is a row of its own; one begun in a chat lives in its officer's conversation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, union_all, update

from storage.engine.instants import from_ms, to_ms
from storage.meetings import tables as meetings_t
from storage.people import tables as people_t
from storage.people.areas import below
from storage.people.invitees import is_visible

_ROLES = ("learner", "instructor")


@dataclass(frozen=True, slots=True)
class HeldMeetingRow:
    """A meeting that was begun at the desk; `by` is a pseudonym, `ended_at` None while it is on."""

    event_id: str
    area_id: str
    lesson: str
    by: str
    begun_at: datetime
    ended_at: datetime | None


def begin(connection: Connection, row: HeldMeetingRow) -> None:
    """A meeting is on from now."""
    values = {"event_id": row.event_id, "area_id": row.area_id, "lesson": row.lesson, "by": row.by}
    connection.execute(insert(meetings_t.meeting), {**values, "begun_at": to_ms(row.begun_at), "ended_at": None})


def get(connection: Connection, event_id: str, *, locked: bool = False) -> HeldMeetingRow | None:
    """The meeting of this id, `locked` until the transaction ends; None for one that was begun in a chat."""
    query = select(meetings_t.meeting).where(meetings_t.meeting.c.event_id == event_id)
    row = connection.execute(query.with_for_update() if locked else query).first()
    return None if row is None else _held(row)


def on(connection: Connection, paths: Sequence[str], limit: int) -> list[HeldMeetingRow]:
    """Meetings of these areas that are on, the newest first."""
    area, met = people_t.area.c, meetings_t.meeting.c
    query = select(meetings_t.meeting).join(people_t.area, area.area_id == met.area_id)
    query = (
        query.where(met.ended_at.is_(None), below(area.path, paths))
        .order_by(met.begun_at.desc(), met.event_id)
        .limit(limit)
    )
    return [_held(row) for row in connection.execute(query)] if paths else []


def end(connection: Connection, event_id: str, now: datetime) -> None:
    """It is over."""
    mine = meetings_t.meeting.c.event_id == event_id
    connection.execute(update(meetings_t.meeting).where(mine).values(ended_at=to_ms(now)))


def _held(row: Any) -> HeldMeetingRow:
    ended_at = None if row.ended_at is None else from_ms(row.ended_at)
    return HeldMeetingRow(row.event_id, row.area_id, row.lesson, row.by, from_ms(row.begun_at), ended_at)


def _expected(path: str, words: Sequence[str] = ()) -> Any:
    """People who learn or guide in an area or below, and entries of lists that nobody has claimed, each once; with
    `words` those who are called so."""
    p, i = people_t.person.c, people_t.invitee.c
    inside = below(people_t.area.c.path, [path])
    people = (
        select(
            people_t.person.c.learner_id.label("who"),
            people_t.person.c.name,
            func.min(people_t.area.c.name).label("area"),
            p.order_key,
        )
        .join(people_t.role, people_t.role.c.learner_id == people_t.person.c.learner_id)
        .join(people_t.area, people_t.area.c.area_id == people_t.role.c.area_id)
        .where(inside, people_t.role.c.role.in_(_ROLES), people_t.role.c.state == "active")
        .where(*(p.search_key.contains(f" {word}", autoescape=True) for word in words))
        .group_by(people_t.person.c.learner_id, people_t.person.c.name, p.order_key)
    )
    entries = (
        select(people_t.invitee.c.invitee_id, people_t.invitee.c.name, people_t.area.c.name, i.order_key)
        .join(people_t.area, people_t.area.c.area_id == people_t.invitee.c.area_id)
        .where(
            inside, people_t.invitee.c.role.in_(_ROLES), i.claimed_by.concat("").is_(None), is_visible()
        )  # of a ward its few areas lead
        .where(*(i.search_key.contains(f" {word}", autoescape=True) for word in words))
    )
    return union_all(people, entries).subquery()


def expected(connection: Connection, path: str, offset: int, limit: int) -> tuple[list[tuple[str, str, str]], int]:
    """A page of (id, name, area) in the order of Vietnamese lists, and how many there are in all."""
    total = connection.scalar(select(func.count()).select_from(_expected(path)))
    return listed(connection, path, offset, limit), int(total or 0)


def listed(
    connection: Connection, path: str, offset: int, limit: int, words: Sequence[str] = ()
) -> list[tuple[str, str, str]]:
    """The same page without the count; `words` of a name as of `storage.people.naming.words_of`."""
    all_ = _expected(path, words)
    query = select(all_).order_by(all_.c.order_key, all_.c.name, all_.c.who).offset(offset).limit(limit)
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def expected_among(connection: Connection, path: str, ids: Collection[str]) -> set[str]:
    """Which of these people and list entries belong to the area below `path`, by which the roll is called."""
    all_ = _expected(path)
    return set(connection.scalars(select(all_.c.who).where(all_.c.who.in_(sorted(ids))))) if ids else set()


def came(connection: Connection, event_id: str) -> set[str]:
    """The ids of those who came; of an entry that somebody has claimed since, that person's."""
    met = meetings_t.attendance.c
    who = func.coalesce(met.learner_id, people_t.invitee.c.claimed_by, met.invitee_id)
    query = (
        select(who)
        .outerjoin(people_t.invitee, people_t.invitee.c.invitee_id == met.invitee_id)
        .where(met.event_id == event_id)
    )
    return {each for each in connection.scalars(query) if each is not None}


def tick(connection: Connection, event: Mapping[str, str], attendant_id: str, now: datetime) -> None:
    """Mark somebody as present. `event`: event_id, area_id, lesson, by. The caller has seen that the mark is not there
    yet."""
    is_person = (
        connection.scalar(select(people_t.person.c.learner_id).where(people_t.person.c.learner_id == attendant_id))
        is not None
    )
    named = {"learner_id": attendant_id if is_person else None, "invitee_id": None if is_person else attendant_id}
    connection.execute(insert(meetings_t.attendance), {**event, **named, "at": to_ms(now)})


def untick(connection: Connection, event_id: str, attendant_id: str) -> None:
    """Take the mark of presence away, under whichever id it was made."""
    met = meetings_t.attendance.c
    entries = select(people_t.invitee.c.invitee_id).where(people_t.invitee.c.claimed_by == attendant_id)
    hers = or_(met.learner_id == attendant_id, met.invitee_id == attendant_id, met.invitee_id.in_(entries))
    connection.execute(delete(meetings_t.attendance).where(met.event_id == event_id, hers))


def count(connection: Connection, event_id: str) -> int:
    """How many came, those who are forgotten since among them."""
    query = select(func.count()).where(meetings_t.attendance.c.event_id == event_id)
    return int(connection.scalar(query) or 0)
