"""`.venv/bin/python -m bench.pooled`: what it costs that PgBouncer stands between, in CPU per update.

The same lesson by as many learners, straight and through PgBouncer in turn, on a primary with a synchronous standby:
the tutor's CPU, and that of PostgreSQL and PgBouncer together, divided by the updates handled. Medians of the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.crash.stage import open_stage
from tests.support.postgres_pair import Pair, pgbouncers, replicated

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def spent_s(pids: Iterable[int]) -> float:
    """CPU of these processes so far; of those that have ended meanwhile nothing."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks * TICK_S


def servers(pair: Pair, bouncers: Iterable[int]) -> list[int]:
    """Both servers, all their processes, and what stands before them."""
    own = [each.server.pid for each in (pair.first, pair.second) if each.server is not None]
    return [*bouncers, *own, *(pid for each in own for pid in children(each))]


def children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()))


async def round_of(way: str, learners: int) -> tuple[float, float]:
    """Milliseconds of CPU per update: the tutor's, the database's."""
    with ExitStack() as stack:
        folder, pair = Path(stack.enter_context(tempfile.TemporaryDirectory())), stack.enter_context(replicated())
        before = set(children(os.getpid()))
        url = pair.url() if way == "direct" else stack.enter_context(pgbouncers(pair))
        bouncers = set(children(os.getpid())) - before
        async with open_stage(folder, url, "polling") as stage:
            handled = int((await stage.tutor.health())[1]["handled"])
            begun = spent_s([stage.tutor.pid]), spent_s(servers(pair, bouncers))
            _, finished = stage.begin(learners)
            await finished
            await stage.settled()
            ended = spent_s([stage.tutor.pid]), spent_s(servers(pair, bouncers))
            updates = int((await stage.tutor.health())[1]["handled"]) - handled
    return (ended[0] - begun[0]) / updates * 1000, (ended[1] - begun[1]) / updates * 1000


async def main(learners: int, rounds: int) -> None:
    """Both ways in turn."""
    seen: dict[str, list[tuple[float, float]]] = {"direct": [], "pgbouncer": []}
    for _ in range(rounds):
        for way, figures in seen.items():
            figures.append(await round_of(way, learners))
    for way, figures in seen.items():
        tutor, database = (median(each) for each in zip(*figures, strict=True))
        print(f"{way:10} tutor {tutor:6.2f} ms  database {database:6.2f} ms  together {tutor + database:6.2f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.learners, given.rounds)))
