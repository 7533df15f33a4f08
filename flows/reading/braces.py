"""Where something is filled into a text: {chị}, {hotline}. A brace alone is read as it stands. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from flows.saying import say

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OPENED = re.compile(r"\{\w*")
_CLOSED = re.compile(r"\w*\}\Z")


class LooseBrace(NamedTuple):
    """The first brace without its other half: its column from 1, what is wrong, what to do."""

    col: int
    message: str
    hint: str


def loose_brace(text: str) -> LooseBrace | None:
    """What is wrong with the braces of a text; None where each has its other half."""
    if "{" not in text and "}" not in text:
        return None
    alone = re.search("[{}]", PLACEHOLDER.sub(lambda found: " " * len(found[0]), text))
    if alone is None:
        return None
    at = alone.start()
    if text[at] == "{":
        opened = _OPENED.match(text, at)
        message = say("“{piece}” thiếu dấu đóng ngoặc", piece=opened[0] if opened else "{")
        return LooseBrace(at + 1, message, say("ghi dấu }} ngay sau tên, như {{chị}}"))
    closed = _CLOSED.search(text[: at + 1])
    message = say("“{piece}” thiếu dấu mở ngoặc", piece=closed[0] if closed else "}")
    return LooseBrace(at + 1, message, say("ghi dấu {{ ngay trước tên, như {{chị}}"))
