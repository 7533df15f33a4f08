"""What was measured, as Markdown: the table of the rows, and the figures to reach with a plain yes or no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.rows import Result

MB = 1_000_000


@dataclass(frozen=True)
class Target:
    """One figure to reach: `least` is the bound, `aim` the better one; smaller is better unless `more`."""

    what: str
    value: float | None
    least: float
    aim: float
    unit: str = ""
    more: bool = False
    note: str = ""

    def verdict(self) -> str:
        if self.value is None:
            return "not measured"
        sign = -1 if self.more else 1
        if sign * self.value <= sign * self.aim:
            return "reached, aim too"
        return "reached" if sign * self.value <= sign * self.least else "**not reached**"


class Sheet:
    """All results of a run by row id; a row may have run several times."""

    def __init__(self, results: Mapping[str, Sequence[Result]]) -> None:
        self.results = results

    def cpu(self, row: str) -> float | None:
        """Median CPU seconds per 1,000 updates."""
        found = self.results.get(row)
        return median(r.cpu for r in found) if found else None

    def ratio(self, row: str, to: str) -> float | None:
        """Median of `row` over median of `to`."""
        one, other = self.cpu(row), self.cpu(to)
        return one / other if one is not None and other else None

    def spread(self, row: str, to: str) -> tuple[float, float] | None:
        """The lowest and the highest ratio that runs of the two, in the order they came, give."""
        ours, others = self.results.get(row, ()), self.results.get(to, ())
        pairs = [a.cpu / b.cpu for a, b in zip(ours, others, strict=False) if b.cpu]
        return (min(pairs), max(pairs)) if pairs else None

    def best(self, row: str, pick: str) -> float | None:
        found = self.results.get(row)
        return median(getattr(r, pick) for r in found) if found else None


def rows_table(sheet: Sheet, order: Iterable[tuple[str, str, str]]) -> str:
    """`order` holds (row id, its kill row id or "", the echo row id its ratio is taken to)."""
    lines = [
        "| bot | updates/s | CPU s per 1,000 | × echo | (spread) | peak RSS MB | p50 ms | p99 ms | finish "
        "| after 1 kill -9 |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row, kill, echo in order:
        runs, killed = sheet.results.get(row), sheet.results.get(kill)
        if runs or killed:
            lines.append(_line(sheet, row, runs or (), killed or (), echo))
    return "\n".join(lines)


def _line(sheet: Sheet, row: str, runs: Sequence[Result], killed: Sequence[Result], echo: str) -> str:
    name = (runs or killed)[0].name
    after = f"{killed[0].finished} of {killed[0].learners}" if killed else ""
    if not runs:
        return f"| {name} | | | | | | | | | {after} |"
    middle = sorted(runs, key=lambda r: r.cpu)[len(runs) // 2]
    ratio, spread = sheet.ratio(row, echo), sheet.spread(row, echo)
    cpu = f"{sheet.cpu(row):.2f}" + (f" ({middle.cpu_database:.2f} of it PostgreSQL)" if middle.cpu_database else "")
    cells = (
        name,
        f"{median(r.per_s for r in runs):,.0f}",
        cpu,
        f"{ratio:.2f}" if ratio is not None else "",
        f"{spread[0]:.2f}–{spread[1]:.2f}, {len(runs)} runs" if spread and len(runs) > 1 else "",
        f"{max(r.rss for r in runs) / MB:.0f}",
        f"{middle.p50 * 1000:.0f}",
        f"{median(r.p99 for r in runs) * 1000:.0f}",
        f"{min(r.finished for r in runs)} of {middle.learners}",
        after,
    )
    return "| " + " | ".join(cells) + " |"


def targets_table(targets: Iterable[Target]) -> str:
    lines = ["| figure | measured | at least | aim | |", "|---|---|---|---|---|"]
    for target in targets:
        sign = "≥" if target.more else "≤"
        value = "" if target.value is None else f"{target.value:,.{_digits(target.value)}f}{target.unit}"
        note = f" ({target.note})" if target.note and target.value is not None else ""
        bounds = f"{sign} {target.least:g}{target.unit} | {sign} {target.aim:g}{target.unit}"
        lines.append(f"| {target.what} | {value}{note} | {bounds} | {target.verdict()} |")
    return "\n".join(lines)


def _digits(value: float) -> int:
    return 2 if value < 10 else 1 if value < 100 else 0
