"""Several processes on one PostgreSQL behind HAProxy: what they cost, and what whoever chats notices of a death.

    .venv/bin/python -m bench.cluster [--only cost,pace,kill,hang,rolling,pages] [--rounds 3] [--learners 400] …

Telegram posts through HAProxy (deploy/haproxy-several.cfg), for one process as for four. CPU: the tutors and the
server; HAProxy's is told beside it. `cost`: all learners at once, one process and four in turn. `pace`: the same
offered load on one process and on two. `kill`, `hang`: the process that sends is killed (stopped) in the middle of as
many lessons; the longest time without any answer. `rolling`: each of four is started again at `--rate` updates a
second. `pages`: from the answer to a post at one process to the line on the page that is open at another, by
notification and without.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bench.__main__ import run_loop
from bench.fakeapi import FakeApi
from bench.front import get
from bench.learners import Crowd, percentile
from bench.ours import ACTIONS, ONBOARDING, faults, lessons_in
from bench.postgres import Postgres, free_port
from bench.processes import NeverReady, Process, until
from bench.rows import ROOT, SETTLE_S, WARM, python
from bot.web.access import LocalKey
from tests.support.cluster import recipe

ALIKE = {"CAMTAY__TELEGRAM__MODE": "webhook", "CAMTAY__TELEGRAM__MESSAGES_PER_SECOND": "0"}


NOWHERE = "?pooler=transaction&direct=127.0.0.1:1"  # nobody listens there, so nothing is heard of others


class Several:
    """`number` tutors on a fresh database, behind one HAProxy, before one fake Bot API."""

    def __init__(self, folder: Path, postgres: Postgres, number: int, *, deaf: bool = False) -> None:
        self.folder, self.postgres, self.number = folder, postgres, number
        self.deaf = deaf
        self.url, self.port = postgres.fresh_database(), free_port()
        self.ports = [free_port() for _ in range(number)]
        self.api = FakeApi(self._heard)
        self.crowds: list[Crowd] = []
        self.tutors: list[Process] = []
        self.haproxy: Process | None = None
        self._next_chat = 700_000_000

    def _heard(self, chat: int, text: str, markup: str, message_id: int) -> None:
        for crowd in self.crowds:
            crowd.heard(chat, text, markup, message_id)

    def environ(self, at: int) -> dict[str, str]:
        """The variables of one of them."""
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT),
            **self.api.environ(), **ALIKE, "CAMTAY_DATA": str(self.folder / f"data{at}"),
            "DATABASE_URL": self.url + NOWHERE * self.deaf,
            "CAMTAY__LESSONS__DIR": str(lessons_in(self.folder)), "CAMTAY__WEB__PORT": str(self.ports[at]),
            "CAMTAY__TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{self.port}/telegram",
        }  # fmt: skip

    async def start(self) -> None:
        """One makes schema and keys, then come the others and the balancer."""
        await self.api.open()
        self.tutors.append(self.tutor(0))
        await self.serves(0)
        for at in range(1, self.number):
            (self.folder / f"data{at}").mkdir()
            for key in (self.folder / "data0").glob("*.key"):
                shutil.copy(key, self.folder / f"data{at}" / key.name)
            self.tutors.append(self.tutor(at))
        for at in range(1, self.number):
            await self.serves(at)
        (self.folder / "haproxy.cfg").write_text(recipe(self.ports, self.port))
        program = shutil.which("haproxy", path="/usr/sbin:/usr/bin") or "haproxy"
        command = [program, "-db", "-f", str(self.folder / "haproxy.cfg")]
        self.haproxy = Process(command, {"PATH": os.environ["PATH"]}, self.folder / "haproxy.log")
        await until(self.api.ready, self.tutors[0])
        while any(each.has_children() for each in self.tutors):  # noqa: ASYNC110 a child tells Telegram who we are
            await asyncio.sleep(0.1)

    def tutor(self, at: int) -> Process:
        return Process(python("-m", "bot", "run"), self.environ(at), self.folder / f"log{at}", cwd=ROOT)

    async def serves(self, at: int, within_s: float = 60.0) -> None:
        end = time.monotonic() + within_s
        while b'"ok": true' not in await asyncio.to_thread(get, self.ports[at], "/healthz"):
            if time.monotonic() > end or not self.tutors[at].alive:
                raise NeverReady(self.tutors[at].tail())
            await asyncio.sleep(0.05)

    def states(self) -> list[str]:
        """What each that answers says of the account: "webhook" who serves it."""
        found = []
        for at, port in enumerate(self.ports):
            key = (self.folder / f"data{at}" / "web.key").read_text().split()[0]
            body = get(port, f"/healthz?key={LocalKey(key).text}").rpartition(b"\r\n\r\n")[2]
            found.append(str(json.loads(body or b"{}").get("telegram", "")))
        return found

    async def owner(self) -> int:
        """Which one sends."""
        while (states := await asyncio.to_thread(self.states)).count("webhook") != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return states.index("webhook")

    def crowd(self, size: int) -> Crowd:
        """So many who have never been here, from the first greeting to the end of the lesson."""
        first, self._next_chat = self._next_chat, self._next_chat + size
        crowd = Crowd(self.api, (*ONBOARDING, *ACTIONS), size, first)
        self.crowds = [crowd]
        return crowd

    async def warm(self) -> None:
        crowd = self.crowd(WARM)
        crowd.all_at_once()
        if not await crowd.all_done(15):
            raise NeverReady(f"{crowd.done} of {WARM}\n{self.tutors[0].tail()}")
        await asyncio.sleep(SETTLE_S)
        self.postgres.rest()

    def cpu_s(self) -> tuple[float, float]:
        """Of tutors and server, and of HAProxy, up to now."""
        assert self.haproxy is not None
        return sum(each.cpu_s() for each in self.tutors) + self.postgres.process.cpu_s(), self.haproxy.cpu_s()

    def each_cpu_s(self) -> list[float]:
        """Of the server and of each tutor, up to now."""
        return [each.cpu_s() for each in (self.postgres.process, *self.tutors)]

    def share(self, before: list[float], updates: int) -> str:
        """What the server and each tutor took of an update since, in ms."""
        took = [1000 * (now - was) / updates for now, was in zip(self.each_cpu_s(), before, strict=True)]
        return f"server {took[0]:.2f}, tutors {' '.join(f'{each:.2f}' for each in took[1:])}"

    def wrong(self) -> str:
        """What the database says against the promise."""
        return faults(lambda query: int(self.postgres.sql(self.url, query)))

    async def stop(self) -> None:
        for each in (*self.tutors, self.haproxy):
            if each is not None:
                each.kill()
        await self.api.close()


@asynccontextmanager
async def several(postgres: Postgres, number: int, *, deaf: bool = False) -> AsyncIterator[Several]:
    """Started and warm; all gone afterwards. `deaf`: none hears another."""
    with tempfile.TemporaryDirectory(prefix="camtay-cluster-", ignore_cleanup_errors=True) as folder:
        running = Several(Path(folder), postgres, number, deaf=deaf)
        try:
            await running.start()
            await running.warm()
            yield running
        finally:
            await running.stop()


# --- what it costs -------------------------------------------------------------------------------------


async def cost(postgres: Postgres, given: argparse.Namespace) -> None:
    """CPU an update, four beside one."""
    found: dict[int, list[float]] = {1: [], 4: []}
    for _ in range(given.rounds):
        for number, of_number in found.items():
            async with several(postgres, number) as running:
                crowd = running.crowd(given.learners)
                before, began, before_each = running.cpu_s(), time.perf_counter(), running.each_cpu_s()
                crowd.all_at_once()
                await crowd.all_done(15)
                took = time.perf_counter() - began
                await asyncio.sleep(SETTLE_S)
                after, updates = running.cpu_s(), len(crowd.latencies)
                of_number.append((after[0] - before[0]) / updates * 1000)
                proxy = (after[1] - before[1]) / updates * 1000
                tell(
                    f"  {number}: {of_number[-1]:.2f} ms CPU an update, {running.share(before_each, updates)}, "
                    f"HAProxy {proxy:.2f}, {updates / took:.0f}/s, {crowd.done} finish {running.wrong()}"
                )
    ratios = [four / one for one, four in zip(found[1], found[4], strict=True)]
    tell(f"cost: four against one {statistics.median(ratios):.2f} × ({min(ratios):.2f}–{max(ratios):.2f}; <= 1.15)")


async def pace(postgres: Postgres, given: argparse.Namespace) -> None:
    """The same offered load on one process and on two."""
    found: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(given.rounds):
        for number, of_number in found.items():
            async with several(postgres, number) as running:
                crowd, began = running.crowd(given.learners // 4), time.perf_counter()
                await crowd.at_rate(given.offered)
                reached = len(crowd.latencies) / (time.perf_counter() - began)
                of_number.append(percentile(crowd.latencies, 0.99) * 1000)
                p50 = percentile(crowd.latencies, 0.5) * 1000
                await asyncio.sleep(SETTLE_S)
                tell(
                    f"  {number}: p50 {p50:.1f} ms, p99 {of_number[-1]:.1f} ms, {given.offered} offered, "
                    f"{reached:.0f} reached, {crowd.done} finish {running.wrong()}"
                )
    ratios = [two / one for one, two in zip(found[1], found[2], strict=True)]
    tell(f"pace: p99 of two against one {statistics.median(ratios):.2f} × (<= 1.0)")


# --- who dies ------------------------------------------------------------------------------------------


async def ended(postgres: Postgres, given: argparse.Namespace, how: signal.Signals) -> None:
    """200 lessons; in the middle the process that sends is no more, or does nothing more."""
    async with several(postgres, 4) as running:
        crowd = running.crowd(given.lessons)
        total = given.lessons * len(crowd.actions)
        half, gaps = crowd.after(total // 2), Gaps(crowd)
        owner = await running.owner()
        crowd.all_at_once()
        await half.wait()
        gaps.begin()
        os.killpg(running.tutors[owner].pid, how)
        await crowd.all_done(20)
        gaps.end()
        if how == signal.SIGSTOP:
            os.killpg(running.tutors[owner].pid, signal.SIGCONT)
        await asyncio.sleep(2 * SETTLE_S)
        tell(
            f"{'kill' if how == signal.SIGKILL else 'hang'}: {crowd.done} of {given.lessons} finish, "
            f"{gaps.longest_s:.2f} s without any answer at most, {crowd.doubled} messages doubled "
            f"(at most {crowd.doubled_most} of one) {running.wrong()}"
        )


class Gaps:
    """The longest time without an answer for any of a crowd."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.longest_s = crowd, 0.0
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        seen, since = len(self.crowd.latencies), time.perf_counter()
        while not self.crowd.finished.is_set():
            await asyncio.sleep(0.005)
            if len(self.crowd.latencies) > seen:
                self.longest_s = max(self.longest_s, time.perf_counter() - since)
                seen, since = len(self.crowd.latencies), time.perf_counter()

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()


