"""What one batch of updates reads and writes: inbox, learners with their sessions, and everything they changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import starmap
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from storage.conversations import recordings, subscriptions
from storage.conversations import tables as conversations_t
from storage.conversations.leaving import forget_answers, forget_person
from storage.conversations.numbering import highest_forgotten
from storage.conversations.records import LearnerRow, Writes
from storage.engine.errors import Conflict
from storage.engine.instants import to_ms
from storage.engine.prepared import Prepared, TextList, any_of
from storage.engine.upsert import insert_of
from storage.people import naming, traces
from storage.people import tables as people_t
from storage.people.forgetting import forget_belonging
from storage.people.records import PersonRow
from storage.people.tables import role

# Statements are made once: building and hashing one costs more than running it.
_ADD_PERSON = insert(people_t.person)
_ADD_SESSION = insert(conversations_t.session)
_ADD_CONSENT = Prepared(insert(people_t.consent), "learner_id", "channel", "answer", "wording", "at")
_ADD_RUN = Prepared(
    insert(conversations_t.run).values(points=0, passed=False),
    "run_id", "learner_id", "lesson", "version", "started_at",
)  # fmt: skip
_ADD_ATTEMPT = Prepared(
    insert(conversations_t.attempt),
    "learner_id", "run_id", "lesson", "version", "step", "answer", "right", "tries", "points", "skill", "at",
)  # fmt: skip
_ADD_AWARD = Prepared(
    insert(conversations_t.award), "learner_id", "run_id", "kind", "name", "lesson", "version", "points", "at"
)
_ADD_MARK = Prepared(insert(conversations_t.mark), "learner_id", "kind", "name", "right", "total", "at")
_ADD_OUTBOX = Prepared(insert(conversations_t.outbox), "channel", "chat_id", "no", "body", "at")
_ADD_LOG = Prepared(
    insert(conversations_t.chat_log), "chat_id", "no", "who", "text", "buttons", "at", "fleeting", "media"
)
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
_IDS = bindparam("ids", type_=TextList)
_OF_CHANNEL = people_t.identity.c.channel == bindparam("channel")
_WHERE_SEEN = (
    people_t.identity.c.channel == conversations_t.session.c.channel,
    people_t.identity.c.chat_id == conversations_t.session.c.chat_id,
)
_BY_CHATS = Prepared(_LEARNERS.where(_OF_CHANNEL, any_of(people_t.identity.c.chat_id, _IDS)), "channel", "ids")
_BY_CHAT = Prepared(_LEARNERS.where(_OF_CHANNEL, people_t.identity.c.chat_id == bindparam("id")), "channel", "id")
_BY_LEARNERS = Prepared(_LEARNERS.where(any_of(conversations_t.session.c.learner_id, _IDS), *_WHERE_SEEN), "ids")
_BY_LEARNER = Prepared(_LEARNERS.where(conversations_t.session.c.learner_id == bindparam("id"), *_WHERE_SEEN), "id")
_SESSION = "channel", "chat_id", "state", "revision", "out_no", "due_at", "prompt_at", "lesson", "version"
_SAVE_SESSION = Prepared(
    update(conversations_t.session)
    .where(conversations_t.session.c.learner_id == bindparam("id"))
    .where(conversations_t.session.c.revision == bindparam("was"))
    .values(
        {name: bindparam(f"new_{name}") for name in _SESSION}
    )
    .values(seen_at=func.coalesce(bindparam("new_seen_at", type_=BigInteger), conversations_t.session.c.seen_at)),
    "id", "was", *(f"new_{name}" for name in _SESSION), "new_seen_at",
)  # fmt: skip
_SAVE_PERSON = Prepared(
    update(people_t.person)
    .where(people_t.person.c.learner_id == bindparam("id"))
    .values(name=bindparam("new_name"), address=bindparam("new_address"), consent=bindparam("new_consent")),
    "id", "new_name", "new_address", "new_consent",
)  # fmt: skip
SAVE_AWAY = Prepared(
    update(people_t.identity)
    .where(
        people_t.identity.c.channel == bindparam("of_channel"),
        people_t.identity.c.chat_id == bindparam("of_chat"),
    )
    .values(away=bindparam("new_away")),
    "new_away", "of_channel", "of_chat",
)  # fmt: skip
_END_RUN = Prepared(
    update(conversations_t.run)
    .where(conversations_t.run.c.run_id == bindparam("id"))
    .values(
        ended_at=bindparam("new_at"),
        outcome=bindparam("new_outcome"),
        points=bindparam("new_points"),
        passed=bindparam("new_passed"),
    ),
    "id", "new_at", "new_outcome", "new_points", "new_passed",
)  # fmt: skip
_RATE_RUN = Prepared(
    update(conversations_t.run)
    .where(
        conversations_t.run.c.run_id == bindparam("id"),
        conversations_t.run.c.learner_id == bindparam("of_learner"),
    )
    .values(rating=bindparam("new_rating")),
    "id", "of_learner", "new_rating",
)  # fmt: skip
_UP_TO = delete(conversations_t.chat_log).where(
    conversations_t.chat_log.c.chat_id == bindparam("of_chat"),
    conversations_t.chat_log.c.no <= bindparam("of_no"),
)
_FORGET_LOG = Prepared(_UP_TO, "of_chat", "of_no")
_ERASE = Prepared(_UP_TO.where(conversations_t.chat_log.c.fleeting == 1), "of_chat", "of_no")

KEPT_LINES, TRIM_EVERY = 400, 64
"""Of each web conversation so many lines stay, twice as many as its page shows; what is older goes with every so many
new ones."""


def learners_by_chat(connection: Connection, channel: str, chat_ids: Iterable[str]) -> dict[str, LearnerRow]:
    """The learners at these addresses, locked until the transaction ends, by chat id."""
    ids = sorted(set(chat_ids))
    one = len(ids) == 1  # as at a quiet pace: to find it in a list takes SQLite three times as long
    rows = _BY_CHAT.rows(connection, channel, ids[0]) if one else _BY_CHATS.rows(connection, channel, ids)
    return {row.chat_id: row for row in starmap(LearnerRow, rows)}


def identified(connection: Connection, channel: str, chat_id: str) -> str | None:
    """Whose an address is; nothing is locked."""
    mine = people_t.identity.c.channel == channel, people_t.identity.c.chat_id == chat_id
    return connection.scalar(select(people_t.identity.c.learner_id).where(*mine))


def learners_by_id(connection: Connection, learner_ids: Iterable[str]) -> dict[str, LearnerRow]:
    """Conversations by learner id, each at the address where its learner was last seen."""
    ids = sorted(set(learner_ids))
    rows = _BY_LEARNER.rows(connection, ids[0]) if len(ids) == 1 else _BY_LEARNERS.rows(connection, ids)
    return {row.learner_id: row for row in starmap(LearnerRow, rows)}


def add_learner(
    connection: Connection, person: PersonRow, channel: str, chat_id: str, now: datetime
) -> LearnerRow | None:
    """A new person at a new address; None when another process was quicker: read again.

    Messages are numbered from the seconds of this moment, or from the highest number of anybody who was forgotten, so
    that numbers grow even for somebody who deleted everything and came back after the clock was set back.
    """
    at, out_no = to_ms(now), max(int(now.timestamp()), highest_forgotten(connection))
    connection.execute(_ADD_PERSON, {**_person(person), "created_at": at})
    into = insert_of(connection.dialect.name)
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

    Raises Conflict when a revision has moved, which the lock taken on reading should make impossible.
    """
    named = [traces.traces_of(connection, each) for each in sorted({*writes.forget_people, *writes.forget_answers})]
    if writes.people:
        named += filter(None, (traces.renamed(connection, p.learner_id, p.name) for p in writes.people if p.name))
        _SAVE_PERSON.run(connection, sorted((p.learner_id, p.name, p.address, p.consent) for p in writes.people))
    if writes.away:
        SAVE_AWAY.run(connection, [(away, channel, chat) for channel, chat, away in sorted(writes.away)])
    _write_sessions(connection, writes)
    if writes.consents:
        _write_consents(connection, writes)
    _write_learning(connection, writes)
    if writes.erased:
        _ERASE.run(connection, sorted(writes.erased))
    _FORGET_LOG.run(connection, sorted(_old_lines(writes)))
    for learner_id in sorted(writes.forget_people):
        forget_person(connection, learner_id)  # before the farewell of this turn is added: she shall be able to read it
    _ADD_OUTBOX.run(connection, [(o.channel, o.chat_id, o.no, o.body, to_ms(o.at)) for o in writes.outbox])
    _ADD_LOG.run(connection, [
        (e.chat_id, e.no, e.who, e.text, e.buttons, to_ms(e.at), int(e.fleeting), e.media) for e in writes.log
    ])  # fmt: skip
    if writes.knocks:
        subscriptions.knock(connection, writes.knocks)
    if writes.recordings:
        recordings.add(connection, writes.recordings)
    if renamed := {*(p.learner_id for p in writes.people), *writes.forget_answers}:
        naming.put_in_order(connection, renamed)
    for each in named:
        traces.erase(connection, each)  # last: somebody of the same batch may have been shown her name


