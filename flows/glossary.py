"""Words that a learner may not know, each explained in a sentence or two."""

from __future__ import annotations

from dataclasses import dataclass

from flows.model import SourcePosition


@dataclass(frozen=True, slots=True)
class Term:
    """A word of `lessons/glossary.yaml`. `names` are how it is said and written, the usual one first; `say` explains it
    and may have placeholders; `outline` is the code of the lesson about it ("" for none); `cited` names the first of
    its `sources` for the reader."""

    id: str
    names: tuple[str, ...]
    say: str
    outline: str
    sources: tuple[str, ...]
    place: SourcePosition
    cited: str = ""
