"""The primary is killed in the midst of lessons, its standby promoted: everybody finishes, nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.crash.stage import FINISH_WITHIN_S, open_stage
from tests.support.failover import fail_over
from tests.support.postgres_pair import Pair, pgbouncers, replicated
from tests.support.process import TutorProcess, until
from tests.support.short_lesson import book_problems
from tests.support.web_learner import WebLearner

pytestmark = [pytest.mark.crash, pytest.mark.postgres, pytest.mark.timeout(300)]

LEARNERS = 6


@pytest.fixture
def pair() -> Iterator[Pair]:
    with replicated() as two:
        yield two


@pytest.mark.parametrize("way", ["direct", "pgbouncer"])
async def test_the_standby_takes_over(tmp_path: Path, pair: Pair, way: str, long_run: bool) -> None:
    with ExitStack() as before:
        url = pair.url() if way == "direct" else before.enter_context(pgbouncers(pair))
        async with open_stage(tmp_path, url, "polling") as stage:
            late = asyncio.create_task(_comes_meanwhile(stage.tutor))
            await fail_over(stage, pair, 200 if long_run else LEARNERS, 1.0)
            assert not await stage.final_problems()
            assert not await book_problems(url, [await late])
            assert (await stage.tutor.health())[1]["set_aside"] == 0
            assert stage.tutor.exit_code is None


async def _comes_meanwhile(tutor: TutorProcess) -> str:
    """Somebody at the web page, who begins while nobody is the primary."""

    async def is_away() -> bool:
        return (await tutor.health())[0] == 503

    await until(is_away, FINISH_WITHIN_S)
    async with WebLearner(tutor) as web:
        await web.take_lesson()
        return web.chat_id
