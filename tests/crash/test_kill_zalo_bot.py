"""SIGKILL on a Zalo bot, whose polls bring everything again: each step is taken once, by everybody."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import pytest

from tests.crash.stage import Stage, open_zalo_stage
from tests.support.short_lesson import WRITTEN_STEPS

pytestmark = [pytest.mark.crash, pytest.mark.timeout(1800)]

POINTS = ("after commit", "after send", "before settle")


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_nobody_loses_her_place_by_one_kill_or_five(tmp_path: Path, mode: str, long_run: bool) -> None:
    count = 200 if long_run else 4
    async with open_zalo_stage(tmp_path, mode) as stage:
        rng = Random(mode)
        for kills in (1, 5):
            learners, finished = stage.begin(count)
            for _ in range(kills):
                await _kill(stage, rng)
            await finished
            assert not stage.problems(learners, kills)
        assert stage.crashes == 6
        assert not await stage.final_problems()


async def _kill(stage: Stage, rng: Random) -> None:
    """At a point that is passed at every message, or from outside a moment later."""
    await stage.tutor.ready()
    if rng.random() < 0.5:
        stage.tutor.crash_at(rng.choice(POINTS), 1)
        await stage.crash_once(asyncio.sleep(0))
    else:
        await stage.crash_once(stage.killed_after(rng.randrange(1, len(WRITTEN_STEPS) // 2), rng.uniform(0, 0.05)))
