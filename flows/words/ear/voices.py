"""The labelled sentences of `lessons/voices/*.tsv`: how somebody really says it, and what is meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from flows.saying import say

LEVELS = {
    "ring": ("ring", ""), "ring-die": ("ring", "die"), "ring-hurt": ("ring", "hurt"),
    "ask": ("ask", ""), "ask-now": ("ask", "now"), "quiet": ("quiet", ""),
}  # fmt: skip
"""First column → what it is to the alarm, and which kind of it."""

TALK = ("human", "learn", "oos", "small", "chat")
"""What a sentence may be about besides a lesson: a human, a thing out of scope, small talk, an answer in between."""

REPLIES = ("done", "stuck", "later", "next", "yes", "no", "repeat", "stop")
"""What an answer in the middle of a lesson may mean; "other" is what sounds like one and is none."""

OUTLINES = tuple(
    f"{track}{at}"
    for track, first, last in (
        *(("M", 0, 1), ("V", 1, 6), ("T", 1, 6), ("L", 1, 6)),
        *(("D", 1, 4), ("B", 1, 4), ("G", 1, 4), ("A", 1, 4)),
    )
    for at in range(first, last + 1)
)
"""The lessons that are planned, by their codes, whether they are written yet or not."""


class VoiceInvalid(Exception):
    """A line that is no labelled sentence; the message says which and why."""


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """`level` is ring, ask or quiet; `kind` die, hurt or now; `about` outlines, the best first, or one of TALK.

    `reply` is one of REPLIES, "other", or empty where nobody said what it would be as an answer.
    """

    text: str
    level: str
    kind: str = ""
    about: tuple[str, ...] = ()
    reply: str = ""


def read_voice(raw: bytes, name: str) -> Iterator[LabelledSentence]:
    """The sentences of one voice of `lessons/voices`; raises VoiceInvalid with file and line."""
    for at, columns in _lines(raw):
        if len(columns) != 3 or columns[0] not in LEVELS or not columns[2].strip():
            raise VoiceInvalid(say("{name}:{at}: cần ba cột: mức, nói về gì, câu", name=name, at=at))
        about = () if columns[1] == "-" else tuple(columns[1].split(","))
        strange = [each for each in about if each not in OUTLINES and each not in TALK]
        if strange:
            raise VoiceInvalid(say("{name}:{at}: không có “{about}”", name=name, at=at, about=strange[0]))
        _check(columns[2], f"{name}:{at}")
        yield LabelledSentence(columns[2], *LEVELS[columns[0]], about)


def read_replies(raw: bytes, name: str) -> Iterator[LabelledSentence]:
    """The answers of one voice of `lessons/replies`: what it means, and how it is said. Raises VoiceInvalid."""
    for at, columns in _lines(raw):
        if len(columns) != 2 or columns[0] not in (*REPLIES, "other") or not columns[1].strip():
            raise VoiceInvalid(say("{name}:{at}: cần hai cột: ý trả lời, câu", name=name, at=at))
        _check(columns[1], f"{name}:{at}")
        yield LabelledSentence(columns[1], "quiet", "", () if columns[0] == "other" else ("chat",), columns[0])


def _lines(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    yield from ((at, line.split("\t")) for at, line in enumerate(raw.decode("utf-8").splitlines(), 1))


def _check(text: str, where: str) -> None:
    if unicodedata.normalize("NFC", text) != text:
        raise VoiceInvalid(say("{where}: chữ chưa ở dạng NFC", where=where))
