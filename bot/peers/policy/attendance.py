"""Which other processes are at work on the same database, by what each tells; whether all of it was heard. Pure.

A process numbers what it tells, and says its last number again with every beat: whoever has heard another number has
missed something. Who falls silent may have committed something and been killed before it could tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field

BEAT_S = 0.5
ALONE_S = 1.5  # between the beats of a process that knows of no other
SILENT_S = 1.4  # two beats missed, and some time to be late


@dataclass(slots=True)
class Attendance:
    """`heard`: process → the last number that it told, and when, as this process counts seconds."""

    heard: dict[str, tuple[int, float]] = field(default_factory=dict)

    def take(self, process: str, number: int, now_s: float, *, is_beat: bool) -> bool:
        """It has told something, or beaten; whether something before was missed: of who is new all that was before."""
        known, _ = self.heard.get(process, (None, 0.0))
        self.heard[process] = number, now_s
        return known is None or number != known + (not is_beat)

    def leave(self, process: str) -> None:
        """It has said goodbye, after all that it had to tell."""
        self.heard.pop(process, None)

    def silent(self, now_s: float) -> list[str]:
        """Those who have not been heard for SILENT_S, and count no more."""
        gone = [process for process, (_, at_s) in self.heard.items() if now_s - at_s >= SILENT_S]
        for process in gone:
            del self.heard[process]
        return gone
