"""One row of the table: a bot is started, warmed, given its learners, measured, and ended."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.fakeapi import FakeApi, Heard
from bench.learners import Crowd, percentile
from bench.postgres import Postgres
from bench.processes import NeverReady, Process, until, watch
from bench.script import Action

ROOT = Path(__file__).resolve().parent.parent
WARM = 40
IDLE_CPU_S = 0.05  # in a second: less than this is a bot that waits
FILLED_START_S = 300.0  # a million rows are read from the disk for the first time
SETTLE_S = 1.0  # what a bot still writes after its last answer belongs to that answer


@dataclass(frozen=True)
class Bot:
    """How to start one: its command, its variables, the actions that its learners do before and in the measured time.

    `environ(data)` gives more variables; `check(data)` says after the end, in words, what is wrong with what it kept
    ("" when nothing is). `fill(data)` multiplies what the learners of the warm-up have left behind, while the bot is
    stopped. `postgres` is the server whose CPU counts, `api` the provider that it talks to, `root` its checkout.
    """

    name: str
    command: tuple[str, ...]
    actions: tuple[Action, ...]
    before: tuple[Action, ...] = ()
    environ: Callable[[Path], dict[str, str]] = lambda data: {}
    check: Callable[[Path], str] = lambda data: ""
    fill: Callable[[Path], None] | None = None
    postgres: Postgres | None = None
    api: Callable[[Heard], FakeApi] = FakeApi
    root: Path = ROOT


@dataclass
class Result:
    """What was measured. CPU in seconds per 1,000 updates, sizes in bytes, times in seconds.

    `bench_busy` is the share of one core that the load and the fake server took: near 1 they were the brake.
    """

    name: str
    learners: int = 0
    updates: int = 0
    finished: int = 0
    per_s: float = 0.0
    cpu: float = 0.0
    cpu_database: float = 0.0
    rss: int = 0
    rss_at_start: int = 0
    p50: float = 0.0
    p99: float = 0.0
    kills: int = 0
    doubled: int = 0
    doubled_most: int = 0
    odd: dict[str, int] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    bench_busy: float = 0.0
    fault: str = ""


class Stage:
    """A running bot with its fake server and its crowds."""

    def __init__(self, bot: Bot, data: Path) -> None:
        self.bot, self.data = bot, data
        self.crowds: list[Crowd] = []
        self.api = bot.api(self._heard)
        self.process: Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._next_chat = 700_000_000

    def _heard(self, chat: int, text: str, markup: str, message_id: int) -> None:
        for crowd in self.crowds:
            crowd.heard(chat, text, markup, message_id)

    def environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.data),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(self.bot.root),
            "PYTHONDONTWRITEBYTECODE": "",
            **self.api.environ(),
            "BENCH_DATA": str(self.data),
            **self.bot.environ(self.data),
        }

    async def start(self, within_s: float = 40.0) -> None:
        """Start the bot and wait until it asks for updates, or has set its webhook; a webhook once set stays."""
        self.api.ready.clear()
        self.process = Process(self.bot.command, self.environ(), self.data / "bot.log", cwd=self.bot.root)
        self._watcher = asyncio.create_task(watch(self.process))
        if self.api.webhook is None:
            await until(self.api.ready, self.process, within_s)

    def kill(self) -> None:
        """`kill -9`, and nobody looks any more."""
        if self._watcher is not None:
            self._watcher.cancel()
        if self.process is not None:
            self.process.kill()

    def crowd(self, actions: Sequence[Action], size: int, *, chats: int | None = None) -> Crowd:
        """New learners, or with `chats` (the first chat id) the ones who were here before."""
        if chats is None:
            chats = self._next_chat
            self._next_chat += size
        crowd = Crowd(self.api, actions, size, chats)
        self.crowds = [crowd]
        return crowd

    async def alone(self, within_s: float = 30.0) -> None:
        """Wait until what the bot does once after its start is over: the helpers of its set-up, what it warms up."""
        assert self.process is not None
        quiet, used, end = 0, self.process.cpu_s(), time.monotonic() + within_s
        while quiet < 10 and time.monotonic() < end:  # a second without any: one may be about to start
            await asyncio.sleep(0.1)
            if self.process.has_children() or self.process.cpu_s() - used > IDLE_CPU_S:
                quiet, used = 0, self.process.cpu_s()
            else:
                quiet += 1

    def cpu_s(self) -> tuple[float, float]:
        """(of the bot, of its database server) up to now."""
        assert self.process is not None
        return self.process.cpu_s(), self.bot.postgres.process.cpu_s() if self.bot.postgres else 0.0


@asynccontextmanager
async def on_stage(bot: Bot) -> AsyncIterator[Stage]:
    """A fresh folder, server and bot; all gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="camtay-bench-", ignore_cleanup_errors=True) as folder:
        stage = Stage(bot, Path(folder))
        await stage.api.open()
        try:
            yield stage
        finally:
            stage.kill()
            await stage.api.close()


