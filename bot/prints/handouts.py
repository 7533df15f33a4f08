"""A lesson as half a page of paper: what to do, what to remember, lines to write on by hand. Pure."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from bot.prints.pages import Page, box, fill, foot, heading, paragraph, qr, steps, title
from flows.model import End, Lesson, Say, Task

MOST = 8  # lines that half a page holds in letters that can be read without glasses

TO_DO, BY_HAND = "Làm từng việc", "Ghi sẵn từ hôm nay"
ASK_HERE = "Soi mã này là tới chỗ học."


def handout(lesson: Lesson, words: Callable[[str], str], union: str, address: str = "") -> Page:
    """Half a page of `lesson`. `words` fills placeholders in; `union` stands below; `address`: of the web page, where
    there is one."""
    own = lesson.handout
    to_do = own.steps or tuple(islice(_tasks(lesson), MOST)) or tuple(islice(_told(lesson), MOST))
    remember = own.remember or next((step.text for step in lesson.of(End) if step.text), "")
    blocks = [title(words(own.title or lesson.title))]
    if own.title and own.title != lesson.title:
        blocks.append(paragraph(words(lesson.title), center=True))
    if to_do:
        blocks += [heading(TO_DO), steps([words(each) for each in to_do])]
    if own.fill:
        blocks += [heading(BY_HAND), fill([words(each) for each in own.fill])]
    if remember:
        blocks.append(box(words(remember)))
    if address:
        blocks.append(qr(address, ASK_HERE))
    return Page("A5", (*blocks, foot(union)))


def _tasks(lesson: Lesson) -> list[str]:
    return [line for task in lesson.of(Task) for line in (task.steps or (task.text,))]


def _told(lesson: Lesson) -> list[str]:
    return [step.text for step in lesson.of(Say) if step.text]
