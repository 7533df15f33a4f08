"""A short lesson, the learners who take it over the fake Bot API, and what must be in the database afterwards."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import text

from storage.engine.database import Connection, open_database
from tests.support import fake_telegram, fake_zalo_bot
from tests.support.process import ROOT

Learner = fake_telegram.Learner | fake_zalo_bot.Learner
Message = fake_telegram.Message | fake_zalo_bot.Message

LESSON_ID = "thu-ngan"
LESSON = """\
lesson: thu-ngan
title: "Bài thử"
track: thu
order: 1
minutes: 2
langs: [vi]
owner: "Người thử máy"
reviewed_on: 2026-11-22
mastery: {pass: 1}

steps:
  - say: chao
    text: "Bước một. {Chị} bấm nút {nhé}."
    wait_tap: "Tiếp"

  - choose: mau
    text: "Bước hai. Điện thoại của {chị} màu gì?"
    options:
      - {id: do, text: "Màu đỏ"}
      - {id: den, text: "Màu đen"}
    save: mau

  - quiz: tong
    type: number
    text: "Bước ba. Hai cộng hai là mấy?"
    accept: ["4"]
    say: "Bốn là đúng rồi {chị}."
    hints: ["{Chị} đếm trên đầu ngón tay {nhé}."]

  - quiz: khoa
    text: "Bước bốn. Ai hỏi mật khẩu, {chị} làm gì?"
    options:
      - {id: giu, text: "Giữ kín", right: true, say: "Đúng rồi {chị}."}
      - {id: gui, text: "Gửi luôn", say: "Mật khẩu không gửi cho ai."}
    hints: ["Mật khẩu giống chìa khóa nhà."]

  - task: viet
    checkpoint: true
    text: "Bước năm. {Chị} làm thử một việc."
    steps: ["Lấy giấy.", "Viết một chữ."]
    done: "Xong rồi"
    stuck:
      hints: ["Giấy nào cũng được."]
    later: {remind: 1d, times: 1, text: "{Chị} ơi, tờ giấy đâu rồi?"}

  - end: het
    text: "Bước cuối. {Chị} học tốt lắm!"
"""
Step = tuple[str, str, str]
MENU = f"m:{LESSON_ID}"
STEPS: Sequence[Step] = (
    ("", "start", ""),
    ("c:yes", "tap", "c:yes"),
    ("n:skip", "tap", "n:skip"),
    ("a:0", "tap", "a:0"),
    (MENU, "tap", MENU),
    ("Bước một", "tap", "Tiếp"),
    ("Bước hai", "tap", "Màu đỏ"),
    ("Bước ba", "say", "5"),
    ("đầu ngón tay", "say", "4"),
    ("Bước bốn", "tap", "Giữ kín"),
    ("Bước năm", "tap", "Xong rồi"),
)
"""(text or button she waits for, what she does, with what): each done once, so that whatever is lost stops her."""
WRITTEN_STEPS: Sequence[Step] = (
    *STEPS[:1],
    *((label, "tap", label) for label in ("Đồng ý", "Bỏ qua", "Gọi chị, xưng em", "Bài thử")),
    *STEPS[5:],
)
"""The same where there is nothing to tap: she waits for what she then chooses by its number."""
LAST = "Bước cuối"
ATTEMPTS = [("tong", "5", False), ("tong", "4", True), ("khoa", "giu", True)]


def write_lessons(folder: Path) -> Path:
    """A lessons folder with the tutor's own sentences and the short lesson; returns it."""
    (folder / "t" / LESSON_ID).mkdir(parents=True)
    (folder / "t" / LESSON_ID / "lesson.yaml").write_text(LESSON, "utf-8")
    for table in ("phrases.yaml", "words.yaml", "relay.yaml", "masking.yaml"):
        shutil.copy(ROOT / "lessons" / table, folder / table)
    (folder / "tracks.yaml").write_text('- {id: thu, title: "Bài thử", order: 1}\n', "utf-8")
    return folder


