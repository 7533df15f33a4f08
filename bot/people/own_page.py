"""Everything that is kept of a person as a page to read: words for every value, nothing that only a machine reads.

A value that has no words here is left out; the JSON beside the page has every one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.pages import render_page
from flows import Book, Lesson
from flows.profiles import PROFILES
from flows.run import DEFAULT_ADDRESS, render
from storage.engine.rows import Row

TITLES = {
    "person": "Chị là ai", "identity": "Máy của chị", "role": "Vai trong Hội", "invitee": "Trong danh sách",
    "session": "Đang học", "run": "Các lần học", "attempt": "Câu trả lời", "consent": "Lời đồng ý",
    "instructor": "Việc chỉ bài", "request": "Lần xin giúp", "pairing": "Người chỉ",
    "skill_check": "Việc đã làm được", "invitation": "Mã mời đã dùng", "announced": "Tin của Hội đã nhận",
    "notice": "Tin đang chờ tới chị", "award": "Huy hiệu, chứng nhận", "certificate": "Giấy chứng nhận",
    "mark": "Điều đã vững, đã thử", "attendance": "Buổi họp đã dự", "membership": "Nhóm của Hội",
    "drill": "Bài thử tin lừa",
    "subscription": "Máy được rung chuông", "chat_log": "Tin nhắn trên trang web",
}  # fmt: skip
"""Table → heading, in the order of the page; of a table that is not named here the JSON alone tells."""

COLUMNS = {
    "name": "tên", "address": "xưng hô", "consent": "lời đồng ý", "lang": "tiếng", "needs": "điều cần lưu ý",
    "channel": "nhắn qua", "away": "đã chặn máy", "kind": "loại", "lesson": "bài", "question": "câu hỏi",
    "chosen": "chị chọn", "answer": "trả lời", "right": "đúng", "outcome": "kết quả", "points": "điểm", "passed": "đạt",
    "role": "vai", "state": "tình trạng", "capacity": "nhận nhiều nhất mấy người", "langs": "tiếng",
    "level": "mức", "rating": "số sao", "words": "lời đã hỏi",
    "created_at": "từ lúc", "since_at": "từ lúc", "opened_at": "từ lúc", "started_at": "bắt đầu",
    "ended_at": "kết thúc", "paused_until_at": "nghỉ tới", "conduct_at": "hứa giữ quy tắc lúc", "expires_at": "hết hạn",
    "used_at": "dùng lúc", "seen_at": "nhắn lần cuối", "looked_at": "xem lần cuối",
    "at": "lúc", "total": "trên mấy câu",
}  # fmt: skip

SAID = {
    "agreed": "đồng ý", "declined": "không đồng ý", "withdrawn": "đã rút lại", "asked": "đã hỏi, chưa trả lời",
    "new": "chưa hỏi", "vi": "tiếng Việt", "en": "tiếng Anh",
    "elderly": "lớn tuổi", "disability": "khuyết tật", "poor": "hoàn cảnh khó khăn", "worker": "công nhân",
    "remote": "ở xa", "completed": "học xong", "referred": "đã gặp người giúp", "stopped": "dừng giữa chừng",
    "learner": "hội viên", "instructor": "người chỉ bài", "officer": "cán bộ", "editor": "người soạn bài",
    "admin": "quản trị", "active": "đang làm", "paused": "đang nghỉ", "pending": "chờ duyệt", "suspended": "tạm dừng",
    "waiting": "đang tìm người", "offered": "đang hỏi một người", "open": "đang có người lo", "closed": "đã xong",
    "ended": "đã xong", "pair": "xin người chỉ", "help": "xin giúp", "safety": "việc khẩn",
    "change": "xin đổi người chỉ", "badge": "huy hiệu", "certificate": "chứng nhận",
    "skill": "việc đã vững", "before": "thử trước khi học", "after": "thử sau khi học", "checkin": "hỏi thăm hôm sau",
    "invite": "mã mời", "link": "nối máy", "back": "đổi máy", "alone": "tự làm được", "notyet": "chưa làm được",
    "level:help": "cần giúp", "state:asked": "chờ duyệt",
    **{f"channel:{profile.id}": profile.name for profile in PROFILES},
}  # fmt: skip
"""What a machine calls it, alone or as `column:value` → what the person reads."""

_SHOWN = {"photo": "Hình", "video": "Video"}

FREE = frozenset({"name", "address", "words", "lesson", "question", "chosen"})
"""Columns of plain words; of every other one only values that have words here are shown."""

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True)
class OwnSection:
    """One heading of the page: `rows` of names and values, or `lines` of a conversation."""

    title: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    lines: tuple[str, ...] = ()


def page(data: Mapping[str, list[dict[str, Any]]], book: Book | None = None) -> str:
    """The HTML: the rows of each table under its heading; `book` gives lessons their titles and answers their words."""
    address = next((str(row["address"]) for row in data.get("person", ())), DEFAULT_ADDRESS)
    sections = (_section(kind, data[kind], book, address) for kind in TITLES if data.get(kind))
    return render_page(__package__, "own_page.html", sections=sections)


def _section(kind: str, rows: list[dict[str, Any]], book: Book | None, address: str) -> OwnSection:
    if kind == "chat_log":
        return OwnSection(TITLES[kind], lines=tuple(map(_line, rows)))
    told = (_values(_in_her_words(kind, row, book), address) for row in rows)
    return OwnSection(TITLES[kind], tuple(filter(None, told)))


def _line(row: Row) -> str:
    who = "Máy" if row["who"] == "tutor" else "Chị"
    return "\n".join((f"{_time(row['at'])}, {who}: {row['text']}", *_seen(row.get("media", ""))))


def _seen(media: str) -> Iterator[str]:
    """What was shown beside a line, in words; a recording says what the line says."""
    for kind, _, _, words, *_ in json.loads(media) if media else ():
        if name := _SHOWN.get(kind):
            yield f"({name}: {words})"


def _values(row: Row, address: str) -> tuple[tuple[str, str], ...]:
    """Each column's name and its value in words, where there are words for it."""
    told = ((name, render(_told(key, row[key]), address, "", {})) for key, name in COLUMNS.items() if key in row)
    return tuple((name, value) for name, value in told if value)


