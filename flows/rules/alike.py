"""Lessons that say the same: two of which one would do. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from flows.engine.kinds.table import kind_of, texts_of
from flows.model import Lesson, Problem
from flows.reading.loader import LessonSet
from flows.rules.remembered import once_a_lesson
from flows.saying import say

MOST_SHARED = 1 / 3
"""So much of the smaller of two lessons may also stand in the other: of its sentences, its options or its feedback."""

FEWEST = 4  # of a kind in a lesson, before shares of it mean anything

_END = re.compile(r"(?<=[.!?…])\s+|\n+")

ABOUT = {"W712": "hai bài giống nhau hơn một phần ba"}

KINDS = ("sentences", "options", "feedback")

SaidByKind = dict[str, frozenset[str]]


def near_duplicates(library: LessonSet) -> Iterator[Problem]:
    """Each pair of lessons that share too much, told at the later one with the figure."""
    lessons = [draft.lesson for draft in library.drafts if draft.lesson and draft.lesson.steps]
    said = {lesson.id: said_by(lesson) for lesson in lessons}
    at = {lesson.id: number for number, lesson in enumerate(lessons)}
    for (one, other), (kind, share) in sorted(shared(said).items()):
        first, second = sorted((one, other), key=at.__getitem__)
        place, percent = lessons[at[second]].place, round(100 * share)
        yield Problem("W712", place, _told(kind, percent, first), say("hãy viết khác đi, hoặc bỏ một bài"))


def _told(kind: str, percent: int, other: str) -> str:
    match kind:
        case "sentences":
            return say("{percent} % số câu của bài này cũng ở bài “{other}”", percent=percent, other=other)
        case "options":
            return say("{percent} % lựa chọn của bài này cũng ở bài “{other}”", percent=percent, other=other)
    return say("{percent} % lời đáp của bài này cũng ở bài “{other}”", percent=percent, other=other)


@once_a_lesson
def said_by(lesson: Lesson) -> SaidByKind:
    """The sentences, the options and the feedback of a lesson, each once and bare of case and marks."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for step in lesson.steps:
        for text in texts_of(step):
            if text.role in ("said", "item") and text.text:
                kind = "feedback" if text.field[0] == "options" else "sentences"
                found[kind] |= {bare for part in _END.split(text.text) if (bare := _bare(part))}
        found["options"] |= {_bare(option.text) for option in kind_of(step).options(step)}
    return {kind: frozenset(each) for kind, each in found.items()}


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def shared(said: dict[str, SaidByKind]) -> dict[tuple[str, str], tuple[str, float]]:
    """Pair of lessons → of what kind it shares most, and the share of the smaller; only pairs with too much."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for kind in KINDS:
        where: dict[str, list[str]] = defaultdict(list)
        for lesson, kinds in sorted(said.items()):
            for part in kinds[kind]:
                where[part].append(lesson)
        for lessons in where.values():
            counts.update((one, other, kind) for at, one in enumerate(lessons) for other in lessons[at + 1 :])
    found: dict[tuple[str, str], tuple[str, float]] = {}
    for (one, other, kind), count in counts.items():
        smaller = min(len(said[one][kind]), len(said[other][kind]))
        share = count / smaller if smaller >= FEWEST else 0.0
        if share > max(MOST_SHARED, found.get((one, other), ("", 0.0))[1]):
            found[one, other] = kind, share
    return found
