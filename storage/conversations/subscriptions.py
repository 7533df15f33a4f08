"""Browsers that may be rung, and the one knock that waits for each: it survives every stop until it has left.

A row is a device and a queue of one: a further line finds the knock that waits and joins it. Who takes a knock writes
down when it is tried again before it is sent, so that a crash, or another process, sends it once more at the worst.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    delete,
    exists,
    or_,
    select,
    tuple_,
    update,
)

from storage.conversations import tables as conversations_t
from storage.conversations.records import DueKnock, KnockEnd, KnockRow, SubscriptionRow
from storage.engine.instants import from_ms, to_ms
from storage.engine.upsert import insert_of
from storage.people import tables as people_t
from storage.people.reach import AT_IDENTITY

MOST = 3  # browsers of one address: a phone has one, and one more for each time its data were cleared

_s, _i, _talk = conversations_t.subscription.c, people_t.identity.c, conversations_t.session.c


_waits = and_(_s.knock_at.is_not(None), _s.text != "")
"""A knock that is to ring waits here, or is under way."""


def _of_person(learner_id: Any) -> Any:
    addresses = select(_i.channel, _i.chat_id).where(_i.learner_id == learner_id)
    return tuple_(_s.channel, _s.chat_id).in_(addresses)


# --- which browsers ----------------------------------------------------------------------------------


def keep(connection: Connection, channel: str, chat_id: str, row: SubscriptionRow, now: datetime) -> bool:
    """Keep a browser of this address, or its new keys; the oldest beyond MOST go. False where nobody is known there, or
    who is has not agreed to being kept."""
    agreed = select(_i.learner_id).join(people_t.person, people_t.person.c.learner_id == _i.learner_id)
    agreed = agreed.where(_i.channel == channel, _i.chat_id == chat_id, people_t.person.c.consent == "agreed")
    if connection.scalar(agreed) is None:
        return False
    into = insert_of(connection.dialect.name)
    keys = {"channel": channel, "chat_id": chat_id, "p256dh": row.p256dh, "auth": row.auth, "seen_at": to_ms(now)}
    statement = into(conversations_t.subscription).values(endpoint=row.endpoint, created_at=to_ms(now), **keys)
    connection.execute(statement.on_conflict_do_update(index_elements=["endpoint"], set_=keys))
    here = _s.channel == channel, _s.chat_id == chat_id
    newest = select(_s.endpoint).where(*here).order_by(_s.seen_at.desc(), _s.created_at.desc(), _s.endpoint)
    for old in list(connection.scalars(newest))[MOST:]:
        connection.execute(delete(conversations_t.subscription).where(_s.endpoint == old))
    return True


def forget(connection: Connection, channel: str, chat_id: str, endpoint: str) -> None:
    """A browser of this address is not rung any more."""
    here = _s.channel == channel, _s.chat_id == chat_id, _s.endpoint == endpoint
    connection.execute(delete(conversations_t.subscription).where(*here))


def forget_all(connection: Connection, channel: str, chat_id: str) -> None:
    """No browser of this address is rung any more."""
    connection.execute(delete(conversations_t.subscription).where(_s.channel == channel, _s.chat_id == chat_id))


def is_rung(connection: Connection, channel: str, chat_id: str) -> bool:
    """Whether any browser of this address can be rung."""
    here = _s.channel == channel, _s.chat_id == chat_id
    return connection.scalar(select(_s.endpoint).where(*here).limit(1)) is not None


def looked(connection: Connection, channel: str, chat_id: str, now: datetime) -> bool:
    """The page of this address is looked at: nothing waits for its person any more but a cry, which may not have come
    to the page yet, and what the other browsers show is to be taken away. Whether there is one of those.
    """
    who = select(_i.learner_id).where(_i.channel == channel, _i.chat_id == chat_id).scalar_subquery()
    here = and_(_s.channel == channel, _s.chat_id == chat_id)
    connection.execute(update(conversations_t.subscription).where(here).values(seen_at=to_ms(now), rung_at=None))
    plain = _of_person(who), _waits, ~_s.urgent
    connection.execute(update(conversations_t.subscription).where(*plain).values(knock_at=None, tries=0))
    return _close(connection, _of_person(who), now)


_ELSEWHERE = (
    exists()
    .where(
        AT_IDENTITY,
        _talk.learner_id == _i.learner_id,
        _talk.seen_at > _s.rung_at,
        _talk.seen_at <= bindparam("now", type_=BigInteger),  # no clock that was set back silences anybody
    )
    .correlate(conversations_t.subscription)
)


def close_read(connection: Connection, now: datetime) -> None:
    """As `looked`, for everybody who has written or tapped somewhere since a browser was rung."""
    _close(connection, _ELSEWHERE, now)


def _close(connection: Connection, whose: Any, now: datetime) -> bool:
    """Whoever was rung is told to take it away; where something newer waits that takes its place by itself."""
    at = {"now": to_ms(now)}
    close = {"knock_at": to_ms(now), "since_at": to_ms(now), "text": "", "rung_at": None, "tries": 0}
    rung = update(conversations_t.subscription).where(whose, _s.rung_at.is_not(None), ~_waits)
    return connection.execute(rung.values(knock_no=_s.knock_no + 1, **close), at).rowcount > 0


# --- the knock that waits ----------------------------------------------------------------------------

_at, _since = bindparam("new_at", type_=BigInteger), bindparam("new_since", type_=BigInteger)
_SEEN = select(_talk.seen_at).where(_talk.learner_id == bindparam("of_learner", type_=Text)).scalar_subquery()
_KNOCK = (
    update(conversations_t.subscription)
    .where(_of_person(bindparam("of_learner", type_=Text)))
    .values(
        knock_at=case((and_(_waits, _s.knock_at < _at), _s.knock_at), else_=_at),
        since_at=case((and_(_waits, _s.since_at >= _SEEN), _s.since_at), else_=_since),
        urgent=case((_waits, or_(_s.urgent, bindparam("new_urgent", type_=Boolean))), else_=bindparam("new_urgent")),
        text=bindparam("new_text", type_=Text),
        knock_no=_s.knock_no + 1,
        tries=0,
    )
)


def knock(connection: Connection, rows: Sequence[KnockRow]) -> None:
    """Each of these people is to be rung on every own browser; what waits there already is joined."""
    values = [
        {"of_learner": r.learner_id, "new_at": to_ms(r.at), "new_since": to_ms(r.since), "new_urgent": r.urgent,
         "new_text": r.text}
        for r in sorted(rows, key=lambda r: (r.learner_id, r.since))
    ]  # fmt: skip
    if values:
        connection.execute(_KNOCK, values)


def _due(now: datetime, limit: int, *, urgent_only: bool) -> Select[Any]:
    query = (
        select(conversations_t.subscription, _talk.chat_id.label("talk"), _talk.seen_at.label("heard_at"))
        .join(people_t.identity, AT_IDENTITY)
        .join(conversations_t.session, _talk.learner_id == _i.learner_id)
        .where(_s.knock_at <= to_ms(now))
        .order_by(_s.urgent.desc(), _s.knock_at, _s.endpoint)
        .limit(limit)
    )
    return query.where(_s.urgent) if urgent_only else query


def waits(connection: Connection, now: datetime) -> tuple[bool, bool]:
    """Whether a knock is due, and whether somebody was rung who has been there since: the one look at each tick."""
    due = connection.scalar(select(_s.endpoint).where(_s.knock_at <= to_ms(now)).limit(1))
    read = connection.scalar(
        select(_s.endpoint).where(_s.rung_at.is_not(None), ~_waits, _ELSEWHERE).limit(1), {"now": to_ms(now)}
    )
    return due is not None, read is not None


def take_due(
    connection: Connection, now: datetime, until: datetime, limit: int, *, urgent_only: bool = False
) -> list[DueKnock]:
    """Knocks that are due, the urgent first; they are due again at `until` should nobody end them before."""
    query = _due(now, limit, urgent_only=urgent_only).with_for_update(of=conversations_t.subscription, skip_locked=True)
    rows = connection.execute(query).all()
    if taken := [row.endpoint for row in rows]:
        again = update(conversations_t.subscription).where(_s.endpoint.in_(taken))
        connection.execute(again.values(knock_at=to_ms(until)))
    return [
        DueKnock(
            SubscriptionRow(r.endpoint, r.p256dh, r.auth), r.knock_no, r.text, r.urgent, r.tries, from_ms(r.since_at),
            r.talk, from_ms(r.heard_at),
        )
        for r in rows
    ]  # fmt: skip


_GONE = delete(conversations_t.subscription).where(_s.endpoint == bindparam("of_endpoint"))
_END = (
    update(conversations_t.subscription)
    .where(_s.endpoint == bindparam("of_endpoint"), _s.knock_no == bindparam("of_no", type_=Integer))
    .values(knock_at=bindparam("new_at", type_=BigInteger), tries=bindparam("new_tries", type_=Integer))
)
_RUNG = (
    update(conversations_t.subscription)
    .where(_s.endpoint == bindparam("of_endpoint"))
    .values(rung_at=bindparam("at", type_=BigInteger))
)


def end(connection: Connection, ends: Collection[KnockEnd]) -> None:
    """Write down what became of knocks; one that a further line has joined meanwhile stays due for that."""
    gone = [{"of_endpoint": e.endpoint} for e in ends if e.gone]
    rung = [{"of_endpoint": e.endpoint, "at": to_ms(e.at)} for e in ends if e.rung]
    over = [
        {"of_endpoint": e.endpoint, "of_no": e.no, "new_at": e.again_at and to_ms(e.again_at), "new_tries": e.tries}
        for e in ends
        if not e.gone
    ]
    for statement, values in ((_GONE, gone), (_RUNG, rung), (_END, over)):
        if values:
            connection.execute(statement, values)
