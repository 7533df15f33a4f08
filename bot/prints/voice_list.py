"""What somebody is to read aloud, as a list on A4 with a box to tick for each line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.prints.pages import Page, foot, paragraph, ticks, title

TITLE = "Danh sách thu tiếng"
HOW = (
    "Đọc chậm, rõ, như nói chuyện với người nhà. Mỗi câu một bản thu, đọc vấp thì thu lại cả câu. Tắt quạt và tivi. "
    "Đặt tên tệp bằng số của câu, ví dụ 12345678.m4a."
)

NumberedLine = tuple[str, str]
"""The number by which a line is called, and how it is said."""


def voice_list(lessons: Iterable[tuple[str, Sequence[NumberedLine]]], union: str) -> Page:
    """The lines of each lesson under its title; `union` stands below."""
    rows = []
    for heading, lines in lessons:
        for number, said in lines:
            rows.append(ticks([said], [number], "", heading))
            heading = ""
    return Page("A4", (title(TITLE), paragraph(HOW), *rows, foot(union)), long=True)
