"""A lesson in draft: what is published of it is a sentence shorter than its file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from flows.model import Lesson
from flows.reading.loader import load_lesson
from flows.shelf.shelf import Shelf

_TEXT = re.compile(r'(?m)^(\s*(?:- )?text: ")([^"\n]*?[.!?]) ([^".!?\n{}]+[.!?])(")$')


def earlier_shelf(shelf: Shelf, facts: Mapping[str, str]) -> Shelf | None:
    """One lesson of the shelf, as it was before its last sentence was added; None where no lesson has such a one."""
    for lesson in sorted(shelf.good.values(), key=lambda each: each.id):
        before = None if lesson.emergency else _earlier(lesson, facts)
        if before is not None:
            return replace(shelf, good={before.id: before})
    return None


def _earlier(lesson: Lesson, facts: Mapping[str, str]) -> Lesson | None:
    source, count = _TEXT.subn(r"\1\2\4", lesson.source, count=1)
    if not count:
        return None
    before, problems = load_lesson(source.encode(), lesson.place.path, facts)
    return None if any(problem.severity == "error" for problem in problems) else before
