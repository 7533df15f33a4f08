"""The outbox: what waits to be sent, what has left, and what could not reach anybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    Text,
    bindparam,
    delete,
    exists,
    select,
    tuple_,
    union,
    update,
)

from storage.conversations import tables as conversations_t
from storage.conversations.conversations import SAVE_AWAY, learners_by_chat
from storage.conversations.records import Lost, OutboxRow
from storage.engine.instants import from_ms, to_ms
from storage.engine.prepared import Prepared, TextList, any_of
from storage.people import tables as people_t

_SETTLE = Prepared(
    delete(conversations_t.outbox).where(
        conversations_t.outbox.c.channel == bindparam("of_channel"),
        conversations_t.outbox.c.chat_id == bindparam("of_chat"),
        conversations_t.outbox.c.no == bindparam("of_no"),
    ),
    "of_channel", "of_chat", "of_no",
)  # fmt: skip

_o = conversations_t.outbox.c
_WAITS = (
    select(_o.channel, _o.chat_id, _o.no, _o.body, _o.at)
    .where(
        _o.channel == bindparam("of_channel"),
        tuple_(_o.chat_id, _o.no)
        > tuple_(bindparam("after_chat", type_=Text), bindparam("after_no", type_=BigInteger)),
    )
    .order_by(_o.chat_id, _o.no)
    .limit(bindparam("most", type_=Integer))
)
_PLACE = "of_channel", "after_chat", "after_no", "most"
_UNSENT = Prepared(_WAITS, *_PLACE)
_UNSENT_TO = Prepared(_WAITS.where(any_of(_o.chat_id, bindparam("chats", type_=TextList))), *_PLACE, "chats")


def settle(connection: Connection, sent: Iterable[tuple[str, str, int]]) -> None:
    """Mark these messages (channel, chat_id, no) as sent, or as never to be sent."""
    _SETTLE.run(connection, sorted(sent))


def unsent(
    connection: Connection,
    channel: str,
    limit: int,
    after: tuple[str, int] = ("", 0),
    chat_ids: Iterable[str] | None = None,
) -> list[OutboxRow]:
    """What waits to be sent on this channel (in these chats): a page of `limit` rows behind (chat_id, no) `after`.

    Each chat in its order, by number, not by time: a clock that was set back must not turn a conversation round.
    """
    place = channel, *after, limit
    if chat_ids is None:
        rows = _UNSENT.rows(connection, *place)
    else:
        rows = _UNSENT_TO.rows(connection, *place, sorted(chat_ids))
    return [OutboxRow(channel, chat_id, no, body, from_ms(at)) for channel, chat_id, no, body, at in rows]


def mark_shut(connection: Connection, channel: str, chat_id: str, no: int) -> list[str]:
    """The provider lets nobody write to this address: it is away until a word comes from there; what waits is kept.

    Who was last spoken to there, and is away now; nobody where something newer waits: it may answer a word that came
    meanwhile.
    """
    learners_by_chat(connection, channel, [chat_id])  # locked: what she causes now is seen or comes after
    of_chat = conversations_t.outbox.c.channel == channel, conversations_t.outbox.c.chat_id == chat_id
    if connection.scalar(select(exists().where(*of_chat, conversations_t.outbox.c.no > no))):
        return []
    SAVE_AWAY.run(connection, [(True, channel, chat_id)])
    return _let_wait(connection, channel, chat_id)


def expire_kept(connection: Connection, before: datetime, limit: int) -> int:
    """Drop what has waited since before for somebody whom nothing reaches; how many rows went."""
    o, i = conversations_t.outbox.c, people_t.identity.c
    shut = exists().where(i.channel == o.channel, i.chat_id == o.chat_id, i.away.is_(True))
    old = select(o.channel, o.chat_id, o.no).where(o.at < to_ms(before), shut).limit(limit)
    keys = [(row.channel, row.chat_id, row.no) for row in connection.execute(old)]
    settle(connection, keys)
    return len(keys)


def mark_away(connection: Connection, channel: str, chat_id: str, no: int) -> Lost:
    """Message `no` could not be delivered: it and what was before it wait no more.

    Its reader is away, and no timer fires, unless something newer waits there: then they may have written again
    meanwhile.
    """
    # Locked: what she causes now is seen or comes after.
    row = learners_by_chat(connection, channel, [chat_id]).get(chat_id)
    of_chat = conversations_t.outbox.c.channel == channel, conversations_t.outbox.c.chat_id == chat_id
    bodies = list(
        connection.scalars(
            delete(conversations_t.outbox)
            .where(*of_chat, conversations_t.outbox.c.no <= no)
            .returning(conversations_t.outbox.c.body)
        )
    )
    whose = row.learner_id if row else ""
    if connection.scalar(select(exists().where(*of_chat))):
        return Lost(whose, bodies, [])
    SAVE_AWAY.run(connection, [(True, channel, chat_id)])
    return Lost(whose, bodies, _let_wait(connection, channel, chat_id))


def _let_wait(connection: Connection, channel: str, chat_id: str) -> list[str]:
    """No timer fires for whoever was last spoken to at this address, of those who speak there; who that is."""
    i, seat, talk = people_t.identity.c, people_t.seat.c, conversations_t.session.c
    there = union(
        *(select(each.learner_id).where(each.channel == channel, each.chat_id == chat_id) for each in (i, seat))
    )
    here = talk.learner_id.in_(there), talk.channel == channel, talk.chat_id == chat_id
    shut = update(conversations_t.session).where(*here).values(due_at=None)
    return list(connection.scalars(shut.returning(talk.learner_id)))