async def prepared(stage: Stage, learners: int) -> Crowd:
    """Start, warm up, play what comes before the measured time; return the crowd that waits to begin."""
    await stage.start()
    bot = stage.bot
    await play(stage, stage.crowd((*bot.before, *bot.actions), WARM))
    if bot.fill is not None:
        await fill(stage)
    await stage.alone()
    crowd = stage.crowd(bot.before or bot.actions, learners)
    if bot.before:
        await play(stage, crowd)
        crowd = stage.crowd(bot.actions, learners, chats=min(crowd.learners))
    await asyncio.sleep(SETTLE_S)
    if bot.postgres is not None:
        bot.postgres.rest()
    gc.collect()
    return crowd


async def play(stage: Stage, crowd: Crowd) -> None:
    """What is not measured. Raises NeverReady when somebody does not get to the end."""
    crowd.all_at_once()
    if not await crowd.all_done(10):
        raise NeverReady(told(stage, crowd))


async def fill(stage: Stage) -> None:
    """Stop the bot, fill its database, start it again."""
    assert stage.process is not None and stage.bot.fill is not None
    await stage.alone()
    stage.process.stop()
    stage.kill()
    stage.bot.fill(stage.data)
    await stage.start(FILLED_START_S)


def told(stage: Stage, crowd: Crowd) -> str:
    """Why a crowd did not get to its end, as far as can be seen from outside."""
    stuck = next(learner for learner in crowd.learners.values() if learner.at < len(crowd.actions))
    assert stage.process is not None
    return (
        f"{crowd.done} of {len(crowd.learners)} get to the end; one waits after {crowd.actions[stuck.at].what!r}, "
        f"having read {stuck.text!r}; unexpected: {dict(crowd.odd.most_common(5))}\n{stage.process.tail()}"
    )


def summary(stage: Stage, crowd: Crowd, spent: tuple[float, float], seconds: float) -> Result:
    """The figures of one measured time."""
    thousand = max(len(crowd.latencies), 1) / 1000
    assert stage.process is not None
    return Result(
        name=stage.bot.name,
        learners=len(crowd.learners),
        updates=len(crowd.latencies),
        finished=crowd.done,
        per_s=len(crowd.latencies) / seconds if seconds else 0.0,
        cpu=(spent[0] + spent[1]) / thousand,
        cpu_database=spent[1] / thousand,
        rss=stage.process.peak_rss,
        p50=percentile(crowd.latencies, 0.5),
        p99=percentile(crowd.latencies, 0.99),
        doubled=crowd.doubled,
        doubled_most=crowd.doubled_most,
        odd=dict(crowd.odd.most_common(5)),
        calls=dict(stage.api.calls),
        fault=stage.bot.check(stage.data),
    )


async def measure(bot: Bot, learners: int, rate: float = 0.0) -> Result:
    """Let `learners` play one lesson: all at once, or at `rate` actions a second."""
    async with on_stage(bot) as stage:
        crowd = await prepared(stage, learners)
        assert stage.process is not None
        rss_at_start = stage.process.new_peak()
        stage.api.calls.clear()
        before, began, own = stage.cpu_s(), time.perf_counter(), time.process_time()
        if rate:
            await crowd.at_rate(rate)
        else:
            crowd.all_at_once()
            await crowd.all_done(15)
        seconds = time.perf_counter() - began
        busy = (time.process_time() - own) / seconds
        await asyncio.sleep(SETTLE_S)
        after = stage.cpu_s()
        result = summary(stage, crowd, (after[0] - before[0], after[1] - before[1]), seconds)
        result.rss_at_start = rss_at_start
        result.bench_busy = busy
        return result


async def survive(bot: Bot, learners: int, kills: int, stall_s: float = 6.0) -> Result:
    """Kill the bot `kills` times, evenly over the lesson, start it again at once, and see who reaches the end.

    Nobody taps again: who is not answered waits, and the run ends when nothing has moved for `stall_s` seconds.
    """
    async with on_stage(bot) as stage:
        crowd = await prepared(stage, learners)
        total = learners * len(bot.actions)
        marks = [crowd.after(total * (n + 1) // (kills + 1)) for n in range(kills)]
        crowd.all_at_once()
        killed = 0
        for mark in marks:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(mark.wait(), 30 if killed == 0 else stall_s)
            if not mark.is_set():
                break  # who was to act has been lost: later kills change nothing
            stage.kill()
            killed += 1
            await stage.start()
        await crowd.all_done(stall_s)
        await asyncio.sleep(SETTLE_S)
        result = summary(stage, crowd, (0.0, 0.0), 0.0)
        result.kills = killed
        return result


def python(*args: str) -> tuple[str, ...]:
    """A command of this very interpreter."""
    return (sys.executable, *args)
