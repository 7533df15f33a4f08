"""A backup of a large database while people chat: how long, how much memory, and what the chat's p99 is meanwhile.

    ./camtay seed --learners 1000000 --instructors 50000 --attempts 20000000 --data FOLDER
    .venv/bin/python -m bench.backing FOLDER [--rate 50] [--seconds 30] [--into FILE] (PostgreSQL by DATABASE_URL)
    .venv/bin/python -m bench.backing FOLDER --rehearse FILE    that backup put back in a temporary place

The tutor is the real one in this process, on the filled folder, asked as in `bench.beside`; the backup is `./camtay
backup`, a process of its own that goes last (`nice`), as the tutor's own backup and the unit in `deploy/` do. Its
memory and CPU are those of the whole tree, looked at twice a second.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

from bench.beside import Bench
from bench.learners import percentile
from bench.postgres import free_port
from bot import settings as given_settings
from bot.app import bootstrap
from bot.serving import loop_factory

ROOT = Path(__file__).parents[1]
WARM_S = 45.0


class Command:
    """A verb of the command line beside the chat, and the memory that it and its children take at most."""

    def __init__(self, *words: str) -> None:
        self.words, self.peak, self.told, self.code = words, 0, "", 0
        self.cpu_s: dict[int, float] = {}  # by process; what runs for less than half a second is not seen

    async def run(self, bench: Bench) -> None:
        running = await asyncio.create_subprocess_exec(
            "nice", "-n", "10", sys.executable, "-m", "bot", *self.words, cwd=ROOT, env=bench.env,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        looking = asyncio.create_task(self._look(running.pid))
        try:
            self.told = (await running.communicate())[0].decode().strip()
            self.code = running.returncode or 0
        finally:
            looking.cancel()
            with contextlib.suppress(ProcessLookupError):
                running.kill()

    async def _look(self, pid: int) -> None:
        while True:
            with contextlib.suppress(psutil.NoSuchProcess):
                first = psutil.Process(pid)
                tree = [first, *first.children(recursive=True)]
                self.peak = max(self.peak, sum(each.memory_info().rss for each in tree))
                for each in tree:
                    took = each.cpu_times()
                    self.cpu_s[each.pid] = took.user + took.system
            await asyncio.sleep(0.5)


async def measure(given: argparse.Namespace) -> int:
    own = {"CAMTAY__BACKUP__AT": "", "CAMTAY__BACKUP__REHEARSE_DAYS": "0"}  # the tutor makes none of its own meanwhile
    env = {**os.environ, **own, "CAMTAY_DATA": str(given.data), "CAMTAY__WEB__PORT": str(free_port())}
    stack = contextlib.AsyncExitStack()
    app = await bootstrap(stack, given_settings.load(ROOT / "config.yaml", env, {}))
    gc.freeze()  # as `run` does
    bench, target = (
        Bench(app, given.rate, env, given.data),
        given.rehearse or given.into or given.data / "backup.tar.gz",
    )
    await bench.beside(None, WARM_S)
    show("alone", *await bench.beside(None, given.seconds))
    what = "a rehearsal" if given.rehearse else "a backup"
    command = (
        Command("restore", "--rehearse", str(given.rehearse)) if given.rehearse else Command("backup", str(target))
    )
    began = time.perf_counter()
    show(f"beside {what}", *await bench.beside(command.run, 3_600.0))
    took, size = time.perf_counter() - began, target.stat().st_size / 1e6 if target.exists() else 0.0
    used = f"{sum(command.cpu_s.values()):.0f} s of CPU, {command.peak / 1e6:,.0f} MB of memory"
    print(f"{what}: {took:.0f} s, {size:,.0f} MB, {used}; {command.told[-200:]}")
    show("alone again", *await bench.beside(None, given.seconds))
    with contextlib.suppress(Exception):
        await stack.aclose()
    return command.code


def show(what: str, took: list[float], seconds: float) -> None:
    p50, p99 = percentile(took, 0.5), percentile(took, 0.99)
    told = f"p50 {p50:6.1f} ms, p99 {p99:6.1f} ms, most {max(took):,.0f} ms"
    print(f"{what:<18} {len(took) / seconds:6.1f} a second, {told}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.backing", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--rehearse", type=Path)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(measure(given))


if __name__ == "__main__":
    sys.exit(main())
