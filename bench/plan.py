"""Which rows there are, in which order they run, and which figures they are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench.everywhere import on_all_channels
from bench.front import Front
from bench.ours import on_zalo_bot, ours
from bench.postgres import Postgres
from bench.rows import Bot, Result, measure, python, survive
from bench.script import ECHO, LESSON
from bench.seed import seed
from bench.table import MB, Sheet, Target
from bench.zalo_oa import ours_on_oa

PACE = 50.0  # updates offered a second in the paced rows
SEEDED = 100_000
KILLED = 200  # learners in the rows with kills
FEW = 200  # so many at once are answered within the two seconds that Zalo waits

PEERS = {
    "echo": Bot("aiogram echo, stores nothing", python("-m", "bench.peers.aiogram_echo"), ECHO),
    "fsm": Bot("aiogram FSM on SQLite", python("-m", "bench.peers.aiogram_fsm"), LESSON),
    "dialog": Bot("aiogram-dialog on SQLite", python("-m", "bench.peers.aiogram_dialogs"), LESSON),
    "ptb": Bot("python-telegram-bot, PicklePersistence", python("-m", "bench.peers.ptb_conversation"), LESSON),
    "telebot": Bot("pyTelegramBotAPI in memory", python("-m", "bench.peers.telebot_memory"), LESSON),
}


@dataclass(frozen=True)
class Job:
    """One measurement of the row `row`. `make` builds the bot when its turn comes, so that its database is fresh."""

    row: str
    make: Callable[[], Bot]
    learners: int
    kills: int = 0
    rate: float = 0.0

    async def run(self) -> Result:
        bot = self.make()
        if self.kills:
            return await survive(bot, self.learners, self.kills)
        return await measure(bot, self.learners, self.rate)


def seeded(name: str, learners: int) -> Bot:
    """Ours on SQLite with `learners` more who have had their lesson."""

    def fill(data: Path) -> None:
        seed(data / "data" / "camtay.db", learners)

    return replace(ours(name), fill=fill)


class Plan:
    """The rows of a run. `postgres` is None where there is no server; `kill` how many kills the many-kills row gets."""

    def __init__(self, learners: int, kill: int, postgres: Postgres | None, *, quick: bool) -> None:
        self.learners, self.kill, self.postgres, self.quick = learners, kill, postgres, quick

    def jobs(self) -> Iterator[Job]:
        """In running order: what decides comes three times, at the beginning, in the middle and at the end."""
        n = self.learners
        yield from self._pair(n)
        if not self.quick:
            for name in ("telebot", "fsm", "dialog"):
                yield self._peer(name, n)
        for _ in range(1 if self.quick else 2):
            yield Job("webhook", lambda: ours("ours, webhook, SQLite FULL", mode="webhook"), n)
            yield Job("zalo-bot", lambda: on_zalo_bot("ours, Zalo Bot webhook, SQLite FULL"), n)
            yield Job("webhook-few", lambda: ours(f"ours, webhook, {FEW} learners", mode="webhook"), FEW)
            yield Job("zalo-oa", lambda: ours_on_oa(f"ours, Zalo OA webhook, {FEW} learners"), FEW)
            yield Job("all-channels", lambda: on_all_channels(f"ours, all channels on, {FEW} learners"), FEW)
        if self.postgres is not None:
            yield from self._on_postgres(n)
        yield from self._pair(n)
        if not self.quick:
            yield self._peer("ptb", n)
            many = f"ours, polling, SQLite FULL, {SEEDED:,} more seeded"
            yield Job("seeded", lambda: seeded(many, SEEDED), n)
            if self.postgres is not None:
                yield self._postgres(n)
            yield from self._pair(n)
            yield Job("seeded", lambda: seeded(many, SEEDED), n)
            if self.postgres is not None:
                yield self._postgres(n)
            yield Job("seeded", lambda: seeded(many, SEEDED), n)
        paced = int(PACE * (10 if self.quick else 25) / len(LESSON))
        yield Job(
            "echo-paced", lambda: replace(PEERS["echo"], name="aiogram echo, 50 updates/s offered"), paced, rate=PACE
        )
        yield Job("paced", lambda: ours("ours, polling, SQLite FULL, 50 updates/s offered"), paced, rate=PACE)
        yield from self._kills()

    def _peer(self, name: str, learners: int) -> Job:
        return Job(name, lambda: PEERS[name], learners)

    def _pair(self, learners: int) -> Iterator[Job]:
        yield self._peer("echo", learners)
        yield Job("ours", lambda: ours("ours, polling, SQLite FULL"), learners)

    def _postgres(self, learners: int) -> Job:
        return Job("postgres", lambda: ours("ours, polling, PostgreSQL", postgres=self.postgres), learners)

    def _on_postgres(self, learners: int) -> Iterator[Job]:
        yield self._postgres(learners)
        if not self.quick:
            name = "ours, webhook, PostgreSQL"
            yield Job("webhook-postgres", lambda: ours(name, mode="webhook", postgres=self.postgres), learners)

    def _kills(self) -> Iterator[Job]:
        postgres = self.postgres
        yield Job("kill-ours", lambda: ours("ours, polling, SQLite FULL"), KILLED, kills=1)
        if self.quick:
            return
        yield Job("kill-webhook", lambda: ours("ours, webhook", mode="webhook"), KILLED, kills=1)
        if postgres is not None:
            yield Job("kill-postgres", lambda: ours("ours, polling, PostgreSQL", postgres=postgres), KILLED, kills=1)
        yield Job("kill-many", lambda: ours(f"ours, polling, SQLite FULL, {self.kill} kills"), KILLED, kills=self.kill)
        for name in PEERS:
            yield Job(f"kill-{name}", lambda name=name: PEERS[name], KILLED, kills=1)  # type: ignore[misc]


ORDER = (
    ("echo", "kill-echo", ""),
    ("fsm", "kill-fsm", "echo"),
    ("dialog", "kill-dialog", "echo"),
    ("ptb", "kill-ptb", "echo"),
    ("telebot", "kill-telebot", "echo"),
    ("ours", "kill-ours", "echo"),
    ("webhook", "kill-webhook", "echo"),
    ("zalo-bot", "", "echo"),
    ("webhook-few", "", "echo"),
    ("zalo-oa", "", "echo"),
    ("all-channels", "", "echo"),
    ("postgres", "kill-postgres", "echo"),
    ("webhook-postgres", "", "echo"),
    ("seeded", "", "echo"),
    ("echo-paced", "", ""),
    ("paced", "", "echo-paced"),
)
ROWS = (*(row for row, _, _ in ORDER), *(kill for _, kill, _ in ORDER if kill), "kill-many", "front")


def targets(sheet: Sheet, front: Front | None) -> Iterator[Target]:
    """The figures of the issue, in its order."""
    yield Target("CPU per update, polling, SQLite FULL, against echo", sheet.ratio("ours", "echo"), 0.7, 0.4, " ×")
    yield Target("CPU per update at 50 updates/s offered, against echo", sheet.ratio("paced", "echo-paced"), 2, 1, " ×")
    yield Target(f"{SEEDED:,} learners seeded, against the first row", sheet.ratio("seeded", "ours"), 1.2, 1.0, " ×")
    yield Target("PostgreSQL (its processes counted), against SQLite", sheet.ratio("postgres", "ours"), 1.5, 1.1, " ×")
    zalo = sheet.ratio("zalo-bot", "webhook")
    yield Target("CPU per update: Zalo Bot webhook, against our Telegram webhook", zalo, 1.0, 0.9, " ×")
    account = sheet.ratio("zalo-oa", "webhook-few")
    yield Target("CPU per update: Zalo OA webhook, against our Telegram webhook", account, 1.1, 1.0, " ×")
    everywhere, one = sheet.best("all-channels", "rss"), sheet.best("webhook-few", "rss")
    together = everywhere / one if everywhere and one else None
    yield Target("RSS while playing, all channels on, against Telegram alone", together, 1.15, 1.05, " ×")
    for row, what in (("kill-ours", "one kill -9"), ("kill-many", "many kills")):
        for result in sheet.results.get(row, ()):
            twice = f"{result.doubled} messages came twice, at most {result.doubled_most} to one learner"
            note = f"{result.kills} kill -9; {twice}; {result.fault or 'no step applied twice'}"
            finished = float(result.finished) if not result.fault else 0.0
            yield Target(f"finish after {what}", finished, result.learners, result.learners, more=True, note=note)
    p99 = sheet.best("paced", "p99")
    yield Target("p99 at 50 updates/s offered", p99 and p99 * 1000, 250, 80, " ms")
    rss, starts = sheet.best("ours", "rss"), [r.rss_at_start for r in sheet.results.get("ours", ())]
    at_start = max(starts) / MB if starts else None
    yield Target("RSS with Telegram, while playing", rss and rss / MB, 240, 120, " MB")
    yield Target("RSS with Telegram, first start, set-up's child process included", at_start, 240, 120, " MB")
    yield Target("RSS of the web chat on SQLite", front.rss / MB if front else None, 120, 90, " MB")
    yield Target(
        "`./camtay run`, second start, to the first page", front.second_start_s if front else None, 3, 1.5, " s"
    )
    told = ", ".join(f"{path} {size}" for path, size in front.parts.items()) if front else ""
    yield Target(
        "first page, all bytes with headers", front.page_bytes / 1000 if front else None, 60, 30, " kB", note=told
    )
