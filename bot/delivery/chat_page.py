"""The web chat, put together of its settings and the database that keeps what was said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.channels.base import LogEntry, Submit
from bot.channels.webchat import WebChat
from bot.channels.webchat.channel import Describe
from bot.channels.webchat.ringing import Ringing
from bot.channels.webchat.streams import Streams
from bot.conversation.packing import unpack_entry
from bot.people.export import export_of_chat
from bot.settings import Settings
from flows import Book
from storage.conversations import web_log
from storage.engine.database import Database


def chat_page(
    settings: Settings,
    database: Database,
    now: Callable[[], datetime],
    new_id: Callable[[], str],
    book: Callable[[], Book],
    describe: Describe,
    streams: Streams,
    ringing: Ringing,
    submit: Submit,
) -> WebChat:
    """The page of these settings; its parameters are as of `WebChat`."""

    async def history(chat_id: str, after: int, limit: int, oldest: bool = False) -> list[LogEntry]:
        rows = await database.read(lambda connection: web_log.history(connection, chat_id, after, limit, oldest))
        return [unpack_entry(row) for row in rows]

    async def export(chat_id: str, kind: str) -> str | None:
        return await export_of_chat(database, WebChat.name, chat_id, kind, book())

    return WebChat(
        submit=submit,
        history=history,
        new_id=new_id,
        now=now,
        key_path=Path(settings.data.dir) / "web.key",
        tutor=settings.tutor.name,
        union=settings.tutor.union,
        public_url=settings.web.public_url,
        max_text=settings.web.max_text,
        export=export,
        describe=describe,
        streams=streams,
        ringing=ringing,
    )
