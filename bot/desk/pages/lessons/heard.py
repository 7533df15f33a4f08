"""What a page says of a sentence that was heard: what the tutor does with it, and whether it understands at all."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.understanding import HearReport, Overheard
from bot.desk.visit import Visit
from bot.studio.hearing import heard, step_with
from bot.web.preview.hear_words import COMMANDS, DEEDS
from flows.run import Book
from flows.saying import say
from flows.words.understand import Command, understand

MISSES = frozenset({"not_understood", "again", "ask", "hint"})
CALLED = {"help": "human"}
"""What the table calls otherwise than `hear` does."""
USUAL = {
    "done": say("làm xong"), "stuck": say("kẹt, chưa được"), "confused": say("rối, không thấy nút"),
    "later": say("để sau"), "next": say("đi tiếp"), "yes": say("đồng ý, có"), "no": say("không"),
    "ngai": say("ngại, mắc cỡ"), "pass": say("bỏ qua câu hỏi"),
}  # fmt: skip
"""The usual answers of the table (`answers`) in words."""


@dataclass(frozen=True, slots=True)
class SentenceHeard:
    """What is shown of a sentence: `said` and `at` as they were asked about, `outcome` and `where` in words."""

    said: str
    at: str
    outcome: str
    is_understood: bool
    where: str = ""


def said_in(visit: Visit) -> tuple[str, str]:
    """The sentence that an address or a form is about, and the step (LESSON/STEP, or "")."""
    asked = visit.form or visit.query
    return " ".join(asked.get("said", "").split())[:300], asked.get("at", "")[:120].strip()


def told(book: Book, overheard: Overheard, said: str, at: str, meaning: str = "") -> SentenceHeard | None:
    """A sentence as it is heard with a book; None without one. What is said to mean a usual answer (`meaning`
    answers/NAME) is heard at a step where that can be answered, if no other is named. Blocking: for a thread."""
    if not said:
        return None
    group, _, name = meaning.partition("/")
    if group == "answers" and not at:
        at = step_with(book, name)
        if not at:
            return None
    report = heard(book, overheard, said, at) if at else None
    if report is not None:
        does = str(report.told.get("does", ""))
        outcome = say("bấm nút “{button}”", button=report.button) if report.button else DEEDS.get(does, does)
        is_word = does == "again" and isinstance(understand(book.words, said, ()), Command)  # "nói lại", "học tiếp"
        return SentenceHeard(said, at, outcome, is_word or does not in MISSES, _where(book, at))
    report = heard(book, overheard, said)
    return None if report is None else SentenceHeard(said, "", *_outside(report))


def _where(book: Book, at: str) -> str:
    """LESSON/STEP as people call it."""
    name, _, step_id = at.partition("/")
    lesson = book.lesson(name) if name in book.current else None
    if lesson is None or step_id not in lesson.index:
        return at
    words = (lesson.steps[lesson.index[step_id]].text or step_id).split()
    return say("bước “{words}”, bài “{title}”", words=" ".join(words[:7]), title=lesson.title)


def _outside(report: HearReport) -> tuple[str, bool]:
    command, topics = report.told["command"], [title for title in report.titles.values() if title]
    if report.told["emergency"] == "ring":
        return say("mở bài gấp và gọi người giúp"), True
    if command:
        return COMMANDS.get(command, str(command)), True
    if report.answers:
        return say("trả lời bằng lời đã soạn: {answer}", answer=report.answers[0][0]), True
    if topics:
        return say("đưa bài “{title}”", title=topics[0]), True
    return say("chưa hiểu, đưa danh sách bài"), False


def meanings(table: dict[str, object]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a sentence can be said to mean: (group, [(GROUP/NAME of the table, in words)])."""
    groups = ((say("Trả lời ở một bước"), "answers"), (say("Lời chung, ở đâu cũng được"), "commands"))
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for title, group in groups:
        names = table.get(group)
        each = [(f"{group}/{name}", _word(group, name)) for name in names] if isinstance(names, dict) else []
        found.append((title, sorted(each, key=lambda pair: pair[1])))
    return found


def answerable(book: Book, table: dict[str, object]) -> list[tuple[str, str]]:
    """The usual answers that some step takes, as `meanings` has them: where a sentence can be tried."""
    return [each for each in meanings(table)[0][1] if step_with(book, each[0].partition("/")[2])]


LISTS = {
    "spelling": say("Chữ viết tắt, tiếng vùng"), "emergency": say("Lời kêu cứu"), "small_talk": say("Lời chuyện trò"),
    "officers": say("Lời của cán bộ"), "leaving": say("Lời thôi nhắn"), "fillers": say("Tiếng đệm"),
}  # fmt: skip
"""Lists of the table that are no meanings, in words."""


def meaning_in_words(group: str, name: str) -> str:
    """What a list of the table is about; the key itself where only who keeps the machine changes it."""
    if group in ("answers", "commands"):
        return _word(group, name)
    return LISTS.get(group, f"{group} {name}".strip())


def _word(group: str, name: str) -> str:
    return USUAL.get(name, name) if group == "answers" else COMMANDS.get(CALLED.get(name, name), name)
