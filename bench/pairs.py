"""What one update costs: the floor, the echo bot, another checkout and ours, in turn, in one run.

    bench/.venv/bin/python -m bench.pairs [--beside FOLDER] [--rounds 5] [--rows quiet,busy] [--learners 1000]

The floor is `bench/peers/floor.py`: raw JSON in and out, one durable commit a batch, nothing else. FOLDER is a checkout
of an older commit; `./camtay bench --rows list` makes the environment. Each round measures everybody once; a ratio is
taken within a round, and the median of the rounds is told, with the lowest and the highest.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bench.__main__ import run_loop
from bench.ours import ours
from bench.plan import PACE, PEERS
from bench.postgres import Postgres
from bench.rows import Bot, Result, measure, python
from bench.script import ECHO, LESSON

ROWS = ("quiet", "busy", "postgres", "quiet-postgres")
SECONDS = 20  # of a quiet row
FLOOR = Bot("the floor", python("-m", "bench.peers.floor"), ECHO)
Makers = Mapping[str, Callable[[], Bot]]


@dataclass(frozen=True)
class Scene:
    """Who is measured in turn, how many learners play, at which rate (0: all at once)."""

    makers: Makers
    learners: int
    rate: float = 0.0


def scenes(beside: Path | None, learners: int, postgres: Postgres | None) -> Iterator[tuple[str, Scene]]:
    """The rows by name. `beside` None: nobody but ourselves, the floor and the echo bot."""

    def all_of(postgres: Postgres | None = None) -> Makers:
        makers: dict[str, Callable[[], Bot]] = {"floor": lambda: FLOOR, "echo": lambda: PEERS["echo"]}
        if beside is not None:
            makers["before"] = lambda: ours("before", root=beside, postgres=postgres)
        makers["ours"] = lambda: ours("ours", postgres=postgres)
        return makers

    paced = int(PACE * SECONDS / len(LESSON))
    yield "quiet", Scene(all_of(), paced, PACE)
    yield "busy", Scene(all_of(), learners)
    if postgres is not None:
        yield "postgres", Scene(all_of(postgres), learners)
        yield "quiet-postgres", Scene(all_of(postgres), paced, PACE)


async def rounds_of(scene: Scene, rounds: int) -> dict[str, list[Result]]:
    """`rounds` results of each, taken in turn, every other round the other way round."""
    found: dict[str, list[Result]] = {name: [] for name in scene.makers}
    for number in range(rounds):
        order = list(scene.makers)[:: 1 if number % 2 == 0 else -1]
        for name in order:
            result = replace(await measure(scene.makers[name](), scene.learners, scene.rate), name=name)
            found[name].append(result)
            fault = f" · {result.fault}" * bool(result.fault) + f" · unexpected {result.odd}" * bool(result.odd)
            print(
                f"  {number + 1}. {name}: {result.cpu:.3f} ms an update, p50 {result.p50 * 1e3:.1f}, p99"
                f" {result.p99 * 1e3:.1f} ms, {result.rss / 1e6:.0f} MB, {result.finished} of {result.learners}{fault}",
                file=sys.stderr, flush=True,
            )  # fmt: skip
    return found


def table(row: str, found: Mapping[str, Sequence[Result]]) -> str:
    """A line for each: what an update costs, what that is of the others, how long an answer takes."""
    others = [name for name in found if name != "ours"]
    lines = [
        f"| {row} | CPU ms an update | " + " | ".join(f"× {name}" for name in others) + " | p50 ms | p99 ms | MB |",
        "|---|---|" + "---|" * (len(others) + 3),
    ]
    for name, results in found.items():
        cells = [name, f"{median(r.cpu for r in results):.3f}"]
        cells += [_ratio(results, found[other]) if other != name else "" for other in others]
        cells += [f"{median(getattr(r, what) for r in results) * 1e3:.1f}" for what in ("p50", "p99")]
        cells.append(f"{median(r.rss for r in results) / 1e6:.0f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _ratio(results: Sequence[Result], others: Sequence[Result]) -> str:
    ratios = sorted(a.cpu / b.cpu for a, b in zip(results, others, strict=True))
    return f"{median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"


async def compare(beside: Path | None, rows: Sequence[str], rounds: int, learners: int, folder: Path) -> None:
    """Measure the rows that are named, all without a name, and print a table of each."""
    needs = not rows or any("postgres" in row for row in rows)
    postgres = Postgres(folder) if needs else None
    try:
        for row, scene in scenes(beside, learners, postgres):
            if not rows or row in rows:
                print(f"{row}:", file=sys.stderr, flush=True)
                print(table(row, await rounds_of(scene, rounds)) + "\n", flush=True)
    finally:
        if postgres is not None:
            postgres.stop()


def main() -> int:
    """Measure what the arguments name; 0."""
    parser = argparse.ArgumentParser(prog="bench.pairs", description=__doc__)
    parser.add_argument("--beside", type=Path, help="a checkout of an older commit")
    parser.add_argument("--rows", default="", help=f"only these, comma between: {', '.join(ROWS)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--learners", type=int, default=1000, help="who play at once in the busy rows")
    given = parser.parse_args()
    rows, beside = [row for row in given.rows.split(",") if row], given.beside and given.beside.resolve()
    with tempfile.TemporaryDirectory(prefix="camtay-bench-pg-", ignore_cleanup_errors=True) as folder:
        run_loop(compare(beside, rows, given.rounds, given.learners, Path(folder)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
