"""The messages of `lessons/scams/learnt`, written as moulds: `[one|another]` stands for either, `{name}` for one of the
group `@name` at the head of the file. So one line is many messages, in other words each.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

from flows.reading.scams import KINDS, LabelledScam, ScamInvalid
from flows.saying import say

CASTS = 6  # messages that are made of one mould, fewer where it has not so many
DEEPEST = 3  # slots within slots

_SLOT = re.compile(r"\[([^\[\]|]*\|[^\[\]]*)\]|\{(\w+)\}")


def read_moulds(raw: bytes, name: str) -> Iterator[LabelledScam]:
    """The messages that the moulds of a file make: scam or ok and a mould, or @name and what it may stand for. Raises
    ScamInvalid."""
    groups: dict[str, Sequence[str]] = {}
    for at, line in enumerate(raw.decode("utf-8").splitlines(), 1):
        kind, mould, *more = [*line.split("\t"), "", ""]
        if unicodedata.normalize("NFC", mould) != mould:
            raise ScamInvalid(say("{name}:{at}: chữ chưa ở dạng NFC", name=name, at=at))
        if kind.startswith("@"):
            groups[kind[1:]] = mould.split("|")
            continue
        if kind not in KINDS or not mould.strip() or more != ["", ""]:
            raise ScamInvalid(say("{name}:{at}: cần hai cột: scam hay ok, tin", name=name, at=at))
        yield from (LabelledScam(text, KINDS[kind]) for text in cast(mould, groups))


def cast(mould: str, groups: Mapping[str, Sequence[str]]) -> list[str]:
    """The messages of a mould: in each turn every slot goes on to the next of its words, from a start of its own."""
    return list(dict.fromkeys(_filled(mould, groups, turn) for turn in range(CASTS)))


def _filled(mould: str, groups: Mapping[str, Sequence[str]], turn: int) -> str:
    def word(found: re.Match[str]) -> str:
        either = found[1].split("|") if found[1] is not None else groups.get(found[2], (found[0],))
        return either[(turn + crc32(f"{found.start()} {mould}".encode())) % len(either)]

    for _ in range(DEEPEST):
        mould = _SLOT.sub(word, mould)
    return mould
