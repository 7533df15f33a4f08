"""What was said at an address: rows that wait to be sent there, and the log of a channel that keeps one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from flows.profiles import KEEP_LOGS, profile_of
from storage.conversations import tables as conversations_t
from storage.engine.database import Connection
from storage.engine.instants import to_ms
from storage.people import tables as people_t

LOGGED = people_t.identity.c.channel.in_(KEEP_LOGS)
"""An identity whose conversation is in the log."""


def forget_said_at(connection: Connection, channel: str, chat_id: str) -> None:
    """Drop what waits to be sent to this address, and what its log has of it."""
    connection.execute(
        delete(conversations_t.outbox).where(
            conversations_t.outbox.c.channel == channel, conversations_t.outbox.c.chat_id == chat_id
        )
    )
    forget_log(connection, channel, chat_id)


def forget_log(connection: Connection, channel: str, chat_id: str, since: datetime | None = None) -> None:
    """Drop the log of a conversation, from `since` on (aware UTC); nothing where the channel keeps none."""
    if profile_of(channel).keeps_log:
        of_chat = delete(conversations_t.chat_log).where(conversations_t.chat_log.c.chat_id == chat_id)
        connection.execute(of_chat if since is None else of_chat.where(conversations_t.chat_log.c.at >= to_ms(since)))
