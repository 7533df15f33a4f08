"""Whether traffic may come to this process: what /readyz answers, decided from what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LEAST_DISK = 20_000_000  # bytes: a write-ahead log and a day's log file
MOST_INTAKE_S = (
    30.0  # an update takes ten milliseconds, a batch a second: whoever waits longer waits for what is broken
)
MOST_REPLY_S = 900.0  # a provider away for a quarter of an hour; a wave of the morning never holds up what is asked for

ReadyFault = Literal["leaving", "database", "disk", "intake", "outbox"]


@dataclass(frozen=True, slots=True)
class ReadinessSigns:
    """What was seen at one moment: whether the database took a write, free bytes where the data lie, for how many
    seconds the oldest update has waited for its transaction and the oldest answer for its provider; whether it is about
    to stop."""

    takes_writes: bool
    free_bytes: int
    intake_waits_s: float
    reply_waits_s: float
    is_leaving: bool = False


def unready(signs: ReadinessSigns) -> tuple[ReadyFault, ...]:
    """Why no traffic should come; nothing where it may."""
    bounds: tuple[tuple[ReadyFault, bool], ...] = (
        ("leaving", signs.is_leaving),
        ("database", not signs.takes_writes),
        ("disk", signs.free_bytes < LEAST_DISK),
        ("intake", signs.intake_waits_s >= MOST_INTAKE_S),
        ("outbox", signs.reply_waits_s >= MOST_REPLY_S),
    )
    return tuple(name for name, is_broken in bounds if is_broken)
