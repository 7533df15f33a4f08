"""Everything that is kept of a person as one file that belongs to her: a page for reading, JSON for taking along."""

from __future__ import annotations

import html
import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from storage import areas, conversations, forgetting, people
from storage.database import Connection, Database

TITLES = {
    "person": "Chị là ai", "identity": "Máy của chị", "role": "Vai trong Hội", "invitee": "Trong danh sách",
    "session": "Đang học", "run": "Các lần học", "attempt": "Câu trả lời", "consent": "Lời đồng ý",
    "chat_log": "Tin nhắn trên trang web", "instructor": "Việc chỉ bài", "request": "Lần xin giúp",
    "pairing": "Người chỉ", "skill_check": "Việc đã làm được", "invitation": "Mã mời đã dùng",
    "announced": "Tin của Hội đã nhận", "notice": "Tin đang chờ tới chị", "award": "Huy hiệu, chứng nhận",
    "attendance": "Buổi họp đã dự", "membership": "Nhóm của Hội",
}  # fmt: skip


COLUMNS = {
    "name": "tên", "address": "xưng hô", "consent": "lời đồng ý", "created_at": "từ lúc", "area": "nơi sinh hoạt",
    "lang": "tiếng", "needs": "điều cần lưu ý", "channel": "kênh", "chat_id": "địa chỉ", "away": "đã chặn máy",
    "answer": "trả lời", "at": "lúc", "lesson": "bài", "version": "bản", "started_at": "bắt đầu",
    "ended_at": "kết thúc",
    "outcome": "kết quả",
    "points": "điểm", "passed": "đạt", "step": "bước", "right": "đúng", "tries": "số lần thử",
    "skill": "kỹ năng", "role": "vai", "state": "tình trạng", "capacity": "nhận nhiều nhất", "topics": "nhóm bài",
    "langs": "tiếng", "hours": "giờ", "paused_until_at": "nghỉ tới", "conduct_at": "hứa giữ quy tắc lúc",
    "who": "ai nói", "words": "lời đã hỏi",
    "text": "tin", "need": "cần gì", "since_at": "từ lúc", "level": "mức", "opened_at": "từ lúc", "rating": "số sao",
    "expires_at": "hết hạn", "used_at": "dùng lúc", "kind": "loại", "seen_at": "nhắn lần cuối",
}  # fmt: skip
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
ROLE_NAMES = {
    "learner": "hội viên", "instructor": "người chỉ bài", "officer": "cán bộ", "editor": "người soạn bài",
    "admin": "quản trị",
}  # fmt: skip


def as_html(data: dict[str, list[dict[str, Any]]]) -> str:
    """The same as a page that can be read without any program: one heading a kind, one list a row.

    What only a machine reads (ids, the coded state of a conversation) is in the JSON alone.
    """
    parts = ["<!doctype html><html lang=vi><meta charset=utf-8><title>Dữ liệu của tôi</title><h1>Dữ liệu của tôi</h1>"]
    for kind in sorted(data, key=lambda each: (list(TITLES).index(each) if each in TITLES else 99, each)):
        parts.append(f"<h2>{html.escape(TITLES.get(kind, kind))}</h2>")
        for row in data[kind]:
            shown = {key: value for key, value in row.items() if key in COLUMNS and (kind, key) != ("session", "state")}
            items = (f"<li>{COLUMNS[key]}: {html.escape(_told(key, value))}" for key, value in shown.items())
            parts.append(f"<ul>{''.join(items)}</ul>")
    return "\n".join(parts) + "\n"


def _told(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, int) and (key == "at" or key.endswith("_at")):
        return datetime.fromtimestamp(value / 1000, HERE).strftime("%H:%M %d/%m/%Y")
    return str(value)


def as_file(data: dict[str, list[dict[str, Any]]], kind: str) -> str:
    """The text of the file; `kind` is html or json."""
    return as_html(data) if kind == "html" else json.dumps(data, ensure_ascii=False, indent=1)


async def export_of_chat(database: Database, channel: str, chat_id: str, kind: str) -> str | None:
    """The file of whoever speaks at this address; None for nobody. Raises StorageUnavailable."""

    def work(connection: Connection) -> dict[str, list[dict[str, Any]]] | None:
        row = conversations.identified(connection, channel, chat_id)
        return None if row is None else forgetting.export(connection, row)

    data = await database.read_long(work)
    return None if data is None else as_file(data, kind)


def in_words(connection: Connection, learner_id: str) -> dict[str, str]:
    """In words she can read; the whole of it is in the export."""
    data = forgetting.export(connection, learner_id)
    roles = [f"{ROLE_NAMES[role.role]}, {role.area_name}" for role in people.roles_of(connection, learner_id)]
    belonging = people.belonging(connection, learner_id)
    place = areas.get(connection, belonging[1]) if belonging and belonging[1] else None
    told = {
        "Tên trong danh sách của Hội": ", ".join(str(row["name"]) for row in data.get("invitee", ())),
        "Nơi sinh hoạt": place.name if place else "",
        "Vai": "; ".join(roles),
        "Số lần xin giúp": _count(data, "request"),
        "Số lần ghép đôi": _count(data, "pairing"),
        "Việc đã được xác nhận": _count(data, "skill_check"),
        "Số máy": _count(data, "identity"),
    }
    return {what: value for what, value in told.items() if value}


def _count(data: dict[str, list[dict[str, Any]]], table: str) -> str:
    return str(len(data[table])) if data.get(table) else ""
