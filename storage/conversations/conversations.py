"""What one batch of updates reads and writes: inbox, learners with their sessions, and everything they changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.conversations import recordings, subscriptions
from storage.conversations import tables as conversations_t
from storage.conversations.leaving import forget_answers, forget_person
from storage.conversations.numbering import highest_forgotten
from storage.conversations.records import LearnerRow, Writes
from storage.engine.errors import Conflict
from storage.engine.instants import to_ms
from storage.people import naming, traces
from storage.people import tables as people_t
from storage.people.forgetting import forget_belonging
from storage.people.records import PersonRow
from storage.people.tables import role

# Statements are made once: building and hashing one costs more than running it.
_ADD_PERSON = insert(people_t.person)
_ADD_SESSION = insert(conversations_t.session)
_ADD_CONSENT = insert(people_t.consent)
_ADD_RUN = insert(conversations_t.run)
_ADD_ATTEMPT = insert(conversations_t.attempt)
_ADD_AWARD = insert(conversations_t.award)
_ADD_MARK = insert(conversations_t.mark)
_ADD_OUTBOX = insert(conversations_t.outbox)
_ADD_LOG = insert(conversations_t.chat_log)
_INSTRUCTS = exists().where(
    role.c.learner_id == people_t.identity.c.learner_id, role.c.role == "instructor", role.c.state == "active"
)
_LEADS = exists().where(
    role.c.learner_id == people_t.identity.c.learner_id, role.c.role == "officer", role.c.state == "active"
)
_LEARNERS = (
    select(
        people_t.identity.c.learner_id,
        people_t.identity.c.channel,
        people_t.identity.c.chat_id,
        people_t.person.c.name,
        people_t.person.c.address,
        people_t.person.c.consent,
        people_t.identity.c.away,
        conversations_t.session.c.state,
        conversations_t.session.c.revision,
        conversations_t.session.c.out_no,
        conversations_t.session.c.prompt_at,
        conversations_t.session.c.seen_at,
        _INSTRUCTS.correlate(people_t.identity),
        _LEADS.correlate(people_t.identity),
    )
    .join_from(
        people_t.identity,
        people_t.person,
        people_t.identity.c.learner_id == people_t.person.c.learner_id,
    )
    .join(conversations_t.session, conversations_t.session.c.learner_id == people_t.identity.c.learner_id)
    .order_by(people_t.identity.c.learner_id)
    # All three: whoever waited for a lock is given the row anew, but only that of the tables it has locked.
    .with_for_update(key_share=True, of=[conversations_t.session, people_t.person, people_t.identity])
)
_BY_CHAT = _LEARNERS.where(
    people_t.identity.c.channel == bindparam("channel"),
    people_t.identity.c.chat_id.in_(bindparam("ids", expanding=True)),
)
_BY_LEARNER = _LEARNERS.where(
    conversations_t.session.c.learner_id.in_(bindparam("ids", expanding=True)),
    people_t.identity.c.channel == conversations_t.session.c.channel,
    people_t.identity.c.chat_id == conversations_t.session.c.chat_id,
)
_SAVE_SESSION = (
    update(conversations_t.session)
    .where(conversations_t.session.c.learner_id == bindparam("id"))
    .where(conversations_t.session.c.revision == bindparam("was"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "channel", "chat_id", "state", "revision", "out_no",
                "due_at", "prompt_at", "lesson", "version",
            )
        }
    )
    .values(seen_at=func.coalesce(bindparam("new_seen_at", type_=BigInteger), conversations_t.session.c.seen_at))
)  # fmt: skip
_SAVE_PERSON = (
    update(people_t.person)
    .where(people_t.person.c.learner_id == bindparam("id"))
    .values(name=bindparam("new_name"), address=bindparam("new_address"), consent=bindparam("new_consent"))
)
SAVE_AWAY = (
    update(people_t.identity)
    .where(
        people_t.identity.c.channel == bindparam("of_channel"),
        people_t.identity.c.chat_id == bindparam("of_chat"),
    )
    .values(away=bindparam("new_away"))
)
_END_RUN = (
    update(conversations_t.run)
    .where(conversations_t.run.c.run_id == bindparam("id"))
    .values(
        ended_at=bindparam("new_at"),
        outcome=bindparam("new_outcome"),
        points=bindparam("new_points"),
        passed=bindparam("new_passed"),
    )
)
_RATE_RUN = (
    update(conversations_t.run)
    .where(
        conversations_t.run.c.run_id == bindparam("id"),
        conversations_t.run.c.learner_id == bindparam("of_learner"),
    )
    .values(rating=bindparam("new_rating"))
)
_FORGET_LOG = delete(conversations_t.chat_log).where(
    conversations_t.chat_log.c.chat_id == bindparam("of_chat"),
    conversations_t.chat_log.c.no <= bindparam("of_no"),
)

KEPT_LINES, TRIM_EVERY = 400, 64
"""Of each web conversation so many lines stay, twice as many as its page shows; what is older goes with every so many
new ones."""

_ERASE = _FORGET_LOG.where(conversations_t.chat_log.c.fleeting == 1)


def learners_by_chat(connection: Connection, channel: str, chat_ids: Iterable[str]) -> dict[str, LearnerRow]:
    """The learners at these addresses, locked until the transaction ends, by chat id."""
    return {
        row.chat_id: row for row in _learners(connection, _BY_CHAT, {"channel": channel, "ids": sorted(set(chat_ids))})
    }


def identified(connection: Connection, channel: str, chat_id: str) -> str | None:
    """Whose an address is; nothing is locked."""
    mine = people_t.identity.c.channel == channel, people_t.identity.c.chat_id == chat_id
    return connection.scalar(select(people_t.identity.c.learner_id).where(*mine))


def learners_by_id(connection: Connection, learner_ids: Iterable[str]) -> dict[str, LearnerRow]:
    """Conversations by learner id, each at the address where its learner was last seen."""
    return {row.learner_id: row for row in _learners(connection, _BY_LEARNER, {"ids": sorted(set(learner_ids))})}


def _learners(connection: Connection, query: Select[Any], values: dict[str, Any]) -> list[LearnerRow]:
    return [LearnerRow(*row) for row in connection.execute(query, values)]


def add_learner(
    connection: Connection, person: PersonRow, channel: str, chat_id: str, now: datetime
) -> LearnerRow | None:
    """A new person at a new address; None when another process was quicker: read again.

    Messages are numbered from the seconds of this moment, or from the highest number of anybody who was forgotten, so
    that numbers grow even for somebody who deleted everything and came back after the clock was set back.
    """
    at, out_no = to_ms(now), max(int(now.timestamp()), highest_forgotten(connection))
    connection.execute(_ADD_PERSON, {**_person(person), "created_at": at})
    into = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    taken = connection.execute(
        into(people_t.identity).on_conflict_do_nothing().returning(people_t.identity.c.learner_id),
        {"channel": channel, "chat_id": chat_id, "learner_id": person.learner_id, "away": False, "created_at": at},
    ).scalar_one_or_none()
    if taken is None:
        connection.execute(delete(people_t.person).where(people_t.person.c.learner_id == person.learner_id))
        return None
    empty = {"state": "{}", "revision": 0, "out_no": out_no, "seen_at": at}
    connection.execute(_ADD_SESSION, {"learner_id": person.learner_id, "channel": channel, "chat_id": chat_id, **empty})
    if person.name:
        naming.put_in_order(connection, [person.learner_id])
    return LearnerRow(
        person.learner_id,
        channel,
        chat_id,
        person.name,
        person.address,
        person.consent,
        False,
        "{}",
        0,
        out_no,
        None,
        at,
    )


def write(connection: Connection, writes: Writes) -> None:
    """Everything a batch changed, each table once, rows in key order.

    Raises Conflict when a revision has moved, which the lock taken on reading should make impossible; asyncpg cannot
    count the rows of an executemany, so on PostgreSQL the lock alone holds.
    """
    named = [traces.traces_of(connection, each) for each in sorted({*writes.forget_people, *writes.forget_answers})]
    named += filter(None, (traces.renamed(connection, p.learner_id, p.name) for p in writes.people if p.name))
    _many(connection, _SAVE_PERSON, [
        {"id": p.learner_id, "new_name": p.name, "new_address": p.address, "new_consent": p.consent}
        for p in sorted(writes.people, key=lambda p: p.learner_id)
    ])  # fmt: skip
    _many(
        connection,
        SAVE_AWAY,
        [{"of_channel": c, "of_chat": chat, "new_away": away} for c, chat, away in sorted(writes.away)],
    )
    _write_sessions(connection, writes)
    for c in writes.consents:
        keep_wording(connection, c.wording, writes.wordings.get(c.wording, ""), c.at)
    _many(connection, _ADD_CONSENT, [
        {"learner_id": c.learner_id, "channel": c.channel, "answer": c.answer, "wording": c.wording, "at": to_ms(c.at)}
        for c in writes.consents
    ])  # fmt: skip
    _write_learning(connection, writes)
    _many(connection, _ERASE, [{"of_chat": chat, "of_no": no} for chat, no in sorted(writes.erased)])
    _many(connection, _FORGET_LOG, [{"of_chat": chat, "of_no": no} for chat, no in sorted(_old_lines(writes))])
    for learner_id in sorted(writes.forget_people):
        forget_person(connection, learner_id)  # before the farewell of this turn is added: she shall be able to read it
    _many(connection, _ADD_OUTBOX, [
        {"channel": o.channel, "chat_id": o.chat_id, "no": o.no, "body": o.body, "at": to_ms(o.at)}
        for o in writes.outbox
    ])  # fmt: skip
    _many(connection, _ADD_LOG, [
        {"chat_id": e.chat_id, "no": e.no, "who": e.who, "text": e.text, "buttons": e.buttons, "at": to_ms(e.at),
         "fleeting": int(e.fleeting), "media": e.media}
        for e in writes.log
    ])  # fmt: skip
    if writes.knocks:
        subscriptions.knock(connection, writes.knocks)
    if writes.recordings:
        recordings.add(connection, writes.recordings)
    if renamed := {*(p.learner_id for p in writes.people), *writes.forget_answers}:
        naming.put_in_order(connection, renamed)
    for each in named:
        traces.erase(connection, each)  # last: somebody of the same batch may have been shown her name


def keep_wording(connection: Connection, wording: str, text: str, now: datetime) -> None:
    """The words themselves, once, so that it can be shown for ever what somebody agreed to."""
    into = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    if (
        text
        and connection.scalar(select(people_t.wording.c.wording).where(people_t.wording.c.wording == wording)) is None
    ):
        values = {"wording": wording, "text": text, "at": to_ms(now)}
        connection.execute(into(people_t.wording).values(values).on_conflict_do_nothing())


def _write_sessions(connection: Connection, writes: Writes) -> None:
    rows = sorted(writes.sessions, key=lambda row: row.learner_id)
    if not rows:
        return
    done = connection.execute(_SAVE_SESSION, [
        {
            "id": s.learner_id, "was": s.revision, "new_revision": s.revision + 1, "new_channel": s.channel,
            "new_chat_id": s.chat_id, "new_state": s.state, "new_out_no": s.out_no,
            "new_seen_at": None if s.seen_at is None else to_ms(s.seen_at),
            "new_due_at": None if s.due_at is None else to_ms(s.due_at),
            "new_prompt_at": s.prompt_at,
            "new_lesson": s.lesson, "new_version": s.version,
        }
        for s in rows
    ])  # fmt: skip
    if done.supports_sane_multi_rowcount() and done.rowcount != len(rows):
        raise Conflict("a session has moved on meanwhile")


def _write_learning(connection: Connection, writes: Writes) -> None:
    _many(connection, _ADD_RUN, [
        {"run_id": r.run_id, "learner_id": r.learner_id, "lesson": r.lesson, "version": r.version,
         "started_at": to_ms(r.at), "points": 0, "passed": False}
        for r in writes.started
    ])  # fmt: skip
    _many(connection, _END_RUN, [
        {"id": r.run_id, "new_at": to_ms(r.at), "new_outcome": r.outcome, "new_points": r.points,
         "new_passed": r.passed}
        for r in writes.ended
    ])  # fmt: skip
    _many(
        connection,
        _RATE_RUN,
        [{"id": run_id, "of_learner": who, "new_rating": stars} for run_id, who, stars in sorted(writes.ratings)],
    )
    _many(connection, _ADD_ATTEMPT, [
        {"learner_id": a.learner_id, "run_id": a.run_id, "lesson": a.lesson, "version": a.version, "step": a.step,
         "answer": a.answer, "right": a.right, "tries": a.tries, "points": a.points, "skill": a.skill,
         "at": to_ms(a.at)}
        for a in writes.attempts
    ])  # fmt: skip
    _many(connection, _ADD_AWARD, [
        {"learner_id": a.learner_id, "run_id": a.run_id, "kind": a.kind, "name": a.name, "lesson": a.lesson,
         "version": a.version, "points": a.points, "at": to_ms(a.at)}
        for a in writes.awards
    ])  # fmt: skip
    _many(connection, _ADD_MARK, [
        {"learner_id": m.learner_id, "kind": m.kind, "name": m.name, "right": m.right, "total": m.total,
         "at": to_ms(m.at)}
        for m in writes.marks
    ])  # fmt: skip
    for learner_id in sorted(writes.forget_answers):
        forget_answers(connection, learner_id)
        forget_belonging(connection, learner_id)


def _old_lines(writes: Writes) -> set[tuple[str, int]]:
    """Up to which number each web conversation is forgotten: as was wished, and what nobody is shown any more."""
    return {*writes.forget_log, *((e.chat_id, e.no - KEPT_LINES) for e in writes.log if e.no % TRIM_EVERY == 0)}


def kept_of(connection: Connection, learner_id: str) -> LearnerRow | None:
    """What is kept of a person, locked, also while somebody else sits at the phone."""
    query = (
        select(people_t.person, conversations_t.session)
        .join(conversations_t.session, conversations_t.session.c.learner_id == people_t.person.c.learner_id)
        .where(people_t.person.c.learner_id == learner_id)
        .with_for_update(key_share=True, of=[conversations_t.session, people_t.person])
    )
    r = connection.execute(query).first()
    if r is None:
        return None
    talk = r.state, r.revision, r.out_no, r.prompt_at, r.seen_at
    return LearnerRow(learner_id, r.channel, r.chat_id, r.name, r.address, r.consent, False, *talk)


def _many(connection: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _person(person: PersonRow) -> dict[str, Any]:
    return {"learner_id": person.learner_id, "name": person.name, "address": person.address, "consent": person.consent}
