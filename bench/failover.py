"""`.venv/bin/python -m bench.failover`: two hundred learners in a lesson, the primary killed, its standby promoted.

Both servers, PgBouncer and the tutor are processes of this machine, by the files of deploy/. `--away` is how long
nobody is the primary: Patroni takes some ten to thirty seconds to be sure. Told is, for each learner who had not
finished, how long after the promotion the next answer reached her; and everything wrong with what all saw and with what
the database then holds.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.crash.stage import open_stage
from tests.support.failover import fail_over
from tests.support.postgres_pair import pgbouncers, replicated

WAYS, MODES = ("direct", "pgbouncer"), ("polling", "webhook")
AT_MOST_S = 5.0


async def play(way: str, mode: str, learners: int, away_s: float, how: signal.Signals) -> bool:
    """One failover, its row printed; whether it is as promised."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pair = stack.enter_context(replicated())
        url = pair.url() if way == "direct" else stack.enter_context(pgbouncers(pair))
        async with open_stage(folder, url, mode) as stage:
            outage = await fail_over(stage, pair, learners, away_s, how)
            problems = await stage.final_problems()
        silent = outage.silent_s
        figures = f"{len(silent):7} {silent[0]:7.2f} {median(silent):7.2f} {silent[-1]:7.2f}"
        print(f"{way:10} {mode:8} {learners:8} {away_s:5.0f} {figures}  {len(problems)}", flush=True)
        for problem in problems[:5]:
            print(f"  {problem}")
    return not problems and silent[-1] <= AT_MOST_S


async def main(options: argparse.Namespace) -> int:
    """Every wished way and mode, one after the other; 1 where one is not as promised."""
    print("way        mode     learners  away waiting   first  median    last  problems")
    good = [
        await play(way, mode, options.learners, options.away, signal.SIGSTOP if options.hang else signal.SIGKILL)
        for way in options.way or WAYS
        for mode in options.mode or MODES
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=200)
    parser.add_argument("--away", type=float, default=10.0, help="seconds between the kill and the promotion")
    parser.add_argument("--way", choices=WAYS, action="append")
    parser.add_argument("--mode", choices=MODES, action="append")
    parser.add_argument("--hang", action="store_true", help="SIGSTOP: it neither answers nor breaks off")
    sys.exit(asyncio.run(main(parser.parse_args())))
