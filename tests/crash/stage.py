"""One tutor process, the fake Bot API in front of it, and the crowd; what all crash tests share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import text

from storage.engine.database import open_database
from tests.support.fake_telegram import FakeTelegram
from tests.support.fake_zalo_bot import FakeZaloBot, Variants
from tests.support.process import TutorProcess, until
from tests.support.short_lesson import (
    STEPS,
    WRITTEN_STEPS,
    Crowd,
    Learner,
    Step,
    book_problems,
    looks,
    take_lesson,
    write_lessons,
)

FINISH_WITHIN_S = 60.0
_SET_UP = text("SELECT key FROM key_value WHERE key LIKE 'setup:%'")


FakeT = TypeVar("FakeT", FakeTelegram, FakeZaloBot)


@dataclass(slots=True)
class Stage(Generic[FakeT]):
    """`crashes` counts the kills so far; `everybody` are all who have begun the lesson."""

    tutor: TutorProcess
    fake: FakeT
    crowd: Crowd
    url: str
    crashes: int = 0
    everybody: list[Learner] = field(default_factory=list)

    def begin(self, number: int) -> tuple[list[Learner], asyncio.Future[list[None]]]:
        """So many newcomers begin the lesson; the future ends when all have finished."""
        learners = self.crowd.newcomers(number)
        self.everybody += learners
        return learners, asyncio.gather(*(take_lesson(each, FINISH_WITHIN_S, self.crowd.steps) for each in learners))

    async def crash_once(self, crash: Awaitable[object]) -> None:
        """Await what kills the tutor, then start it again at once."""
        await crash
        assert await self.tutor.ended() == -9, self.tutor.output
        self.crashes += 1
        await self.tutor.launch()

    async def killed_after(self, messages: int, jitter_s: float) -> None:
        """SIGKILL from outside once so many more messages have arrived, and a moment later."""
        sent = self.fake.counts["sendMessage"] + messages
        await until(lambda: self.fake.counts["sendMessage"] >= sent, FINISH_WITHIN_S, 0.001)
        await asyncio.sleep(jitter_s)
        await self.tutor.kill()

    async def settled(self) -> None:
        """Wait until nothing is left to be sent."""

        async def all_sent() -> bool:
            return (await self.tutor.health())[1].get("unsent") == 0

        await self.tutor.ready()
        await until(all_sent)

    async def is_set_up(self) -> bool:
        """The provider knows the bot, and the tutor has written down that it does."""
        database = open_database(self.url)
        try:
            return await database.read(lambda connection: connection.scalar(_SET_UP)) is not None
        finally:
            await database.close()

    def problems(self, learners: Sequence[Learner], crashes: int) -> list[str]:
        return self.crowd.problems(learners, crashes) + self.fake.violations

    async def final_problems(self) -> list[str]:
        """Everything wrong with what everybody saw and with what the database holds."""
        await self.settled()
        chat_ids = [str(each.chat_id) for each in self.everybody]
        return self.problems(self.everybody, self.crashes) + await book_problems(self.url, chat_ids)


def environment(fake: FakeTelegram, lessons: Path, database_url: str, mode: str, port: int) -> dict[str, str]:
    return {
        "TELEGRAM_API_BASE": fake.url,
        "TELEGRAM_TOKEN": fake.token,
        "DATABASE_URL": database_url,
        "CAMTAY__LESSONS__DIR": str(lessons),
        "CAMTAY__TELEGRAM__MODE": mode,
        "CAMTAY__TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram" if mode == "webhook" else "",
        "CAMTAY__TELEGRAM__MESSAGES_PER_SECOND": "0",
    }


@asynccontextmanager
async def open_stage(folder: Path, database_url: str, mode: str) -> AsyncIterator[Stage[FakeTelegram]]:
    """A tutor that serves, and one learner who has finished: what she saw is what everybody must see."""
    lessons = write_lessons(folder / "lessons")
    async with FakeTelegram() as fake:
        tutor = TutorProcess(folder / "tutor")
        tutor.environ |= environment(fake, lessons, database_url, mode, tutor.port)
        tutor.environ["TEST_LEASE_S"] = "0.2"  # it was alone: whoever starts after it need not wait for it
        async with _play(tutor, fake, STEPS, database_url) as stage:
            yield stage


@asynccontextmanager
async def open_zalo_stage(folder: Path, mode: str) -> AsyncIterator[Stage[FakeZaloBot]]:
    """The same on a Zalo bot and SQLite. What a poll brings comes again: where it did not, a kill would lose it."""
    lessons = write_lessons(folder / "lessons")
    async with FakeZaloBot(Variants(replays=3)) as fake:
        tutor = TutorProcess(folder / "tutor")
        tutor.environ |= {
            "ZALO_BOT_API_BASE": fake.url,
            "ZALO_BOT_TOKEN": fake.token,
            "CAMTAY__LESSONS__DIR": str(lessons),
            "CAMTAY__ZALO_BOT__MODE": mode,
            "CAMTAY__ZALO_BOT__WEBHOOK_URL": f"http://127.0.0.1:{tutor.port}/zalo-bot" if mode == "webhook" else "",
            "CAMTAY__ZALO_BOT__MESSAGES_PER_SECOND": "0",
            "CAMTAY__ZALO_BOT__MESSAGES_PER_MONTH": "0",
            "CAMTAY__ZALO_BOT__POLL_EVERY_S": "0",
        }
        async with _play(tutor, fake, WRITTEN_STEPS, "") as stage:
            yield stage


@asynccontextmanager
async def _play(
    tutor: TutorProcess, fake: FakeT, steps: Sequence[Step], database_url: str
) -> AsyncIterator[Stage[FakeT]]:
    crowd = Crowd(fake, steps)
    try:
        await tutor.start()
        first = crowd.newcomers(1)
        await take_lesson(first[0], FINISH_WITHIN_S, crowd.steps)
        crowd.shown = [looks(message) for message in first[0].inbox]
        stage = Stage(tutor, fake, crowd, database_url or f"sqlite:///{tutor.data / 'camtay.db'}")
        stage.everybody += first
        await until(stage.is_set_up, FINISH_WITHIN_S)  # it costs seconds; no round shall pay for it again
        yield stage
    finally:
        await tutor.kill()
