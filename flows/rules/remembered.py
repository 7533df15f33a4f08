"""What is made of a lesson once and then remembered, as long as that very lesson is: of many one is edited."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TypeVar

from flows.model import Lesson

T = TypeVar("T")


def once_a_lesson(make: Callable[[Lesson], T]) -> Callable[[Lesson], T]:
    """`make` looks at each lesson once: they never change. By identity, since comparing two takes longer."""
    kept: dict[int, tuple[weakref.ref[Lesson], T]] = {}

    def made(lesson: Lesson) -> T:
        at = id(lesson)
        known = kept.get(at)
        if known is None or known[0]() is not lesson:
            known = kept[at] = weakref.ref(lesson, lambda _: kept.pop(at, None)), make(lesson)
        return known[1]

    return made
