"""What a kind tells an editor of lessons, and the words and snippets that several kinds share."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class KindWords(NamedTuple):
    """What an editor's program shows of a kind, in Vietnamese.

    `about` is one sentence; `snippet` what it writes for a new step after its id, with `${2:…}` where something is to
    be filled in; `keys` key → "short name — what to write" (a key inside another is `options.say`); `enums` key → its
    allowed values in the order of the reader, each with its meaning.
    """

    about: str
    snippet: Mapping[str, Any]
    keys: Mapping[str, str] = MappingProxyType({})
    enums: Mapping[str, Mapping[str, str]] = MappingProxyType({})


SAID_AS = "viết bằng {chị} {Chị} {em} {Em}; tên học viên là {ten}."
SNIPPET_TEXT = '"${2:Lời nói với {chị\\}.}"'
SNIPPET_OPTIONS = [
    {"id": "${3:mot}", "text": '"${4:Chữ trên nút}"'},
    {"id": "${5:hai}", "text": '"${6:Chữ trên nút}"'},
]
