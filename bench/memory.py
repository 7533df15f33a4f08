"""Memory of one process, web and Telegram: after its start and while playing; what imports and tables take of it.

    bench/.venv/bin/python -m bench.memory [--beside FOLDER] [--learners 300] [--rounds 1]

RSS is what the system keeps in memory for the process, PSS the same with what it shares with others counted by halves,
each in MB (a million bytes). "bench" is the bench's one lesson without the models of the ear, "all" every lesson of the
checkout besides, with its models. Each start is in a fresh folder. Then, each in a process of its own: what every group
of imports adds, and what is kept of each file of the lessons, by the line of ours that made it.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.__main__ import run_loop
from bench.ours import TITLE, ours
from bench.rows import ROOT, WARM, Bot, on_stage, play
from bench.script import text

GROUPS = (
    "asyncio", "aiohttp.web", "sqlalchemy", "sqlalchemy.dialects.sqlite", "uvloop", "yaml", "rapidfuzz",
    "storage.tables", "flows", "bot.app",
)  # fmt: skip
IMPORTS = """
import gc, sys
def now():
    with open("/proc/self/smaps_rollup") as told:
        return sum(int(line.split()[1]) for line in told if line.startswith("Rss:")) * 1024 / 1e6
before, known = now(), len(sys.modules)
print(f"{before:.1f} Python itself, {known} modules")
for name in sys.argv[1:]:
    __import__(name)
    after = now()
    print(f"{after - before:+.1f} {name}, {len(sys.modules) - known} modules")
    before, known = after, len(sys.modules)
print(f"{before:.1f} all of it")
"""
TABLES = """
import collections, gc, sys, tracemalloc
from pathlib import Path
from flows.shelf.shelf import read_shelf
from bot.settings import load
facts = load("config.yaml", {}, {}).placeholders
gc.collect()
tracemalloc.start()
shelf = read_shelf(Path("lessons").absolute(), facts)
gc.collect()
kept, most = tracemalloc.get_traced_memory()
print(f"{kept / 1e6:.1f} kept of all lessons and tables, {most / 1e6:.1f} at most while they are read")
for each in tracemalloc.take_snapshot().statistics("filename")[:12]:
    print(f"{each.size / 1e6:.2f} {'/'.join(Path(each.traceback[0].filename).parts[-3:])}, {each.count} objects")
"""


@dataclass
class Sizes:
    """MB of RSS and PSS at each moment, one a round."""

    rss: dict[str, list[float]] = field(default_factory=dict)
    pss: dict[str, list[float]] = field(default_factory=dict)

    def look(self, moment: str, pid: int) -> None:
        told = dict(re.findall(r"^(\w+):\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE))
        for kept, name in ((self.rss, "Rss"), (self.pss, "Pss")):
            kept.setdefault(moment, []).append(int(told[name]) * 1024 / 1e6)

    def cells(self) -> list[str]:
        return [
            f"{statistics.median(self.rss[each]):.1f} ({statistics.median(self.pss[each]):.1f})" for each in self.rss
        ]


def bot_of(root: Path, lessons: str) -> Bot:
    """Ours of a checkout; with "all" its own lessons beside the bench's, which a learner then calls by its title."""
    bot = ours("ours", root=root)
    if lessons == "bench":
        return bot

    def environ(data: Path) -> dict[str, str]:
        folder, chosen = data / "all-lessons", bot.environ(data)
        if not folder.exists():
            shutil.copytree(root / "lessons", folder)
            shutil.copytree(ROOT / "bench" / "lessons", folder, dirs_exist_ok=True)
        return {**chosen, "CAMTAY__LESSONS__DIR": str(folder)}

    greeted = replace(bot.before[-1], reply=re.compile("bài nào"))
    called = text("/start", "bài nào"), text(TITLE, "Bước 2")
    return replace(bot, environ=environ, before=(*bot.before[:-1], greeted), actions=(*called, *bot.actions[2:]))


async def watch(bot: Bot, learners: int, sizes: Sizes) -> None:
    """A fresh start, forty learners, then `learners` at once."""
    async with on_stage(bot) as stage:
        await stage.start()
        await stage.alone()
        assert stage.process is not None
        sizes.look("started", stage.process.pid)
        await play(stage, stage.crowd((*bot.before, *bot.actions), WARM))
        sizes.look("40 have played", stage.process.pid)
        crowd = stage.crowd((*bot.before, *bot.actions), learners)
        crowd.all_at_once()
        await crowd.all_done(15)
        sizes.look(f"{learners} at once have played", stage.process.pid)
        stage.process.look_at_rss()
        sizes.rss.setdefault("at most", []).append(stage.process.peak_rss / 1e6)
        sizes.pss.setdefault("at most", []).append(stage.process.peak_rss / 1e6)
        await asyncio.sleep(1)


def told_by(root: Path, script: str, arguments: Sequence[str] = ()) -> Iterator[str]:
    """The lines of a script that runs in a checkout, or why there are none."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=root, env={"PYTHONPATH": str(root), "PATH": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    yield from (done.stdout or done.stderr[-300:]).splitlines()


def main() -> int:
    """Measure and print the tables; 0."""
    parser = argparse.ArgumentParser(prog="bench.memory", description=__doc__)
    parser.add_argument("--beside", type=Path, help="a checkout of an older commit")
    parser.add_argument("--learners", type=int, default=300, help="who play at once")
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    sides = {"ours": ROOT, **({"before": given.beside.resolve()} if given.beside else {})}
    found = {(lessons, side): Sizes() for lessons in ("bench", "all") for side in sides}
    for _ in range(given.rounds):
        for (lessons, side), sizes in found.items():
            run_loop(watch(bot_of(sides[side], lessons), given.learners, sizes))
    heads = next(iter(found.values())).rss
    print(f"| lessons | RSS (PSS) in MB: | {' | '.join(heads)} |\n|---|---|{'---|' * len(heads)}")
    for (lessons, side), sizes in found.items():
        print(f"| {lessons} | {side} | {' | '.join(sizes.cells())} |")
    for side, root in sides.items():
        print(f"\n{side}, imports (MB):", *told_by(root, IMPORTS, GROUPS), sep="\n  ")
        print(f"{side}, tables (MB):", *told_by(root, TABLES), sep="\n  ")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
