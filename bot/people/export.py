"""Everything that is kept of a person as one file of that person: a page for reading, JSON for taking along."""

from __future__ import annotations

import json
from typing import Any

from bot.people.own_page import page
from flows import Book
from flows.saying import joined, say
from storage.conversations import conversations
from storage.engine.database import Connection, Database
from storage.people import areas, forgetting, people

ROLE_NAMES = {
    "learner": "hội viên", "instructor": "người chỉ bài", "officer": "cán bộ", "editor": "người soạn bài",
    "admin": "quản trị",
}  # fmt: skip


def as_file(data: dict[str, list[dict[str, Any]]], kind: str, book: Book | None = None) -> str:
    """The text of the file; `kind` is html or json."""
    return page(data, book) if kind == "html" else json.dumps(data, ensure_ascii=False, indent=1)


async def export_of_chat(
    database: Database, channel: str, chat_id: str, kind: str, book: Book | None = None
) -> str | None:
    """The file of whoever speaks at this address; None for nobody. Raises StorageUnavailable."""

    def work(connection: Connection) -> dict[str, list[dict[str, Any]]] | None:
        row = conversations.identified(connection, channel, chat_id)
        return None if row is None else forgetting.export(connection, row)

    data = await database.read_long(work)
    return None if data is None else as_file(data, kind, book)


def in_words(connection: Connection, learner_id: str) -> dict[str, str]:
    """A person's data in a few words: what it is → what it says; the whole of it is in the export."""
    data = forgetting.export(connection, learner_id)
    held = people.roles_of(connection, learner_id)
    roles = joined((say("{role}, {row.area_name}", role=say(ROLE_NAMES[row.role]), row=row) for row in held), "; ")
    belonging = people.belonging(connection, learner_id)
    place = areas.get(connection, belonging[1]) if belonging and belonging[1] else None
    told = {
        "Tên trong danh sách của Hội": ", ".join(str(row["name"]) for row in data.get("invitee", ())),
        "Nơi sinh hoạt": place.name if place else "",
        "Vai": roles,
        "Số lần xin giúp": _count(data, "request"),
        "Số lần ghép đôi": _count(data, "pairing"),
        "Việc đã được xác nhận": _count(data, "skill_check"),
        "Số máy": _count(data, "identity"),
    }
    return {what: value for what, value in told.items() if value}


def _count(data: dict[str, list[dict[str, Any]]], table: str) -> str:
    return str(len(data[table])) if data.get(table) else ""