def _in_her_words(kind: str, row: Row, book: Book | None) -> Row:
    """The row with its lesson by title and, of an answer, question and answer as they were shown."""
    if "lesson" not in row:
        return row
    lesson = _lesson(row, book) if book else None
    row = {**row, "lesson": lesson.title if lesson else ""}
    at = lesson.index.get(row.get("step", "")) if lesson else None
    if kind != "attempt" or lesson is None or at is None:
        return row
    step = lesson.steps[at]
    shown = {option.id: option.text for option in getattr(step, "options", ())}
    return {**row, "question": step.text, "chosen": shown.get(row["answer"], "")}


def _lesson(row: Row, book: Book) -> Lesson | None:
    """As she met it; what only names a lesson (a meeting, a request) has no version."""
    return book.versions.get((row["lesson"], row["version"])) if "version" in row else book.lesson(row["lesson"])


def _told(key: str, value: object) -> str:
    """The value in words; empty where there is none or no words for it."""
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, int):
        return _time(value) if key == "at" or key.endswith("_at") else str(value)
    text = str(value or "")
    if key in FREE:
        return text
    return ", ".join(filter(None, (SAID.get(f"{key}:{each}") or SAID.get(each, "") for each in _each(text))))


def _each(text: str) -> Iterator[str]:
    """A list that stands as JSON in its column, else the value itself."""
    if text.startswith("["):
        yield from map(str, json.loads(text))
    else:
        yield text


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, HERE).strftime("%H:%M %d/%m/%Y")
