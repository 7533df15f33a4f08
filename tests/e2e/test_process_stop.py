"""Graceful stop, two processes, and what a long stop costs: the whole process over the fake Bot API."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import Signals

import pytest

from flows.shelf.shelf import read_table
from tests.crash.stage import FINISH_WITHIN_S, environment, open_stage
from tests.support.environment import leave_out
from tests.support.fake_telegram import FakeTelegram, Learner
from tests.support.postgres import NOT_FOUND, PostgresServer, find_binaries, private_server
from tests.support.process import ROOT, TutorProcess, running, until
from tests.support.short_lesson import MENU, STEPS, do, see, write_lessons

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]

LEARNERS = 20


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.make_database()


# --- SIGTERM -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_sigterm_under_load_loses_and_doubles_nothing(tmp_path: Path, database_url: str, mode: str) -> None:
    async with open_stage(tmp_path, database_url, mode) as stage:
        _, finished = stage.begin(LEARNERS)
        for share in (0.3, 0.6):
            sent = share * LEARNERS * (len(STEPS) - 1)
            await until(lambda sent=sent: stage.fake.counts["sendMessage"] >= sent, FINISH_WITHIN_S, 0.001)
            took_s = await stage.tutor.stop()
            assert stage.tutor.exit_code == 0, stage.tutor.output
            assert took_s < 10
            await stage.tutor.start()
        await finished
        assert not await stage.final_problems()  # crashes is 0: not one message doubled


async def test_sigterm_while_telegram_does_not_answer(tmp_path: Path) -> None:
    async with open_stage(tmp_path, "", "polling") as stage:
        stage.fake.faults.hang(30, times=1000)
        learners = stage.crowd.newcomers(LEARNERS)
        for learner in learners:
            learner.start()
        await until(lambda: len(stage.fake.faults.waiting) and stage.fake.faults.waiting[0].times < 1000)
        assert await stage.tutor.stop() < 10
        assert stage.tutor.exit_code == 0, stage.tutor.output
        stage.fake.faults.clear()
        await stage.tutor.start()
        for learner in learners:
            await see(learner, "c:yes")


async def test_sigterm_while_another_program_holds_the_database(tmp_path: Path) -> None:
    async with open_stage(tmp_path, "", "polling") as stage:
        learners = stage.crowd.newcomers(LEARNERS)
        with closing(sqlite3.connect(stage.tutor.data / "camtay.db", timeout=10, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for learner in learners:
                learner.start()
            await until(lambda: any(method == "getUpdates" for method, _ in stage.fake.calls[-1:]))
            assert await stage.tutor.stop() < 10
            assert stage.tutor.exit_code == 0, stage.tutor.output
            other.execute("ROLLBACK")
        await stage.tutor.start()
        for learner in learners:
            await see(learner, "c:yes")


async def test_sigterm_while_postgresql_is_away(tmp_path: Path) -> None:
    binaries = find_binaries() or leave_out(NOT_FOUND)
    with private_server(binaries) as power:
        async with open_stage(tmp_path, power.url, "polling") as stage:
            await asyncio.to_thread(power.off)
            learner = stage.crowd.newcomers(1)[0]
            learner.start()
            await until(lambda: _is_unwell(stage.tutor))
            assert await stage.tutor.stop() < 10
            assert stage.tutor.exit_code == 0, stage.tutor.output
            await asyncio.to_thread(power.on)
            await stage.tutor.start()
            await see(learner, "c:yes")


async def test_sigterm_while_postgresql_neither_answers_nor_breaks_off(tmp_path: Path) -> None:
    binaries = find_binaries() or leave_out(NOT_FOUND)
    with private_server(binaries) as power:
        async with open_stage(tmp_path, power.url, "polling") as stage:
            power.signal(Signals.SIGSTOP)
            try:
                learner = stage.crowd.newcomers(1)[0]
                learner.start()
                assert await stage.tutor.stop() < 10
                assert stage.tutor.exit_code == 0, stage.tutor.output
            finally:
                power.signal(Signals.SIGCONT)
            await stage.tutor.start()
            await see(learner, "c:yes")


async def _is_unwell(tutor: TutorProcess) -> bool:
    return (await tutor.health())[0] == 503


async def test_sigterm_through_the_command_line(tmp_path: Path) -> None:
    async with running(tmp_path / "tutor", {}, command=("-m", "bot", "run")) as tutor:
        assert await tutor.stop() < 10
        assert tutor.exit_code == 0, tutor.output


# --- two processes -----------------------------------------------------------------------------------


async def test_a_second_process_on_the_same_folder_refuses(tmp_path: Path) -> None:
    async with running(tmp_path / "tutor", {}) as first:
        second = TutorProcess(tmp_path / "second", {"CAMTAY_DATA": str(first.data)})
        await second.launch()
        try:
            assert await second.ended() == 2
        finally:
            await second.kill()
        assert "đang chạy với thư mục dữ liệu này" in second.output
        assert (await first.health())[0] == 200


async def test_only_one_process_polls_and_the_other_takes_over(tmp_path: Path, postgres_server: PostgresServer) -> None:
    url = postgres_server.make_database()
    async with open_stage(tmp_path, url, "polling") as stage:
        lessons = tmp_path / "lessons"
        other = TutorProcess(tmp_path / "other")
        other.environ |= environment(stage.fake, lessons, url, "polling", other.port)
        stage.tutor.share_keys(other)
        try:
            await other.start()
            await until(lambda: _telegram_is(other, "standing by"))
            assert (await stage.tutor.health())[1]["telegram"] == "polling"
            _, finished = stage.begin(LEARNERS)
            await stage.killed_after(LEARNERS * 4, 0.0)
            stage.crashes = 1
            killed_at = time.monotonic()
            await until(lambda: _telegram_is(other, "polling"))
            assert time.monotonic() - killed_at < 8
            await finished
            await other.stop()
            stage.tutor = other
            await other.start()
            assert not await stage.final_problems()
        finally:
            await other.kill()


async def test_two_processes_share_the_webhook(tmp_path: Path, postgres_server: PostgresServer) -> None:
    """A proxy may hand updates to either; only one sends, and each chat keeps its order."""
    url = postgres_server.make_database()
    async with open_stage(tmp_path, url, "webhook") as stage:
        other = TutorProcess(tmp_path / "other")
        other.environ |= environment(stage.fake, tmp_path / "lessons", url, "webhook", stage.tutor.port)
        stage.tutor.share_keys(other)
        assert stage.fake.bot.webhook is not None
        try:
            await other.start()
            _, finished = stage.begin(LEARNERS)
            while not finished.done():
                for port in (other.port, stage.tutor.port):
                    stage.fake.bot.webhook.url = f"http://127.0.0.1:{port}/telegram"
                    await asyncio.wait([finished], timeout=0.05)
            await finished
            assert not await stage.final_problems()
            assert (await other.health())[1]["telegram"] == "standing by"
            assert (await other.health())[1]["handled"]
        finally:
            await other.kill()


async def _telegram_is(tutor: TutorProcess, state: str) -> bool:
    return bool((await tutor.health())[1].get("telegram") == state)


# --- a stop longer than Telegram keeps taps ----------------------------------------------------------


@dataclass(slots=True)
class Clock:
    """One clock for the tutor and for the fake, `ahead_s` seconds before the wall's."""

    file: Path
    ahead_s: float = 0.0

    def show(self, at: datetime) -> None:
        self.move((at - datetime.now(UTC)).total_seconds() - self.ahead_s)

    def move(self, seconds: float) -> None:
        self.ahead_s += seconds
        draft = self.file.with_suffix(".draft")
        draft.write_text(str(self.ahead_s), "ascii")
        draft.rename(self.file)

    def time(self) -> float:
        return time.time() + self.ahead_s


MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 9 o'clock in Việt Nam
EVENING = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)  # half past eight: quiet
REOFFER = str(read_table(ROOT / "lessons" / "phrases.yaml")["reoffer"]).partition("{")[0].strip()


@dataclass(slots=True)
class Away:
    """A tutor with a clock of its own, and one learner at the second step of the lesson."""

    tutor: TutorProcess
    fake: FakeTelegram
    clock: Clock
    learner: Learner

    def offers(self) -> int:
        return sum(REOFFER in message.text for message in self.learner.inbox)

    async def stop(self) -> None:
        """A stop that the tutor has noticed: its last sign of life is from just now."""
        await self.tutor.kill()

    async def back(self) -> None:
        await self.tutor.start()
        await until(lambda: self.fake.bot._poll is not None)


@pytest.fixture
async def away(tmp_path: Path) -> AsyncIterator[Away]:
    clock = Clock(tmp_path / "clock")
    clock.show(MORNING)
    lessons = write_lessons(tmp_path / "lessons")
    async with FakeTelegram(clock=clock.time) as fake:
        tutor = TutorProcess(tmp_path / "tutor", {"TEST_CLOCK_FILE": str(clock.file)})
        tutor.environ |= environment(fake, lessons, "", "polling", tutor.port)
        try:
            await tutor.start()
            learner = fake.learner(7)
            yield Away(tutor, fake, clock, learner)
        finally:
            await tutor.kill()


