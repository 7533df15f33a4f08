"""The log of web conversations: read page by page, forgotten when it is nobody's or was written by another."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ARRAY, Connection, Integer, Text, bindparam, cast, delete, exists, func, select

from storage.conversations import tables as conversations_t
from storage.conversations.records import LogRow
from storage.engine.instants import from_ms, to_ms
from storage.people import tables as people_t
from storage.people.shown import LOGGED

_LOG = conversations_t.chat_log.c
_LINES = (  # made once: every page that is opened asks it
    select(_LOG.chat_id, _LOG.no, _LOG.who, _LOG.text, _LOG.buttons, _LOG.at, _LOG.fleeting, _LOG.media)
    .where(_LOG.chat_id == bindparam("of_chat"), _LOG.no > bindparam("after"))
    .limit(bindparam("most", type_=Integer))
)
_OLDEST, _NEWEST = _LINES.order_by(_LOG.no), _LINES.order_by(_LOG.no.desc())
_OWNED = exists().where(LOGGED, people_t.identity.c.chat_id == conversations_t.chat_log.c.chat_id)


def chats(connection: Connection, after: str, limit: int) -> list[str]:
    """The next web conversations that have a line, by chat id: one look into the index each, however long they are."""
    first = select(func.min(_LOG.chat_id).label("chat_id")).where(_LOG.chat_id > after).cte("chats", recursive=True)
    following = select(func.min(_LOG.chat_id)).where(_LOG.chat_id > first.c.chat_id).scalar_subquery()
    walk = first.union_all(select(following).where(first.c.chat_id.is_not(None)))
    return [chat for chat in connection.scalars(select(walk.c.chat_id).limit(limit)) if chat is not None]


def ownerless_logs(connection: Connection, before: datetime, chat_ids: Collection[str]) -> list[tuple[str, int]]:
    """Lines (chat_id, no) of those of these web conversations that are nobody's, written before: farewells."""
    address = people_t.identity.c
    owned = set(connection.scalars(select(address.chat_id).where(LOGGED, address.chat_id.in_(chat_ids))))
    nobodys = sorted(set(chat_ids) - owned)
    query = select(_LOG.chat_id, _LOG.no).where(_LOG.chat_id.in_(nobodys), _LOG.at < to_ms(before))
    return [(row[0], row[1]) for row in connection.execute(query)] if nobodys else []


def expire_logs(connection: Connection, lines: Collection[tuple[str, int]]) -> None:
    """Forget lines of the web page, unless their chat has become somebody's."""
    for chat_id, no in lines:
        connection.execute(
            delete(conversations_t.chat_log).where(
                conversations_t.chat_log.c.chat_id == chat_id, conversations_t.chat_log.c.no == no, ~_OWNED
            )
        )


def erase_relayed(connection: Connection, before: datetime, limit: int) -> int:
    """Forget lines that one person wrote to another, shown before; how many."""
    log = conversations_t.chat_log.c
    old = select(log.chat_id, log.no).where(log.fleeting == 1, log.at < to_ms(before)).limit(limit)
    rows = connection.execute(old).all()
    for chat_id, no in rows:
        connection.execute(delete(conversations_t.chat_log).where(log.chat_id == chat_id, log.no == no))
    return len(rows)


def spans(connection: Connection, chat_ids: Collection[str]) -> dict[str, tuple[int, int]]:
    """The oldest and the newest number of each of these web conversations; nothing of one without any line. On
    PostgreSQL alone: two looks into an index each."""
    asked = func.unnest(cast(list(chat_ids), ARRAY(Text))).table_valued("chat_id").render_derived()
    of_chat = _LOG.chat_id == asked.c.chat_id
    oldest, newest = (
        select(of(_LOG.no)).where(of_chat).correlate(asked).scalar_subquery() for of in (func.min, func.max)
    )
    rows = connection.execute(select(asked.c.chat_id, oldest, newest))
    return {row[0]: (row[1], row[2]) for row in rows if row[2] is not None}


def history(connection: Connection, chat_id: str, after: int, limit: int, oldest: bool = False) -> list[LogRow]:
    """The newest or oldest `limit` lines of a web conversation with a number above `after`, in order."""
    asked = {"of_chat": chat_id, "after": after, "most": limit}
    rows = connection.execute(_OLDEST if oldest else _NEWEST, asked).all()
    lines = [
        LogRow(chat, no, who, text, buttons, from_ms(at), bool(fleeting), media)
        for chat, no, who, text, buttons, at, fleeting, media in rows
    ]
    return lines if oldest else lines[::-1]
