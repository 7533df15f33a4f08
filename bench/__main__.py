"""`./camtay bench`: one command, one table."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from bench.front import Front, look
from bench.plan import ORDER, ROWS, Job, Plan, targets
from bench.postgres import Postgres
from bench.processes import NeverReady, kill_all
from bench.rows import ROOT, Result
from bench.table import Sheet, rows_table, targets_table

T = TypeVar("T")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="camtay bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200 learners and fewer rows: about two minutes")
    parser.add_argument("--rows", default="", help="only these rows, comma between; `list` names them")
    parser.add_argument("--learners", type=int, default=0, help="learners who play at once (1,000)")
    parser.add_argument("--kill", type=int, default=5, help="kills in the row with many kills (5)")
    parser.add_argument("--minutes", type=float, default=11, help="no row begins after this time (11)")
    parser.add_argument("--json", metavar="FILE", help="write everything measured there as well")
    parser.add_argument("--write", action="store_true", help="write the tables to bench/RESULTS.md as well")
    return parser.parse_args()


def say(line: str) -> None:
    """Progress goes to stderr, so that stdout is the table alone."""
    print(line, file=sys.stderr, flush=True)


async def measure_all(jobs: list[Job], minutes: float) -> dict[str, list[Result]]:
    """Run them in turn; what has not begun after `minutes` is left out, and said to be."""
    results: dict[str, list[Result]] = defaultdict(list)
    end = time.monotonic() + minutes * 60
    for number, job in enumerate(jobs, 1):
        began = time.monotonic()
        if began > end:
            say(f"[{number}/{len(jobs)}] {job.row}: left out, {minutes:g} minutes are over (--minutes)")
            continue
        try:
            result = await job.run()
        except NeverReady as reason:
            say(f"[{number}/{len(jobs)}] {job.row}: not measured: {reason}")
            continue
        except Exception:  # the edge of one row: the others are measured all the same
            say(f"[{number}/{len(jobs)}] {job.row}: not measured: {traceback.format_exc()}")
            continue
        results[job.row].append(result)
        figures = f"{result.cpu:.2f} CPU s per 1,000, {result.per_s:,.0f}/s, p99 {result.p99 * 1000:.0f} ms"
        what = f"{result.kills} kills" if job.kills else figures
        trouble = f"; {result.fault}" * bool(result.fault) + f"; unexpected {result.odd}" * bool(result.odd)
        ended = f"{result.finished} of {result.learners} finish, {result.doubled} doubled{trouble}"
        say(f"[{number}/{len(jobs)}] {job.row}: {what}; {ended} ({time.monotonic() - began:.0f} s)")
    return results


async def front_page() -> Front | None:
    try:
        return await look()
    except NeverReady as reason:
        say(f"front: not measured: {reason}")
        return None


def report(sheet: Sheet, front: Front | None, learners: int, seconds: float) -> str:
    here = f"{os.cpu_count()} CPUs, Python {platform.python_version()}, {platform.machine()}"
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"{when} · {here} · {learners} learners at once, 8 actions each · whole run {seconds:.0f} s\n\n"
        f"{rows_table(sheet, ORDER)}\n\n{targets_table(targets(sheet, front))}\n"
    )


def stop(*_: object) -> NoReturn:
    kill_all()
    sys.exit(130)


def main() -> int:
    options = arguments()
    learners = options.learners or (200 if options.quick else 1000)
    wanted = set(filter(None, options.rows.split(",")))
    if wanted - set(ROWS):
        print("\n".join(ROWS))
        return 0 if wanted == {"list"} else 2
    signal.signal(signal.SIGTERM, stop)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="camtay-bench-pg-", ignore_cleanup_errors=True) as folder:
        postgres = None
        try:
            needed = not wanted or any("postgres" in row for row in wanted)
            postgres = Postgres(Path(folder)) if needed else None
        except NeverReady as reason:
            say(f"without PostgreSQL: {reason}")
        try:
            jobs = list(Plan(learners, options.kill, postgres, quick=options.quick).jobs())
            jobs = [job for job in jobs if not wanted or job.row in wanted]
            results = run_loop(measure_all(jobs, options.minutes))
            front = run_loop(front_page()) if not wanted or "front" in wanted else None
        finally:
            if postgres is not None:
                postgres.stop()
            kill_all()
    text = report(Sheet(results), front, learners, time.monotonic() - began)
    print(text)
    if options.write:
        (ROOT / "bench" / "RESULTS.md").write_text(f"# What `./camtay bench` measured\n\n{text}", "utf-8")
    if options.json:
        rows = {row: [asdict(result) for result in found] for row, found in results.items()}
        Path(options.json).write_text(json.dumps({"rows": rows, "front": front and asdict(front)}, indent=1), "utf-8")
    return 0


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


if __name__ == "__main__":
    sys.exit(main())
