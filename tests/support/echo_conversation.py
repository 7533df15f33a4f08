"""A small conversation that stands behind the web chat in its tests: it keeps every line in a file, and answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.channels.base import Attachment, Began, Button, LogEntry, Tap, Text, Update
from bot.errors import StorageUnavailable

PICTURED = "Trái tim màu kem trên nền tím mận"
GREETING = "Dạ em chào chị ạ. Em là Cầm Tay, máy trò chuyện của Hội Phụ nữ.\n\nMình học thử một chút nhé?"
NUMBERS = (
    "Mất tiền thì gọi 113 để báo công an.\nVNeID: 1900 0368. Bán 156 nghìn, hạn 10.000.000 đ.\nHoặc gọi 0251 382 1234."
)
LONG = "\n\n".join(
    f"{n}. Chị mở ứng dụng VNeID, kéo lên, bấm vào ô tìm kiếm rồi gõ chữ “tài khoản” giúp em nhé." for n in range(1, 16)
)

BUSY = {"khẩn": "s:1:~mistake", "chuông": "kn:is:on"}
"""Words to the button they are answered with."""


class EchoConversation:
    """Handles every update id once and answers each with one line; `publish` is told of new lines after they are kept.

    Texts it knows: "dài" (a long answer), "số" (phone numbers), "dữ liệu" (where hers are), "nút" (six buttons), "im"
    (none), "khẩn" and "chuông" (a step of an emergency, the bell), "hình" (a picture), "chạm" (two places on one),
    "nghe" (words to be spoken otherwise), "thu" (one of three texts and one of two answers are recorded), "riêng"
    (another person's words); any other is said back.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path = path
        self._now = now
        self._kept: dict[str, list[dict[str, object]]] = {}
        self._seen: set[str] = set()
        self._left: dict[str, int] = {}  # how many lines were dropped while their numbers go on
        self.publish: Callable[[str, Sequence[LogEntry]], None] = lambda chat_id, entries: None
        self.away = False
        self.handled: list[Update] = []
        if path.exists():
            stored = json.loads(path.read_text("utf-8"))
            self._kept, self._seen = stored["kept"], set(stored["seen"])

    async def submit(self, updates: Sequence[Update]) -> None:
        """As bot.channels.base.Submit: returns when kept."""
        if self.away:
            raise StorageUnavailable
        for update in updates:
            if update.update_id in self._seen:
                continue
            self._seen.add(update.update_id)
            self.handled.append(update)
            new = self._answer(update)
            self._save()
            self.publish(update.chat_id, new)

    async def history(self, chat_id: str, after: int, limit: int, oldest: bool = False) -> list[LogEntry]:
        if self.away:
            raise StorageUnavailable
        lines = [_entry(kept) for kept in self._kept.get(chat_id, [])]
        return [each for each in lines if each.no > after][slice(limit) if oldest else slice(-limit, None)]

    def remind(self, chat_id: str, text: str) -> None:
        """The tutor speaks by itself."""
        new = [self._add(chat_id, "tutor", text)]
        self._save()
        self.publish(chat_id, new)

    def forget(self) -> list[str]:
        """Drop what was said, as after "delete my data"; which updates were handled stays known. Whose it was."""
        forgotten = list(self._kept)
        self._kept.clear()
        return forgotten

    def forget_lines(self) -> list[str]:
        """Drop what was said, as when a phone is taken from somebody: the numbers go on. Whose it was."""
        for chat_id, lines in self._kept.items():
            self._left[chat_id] = len(lines)
            lines.clear()
        return list(self._kept)

    def texts(self, who: str = "learner") -> list[str]:
        return [str(kept["text"]) for lines in self._kept.values() for kept in lines if kept["who"] == who]

    def _answer(self, update: Update) -> list[LogEntry]:
        chat_id, body = update.chat_id, update.body
        if isinstance(body, Began):
            return [self._add(chat_id, "tutor", GREETING, [("yes", "Dạ, học thử"), ("no", "Để sau ạ")])]
        if isinstance(body, Tap):
            label = self._label(chat_id, body.token)
            mine = self._add(chat_id, "learner", label)
            more = [
                ("next", "Tiếp"),
                ("slow", "Nói lại chậm hơn"),
                ("help", "Em ơi, chị bị kẹt ở chỗ này rồi, giúp chị với"),
            ]
            return [mine, self._add(chat_id, "tutor", f"Dạ, em nghe: {label}", more)]
        text = body.text if isinstance(body, Text) else ""
        mine = self._add(chat_id, "learner", text)
        said, buttons = f"Chị vừa viết: {text}", [("ok", "Đúng rồi"), ("nok", "Chưa đúng")]
        if text == "dài":
            said = LONG
        elif text == "số":
            said = NUMBERS
        elif text == "dữ liệu":
            said = "Chị bấm vào đây: /chat/data"
        elif text == "nút":
            buttons = [(f"b{n}", f"Bài học thứ {n}, tên bài khá dài") for n in range(1, 7)]
        elif text == "im":
            said, buttons = "Dạ.", []
        elif text in BUSY:
            buttons = [(BUSY[text], "Việc đang gấp")]
        extra: dict[str, object] = {}
        if text in ("hình", "chạm"):
            said, extra["media"] = "Chị xem hình nhé.", [["photo", "", "hinh.png", PICTURED]]
        elif text == "nghe":
            said, extra["media"] = "Gọi 113.", [["voice", "", "", "Gọi một một ba."]]
        elif text == "thu":
            said = "Việc một.\n\nViệc hai.\n\nViệc ba."
            extra["media"] = [["voice", "", "viec.m4a", "Việc hai."], ["voice", "", "dung.m4a", "Đúng rồi", "ok"]]
        elif text == "riêng":
            said, extra["fleeting"] = "Lời của người khác.", True
        if text == "chạm":
            buttons, extra["spots"] = [("heart", "Trái tim"), ("edge", "Mép hình")], [[25, 25, 50, 45], [0, 80, 30, 20]]
        return [mine, self._add(chat_id, "tutor", said, buttons, extra)]

    def _label(self, chat_id: str, token: str) -> str:
        for kept in reversed(self._kept.get(chat_id, [])):
            for known, label in kept["buttons"]:  # type: ignore[attr-defined]
                if known == token:
                    return str(label)
        return "(nút cũ)"

    def _add(
        self,
        chat_id: str,
        who: str,
        text: str,
        buttons: Sequence[tuple[str, str]] = (),
        extra: dict[str, object] | None = None,
    ) -> LogEntry:
        lines = self._kept.setdefault(chat_id, [])
        lines.append(
            {
                "no": self._left.get(chat_id, 0) + len(lines) + 1,
                "who": who,
                "text": text,
                "buttons": [list(button) for button in buttons],
                "at": self._now().isoformat(),
                **(extra or {}),
            }
        )
        return _entry(lines[-1])

    def _save(self) -> None:
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"kept": self._kept, "seen": sorted(self._seen)}), "utf-8")
        draft.replace(self._path)


def _entry(kept: dict[str, object]) -> LogEntry:
    known: dict[str, Any] = kept
    spots = known.get("spots", [()] * len(known["buttons"]))
    buttons = tuple(
        Button(token, label, spot=tuple(spot)) for (token, label), spot in zip(known["buttons"], spots, strict=True)
    )
    media = tuple(Attachment(*each) for each in known.get("media", ()))
    at, fleeting = datetime.fromisoformat(known["at"]), bool(known.get("fleeting"))
    return LogEntry(known["no"], known["who"], known["text"], buttons, at, media, fleeting)
