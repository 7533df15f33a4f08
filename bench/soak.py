"""A long time under load, with all that happens in a union's week beside it: does anything grow?

    .venv/bin/python -m bench.soak [sqlite|postgresql] [--minutes 60] [--rate 100] [--learners 2000] [--into FOLDER]

The tutor is started as in production and polls the fake Bot API; `--learners` women play one lesson again and again, at
`--rate` updates a second altogether. Every few minutes a list is imported, an announcement sent, a lesson published, a
backup made, each by its command in a process of its own; sweeps and matching are the tutor's. On PostgreSQL a second
tutor stands by on the same database and is killed (`kill -9`) every five minutes, and started again at once; the first
is never killed. Every ten seconds: memory, open files, log of writes, latency, into `soak-….csv` and `.svg`.

Exit 1 where the first tutor's memory of the last sixth of the time is above 1.03 times that of the second sixth (of an
hour: the last ten minutes against minutes 10 to 20), or where a command failed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import dataclasses
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]
from sqlalchemy import text

from bench.__main__ import run_loop
from bench.curves import svg
from bench.learners import Crowd, percentile
from bench.ours import ACTIONS, TITLE, lessons_in, ours
from bench.postgres import Postgres, free_port
from bench.processes import Process
from bench.rows import ROOT, Bot, Stage, on_stage, play, python
from bench.script import text as typed
from storage.engine.database import open_database

GROWTH = 1.03
EVERY_S, KILL_EVERY_S = 10.0, 300.0
WARD, ROWS = "w26041", 2_000
NEWS = "Sáng thứ bảy mời các chị tới nhà văn hóa học dùng VNeID."
AGAIN = (typed(TITLE, "Bước 2"), *ACTIONS[2:])
"""The lesson once more: the menu does not offer what is finished, but it is opened by its name."""

EVERY = {"import": 240.0, "announcement": 300.0, "publishing": 180.0, "backup": 300.0}
"""Seconds between two of a kind; the first come a part of that after the start, one after the other."""


@dataclass
class Sample:
    """What was seen at one moment, and of the answers since the last; sizes in MB, latencies in ms."""

    minute: float
    rss: float
    rss_second: float
    files: int
    wal: float
    size: float
    per_s: float
    p50: float
    p99: float
    worst: float


SHOWN = {
    "rss": "memory, MB", "rss_second": "memory of the second, MB", "files": "open files", "wal": "log of writes, MB",
    "size": "database, MB", "per_s": "answers a second", "p50": "p50, ms", "p99": "p99, ms", "worst": "slowest, ms",
}  # fmt: skip
"""What each curve is called in the picture."""


class Soak:
    def __init__(self, stage: Stage, crowd: Crowd, seconds: float) -> None:
        assert stage.process is not None
        self.stage, self.crowd, self.seconds = stage, crowd, seconds
        self.data = stage.data / "data"
        self.first, self.second = psutil.Process(stage.process.pid), None
        self.url = stage.bot.environ(stage.data).get("DATABASE_URL", "")
        self.samples: list[Sample] = []
        self.done: dict[str, int] = dict.fromkeys([*EVERY, "kills"], 0)
        self.faults: list[str] = []
        self._numbers, self._began = count(1), time.monotonic()
        self._standby: Process | None = None

    # --- what happens beside ---

    async def command(self, *words: str) -> str:
        """Run a verb of the command line as an operator would; what it said. Notes where it failed."""
        env = {**self.stage.environ(), "PYTHONPATH": str(ROOT)}
        done = await asyncio.create_subprocess_exec(
            *python("-m", "bot", *words), cwd=ROOT, env=env,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        told = (await done.communicate())[0].decode()
        if done.returncode:
            self.faults.append(f"{' '.join(words[:2])}: {told.strip()[:200]} … {told.strip()[-200:]}")
        return told

    async def imported(self) -> None:
        number = next(self._numbers)
        file = self.stage.data / f"list{number}.csv"
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            rows = csv.writer(out, delimiter=";")
            rows.writerow(("Họ và tên", "Chi hội"))
            rows.writerows((f"Lê {_word(number)} {_word(n)}", "Chi hội Một") for n in range(ROWS))
        await self.command("people", "import", str(file), "--into", WARD, "--yes")
        file.unlink()

    async def announced(self) -> None:
        drafted = await self.command("announce", "draft", WARD, f"{NEWS} Lần {_word(next(self._numbers))}.")
        await self.command("announce", "send", drafted.strip().rpartition(" ")[2], "--yes")

    async def published(self) -> None:
        lesson = lessons_in(self.stage.data) / "m" / "otp-thu" / "lesson.yaml"
        changed = lesson.read_text("utf-8").replace("ở dưới", f"ở dưới, {_word(next(self._numbers))}")
        lesson.write_text(changed, "utf-8")
        await self.command("publish", "otp-thu", "--author", "bench")

    async def backed_up(self) -> None:
        file = self.stage.data / "backup.tar.gz"
        file.unlink(missing_ok=True)
        await self.command("backup", str(file))

    async def again_and_again(self, name: str, work: Callable[[], Awaitable[None]], first_s: float) -> None:
        await asyncio.sleep(first_s)
        while True:
            began = time.monotonic()
            await work()
            self.done[name] += 1
            await asyncio.sleep(max(0.0, EVERY[name] - (time.monotonic() - began)))

    async def stand_by(self) -> None:
        """A second tutor on the same database, killed and started again."""
        folder = self.stage.data / "second"
        folder.mkdir()
        for key in self.data.glob("*.key"):
            shutil.copy(key, folder)
        while True:
            env = {**self.stage.environ(), "CAMTAY_DATA": str(folder), "CAMTAY__WEB__PORT": str(free_port())}
            self._standby = Process(python("-m", "bot", "run"), env, self.stage.data / "second.log", cwd=ROOT)
            self.second = psutil.Process(self._standby.pid)
            await asyncio.sleep(KILL_EVERY_S)
            self._standby.kill()
            self.done["kills"] += 1

    # --- what is seen ---

    async def look(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(EVERY_S)
            took, self.crowd.latencies = [1000 * each for each in self.crowd.latencies], []
            wal, size = await asyncio.to_thread(self._sizes)
            self.samples.append(Sample(
                (time.monotonic() - self._began) / 60, self.first.memory_info().rss / 1e6, self._rss_second(),
                self.first.num_fds(), wal, size, len(took) / (time.monotonic() - began),
                percentile(took, 0.5), percentile(took, 0.99), max(took, default=0.0),
            ))  # fmt: skip

    def _rss_second(self) -> float:
        with contextlib.suppress(psutil.NoSuchProcess):
            return self.second.memory_info().rss / 1e6 if self.second else 0.0
        return 0.0

    def _sizes(self) -> tuple[float, float]:
        """MB of the log of writes, and of the database."""
        postgres = self.stage.bot.postgres
        if postgres is None:
            log, file = self.data / "camtay.db-wal", self.data / "camtay.db"
            return (log.stat().st_size if log.exists() else 0) / 1e6, file.stat().st_size / 1e6
        query = "SELECT (SELECT sum(size) FROM pg_ls_waldir()), pg_database_size(current_database())"
        wal, size = postgres.sql(self.url, query).split("|")
        return float(wal) / 1e6, float(size) / 1e6

    # --- the whole ---

    async def run(self, rate: float) -> None:
        """All of it at once, for the whole time."""
        works = {
            "import": self.imported, "announcement": self.announced, "publishing": self.published,
            "backup": self.backed_up,
        }  # fmt: skip
        tasks = [asyncio.create_task(self.look())]
        for at, (name, work) in enumerate(works.items()):
            tasks.append(asyncio.create_task(self.again_and_again(name, work, 20.0 + 25.0 * at)))
        if self.url:
            tasks.append(asyncio.create_task(self.stand_by()))
        playing = asyncio.create_task(self.crowd.at_rate(rate))
        try:
            await asyncio.wait([playing, *tasks], timeout=self.seconds, return_when=asyncio.FIRST_COMPLETED)
            for each in (playing, *tasks):
                if each.done():
                    self.faults.append(f"ended before its time: {each.exception() or 'nobody is answered any more'}")
        finally:
            self.crowd.finished.set()
            for each in (playing, *tasks):
                each.cancel()
            await asyncio.gather(playing, *tasks, return_exceptions=True)
            if self._standby is not None:
                self._standby.kill()


def _word(number: int) -> str:
    """A number in letters: no list and no announcement may hold long numbers."""
    return "".join("abcdeghikl"[int(digit)] for digit in str(number)).capitalize()


async def live_in_ward(url: str) -> None:
    """Everybody who plays lives where news are announced."""
    database = open_database(url)
    try:
        await database.transact(lambda c: c.execute(text("UPDATE person SET area_id = :ward"), {"ward": WARD}).close())
    finally:
        await database.close()


def growth(samples: list[Sample]) -> float:
    """How much memory there is in the last sixth of the time, in proportion to the second."""
    sixth = len(samples) // 6
    early, late = samples[sixth : 2 * sixth], samples[-sixth:]
    return statistics.mean(s.rss for s in late) / statistics.mean(s.rss for s in early) if sixth else 1.0


def awake(bot: Bot) -> Bot:
    """The same by day at any hour, and with as many announcements a day as are sent here in an hour."""
    chosen = {"CAMTAY__TIME__QUIET_FROM": "03:00", "CAMTAY__TIME__QUIET_TO": "03:00", "CAMTAY__ANNOUNCE__A_DAY": "100"}
    return replace(bot, environ=lambda data: {**bot.environ(data), **chosen})


async def soak(which: str, given: argparse.Namespace, postgres: Postgres | None) -> bool:
    async with on_stage(awake(ours(f"soak on {which}", postgres=postgres))) as stage:
        await stage.start()
        crowd = stage.crowd(stage.bot.before, given.learners)
        await play(stage, crowd)
        url = stage.bot.environ(stage.data).get("DATABASE_URL", "")
        await live_in_ward(url or f"sqlite:///{stage.data / 'data' / 'camtay.db'}")
        rounds = round(given.minutes * 60 * given.rate / given.learners / len(AGAIN)) + 20
        crowd = stage.crowd(AGAIN * rounds, given.learners, chats=min(crowd.learners))
        running = Soak(stage, crowd, given.minutes * 60)
        await running.run(given.rate)
        return tell(which, running, given)


def tell(which: str, soaked: Soak, given: argparse.Namespace) -> bool:
    """Files and verdict."""
    samples, file = soaked.samples, given.into / f"soak-{which}"
    names = [each.name for each in dataclasses.fields(Sample)]
    with file.with_suffix(".csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(names)
        rows.writerows([f"{getattr(each, name):.2f}" for name in names] for each in samples)
    curves = {SHOWN[name]: [float(getattr(each, name)) for each in samples] for name in names[1:]}
    title = f"{which}, {given.rate:g} updates a second offered, {given.learners} learners, {given.minutes:g} minutes"
    file.with_suffix(".svg").write_text(svg(title, curves_minutes(samples), curves), "utf-8")
    grown, most = growth(samples), max(each.files for each in samples)
    print(f"{title}: {statistics.mean(s.per_s for s in samples):.1f} a second reached")
    print(f"  memory {samples[0].rss:.0f} → {samples[-1].rss:.0f} MB, last sixth {grown:.3f} × the second (≤ {GROWTH})")
    print(
        f"  open files {samples[0].files} → {samples[-1].files}, at most {most}; log of writes at most"
        f" {max(s.wal for s in samples):.0f} MB; p99 {statistics.median(s.p99 for s in samples):.0f} ms (median)"
    )
    print(f"  done meanwhile: {soaked.done}; unexpected: {dict(soaked.crowd.odd.most_common(8))}; {file}.csv, .svg")
    for fault in soaked.faults:
        print(f"  MISS {fault}")
    return grown <= GROWTH and not soaked.faults


def curves_minutes(samples: list[Sample]) -> list[float]:
    return [each.minute for each in samples]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.soak", description=__doc__)
    parser.add_argument("which", nargs="?", default="sqlite", choices=("sqlite", "postgresql"))
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--learners", type=int, default=2_000)
    parser.add_argument("--into", type=Path, default=Path())
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="camtay-soak-pg-", ignore_cleanup_errors=True) as folder:
        postgres = Postgres(Path(folder)) if given.which == "postgresql" else None
        try:
            return 0 if run_loop(soak(given.which, given, postgres)) else 1
        finally:
            if postgres is not None:
                postgres.stop()


if __name__ == "__main__":
    sys.exit(main())
