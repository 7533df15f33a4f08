"""What leaves storage of announcements: frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AnnouncementRow:
    """`state` is writing (in a chat), draft, sending, stopped or sent; `after_id` is the last learner looked at.

    `reached` counts who was told; `fed_at` (ms) is when the last of them were.
    """

    announcement_id: str
    area_id: str
    body: str
    source_url: str
    by: str
    at: datetime
    state: str
    after_id: str = ""
    reached: int = 0
    fed_at: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """Of an area and all below it: who can be told, and why the others cannot; `more`: not all were counted."""

    told: int = 0
    not_agreed: int = 0
    away: int = 0
    suspended: int = 0
    invited: int = 0
    more: bool = False
