"""Conversations whose time has come: timers that are due, people who have expired; how much is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select

from storage.conversations import tables as conversations_t
from storage.conversations.leaving import forget_person
from storage.engine.instants import to_ms
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t

COUNTED = 10_000
"""Up to so many things are counted, where only how many there are is told."""

_CAME_BY_MS = 3_600_000  # whoever is not heard again within the hour of her coming has come by and gone
_CAME_BY = (  # neither an answer to the first question, nor a lesson, a reminder, a call for help, a code or a role
    people_t.person.c.consent.in_(("new", "asked")),
    conversations_t.session.c.seen_at <= people_t.person.c.created_at + _CAME_BY_MS,
    conversations_t.session.c.lesson.is_(None),
    conversations_t.session.c.due_at.is_(None),
    ~exists().where(pairing_t.request.c.learner_id == people_t.person.c.learner_id),
    ~exists().where(people_t.role.c.learner_id == people_t.person.c.learner_id),
    ~exists().where(people_t.invitation.c.used_by == people_t.person.c.learner_id),
)
_EXPIRED = (
    select(conversations_t.session.c.learner_id)
    .join(people_t.person, people_t.person.c.learner_id == conversations_t.session.c.learner_id)
    .where(
        people_t.NOT_AGREED,
        or_(
            conversations_t.session.c.seen_at < bindparam("before"),
            and_(conversations_t.session.c.seen_at < bindparam("came_by_before"), *_CAME_BY),
        ),
    )
)


def due(connection: Connection, now: datetime, limit: int) -> list[tuple[str, str, int]]:
    """Sessions whose time has come: (learner_id, state, due_at in ms), the longest overdue first."""
    query = (
        select(
            conversations_t.session.c.learner_id,
            conversations_t.session.c.state,
            conversations_t.session.c.due_at,
        )
        .where(conversations_t.session.c.due_at <= to_ms(now))
        .order_by(conversations_t.session.c.due_at)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def prompted_between(connection: Connection, channel: str, since: datetime, until: datetime) -> list[str]:
    """Learners of a channel whose last message with buttons went out in that time."""
    query = select(conversations_t.session.c.learner_id).where(
        conversations_t.session.c.channel == channel,
        conversations_t.session.c.prompt_at >= to_ms(since),
        conversations_t.session.c.prompt_at <= to_ms(until),
    )
    reachable = (
        people_t.identity.c.learner_id == conversations_t.session.c.learner_id,
        people_t.identity.c.channel == channel,
    )
    query = query.where(exists().where(*reachable, people_t.identity.c.away.is_(False)))
    return list(connection.scalars(query.order_by(conversations_t.session.c.learner_id)))


def expired_people(connection: Connection, before: datetime, came_by_before: datetime) -> list[str]:
    """People who did not agree to be remembered and were last seen before; who only came by, by the later instant.

    Of who has agreed nothing is read: an index has the others.
    """
    return list(connection.scalars(_EXPIRED, {"before": to_ms(before), "came_by_before": to_ms(came_by_before)}))


def expire_people(
    connection: Connection, learner_ids: Collection[str], before: datetime, came_by_before: datetime
) -> None:
    """Forget those of them who are still expired: one may have written since being found."""
    query = _EXPIRED.where(conversations_t.session.c.learner_id.in_(learner_ids))
    for learner_id in list(
        connection.scalars(query, {"before": to_ms(before), "came_by_before": to_ms(came_by_before)})
    ):
        forget_person(connection, learner_id)


def counts(connection: Connection) -> dict[str, int]:
    """How much is kept: learners, unsent messages, updates set aside; none is counted beyond `COUNTED`, so that whoever
    asks whether all is well costs the same in every house."""
    inbox = conversations_t.inbox
    some = {
        "learners": select(people_t.person.c.learner_id),
        "unsent": select(conversations_t.outbox.c.no),
        "set_aside": select(inbox.c.update_id).where(inbox.c.fault.is_not(None)),
    }
    return {
        name: connection.scalar(select(func.count()).select_from(each.limit(COUNTED).subquery())) or 0
        for name, each in some.items()
    }
