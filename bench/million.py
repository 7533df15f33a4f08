"""What an update costs beside a million learners, against a thousand: CPU in alternating pairs, on SQLite.

    .venv/bin/python -m bench.million [--many 1000000] [--few 1000] [--learners 300] [--pairs 5]

Two tutors stand at once, each over copies made by `bench.seed`; in turn a new crowd plays the lesson with one and the
other, all at once over the fake Bot API. A million copies take some minutes and 4 GB in the folder for temporary files.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys

from bench.__main__ import run_loop
from bench.plan import seeded
from bench.rows import SETTLE_S, Stage, on_stage, play, prepared


async def cpu_of(stage: Stage, learners: int) -> float:
    """CPU ms an update of a new crowd that plays one lesson, onboarding not counted."""
    bot = stage.bot
    await play(stage, stage.crowd(bot.before, learners))
    crowd = stage.crowd(bot.actions, learners, chats=min(stage.crowds[0].learners))
    await asyncio.sleep(SETTLE_S)
    before = stage.cpu_s()[0]
    await play(stage, crowd)
    await asyncio.sleep(SETTLE_S)
    return (stage.cpu_s()[0] - before) * 1000 / len(crowd.latencies)


async def measure(given: argparse.Namespace) -> None:
    few, many = (seeded(f"{size:,} seeded", size) for size in (given.few, given.many))
    async with on_stage(few) as beside_few, on_stage(many) as beside_many:
        for stage in (beside_few, beside_many):
            await prepared(stage, 1)
        ratios = []
        for pair in range(given.pairs):
            order = (beside_few, beside_many) if pair % 2 == 0 else (beside_many, beside_few)
            cost = {stage: await cpu_of(stage, given.learners) for stage in order}
            ratios.append(cost[beside_many] / cost[beside_few])
            print(f"{cost[beside_few]:.3f} ms, {cost[beside_many]:.3f} ms: {ratios[-1]:.3f} ×", flush=True)
        size = (beside_many.data / "data" / "camtay.db").stat().st_size / 1e9
        print(
            f"{given.many:,} ({size:.1f} GB) against {given.few:,}: {statistics.median(ratios):.3f} × (median of pairs)"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.million", description=__doc__)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--learners", type=int, default=300)
    parser.add_argument("--pairs", type=int, default=5)
    run_loop(measure(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
