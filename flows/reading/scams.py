"""Messages that are known to be a scam, or ordinary: `lessons/scams/*.tsv`, by which the signs are measured."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from flows.saying import say

KINDS = {"scam": True, "ok": False}


class ScamInvalid(Exception):
    """A line that is no labelled message; the text says which and why."""


@dataclass(frozen=True, slots=True)
class LabelledScam:
    """A message as somebody was sent it, and whether it is a `scam`."""

    text: str
    scam: bool


def read_scams(raw: bytes, name: str) -> Iterator[LabelledScam]:
    """The messages of a file: scam or ok, what is written (a line's end as \\n). Raises ScamInvalid."""
    for at, line in enumerate(raw.decode("utf-8").splitlines(), 1):
        kind, text, *more = [*line.split("\t"), "", ""]
        if kind not in KINDS or not text.strip() or more != ["", ""]:
            raise ScamInvalid(say("{name}:{at}: cần hai cột: scam hay ok, tin", name=name, at=at))
        if unicodedata.normalize("NFC", text) != text:
            raise ScamInvalid(say("{name}:{at}: chữ chưa ở dạng NFC", name=name, at=at))
        yield LabelledScam(text.replace("\\n", "\n"), KINDS[kind])