@dataclass(slots=True)
class Crowd:
    """Learners who take the short lesson side by side; `shown` is what one of them sees when nothing goes wrong."""

    fake: fake_telegram.FakeTelegram | fake_zalo_bot.FakeZaloBot
    steps: Sequence[Step] = STEPS
    shown: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    _next_chat: int = 100

    def newcomers(self, number: int) -> list[Learner]:
        """So many people who have never been here."""
        first, self._next_chat = self._next_chat, self._next_chat + number
        return [self.fake.learner(chat_id) for chat_id in range(first, self._next_chat)]

    def problems(self, learners: Sequence[Learner], crashes: int) -> list[str]:
        """What is wrong with what these saw: every message, in order, at most one doubled per chat and crash."""
        found = []
        for learner in learners:
            seen = [looks(message) for message in learner.inbox]
            once = [message for message, _ in groupby(seen)]
            if once != self.shown:
                found.append(f"{learner.chat_id} saw {[words[:40] for words, _ in seen]}")
            if len(seen) - len(once) > crashes:
                found.append(f"{learner.chat_id}: {len(seen) - len(once)} messages doubled by {crashes} crashes")
        return found


def looks(message: Message) -> tuple[str, tuple[str, ...]]:
    return message.text, tuple(token for _, token in message.buttons)


async def take_lesson(learner: Learner, timeout_s: float = 60.0, steps: Sequence[Step] = STEPS) -> None:
    """From /start to the end. Raises AssertionError when something she waits for does not come."""
    for waits_for, verb, with_what in steps:
        if waits_for:
            await see(learner, waits_for, timeout_s)
        do(learner, verb, with_what)
    await see(learner, LAST, timeout_s)


async def see(learner: Learner, what: str, timeout_s: float = 60.0) -> Message:
    """Wait for the next message with these words or this button's token."""

    def fits(message: Message) -> bool:
        return what in message.text or any(token == what for _, token in message.buttons)

    try:
        return await learner.expect(fits, timeout_s)
    except AssertionError as late:
        raise AssertionError(f"{what!r}: {late}") from None


def do(learner: Learner, verb: str, with_what: str) -> None:
    if verb == "tap":
        learner.tap(with_what)
    elif verb == "say":
        learner.say(with_what)
    else:
        learner.start()


async def book_problems(url: str, chat_ids: Sequence[str]) -> list[str]:
    """What is wrong with what the database holds of people who have finished: each step applied exactly once."""
    database = open_database(url)
    try:
        return await database.read(lambda connection: _problems(connection, chat_ids))
    finally:
        await database.close()


def _problems(connection: Connection, chat_ids: Sequence[str]) -> list[str]:
    found = []
    attempts = _by_chat(connection, "a.step, a.answer, a.right", "attempt a", "a.attempt_id")
    runs = _by_chat(connection, "a.outcome, a.points, a.passed", "run a", "a.run_id")
    seqs = _by_chat(connection, "a.state, a.due_at", "session a", "a.learner_id")
    for chat_id in chat_ids:
        if [(step, answer, bool(right)) for step, answer, right in attempts.get(chat_id, [])] != ATTEMPTS:
            found.append(f"{chat_id}: attempts {attempts.get(chat_id)}")
        if [(outcome, points, bool(passed)) for outcome, points, passed in runs.get(chat_id, [])] != [
            ("completed", 2, True)
        ]:
            found.append(f"{chat_id}: runs {runs.get(chat_id)}")
    states = Counter(_without_times(seqs[chat_id][0][0]) for chat_id in chat_ids if chat_id in seqs)
    if len(states) != 1 or sum(states.values()) != len(chat_ids):
        found.append(f"sessions differ: {states}")
    return found


def _without_times(state: str) -> str:
    import json

    data: dict[str, Any] = json.loads(state)
    run = data["run"]
    return json.dumps([data["seq"], data.get("answers"), data.get("done"), run.get("seq"), run.get("points")])


def _by_chat(connection: Connection, columns: str, table: str, order: str) -> dict[str, list[tuple[Any, ...]]]:
    query = text(
        f"SELECT i.chat_id, {columns} FROM {table} JOIN identity i ON i.learner_id = a.learner_id ORDER BY {order}"
    )
    found: dict[str, list[tuple[Any, ...]]] = {}
    for chat_id, *row in connection.execute(query):
        found.setdefault(chat_id, []).append(tuple(row))
    return found
