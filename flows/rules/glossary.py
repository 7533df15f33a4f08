"""A rule about words that nobody explains."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.engine.kinds.table import texts_of
from flows.model import Problem, SourcePosition
from flows.reading.loader import LessonSet
from flows.rules.rule import PLACEHOLDER
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
        for step in draft.lesson.steps if draft.lesson and on_shelf(library, draft.path) else ():
            for word in {word for text in texts_of(step) for word in abbreviations(text.text)}:
                seen.setdefault(word, {}).setdefault(draft.path, step.place)
    for word, places in sorted(seen.items()):
        if len(places) > 1 and word.casefold() not in known:
            message = say("“{word}” có trong {count} bài mà chưa được giải thích", word=word, count=len(places))
            yield Problem("W512", next(iter(places.values())), message, say("hãy thêm một dòng vào glossary.yaml"))


def abbreviations(text: str) -> Iterator[str]:
    """Words with two capitals and more, OTP or VNeID; several in a row are a name, as on a bank's screen."""
    words = _WORD.findall(PLACEHOLDER.sub(" ", text))
    short = [bool(_CAPITALS.fullmatch(word) or _CAPITALS.match(word)) and word.isascii() for word in words]
    for at, word in enumerate(words):
        if short[at] and not any(short[max(0, at - 1) : at] + short[at + 1 : at + 2]):
            yield word
