"""The quieter rooms of storage: what is due, what has expired, the web log, small durable keys."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Integer, and_, bindparam, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage import tables as t
from storage import tables_people as people
from storage.conversations import forget_person
from storage.records import LogRow, from_ms, to_ms

CLOCK = "clock"  # the last instant that was sure, and where a jump led to: see bot/workers/steady.py
HEALTH = "health"  # when it was last seen that something can be written

_CAME_BY_MS = 3_600_000  # whoever is not heard again within the hour of her coming has come by and gone
_CAME_BY = (  # neither an answer to the first question, nor a lesson, a reminder, a call for help, a code or a role
    t.person.c.consent.in_(("new", "asked")),
    t.session.c.seen_at <= t.person.c.created_at + _CAME_BY_MS,
    t.session.c.lesson.is_(None),
    t.session.c.due_at.is_(None),
    t.person.c.learner_id.not_in(select(people.request.c.learner_id)),
    t.person.c.learner_id.not_in(select(people.role.c.learner_id)),
    t.person.c.learner_id.not_in(select(people.invitation.c.used_by).where(people.invitation.c.used_by.is_not(None))),
)
_EXPIRED = (
    select(t.session.c.learner_id)
    .join(t.person, t.person.c.learner_id == t.session.c.learner_id)
    .where(
        t.person.c.consent != "agreed",
        or_(
            t.session.c.seen_at < bindparam("before"),
            and_(t.session.c.seen_at < bindparam("came_by_before"), *_CAME_BY),
        ),
    )
)
_LOG = t.chat_log.c
_LINES = (  # made once: every page that is opened asks it
    select(_LOG.chat_id, _LOG.no, _LOG.who, _LOG.text, _LOG.buttons, _LOG.at)
    .where(_LOG.chat_id == bindparam("of_chat"), _LOG.no > bindparam("after"))
    .limit(bindparam("most", type_=Integer))
)
_OLDEST, _NEWEST = _LINES.order_by(_LOG.no), _LINES.order_by(_LOG.no.desc())
_OWNED = exists().where(t.identity.c.channel == "web", t.identity.c.chat_id == t.chat_log.c.chat_id)


def due(connection: Connection, now: datetime, limit: int) -> list[tuple[str, str, int]]:
    """Sessions whose time has come: (learner_id, state, due_at in ms), the longest overdue first."""
    query = (
        select(t.session.c.learner_id, t.session.c.state, t.session.c.due_at)
        .where(t.session.c.due_at <= to_ms(now))
        .order_by(t.session.c.due_at)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def prompted_between(connection: Connection, channel: str, since: datetime, until: datetime) -> list[str]:
    """Learners of a channel whose last message with buttons went out in that time."""
    query = select(t.session.c.learner_id).where(
        t.session.c.channel == channel, t.session.c.prompt_at >= to_ms(since), t.session.c.prompt_at <= to_ms(until)
    )
    reachable = t.identity.c.learner_id == t.session.c.learner_id, t.identity.c.channel == channel
    query = query.where(exists().where(*reachable, t.identity.c.away.is_(False)))
    return list(connection.scalars(query.order_by(t.session.c.learner_id)))


def expired_people(connection: Connection, before: datetime, came_by_before: datetime) -> list[str]:
    """Those who did not agree to be remembered and were last seen before; who only came by, by the later instant.

    Reads the whole table.
    """
    return list(connection.scalars(_EXPIRED, {"before": to_ms(before), "came_by_before": to_ms(came_by_before)}))


def expire_people(
    connection: Connection, learner_ids: Collection[str], before: datetime, came_by_before: datetime
) -> None:
    """Forget those of them who are still expired: one may have written since being found."""
    query = _EXPIRED.where(t.session.c.learner_id.in_(learner_ids))
    for learner_id in list(
        connection.scalars(query, {"before": to_ms(before), "came_by_before": to_ms(came_by_before)})
    ):
        forget_person(connection, learner_id)


def ownerless_logs(connection: Connection, before: datetime) -> list[tuple[str, int]]:
    """Lines (chat_id, no) of web conversations of nobody, written before: farewells. Reads the whole table."""
    query = select(t.chat_log.c.chat_id, t.chat_log.c.no).where(t.chat_log.c.at < to_ms(before), ~_OWNED)
    return [(row[0], row[1]) for row in connection.execute(query)]


def expire_logs(connection: Connection, lines: Collection[tuple[str, int]]) -> None:
    """Forget these lines, unless their chat has become somebody's."""
    for chat_id, no in lines:
        connection.execute(delete(t.chat_log).where(t.chat_log.c.chat_id == chat_id, t.chat_log.c.no == no, ~_OWNED))


