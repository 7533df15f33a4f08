"""The web chat killed between POST and answer: what the page sends again is applied once, the log is whole."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.support.process import TutorProcess, running, until
from tests.support.short_lesson import STEPS, book_problems, write_lessons
from tests.support.web_learner import WebLearner

pytestmark = [pytest.mark.crash, pytest.mark.timeout(1800)]

LEARNERS = 3
STARTS = 6


async def test_what_is_sent_again_is_applied_once(tmp_path: Path, database_url: str, long_run: bool) -> None:
    rng = Random(database_url[:6])
    lessons = write_lessons(tmp_path / "lessons")
    environ = {"DATABASE_URL": database_url, "CAMTAY__LESSONS__DIR": str(lessons)}
    sent_again = 0
    async with running(tmp_path / "tutor", environ) as tutor:
        async with WebLearner(tutor) as first:
            await first.take_lesson()
            shown = _shown(await first.log())
            chat_ids = [first.chat_id]
        for _ in range(100 if long_run else 10):
            async with AsyncExitStack() as stack:
                learners = [await stack.enter_async_context(WebLearner(tutor)) for _ in range(LEARNERS)]
                tutor.crash_at("after commit", rng.randint(1, len(STEPS)))
                finished = asyncio.gather(*(each.take_lesson() for each in learners))
                assert await tutor.ended() == -9, tutor.output
                await tutor.launch()
                await finished
                for each in learners:
                    entries = await each.log()
                    assert _shown(entries) == shown
                    assert [entry["no"] for entry in entries] == sorted({entry["no"] for entry in entries})
                sent_again += sum(each.sent_again for each in learners)
                chat_ids += [each.chat_id for each in learners]
        assert sent_again
        url = database_url or f"sqlite:///{tutor.data / 'camtay.db'}"
        assert not await book_problems(url, chat_ids)


def _shown(entries: list[dict[str, Any]]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each["who"], each["text"], tuple(b["token"] for b in each["buttons"])) for each in entries]


async def test_killed_while_it_starts_and_migrates(tmp_path: Path, database_url: str) -> None:
    rng = Random(database_url[:6])
    lessons = write_lessons(tmp_path / "lessons")
    tutor = TutorProcess(tmp_path / "tutor", {"DATABASE_URL": database_url, "CAMTAY__LESSONS__DIR": str(lessons)})
    try:
        for _ in range(STARTS):
            await tutor.launch()
            if database_url:
                await asyncio.sleep(rng.uniform(0.3, 1.5))
            else:
                await _until_migrating(tutor)
                await asyncio.sleep(rng.uniform(0, 0.2))
            await tutor.kill()
            assert tutor.exit_code == -9, tutor.output
        await tutor.start()
        async with WebLearner(tutor) as learner:
            await learner.take_lesson()
    finally:
        await tutor.kill()


async def _until_migrating(tutor: TutorProcess) -> None:
    """The database's file is there: what comes next is the schema, the lessons, the keys."""
    await until((tutor.data / "camtay.db").exists, 60.0, 0.001)
