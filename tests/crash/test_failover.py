"""The primary is killed in the midst of lessons, its standby promoted: everybody finishes, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.crash.stage import open_stage
from tests.support.failover import fail_over
from tests.support.postgres_pair import Pair, pgbouncers, replicated

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
            await fail_over(stage, pair, 200 if long_run else LEARNERS, 1.0)
            assert not await stage.final_problems()
            assert stage.tutor.exit_code is None