async def rolling(postgres: Postgres, given: argparse.Namespace) -> None:
    """Each of four is stopped and started while updates go on coming."""
    async with several(postgres, 4) as running:
        crowd = running.crowd(given.rate * 60 // len((*ONBOARDING, *ACTIONS)))
        playing = asyncio.create_task(crowd.at_rate(given.rate))
        await asyncio.sleep(12)
        quiet = crowd.latencies[len(crowd.latencies) // 4 :]
        begun, failed = len(crowd.latencies), running.api.webhook.failures if running.api.webhook else 0
        began = time.perf_counter()
        for at in range(4):
            running.tutors[at].ask_to_stop()
            while running.tutors[at].alive:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            running.tutors[at] = running.tutor(at)
            await running.serves(at)
            await asyncio.sleep(0.7)  # until the balancer has seen it
        took, during = time.perf_counter() - began, list(crowd.latencies[begun:])
        await playing
        await asyncio.sleep(2 * SETTLE_S)
        assert running.api.webhook is not None
        was, now = percentile(quiet, 0.99) * 1000, percentile(during, 0.99) * 1000
        tell(
            f"rolling: four in {took:.0f} s at {len(during) / took:.0f} updates/s: "
            f"{running.api.webhook.failures - failed} posts refused, p99 {was:.1f} ms before, {now:.1f} ms meanwhile "
            f"({now / was:.1f} ×), worst {max(during) * 1000:.0f} ms, {crowd.done} of {len(crowd.learners)} finish, "
            f"{crowd.doubled} doubled {running.wrong()}"
        )


# --- pages ---------------------------------------------------------------------------------------------


async def pages(postgres: Postgres, given: argparse.Namespace) -> None:
    """From a post's answer at one process to the line on a page at another."""
    for deaf in (False, True):
        async with several(postgres, 2, deaf=deaf) as running:
            took = await followed(running, given.posts // 4 if deaf else given.posts)
        how, (p50, p99) = "without" if deaf else "with", (percentile(took, share) * 1000 for share in (0.5, 0.99))
        tell(
            f"pages, {how} notifications: p50 {p50:.1f} ms, p99 {p99:.1f} ms from the answer at one process to the "
            f"page at another ({len(took)} posts)"
        )


CONSENT = {"id": "bench-consent", "token": "c:yes"}


async def followed(running: Several, posts: int) -> list[float]:
    here, there = (f"http://127.0.0.1:{port}" for port in running.ports)
    took: list[float] = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get(f"{here}/"):
            pass
        for ask in (session.get(f"{here}/chat/log"), session.post(f"{here}/chat/send", json=CONSENT)):
            async with ask as answer:  # who has not agreed keeps one turn only, and her page begins anew with each
                assert answer.status == 200, await answer.text()
        async with session.get(f"{here}/chat/log?after=0") as answer:
            newest = (await answer.json())["newest"]
        async with session.get(f"{there}/chat/stream?after={newest}") as stream:
            assert stream.status == 200
            for number in range(posts):
                body = {"id": f"bench-{number:08d}", "text": f"xin chào {number}"}
                async with session.post(f"{here}/chat/send", json=body) as answer:
                    assert answer.status == 200, await answer.text()
                began = time.perf_counter()
                async with session.get(f"{here}/chat/log?after={newest}") as answer:
                    newest = (await answer.json())["newest"]
                async for line in stream.content:
                    if line.startswith(b"data: [") and json.loads(line[6:])[-1]["no"] >= newest:
                        break
                took.append(time.perf_counter() - began)
                await asyncio.sleep(0.55)  # she may send two a second
    return took


def tell(line: str) -> None:
    print(line.rstrip(), flush=True)


PARTS = ("cost", "pace", "kill", "hang", "rolling", "pages")


async def main(given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="camtay-cluster-pg-", ignore_cleanup_errors=True) as folder:
        postgres = Postgres(Path(folder))
        try:
            for part in given.only.split(","):
                if part in ("kill", "hang"):
                    await ended(postgres, given, signal.SIGKILL if part == "kill" else signal.SIGSTOP)
                else:
                    await {"cost": cost, "pace": pace, "rolling": rolling, "pages": pages}[part](postgres, given)
        finally:
            postgres.stop()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.cluster", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--only", default=",".join(PARTS), help="only these, comma between")
    for name, usual in (
        ("rounds", 3),
        ("learners", 400),
        ("lessons", 200),
        ("offered", 50),
        ("rate", 100),
        ("posts", 80),
    ):
        parser.add_argument(f"--{name}", type=int, default=usual)
    return parser.parse_args()


if __name__ == "__main__":
    run_loop(main(arguments()))