async def _reach_step_two(away: Away) -> None:
    for waits_for, verb, what in STEPS[:6]:
        if waits_for:
            await see(away.learner, waits_for)
        do(away.learner, verb, what)
    await see(away.learner, "Bước hai")


async def test_taps_thrown_away_are_mended_by_offering_the_step_once(away: Away) -> None:
    await _reach_step_two(away)
    await away.stop()
    away.learner.tap("Màu đỏ")
    away.clock.move(400)
    await away.back()
    offered = await see(away.learner, REOFFER)
    assert "Bước hai" in offered.text, offered
    assert not away.fake.bot.queue  # the tap is gone for good
    await until(lambda: _all_sent(away))  # a kill before that could double the offer as it can any message
    await away.tutor.kill()
    await away.back()
    assert away.offers() == 1
    away.learner.tap("Màu đỏ")
    await see(away.learner, "Bước ba")
    assert away.offers() == 1


async def test_a_short_stop_offers_nothing(away: Away) -> None:
    await _reach_step_two(away)
    await away.stop()
    away.learner.tap("Màu đỏ")
    away.clock.move(100)
    await away.back()
    await see(away.learner, "Bước ba")
    assert away.offers() == 0


async def test_nothing_is_offered_at_night(away: Away) -> None:
    away.clock.show(EVENING - timedelta(minutes=31))
    await away.tutor.kill()
    await away.back()
    await _reach_step_two(away)
    await away.stop()
    away.clock.show(EVENING)
    await away.back()
    away.learner.say("menu")
    await see(away.learner, MENU)
    assert away.offers() == 0


async def test_who_was_not_in_the_middle_of_it_is_left_alone(away: Away) -> None:
    await _reach_step_two(away)
    away.clock.move(31 * 60)
    await until(lambda: _alive_since(away, away.clock.time() - 5))
    await away.stop()
    away.clock.move(400)
    await away.back()
    away.learner.say("menu")
    await see(away.learner, MENU)
    assert away.offers() == 0


async def _all_sent(away: Away) -> bool:
    return bool((await away.tutor.health())[1]["unsent"] == 0)


async def _alive_since(away: Away, at: float) -> bool:
    """the tutor has written down that it is alive"""
    from sqlalchemy import text

    from storage.engine.database import open_database

    database = open_database(f"sqlite:///{away.tutor.data / 'camtay.db'}")
    try:
        query = text("SELECT value FROM key_value WHERE key LIKE 'alive:%'")
        value = await database.read(lambda connection: connection.execute(query).scalar_one())
    finally:
        await database.close()
    return datetime.fromisoformat(value).timestamp() > at
