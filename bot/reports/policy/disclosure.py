"""Numbers that may be told to somebody who is not of the place they are about. Pure.

A number under five is shown as "<5": of four women in a ward who failed a test everybody there knows who they are. Four
ways lead around that, and each is closed here:

* The total minus what is shown. A total is a sum of `Cell`s; it is told exactly only while what is hidden in it adds up
  to five or more and could also be five or more larger (`Cell.exact`). Then every hidden number may still be anything
  it might have been before. Otherwise it is told as "từ N", counting what is shown anyway.
* The rest: of 20 women 18 finished, so two did not. Such a part of a whole is told as "từ 16". Of fewer than nine
  either the part or the rest is under five: then the part is not told at all.
* One's own numbers taken from the ward's, which leave those of the neighbours: what is not one's own is a number by
  itself (`knowing_own`).
* A measure of few (the median of three waits): see `ENOUGH`.

What is compared over time, or by two officers who put their tables together, is beyond a single table.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.saying import say

LEAST = 5
MOST_HIDDEN = LEAST - 1
UNTOLD = "…"
ENOUGH = {"mean": 5, "median": 5, "p95": 20}  # of how many a measure may be told: one in twenty is the p95 of twenty


@dataclass(frozen=True, slots=True)
class Cell:
    """A number: `known` may be told, `rest` is hidden, of which a reader knows that it is from 0 to `room`.

    `untold`: not even "<5" may be said of what is hidden.
    """

    known: int
    rest: int = 0
    room: int = 0
    untold: bool = False

    def __add__(self, other: Cell) -> Cell:
        untold = self.untold or other.untold
        return Cell(self.known + other.known, self.rest + other.rest, self.room + other.room, untold)

    @property
    def value(self) -> int:
        """The true number: what may be told and what may not."""
        return self.known + self.rest

    @property
    def exact(self) -> bool:
        """Whether telling it gives nothing away of what is hidden in it."""
        return not self.room or min(self.rest, self.room - self.rest) >= LEAST


def part(value: int, whole: int | None = None) -> Cell:
    """A number of one place; `whole`: of so many, which is told too."""
    if whole is not None and LEAST <= whole < LEAST + MOST_HIDDEN:
        return Cell(0, value, whole, untold=True)
    if value < LEAST:
        return Cell(0, value, MOST_HIDDEN)
    if whole is not None and whole - value < LEAST:
        known = whole - MOST_HIDDEN
        return Cell(known, value - known, MOST_HIDDEN)
    return Cell(value)


def knowing_own(value: int, own: int, whole: int | None = None, own_whole: int = 0) -> Cell:
    """A place's number for somebody who knows the `own` part of it."""
    return Cell(own) + part(value - own, None if whole is None else whole - own_whole)


def told(cell: Cell, whole: Cell | None = None) -> int | str:
    """What is shown: the number, "<5", "từ N" or "…"."""
    if not cell.exact:
        if cell.known:
            return _at_least(cell.known)
        if cell.untold:
            return UNTOLD
        return f"<{LEAST}" if cell.rest < LEAST else _at_least(LEAST)
    if whole is not None and cell.room and whole.exact and whole.value - cell.value < LEAST:
        return _at_least(max(cell.known, whole.value - MOST_HIDDEN))
    return cell.value


def _at_least(count: int) -> str:
    return say("từ {count}", count=count)
