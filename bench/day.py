"""What days of a neighbourhood cost over a filled database: the real tutor lives them with a clock that is moved,
beside all who were made up before (`./camtay seed`).

    .venv/bin/python -m bench.day FOLDER [--learners 100] [--days 30] [--run 1] (PostgreSQL by DATABASE_URL)

Conversation, notices, timers, deadlines, matching, sweeps and what is done once a day are the product's own; nothing is
sent, nothing waits. Told are updates, CPU of this process and of a PostgreSQL on this machine, what was written, the
hottest statements by time, and how often a large table was read from end to end. The database keeps the newcomers;
`--run` (1 to 15) tells their ids from those of a run before.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]
from sqlalchemy import Engine, event, text

from bot import settings as given_settings
from bot.people.retention import Retention, RetentionRules
from bot.seeding.doings import live
from bot.seeding.lived import LivedTutor, lived
from bot.seeding.neighbourhood import Neighbourhood, NeighbourhoodPlan
from bot.seeding.scripts import scripts_of
from flows.rules.checked import FILE, Checked
from storage import pruning
from storage.engine.address import sqlite_path
from storage.engine.database import Connection, Database, open_database

ROOT = Path(__file__).parents[1]
HOTTEST, LARGE = 20, 10_000
LEARNERS_A_GUIDE = 20
LESSONS_A_MONTH = 4.0


class Account:
    """CPU seconds of the work done under each name, of this process and of the database server."""

    def __init__(self, server: psutil.Process | None) -> None:
        self.server, self.spent = server, defaultdict[str, list[float]](lambda: [0, 0.0, 0.0])

    def servers(self) -> float:
        """CPU seconds of the server's processes up to now, ended ones included."""
        total = 0.0
        for each in [self.server, *self.server.children()] if self.server else []:
            try:
                used = each.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += used.user + used.system + (used.children_user + used.children_system) * (each is self.server)
        return total

    def of(self, name: str, work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(*given: Any) -> Any:
            own, servers = time.process_time(), self.servers()
            try:
                return await work(*given)
            finally:
                row = self.spent[name]
                row[0] += 1
                row[1] += time.process_time() - own
                row[2] += self.servers() - servers

        return counted


class Statements:
    """How often each statement was executed, and the seconds until its answer; lists of values count as one."""

    def __init__(self) -> None:
        self.found = defaultdict[str, list[float]](lambda: [0, 0.0])
        self._began = 0.0
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)

    def _before(self, *_: Any) -> None:
        self._began = time.perf_counter()

    def _after(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        row = self.found[_shape(statement)]
        row[0] += 1
        row[1] += time.perf_counter() - self._began

    def hottest(self) -> list[tuple[str, int, float]]:
        whole = sum(row[1] for row in self.found.values()) or 1.0
        rows = sorted(self.found.items(), key=lambda each: -each[1][1])[:HOTTEST]
        return [(statement, int(count), seconds / whole) for statement, (count, seconds) in rows]


def _shape(statement: str) -> str:
    """A statement on one line, values and how many of them left out."""
    bare = re.sub(r"\$\d+(::[A-Z]+)?", "?", " ".join(statement.split()))
    return re.sub(r"(\(\?(, \?)*\)(, )?)+", "(?)", bare)


async def every_day(tutor: LivedTutor, keep: Retention) -> None:
    """What the caretaker does, but for files."""
    now = tutor.clock()
    await keep.forget(now)
    await keep.ask(now)
    await keep.close_news(now)
    await keep.drop_brought(now)
    await keep.drop_history(now)
    await keep.counts(now)
    await pruning.drop_old(tutor.database, pruning.INBOX, now - timedelta(days=14))


async def measure(data: Path, given: argparse.Namespace) -> None:
    settings = given_settings.load(ROOT / "config.yaml", dict(os.environ), {"data.dir": str(data)})
    database = open_database(settings.database_url)
    before = await database.read(state_of)
    account, now = Account(_server(before)), datetime.now(UTC)
    began_at = now - timedelta(days=given.days, hours=1)
    plan = NeighbourhoodPlan(
        given.learners, max(1, given.learners // LEARNERS_A_GUIDE), given.days, LESSONS_A_MONTH * given.days / 30, False
    )
    async with lived(settings, data, began_at, f"y{given.run:x}", Checked(data / FILE), over=database) as tutor:
        rules = RetentionRules()
        keep = Retention(database, tutor.officers.services, rules, tutor.new_id)
        n = Neighbourhood(tutor, plan, scripts_of(tutor.book, tutor.library.shelf.good), Random(given.run), now)
        for name, title in (("does", "chat"), ("time_comes", "what is due, matching"), ("day_ends", "sweep")):
            setattr(tutor, name, account.of(title, getattr(tutor, name)))
        daily = account.of("once a day", partial(every_day, tutor, keep))
        for day in range(given.days):
            n.then(n.on_day(day, datetime(2000, 1, 1, 3).time()), daily)
        statements, began = Statements(), time.perf_counter()
        await live(n)
        took = time.perf_counter() - began
        after = await database.read(state_of)
        show(account, statements, before, after, plan, took, _written(database, before, after))


def state_of(connection: Connection) -> dict[str, Any]:
    """How large it is, how much log was written, how many rows were read by scans of large tables."""
    if connection.dialect.name == "sqlite":
        pages = connection.execute(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
        return {"size": pages.scalar_one(), "written": psutil.Process().io_counters().write_bytes, "scans": {}}
    connection.execute(text("SELECT pg_stat_clear_snapshot()"))
    one = "SELECT pg_database_size(current_database()), pg_current_wal_lsn() - '0/0', pg_read_file('postmaster.pid')"
    size, written, pid = connection.execute(text(one)).one()
    scans = text("SELECT relname, seq_scan FROM pg_stat_user_tables WHERE n_live_tup > :large")
    found = {row[0]: row[1] for row in connection.execute(scans, {"large": LARGE})}
    return {"size": size, "written": int(written), "scans": found, "pid": int(pid.split()[0])}


def _server(state: dict[str, Any]) -> psutil.Process | None:
    return psutil.Process(state["pid"]) if "pid" in state else None


def _written(database: Database, before: dict[str, Any], after: dict[str, Any]) -> str:
    where = "to the disk" if sqlite_path(database.url) else "into the log of writes"
    return f"{(after['written'] - before['written']) / 1e6:,.0f} MB {where}"


def show(
    account: Account, statements: Statements, before: dict[str, Any], after: dict[str, Any], plan: NeighbourhoodPlan,
    took: float, written: str,
) -> None:  # fmt: skip
    """Tables in plain text: by work, by learner and month, statements, scans."""
    updates = int(account.spent["chat"][0])
    print(f"{plan.learners} learners, {plan.days} days, over {before['size'] / 1e9:.1f} GB: {took:.0f} s in all")
    print(f"{'work':<24}{'times':>8}{'CPU s, tutor':>14}{'CPU s, server':>15}{'ms a time':>11}")
    for name, (times, own, servers) in account.spent.items():
        print(f"{name:<24}{times:>8,.0f}{own:>14.1f}{servers:>15.1f}{(own + servers) * 1000 / times:>11.2f}")
    share = 30 / plan.days / plan.learners
    grown = (after["size"] - before["size"]) / 1e3 * share
    print(f"a learner a month: {updates * share:.0f} updates, {grown:,.0f} kB of database; in all {written}")
    print(f"\nthe {HOTTEST} hottest statements, by share of the time in the database")
    for statement, count, part in statements.hottest():
        print(f"{part:>7.1%}{count:>9,}  {statement[:170]}")
    if before["scans"]:  # SQLite does not count them
        scans = {name: more for name, was in before["scans"].items() if (more := after["scans"][name] - was)}
        print(f"\nlarge tables read from end to end: {scans or 'none'}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.day", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--learners", type=int, default=100)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--run", type=int, default=1, choices=range(1, 16))
    given = parser.parse_args()
    asyncio.run(measure(given.data, given))
    return 0


if __name__ == "__main__":
    sys.exit(main())
