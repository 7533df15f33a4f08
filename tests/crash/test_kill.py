"""SIGKILL at random moments and where it would hurt most: nobody loses her place, nothing happens twice."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

import pytest

from tests.crash.stage import Stage
from tests.support.short_lesson import STEPS

pytestmark = [pytest.mark.crash, pytest.mark.timeout(1800)]

LEARNERS = 6
MESSAGES = LEARNERS * len(STEPS)
MOST = {"after commit": len(STEPS) - 1, "after send": MESSAGES // 2, "before settle": 1}
"""How often each point is surely passed in a round; learners in step share a batch."""
JITTER_S = 0.05
STORM, STORM_S = 5, 3.0


async def test_nobody_loses_her_place(stage: Stage, long_run: bool) -> None:
    crash: Coroutine[Any, Any, object]
    rng = Random(stage.url[:6] + stage.tutor.environ["CAMTAY__TELEGRAM__MODE"])
    rounds = 100 if long_run else 10
    for number in range(rounds):
        point = (*MOST, "")[number % 4]
        if point:
            stage.tutor.crash_at(point, rng.randint(1, MOST[point]))
            crash = stage.tutor.ended()
        else:
            crash = stage.killed_after(rng.randrange(MESSAGES - 1), rng.uniform(0, JITTER_S))
        learners, finished = stage.begin(LEARNERS)
        await stage.crash_once(crash)
        await finished
        assert not stage.problems(learners, 1), f"round {number}, {point or 'at random'}"
        await stage.tutor.ready()
    assert stage.crashes == rounds
    assert not await stage.final_problems()


async def test_a_storm_of_kills(stage: Stage) -> None:
    """Killed again and again, also before it serves."""
    rng = Random(stage.url[:6])
    learners, finished = stage.begin(4 * LEARNERS)
    for _ in range(STORM):
        await asyncio.sleep(rng.uniform(0, STORM_S))
        await stage.tutor.kill()
        await stage.tutor.launch()
        stage.crashes += 1
    await finished
    assert not stage.problems(learners, STORM)
    assert not await stage.final_problems()