def _write_consents(connection: Connection, writes: Writes) -> None:
    for c in writes.consents:
        keep_wording(connection, c.wording, writes.wordings.get(c.wording, ""), c.at)
    rows = [(c.learner_id, c.channel, c.answer, c.wording, to_ms(c.at)) for c in writes.consents]
    _ADD_CONSENT.run(connection, rows)


def keep_wording(connection: Connection, wording: str, text: str, now: datetime) -> None:
    """The words themselves, once, so that it can be shown for ever what somebody agreed to."""
    into = insert_of(connection.dialect.name)
    if (
        text
        and connection.scalar(select(people_t.wording.c.wording).where(people_t.wording.c.wording == wording)) is None
    ):
        values = {"wording": wording, "text": text, "at": to_ms(now)}
        connection.execute(into(people_t.wording).values(values).on_conflict_do_nothing())


def _write_sessions(connection: Connection, writes: Writes) -> None:
    rows = [
        (
            s.learner_id, s.revision, s.channel, s.chat_id, s.state, s.revision + 1, s.out_no,
            None if s.due_at is None else to_ms(s.due_at), s.prompt_at, s.lesson, s.version,
            None if s.seen_at is None else to_ms(s.seen_at),
        )
        for s in sorted(writes.sessions, key=lambda row: row.learner_id)
    ]  # fmt: skip
    if _SAVE_SESSION.run(connection, rows) != len(rows):
        raise Conflict("a session has moved on meanwhile")


