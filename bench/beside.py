"""Chat beside mass work: the whole tutor answers 50 updates a second while a sweep, an import, an announcement to
20,000 and deletions run, one after the other and all at once.

    .venv/bin/python -m bench.beside [sqlite|postgresql] [--seconds 20] [--most 60] [--rate 50] [--only sweep,import,…]

`--most`: whatever lasts longer is broken off after so many seconds.

The tutor is the real `App` in a process of its own, asked over the web chat's door (`Intake.submit`), which returns
when the answer is committed; timed from the instant at which the learner wrote. Sweep, announcement and deletions run
inside it, as they do in production; the import is `./camtay people import`, a second process, as in production.
Every ratio is to the phases of the same run in which nothing else happened.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, text

from bench.ours import ACTIONS, ONBOARDING, lessons_in
from bench.pairing import NOW, fill
from bench.postgres import free_port
from bench.script import Action
from bot import settings as given_settings
from bot.app import App, Environment, bootstrap
from bot.channels.base import Body, Tap, Text, Update
from bot.channels.webchat import WebChat
from bot.conversation.effects import Effects
from bot.people.policy.lists.words import fold
from bot.serving import loop_factory
from storage.announcements import announcements
from storage.announcements.records import AnnouncementRow
from storage.conversations import leaving
from storage.conversations import tables as conversations_t
from storage.engine.database import Connection
from storage.pairing import tables as pairing_t
from storage.people import tables as people_t
from tests.support.postgres import find_binaries, private_server

ROOT = Path(__file__).parents[1]
LEARNERS, INSTRUCTORS, TOLD, IMPORTED, ROWS = 100_000, 20_000, 20_000, 200_000, 1_000
CHATTING = 300
WORSE = 2.0  # how much the p99 may grow
ORDER = ("deletion", "announcement", "import", "sweep", "all")
Work = Callable[["Bench"], Awaitable[None]]


class Bench:
    """The tutor, and the people who write to it."""

    def __init__(self, app: App, rate: float, env: dict[str, str], folder: Path) -> None:
        self.app, self.rate, self.env, self.folder = app, rate, env, folder
        self.rng, self.numbers = Random(1), count()
        self.buttons: dict[str, dict[str, str]] = defaultdict(dict)
        self.at: dict[str, int] = {f"w{n}": -len(ONBOARDING) for n in range(CHATTING)}
        self.free = list(self.at)
        self.took: list[float] = []
        self.list_file = folder
        self.leaving: list[str] = []
        publish = app.intake.publish

        def listen(effects: Effects) -> None:
            for chat_id, entries in effects.entries.items():
                for entry in entries:
                    if entry.buttons:
                        self.buttons[chat_id] = {button.label: button.token for button in entry.buttons}
            publish(effects)

        app.intake.publish = listen

    def body(self, chat_id: str) -> Body:
        """What she does next; who is lost begins again."""
        at = self.at[chat_id]
        action: Action = ONBOARDING[at] if at < 0 else ACTIONS[at]
        token = self.buttons[chat_id].get(action.what)
        if action.kind == "tap" and token is None:
            at, action = 0, ACTIONS[0]
        self.at[chat_id] = at + 1 if at < 0 else (at + 1) % len(ACTIONS)
        return Tap(token) if action.kind == "tap" and token else Text(action.what)

    async def write(self, chat_id: str, wrote_at: float) -> None:
        update = Update(WebChat.name, f"u{next(self.numbers)}", chat_id, self.body(chat_id), self.app.environment.now())
        await self.app.intake.submit([update])
        self.took.append((time.perf_counter() - wrote_at) * 1_000)
        self.free.append(chat_id)

    async def chat(self, until: Callable[[], bool]) -> list[float]:
        """Updates by chance, so many a second; sorted milliseconds from writing to being answered."""
        self.took, tasks, due = [], set(), time.perf_counter()
        while not until():
            due += self.rng.expovariate(self.rate)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if self.free:
                chat_id = self.free.pop(self.rng.randrange(len(self.free)))
                task = asyncio.create_task(self.write(chat_id, due))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        return sorted(self.took)

    async def beside(self, work: Work | None, seconds: float) -> tuple[list[float], float]:
        """Chat for some time, or for as long as the work takes and that at most; what was measured, and how long."""
        began, done = time.perf_counter(), asyncio.create_task(work(self)) if work else None
        ended: list[float] = []
        if done is not None:
            done.add_done_callback(lambda _: ended.append(time.perf_counter()))
        took = await self.chat(lambda: bool(ended) or time.perf_counter() - began > seconds)
        lasted = (ended[0] if ended else time.perf_counter()) - began
        if done is not None:
            if not ended:
                done.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await done
        return took, lasted

    async def read(self, work: Callable[[Connection], Any]) -> Any:
        return await self.app.database.read(work)

    async def transact(self, work: Callable[[Connection], Any]) -> Any:
        return await self.app.database.transact(work)


# --- the mass work ---


async def sweep(bench: Bench) -> None:
    """As the ticker does it: 100,000 wait, 20,000 have places, and whoever is to hear of it is told."""
    ticker = bench.app._ticker
    assert ticker is not None
    ticker._matched_at = None
    await ticker.match()


async def announce(bench: Bench) -> None:
    """20,000 people, as fast as config.yaml allows at most (6,000 a minute, no limit of Telegram's)."""
    row = AnnouncementRow(
        f"n{next(bench.numbers)}", "dong-nai", "Tuần này công an không gọi điện xin mã OTP. Chị đừng đọc cho ai.", "",
        "bench", bench.app.environment.now(), "sending",
    )  # fmt: skip
    await bench.transact(partial(announcements.put, row=row))
    while row.state == "sending":
        await asyncio.sleep(0.5)
        row = await bench.read(partial(announcements.get, announcement_id=row.announcement_id))
    assert row.reached >= TOLD, row


async def delete(bench: Bench) -> None:
    """Forty persons with 1,000 rows each, one a half second: each what a learner's own word does."""
    while bench.leaving:
        who = bench.leaving.pop()
        began = time.perf_counter()
        await bench.transact(partial(leaving.forget_person, learner_id=who))
        await bench.app.database.scrub()
        await asyncio.sleep(max(0.0, 0.5 - (time.perf_counter() - began)))


def _somebody(who: str, connection: Connection) -> None:
    person = {"learner_id": who, "name": who, "address": "chi", "consent": "agreed", "created_at": 0, "lang": "vi"}
    connection.execute(insert(people_t.person).values(**person, area_id="dong-nai", needs="[]"))
    check = {"learner_id": who, "lesson": "x", "skill": "x", "level": "alone", "by": "x", "at": 0}
    connection.execute(insert(pairing_t.skill_check), [check] * ROWS)


async def import_list(bench: Bench) -> None:
    """200,000 rows by the command, in its own process."""
    command = [sys.executable, "-m", "bot", "people", "import", str(bench.list_file)]
    done = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=bench.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        told, _ = await done.communicate()
    except asyncio.CancelledError:
        done.kill()
        raise
    if done.returncode:
        raise RuntimeError(told.decode()[-500:])


async def write_list(bench: Bench) -> None:
    """Before anything is measured: it holds up the whole process."""
    names = await bench.read(
        lambda connection: [r.name for r in connection.execute(text("SELECT name FROM area WHERE kind='ward'"))]
    )
    bench.list_file = bench.folder / f"ds{next(bench.numbers)}.csv"
    _write_list(bench.list_file, names)


def _write_list(file: Path, wards: list[str]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        rows = csv.writer(out, delimiter=";")
        rows.writerow(("loai", "ten", "vai", "xa_phuong", "chi_hoi", "to"))
        alike = Counter(fold(name) for name in wards)  # whose names differ by an accent only needs more than a name
        wards = [name for name in wards if alike[fold(name)] == 1]
        for n in range(IMPORTED):
            rows.writerow(
                ("", f"{_letters(int(file.stem[2:]))} {_letters(n)}", "hội viên", wards[n % len(wards)], "", "")
            )


def _letters(n: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(n))


async def everything(bench: Bench) -> None:
    await asyncio.gather(sweep(bench), announce(bench), delete(bench), import_list(bench))


WORKS: dict[str, Work] = {
    "deletion": delete, "announcement": announce, "import": import_list, "sweep": sweep, "all": everything
}  # fmt: skip


# --- a run ---


def prepare(connection: Connection) -> None:
    """A province in which nobody waits yet; 20,000 of its people have a chat."""
    fill(connection, LEARNERS, INSTRUCTORS)
    chats = [
        {"channel": WebChat.name, "chat_id": f"c{n}", "learner_id": f"l{n}", "away": False, "created_at": 0}
        for n in range(TOLD)
    ]
    connection.execute(insert(people_t.identity), chats)
    empty = {"channel": WebChat.name, "state": "{}", "revision": 0, "out_no": 1, "seen_at": NOW}
    connection.execute(
        insert(conversations_t.session),
        [{"learner_id": f"l{n}", "chat_id": f"c{n}", **empty} for n in range(TOLD)],
    )
    nobody_waits(connection)


def nobody_waits(connection: Connection) -> None:
    """And an import that was broken off is known to be dead."""
    connection.execute(text("UPDATE request SET state = 'closed', queue = '' WHERE state <> 'closed'"))
    connection.execute(text("UPDATE import_batch SET at = 0 WHERE state = 'loading'"))


def all_wait(connection: Connection) -> None:
    """As before the first sweep."""
    connection.execute(text("DELETE FROM offer"))
    connection.execute(text("DELETE FROM notice"))
    connection.execute(
        text(
            "UPDATE request SET state = 'waiting', queue = 'vi', owner_kind = 'officer', owner_id = 'officer',"
            " width = 3, due_at = since_at + 864000000 WHERE request_id LIKE 'r%'"
        )
    )
    connection.execute(text("UPDATE standing SET taken = 0, ratio = 0, free = 1, last_served_at = 0"))


async def measure(url: str, folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    env = {
        **os.environ, "CAMTAY_DATA": str(folder), "CAMTAY__LESSONS__DIR": str(lessons_in(folder)),
        "CAMTAY__WEB__PORT": str(free_port()), "CAMTAY__ANNOUNCE__PER_MINUTE": "6000",
        "CAMTAY__TELEGRAM__MESSAGES_PER_SECOND": "0", "DATABASE_URL": url,
    }  # fmt: skip
    began = time.monotonic()
    base_at = datetime.fromtimestamp(NOW / 1_000, UTC)
    world = Environment(now=lambda: base_at + timedelta(seconds=time.monotonic() - began))
    stack = contextlib.AsyncExitStack()
    app = await bootstrap(stack, given_settings.load(ROOT / "config.yaml", env, {}), world)
    gc.freeze()  # as `run` does
    await app.database.transact(prepare)
    bench, seconds = Bench(app, given.rate, env, folder), given.seconds
    await bench.beside(None, 45)  # everybody says who she is
    found: dict[str, Any] = {"alone": [], "works": {}}
    found["alone"] += [_spread(*await bench.beside(None, seconds))]
    for name in (each for each in ORDER if each in given.only.split(",")):
        if name in ("import", "all"):
            await write_list(bench)
        if name in ("deletion", "all"):
            bench.leaving = [f"d{next(bench.numbers)}" for _ in range(40)]
            for who in bench.leaving:
                await app.database.transact(partial(_somebody, who))
        if name in ("sweep", "all"):
            await app.database.transact(all_wait)
            await app.database.scrub()  # what this alone left behind is no part of what is measured
        await asyncio.sleep(1)
        found["works"][name] = _spread(*await bench.beside(WORKS[name], given.most))
        print(name, *(round(each, 1) for each in found["works"][name]), file=sys.stderr, flush=True)
        await app.database.transact(nobody_waits)
        await asyncio.sleep(3)
        found["alone"] += [_spread(*await bench.beside(None, seconds / 2))]
    with contextlib.suppress(Exception):
        await stack.aclose()
    return found


def _spread(took: list[float], seconds: float) -> list[float]:
    """p50, p95, p99, most in ms; how many; seconds."""
    at = [took[min(len(took) - 1, int(len(took) * part))] for part in (0.5, 0.95, 0.99, 1)] if took else [0.0] * 4
    return [*at, float(len(took)), seconds]


def show(name: str, found: dict[str, Any]) -> bool:
    alone = sorted(each[2] for each in found["alone"])
    p99 = alone[len(alone) // 2]
    print(f"{name}: nothing else: p99 {p99:.1f} ms (between {alone[0]:.1f} and {alone[-1]:.1f} in {len(alone)} phases)")
    rows = [("nothing else", found["alone"][0]), *found["works"].items()]
    print(f"  {'beside':<14}{'updates':>9}{'seconds':>9}{'p50 ms':>9}{'p95':>9}{'p99':>9}{'most':>9}{'p99 ×':>9}")
    good = True
    for what, (p50, p95, worst, most, number, seconds) in rows:
        ratio = worst / p99
        good &= what == "nothing else" or ratio <= WORSE
        print(f"  {what:<14}{number:>9,.0f}{seconds:>9.1f}{p50:>9.1f}{p95:>9.1f}{worst:>9.1f}{most:>9.1f}{ratio:>9.2f}")
    print("" if good else f"  ← more than {WORSE:.0f} ×")
    return good


def one(url: str, given: argparse.Namespace) -> dict[str, Any]:
    """In a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        where = url or f"sqlite:///{Path(folder) / 'camtay.db'}"
        here = [sys.executable, "-m", "bench.beside", "--measure", where, "--folder", folder, "--only", given.only]
        sizes = ["--seconds", str(given.seconds), "--most", str(given.most), "--rate", str(given.rate)]
        done = subprocess.run([*here, *sizes], check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.beside", description=__doc__)
    parser.add_argument("which", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--most", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--only", default=",".join(ORDER))
    parser.add_argument("--measure", default="")
    parser.add_argument("--folder", default="")
    given = parser.parse_args()
    if given.measure:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            print(json.dumps(runner.run(measure(given.measure, Path(given.folder), given))))
        return 0
    good = True
    if "sqlite" in given.which:
        good &= show("SQLite", one("", given))
    if "postgresql" in given.which:
        binaries = find_binaries()
        if binaries is None:
            print("PostgreSQL: none on this machine")
            return 1
        with private_server(binaries) as power:
            good &= show("PostgreSQL", one(power.url, given))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
