"""Answers that stand beside the lessons."""

from __future__ import annotations

from dataclasses import dataclass

from flows.model import SourcePosition


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question that somebody asks beside a lesson.

    `outline` is the code of the planned lesson it belongs to ("V4"), `ask` the ways in which it is asked, `say` may
    have placeholders, `sources` carry it, `cited` names the first of them for the reader.
    """

    id: str
    outline: str
    say: str
    ask: tuple[str, ...]
    sources: tuple[str, ...]
    place: SourcePosition
    cited: str = ""
