"""What lessons say of a telephone, as a form: somebody does it on a real Android and iPhone and ticks it off. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from bot.prints.pages import Page, fill, foot, paragraph, ticks, title
from flows.engine.kinds.table import texts_of
from flows.model import Lesson, Quiz, Step, Task

PHONES = ("Android", "iPhone")
TITLE = "Thử trên máy thật"
HOW = (
    "Làm từng dòng trên một máy Android và một iPhone. Đúng chữ, đúng chỗ như giấy ghi thì đánh dấu vào ô. "
    "Khác thì chép chữ thấy trên máy vào dòng chấm."
)
FIRST = ("Máy Android, bản hệ điều hành", "iPhone, bản iOS", "Bản VNeID, app ngân hàng", "Ngày thử, người thử")
HINT, NOTE = "Khi kẹt:", "Khác"

_PRESSED = re.compile(
    r"\b(?:bấm|nhấn|chọn|mở|vào|vô|vuốt|gạt|nút|mục|ô|hàng|dòng)\s+(?:\w+\s+){0,3}“(?P<name>[^”]+)”", re.IGNORECASE
)
"""What is done on a screen before the name of a button or row stands; other quotes are what people say."""


class PhoneCheck(NamedTuple):
    """One thing to be done on the telephone: `texts` as the lesson says them, hints last; `step` is where."""

    step: str
    texts: tuple[str, ...]


def phone_checks(lesson: Lesson, own: Collection[str]) -> Iterator[PhoneCheck]:
    """The tasks of a lesson with their hints, and what else names a button to be pressed; `own` are the names of the
    tutor's buttons, which no telephone has. Practice questions name what is on drawn screens."""
    tasks = {step.id for step in lesson.of(Task)}
    asked = {step.id for step in lesson.of(Quiz)}
    for step in lesson.steps:
        if step.id in tasks:
            hints = tuple(f"{HINT} {text}" for text in _texts(step, "stuck"))
            yield PhoneCheck(step.id, (*_texts(step, "text", "steps"), *hints))
        elif step.id not in asked:
            named = tuple(text for text in _texts(step, "text", "more") if _names(text) - {*own})
            if named:
                yield PhoneCheck(step.id, named)


def _texts(step: Step, *fields: str) -> tuple[str, ...]:
    """What is said under these keys of a step; labels are no statement."""
    return tuple(each.text for each in texts_of(step) if each.text and each.field[0] in fields and each.role != "label")


def _names(text: str) -> set[str]:
    return {found["name"] for found in _PRESSED.finditer(text)}


def form(checks: Sequence[tuple[Lesson, Sequence[PhoneCheck]]], words: Callable[[str], str], union: str) -> Page:
    """All that is to be tried on A4, lesson by lesson. `words` fills placeholders in, `union` stands below."""
    rows = []
    for lesson, found in checks:
        heading = f"{words(lesson.title)} ({lesson.id})"
        for check in found:
            rows.append(ticks([words(each) for each in check.texts], PHONES, f"{NOTE} ({check.step})", heading))
            heading = ""
    return Page("A4", (title(TITLE), paragraph(HOW), fill(FIRST), *rows, foot(union)), long=True)
