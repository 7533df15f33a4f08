"""What leaves storage of the union's programs: a frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """A model of the union in an area for a year; `members` as it is listed."""

    model_id: str
    kind: str
    area_id: str
    name: str
    year: int
    ended_at: datetime | None = None
    members: int = 0
