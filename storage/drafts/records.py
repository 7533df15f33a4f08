"""What leaves storage of drafts: frozen records; instants are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DraftRow:
    """What an editor (a pseudonym) is writing in a lesson: `text`, begun from `base`; `revision` counts what was saved,
    0: not stored yet."""

    lesson: str
    editor: str
    base: str
    text: str
    at: datetime
    revision: int = 0


@dataclass(frozen=True, slots=True)
class DraftHead:
    """That somebody has a draft of a lesson that differs from what it was begun from."""

    lesson: str
    editor: str
    at: datetime
