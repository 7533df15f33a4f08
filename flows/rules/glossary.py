"""A rule about words that nobody explains."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.engine.kinds.table import texts_of
from flows.model import Lesson, Problem, SourcePosition
from flows.reading.braces import PLACEHOLDER
from flows.reading.loader import LessonSet
from flows.rules.remembered import once_a_lesson
from flows.rules.shelf import on_shelf
from flows.saying import say

ABOUT = {"W512": "chữ viết tắt chưa có trong glossary.yaml"}

_WORD = re.compile(r"\w+")
_CAPITALS = re.compile(r"[A-Z]*[a-z]?[A-Z][A-Za-z]*[A-Z]")


def unexplained(library: LessonSet) -> Iterator[Problem]:
    """Abbreviations in two lessons and more that a learner could ask for in vain: the glossary has none of them."""
    if not library.glossary:
        return
    known = {word.casefold() for term in library.glossary for name in term.names for word in name.split()}
    seen: dict[str, dict[str, SourcePosition]] = {}
    for draft in library.drafts:
        for word, place in _short_in(draft.lesson) if draft.lesson and on_shelf(library, draft.path) else ():
            seen.setdefault(word, {}).setdefault(draft.path, place)
    for word, places in sorted(seen.items()):
        if len(places) > 1 and word.casefold() not in known:
            message = say("“{word}” có trong {count} bài mà chưa được giải thích", word=word, count=len(places))
            yield Problem("W512", next(iter(places.values())), message, say("hãy thêm một dòng vào glossary.yaml"))


@once_a_lesson
def _short_in(lesson: Lesson) -> tuple[tuple[str, SourcePosition], ...]:
    """Each abbreviation of each step, with the step's place."""
    return tuple(
        (word, step.place)
        for step in lesson.steps
        for word in {word for text in texts_of(step) for word in abbreviations(text.text)}
    )


def abbreviations(text: str) -> Iterator[str]:
    """Words with two capitals and more, OTP or VNeID; several in a row are a name, as on a bank's screen."""
    words = _WORD.findall(PLACEHOLDER.sub(" ", text))
    short = [bool(_CAPITALS.fullmatch(word) or _CAPITALS.match(word)) and word.isascii() for word in words]
    for at, word in enumerate(words):
        if short[at] and not any(short[max(0, at - 1) : at] + short[at + 1 : at + 2]):
            yield word