def erase_relayed(connection: Connection, before: datetime, limit: int) -> int:
    """Forget lines that one person wrote to another, shown before; how many."""
    log = t.chat_log.c
    old = select(log.chat_id, log.no).where(log.fleeting == 1, log.at < to_ms(before)).limit(limit)
    rows = connection.execute(old).all()
    for chat_id, no in rows:
        connection.execute(delete(t.chat_log).where(log.chat_id == chat_id, log.no == no))
    return len(rows)


def expire_inbox(connection: Connection, before: datetime, limit: int) -> int:
    """Forget update ids that no provider will deliver again; what was set aside stays."""
    old = select(t.inbox.c.channel, t.inbox.c.update_id).where(t.inbox.c.at < to_ms(before), t.inbox.c.fault.is_(None))
    rows = connection.execute(old.limit(limit)).all()
    for channel, update_id in rows:
        connection.execute(delete(t.inbox).where(t.inbox.c.channel == channel, t.inbox.c.update_id == update_id))
    return len(rows)


def history(connection: Connection, chat_id: str, after: int, limit: int, oldest: bool = False) -> list[LogRow]:
    """The newest or oldest `limit` lines of a web conversation with a number above `after`, in order."""
    asked = {"of_chat": chat_id, "after": after, "most": limit}
    rows = connection.execute(_OLDEST if oldest else _NEWEST, asked).all()
    lines = [LogRow(chat, no, who, text, buttons, from_ms(at)) for chat, no, who, text, buttons, at in rows]
    return lines if oldest else lines[::-1]


def answers_of(connection: Connection, learner_id: str) -> int:
    """How many graded answers are kept of a learner."""
    return (
        connection.scalar(select(func.count()).select_from(t.attempt).where(t.attempt.c.learner_id == learner_id)) or 0
    )


def counts(connection: Connection) -> dict[str, int]:
    """How much is kept: learners, unsent messages, updates set aside."""
    aside = select(func.count()).select_from(t.inbox).where(t.inbox.c.fault.is_not(None))
    return {
        "learners": connection.scalar(select(func.count()).select_from(t.person)) or 0,
        "unsent": connection.scalar(select(func.count()).select_from(t.outbox)) or 0,
        "set_aside": connection.scalar(aside) or 0,
    }


def get_key(connection: Connection, key: str) -> tuple[str, int] | None:
    """A small durable value and its revision."""
    row = connection.execute(
        select(t.key_value.c.value, t.key_value.c.revision).where(t.key_value.c.key == key)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def drop_key(connection: Connection, key: str, revision: int) -> None:
    """Forget a value, unless it has changed since."""
    connection.execute(delete(t.key_value).where(t.key_value.c.key == key, t.key_value.c.revision == revision))


def set_key(connection: Connection, key: str, value: str) -> None:
    """Write a value, whatever it was."""
    into = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    statement = into(t.key_value).values(key=key, value=value, revision=1)
    again = {"value": value, "revision": t.key_value.c.revision + 1}
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=again))


def put_key(connection: Connection, key: str, value: str, revision: int | None) -> bool:
    """Write a value if it still has `revision` (None: does not exist yet); False when somebody was quicker."""
    if revision is None:
        if get_key(connection, key) is not None:
            return False
        connection.execute(insert(t.key_value), {"key": key, "value": value, "revision": 1})
        return True
    changed = connection.execute(
        update(t.key_value)
        .where(t.key_value.c.key == key, t.key_value.c.revision == revision)
        .values(value=value, revision=revision + 1)
    )
    return changed.rowcount == 1