def _write_learning(connection: Connection, writes: Writes) -> None:
    _ADD_RUN.run(connection, [(r.run_id, r.learner_id, r.lesson, r.version, to_ms(r.at)) for r in writes.started])
    _END_RUN.run(connection, [(r.run_id, to_ms(r.at), r.outcome, r.points, r.passed) for r in writes.ended])
    _ADD_ATTEMPT.run(connection, [
        (
            a.learner_id, a.run_id, a.lesson, a.version, a.step, a.answer, a.right, a.tries, a.points, a.skill,
            to_ms(a.at),
        )
        for a in writes.attempts
    ])  # fmt: skip
    _ADD_AWARD.run(connection, [
        (a.learner_id, a.run_id, a.kind, a.name, a.lesson, a.version, a.points, to_ms(a.at)) for a in writes.awards
    ])  # fmt: skip
    _ADD_MARK.run(connection, [(m.learner_id, m.kind, m.name, m.right, m.total, to_ms(m.at)) for m in writes.marks])
    if writes.ratings:
        _RATE_RUN.run(connection, sorted((run_id, who, stars) for run_id, who, stars in writes.ratings))
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


def _person(person: PersonRow) -> dict[str, Any]:
    return {"learner_id": person.learner_id, "name": person.name, "address": person.address, "consent": person.consent}
