"""Phrases with gaps, as guards of a lesson have them: `…` stands for up to three words, `/` parts alternatives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

Fold = Callable[[str], Sequence[str]]


def any_of(phrases: Iterable[str], fold: Fold) -> re.Pattern[str]:
    """One pattern for all of these phrases, over folded words between blanks."""
    patterns = [_pattern(phrase, fold) for phrase in phrases]
    return re.compile(f"(?<= )(?:{'|'.join(patterns)})(?= )" if patterns else r"(?!)")


def _pattern(phrase: str, fold: Fold) -> str:
    parts: list[str] = []
    for word in phrase.split():
        if word == "…":
            parts.append(r"(?: \S+){0,3}?")
            continue
        choices = (" ".join(map(re.escape, fold(each))) for each in word.split("/"))
        parts.append(f" (?:{'|'.join(choices)})")
    return "".join(parts).removeprefix(" ")
