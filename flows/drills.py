"""Sample messages, scams and real ones, that a learner who wishes is tried with: `lessons/drills.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Drill:
    """A sample: `text` as she would be sent it; `real` where no thief wrote it; `signs` are ids of signs, `why` tells
    more of it in a sentence or two; `months` are those of its season, none for the whole year."""

    id: str
    text: str
    real: bool
    signs: tuple[str, ...]
    why: str
    months: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Drills:
    """All samples by their ids, in the order of the file."""

    by_id: Mapping[str, Drill] = field(default_factory=dict)

    def in_month(self, month: int) -> list[Drill]:
        """Those that fit a month (1 to 12)."""
        return [drill for drill in self.by_id.values() if not drill.months or month in drill.months]


NO_DRILLS = Drills()
