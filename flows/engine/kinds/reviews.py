"""Questions that come back: a card a question, asked again after longer and longer pauses until it is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flows.model import Quiz
from flows.run import Card

if TYPE_CHECKING:
    from flows.run import Book


def due_questions(
    book: Book, cards: Mapping[str, Card], now: datetime, skills: Collection[str], most: int, lang: str
) -> tuple[str, ...]:
    """The cards ("lesson/step") to ask now, the longest overdue first; of `skills` only, where any are named."""
    due = sorted((card.due_at, key) for key, card in cards.items() if card.due_at <= now)
    wanted = (key for _, key in due if _is_askable(book, key, skills, lang))
    return tuple(key for key, _ in zip(wanted, range(most), strict=False))


def _is_askable(book: Book, key: str, skills: Collection[str], lang: str) -> bool:
    lesson_id, _, step = key.partition("/")
    lesson = book.lesson(lesson_id, None, lang)
    quiz = lesson.step(step) if lesson else None
    return isinstance(quiz, Quiz) and (not skills or quiz.skill in skills)


def after_answer(card: Card | None, right: bool, pauses_s: Sequence[int], now: datetime) -> Card | None:
    """The card of a question after an answer; None: it never comes back (no pauses), or is known for good.

    A first answer is asked about after the first pause, a wrong one again after the first, a right one that was due
    after the next. An answer before its time (another try in the same lesson) changes a card only when it is wrong.
    """
    if not pauses_s:
        return None
    if card is None or not right:
        return Card(0, now + timedelta(seconds=pauses_s[0]))
    if now < card.due_at:
        return card
    level = card.level + 1
    return Card(level, now + timedelta(seconds=pauses_s[level])) if level < len(pauses_s) else None
