"""A crowd at the web page: pages opened at once beside another checkout, then idle pages, deaf ones and slow heads.

    .venv/bin/python -m bench.crowd [--beside FOLDER] [--rounds 5] [--pages 1000] [--idle 2000] …

Each tutor is `python -m bot run` in its own folder, on SQLite, with people whose pages have forty lines. When all
have the page, all ask at the same moment for what was said (timed until she can read it) and then for the live stream,
up to its first event. `--beside` names a checkout whose pages are opened in the same run, in turn; ratios are to it.
Everybody has an address of 127.0.0.0/8 of her own.

Then, on ours alone: idle pages, pages that never read (each is sent more than the system holds for it), slow heads that
come again as soon as they are cut off; meanwhile newcomers are greeted, three a second. Exit 1 where a figure to reach
is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import resource
import socket
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.__main__ import run_loop
from bench.front import get
from bench.postgres import free_port
from bench.processes import NeverReady, Process
from bot.channels.webchat.identity import COOKIE, Seal, Visitor, load_keys

ROOT = Path(__file__).resolve().parent.parent
LINES, LINE = 40, "Chị bấm vào nút màu xanh giúp em nhé. " * 2
LOUD_LINES, LOUD = 200, "Chị bấm vào nút màu xanh giúp em nhé. " * 15
P50, THREADS, NEWCOMER_S, RSS_MB = 0.3, 20, 1.0, 60.0
NEWCOMERS, EVERY_S = 90, 1 / 3
PATIENT_S = 60.0
AT_ONCE = 50  # idle pages that are opened side by side: they come over some seconds
ESTABLISHED = 1  # of TCP_INFO


@dataclass
class Opened:
    """Seconds of each page that came, refusals, CPU seconds of the tutor, most threads and open files meanwhile."""

    took: list[float]
    refused: int
    cpu_s: float
    threads: int
    files: int

    @property
    def p50(self) -> float:
        return statistics.median(self.took) if self.took else float("inf")


class Tutor:
    """A running tutor of one checkout with `people` whom it knows; `cookies` are theirs."""

    def __init__(self, process: Process, port: int, cookies: list[str]) -> None:
        self.process, self.port, self.cookies = process, port, cookies

    @property
    def proc(self) -> Path:
        return Path("/proc") / str(self.process._popen.pid)

    def threads(self) -> int:
        return len(os.listdir(self.proc / "task"))

    def files(self) -> int:
        return len(os.listdir(self.proc / "fd"))

    def rss_mb(self) -> float:
        pages = int((self.proc / "statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6


@contextmanager
def tutor(checkout: Path, people: int, loud: int = 0) -> Iterator[Tutor]:
    """Start it in a folder of its own; the last `loud` of its people have long pages."""
    with tempfile.TemporaryDirectory(prefix="camtay-crowd-", ignore_cleanup_errors=True) as folder:
        data, port = Path(folder) / "data", free_port()
        environ = {**os.environ, "CAMTAY_DATA": str(data), "TELEGRAM_TOKEN": "", "PYTHONPATH": str(checkout)}
        environ.pop("DATABASE_URL", None)
        command = [sys.executable, "-m", "bot", "run", "--port", str(port)]
        process = Process(command, environ, Path(folder) / "log", cwd=checkout)
        try:
            give_up_at = time.monotonic() + 120
            while not get(port, "/healthz"):
                if not process.alive or time.monotonic() > give_up_at:
                    raise NeverReady(process.tail())
                time.sleep(0.05)
            seal, now = Seal(load_keys(data / "web.key", str)), int(time.time())
            chats = [f"{n:032d}" for n in range(people)]
            seed(data / "camtay.db", chats, loud, now * 1000)
            yield Tutor(process, port, [f"{COOKIE}={seal.sign(Visitor(chat, now))}" for chat in chats])
        finally:
            process.stop()


def seed(path: Path, chats: list[str], loud: int, at: int, lines: int = LINES) -> None:
    """What was said on each page."""
    long = set(chats[len(chats) - loud :])
    rows = (
        (chat, no, "tutor", LOUD if chat in long else LINE, "[]", at, 0)
        for chat in chats
        for no in range(1, 1 + (LOUD_LINES if chat in long else lines))
    )
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as database, database:
        database.executemany(
            "INSERT INTO chat_log (chat_id, no, who, text, buttons, at, fleeting) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )


# --- a page --------------------------------------------------------------------------------------------


class Line:
    """One connection from an address of this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, path: str, cookie: str) -> tuple[int, dict[bytes, bytes], bytes]:
        """A GET on a connection that stays open: status, headers, body."""
        self.send(path, cookie)
        status, headers = await self.head()
        body = await self.reader.readexactly(int(headers.get(b"content-length", b"0")))
        return status, headers, body

    def send(self, path: str, cookie: str) -> None:
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())

    async def head(self) -> tuple[int, dict[bytes, bytes]]:
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines if line)}
        return int(first.split()[1]), headers


@asynccontextmanager
async def line(port: int, address: str, reads: int = 0) -> AsyncIterator[Line]:
    sock = socket.socket()
    sock.setblocking(False)
    if reads:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, reads)
    sock.bind((address, 0))
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=sock, limit=2_000_000)
    try:
        yield Line(reader, writer)
    finally:
        writer.close()


def addresses(net: int) -> Iterator[str]:
    """So many that nobody shares one."""
    return (f"127.{net}.{n // 250}.{1 + n % 250}" for n in itertools.count())


async def open_page(
    port: int, address: str, cookie: str, go: asyncio.Event, leave: asyncio.Event, ready: list[str], opened: list[float]
) -> bool:
    """Puts down the seconds until she can read, inf when she was refused; whether it was still open at `leave`."""
    took = float("inf")
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        async with line(port, address) as page:
            await page.ask("/", cookie)
            ready.append(address)
            await go.wait()
            began = time.perf_counter()
            filled = await _filled(page, cookie)
            took = filled - began if await _is_live(page, cookie) else took
            opened.append(took)
            await leave.wait()
            return took != float("inf") and not page.reader.at_eof() and page.reader.exception() is None
    if took == float("inf"):
        opened.append(took)
    return False


async def _filled(page: Line, cookie: str) -> float:
    """When she can read what was said so far; inf when that was refused."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENT_S):
            if (await page.ask("/chat/log?after=0", cookie))[0] == 200:
                return time.perf_counter()
    return float("inf")


async def _is_live(page: Line, cookie: str) -> bool:
    """Whether the stream after what she has seen is there as well."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENT_S):
            page.send(f"/chat/stream?after={LINES}", cookie)
            if (await page.head())[0] == 200:
                await page.reader.readuntil(b"event: ready")
                return True
    return False


async def open_all(running: Tutor, pages: int) -> Opened:
    """Everybody opens her page at the same moment."""
    go, leave, ready, opened = asyncio.Event(), asyncio.Event(), list[str](), list[float]()
    come = zip(addresses(1), running.cookies[:pages], strict=False)
    tasks = [asyncio.create_task(open_page(running.port, *each, go, leave, ready, opened)) for each in come]
    while len(ready) + len(opened) < len(tasks):  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    threads, files, done = [0], [0], threading.Event()

    def look() -> None:
        while not done.wait(0.01):
            threads.append(running.threads())
            files.append(running.files())

    looking = asyncio.create_task(asyncio.to_thread(look))
    before = running.process.cpu_s()
    go.set()
    while len(opened) < len(tasks):  # noqa: ASYNC110 a bench that looks rarely costs less than a thousand events
        await asyncio.sleep(0.02)
    done.set()
    await looking
    leave.set()
    await asyncio.gather(*tasks)
    there = sorted(each for each in opened if each != float("inf"))
    return Opened(there, len(opened) - len(there), running.process.cpu_s() - before, max(threads), max(files))


# --- a crowd -------------------------------------------------------------------------------------------


async def deaf_page(port: int, address: str, cookie: str) -> None:
    """Opens the stream of a long page and never reads; ends when it is cut off."""
    async with line(port, address, reads=4096) as page:
        page.writer.transport.pause_reading()  # type: ignore[attr-defined]
        page.send("/chat/stream?after=1", cookie)
        sock = page.writer.transport.get_extra_info("socket")
        while sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def slow_head(port: int, address: str) -> None:
    """A head that never ends, a byte each second; cut off, it comes again."""
    while True:
        with contextlib.suppress(OSError):
            async with line(port, address) as page:
                page.writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
                while not page.reader.at_eof() and page.reader.exception() is None:
                    page.writer.write(b"x")
                    await asyncio.sleep(1.0)
        await asyncio.sleep(0.1)


async def newcomer(port: int, address: str) -> float:
    """Seconds from the first packet to the tutor's first words; inf when she was refused."""
    began = time.perf_counter()
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
        async with asyncio.timeout(PATIENT_S), line(port, address) as page:
            _, headers, _ = await page.ask("/", "a=b")
            cookie = headers[b"set-cookie"].partition(b";")[0].decode()
            status, _, body = await page.ask("/chat/log?after=0", cookie)
            if status == 200 and b'"began":true' in body:
                return time.perf_counter() - began
    return float("inf")


async def crowd(running: Tutor, idle: int, deaf: int, slow: int) -> dict[str, float]:
    """Newcomers beside all of them: their p95 in seconds, who was refused, megabytes more than before, who stays."""
    port, go, leave = running.port, asyncio.Event(), asyncio.Event()
    ready, opened = list[str](), list[float]()
    go.set()
    quiet = sorted([await newcomer(port, address) for address in itertools.islice(addresses(5), 10)])
    before = running.rss_mb()
    come = zip(addresses(2), running.cookies[:idle], strict=False)
    pages = []
    for number, each in enumerate(come):
        pages.append(asyncio.create_task(open_page(port, *each, go, leave, ready, opened)))
        while len(opened) < number - AT_ONCE:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    deafly = zip(addresses(3), running.cookies[idle:], strict=False)
    others = [asyncio.create_task(deaf_page(port, *each)) for each in deafly]
    slowly = [asyncio.create_task(slow_head(port, address)) for address in itertools.islice(addresses(4), slow)]
    while len(opened) < idle:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    greeted, most, files, threads = [], before, 0, 0
    for address in itertools.islice(addresses(6), NEWCOMERS):
        greeted.append(asyncio.create_task(newcomer(port, address)))
        await asyncio.sleep(EVERY_S)
        most, files, threads = max(most, running.rss_mb()), max(files, running.files()), max(threads, running.threads())
    took = sorted(await asyncio.gather(*greeted))
    await asyncio.sleep(15)
    deaf_left = sum(not task.done() for task in others)
    leave.set()
    still_open = sum(await asyncio.gather(*pages))
    for task in (*others, *slowly):
        task.cancel()
    await asyncio.gather(*others, *slowly, return_exceptions=True)
    return {
        "quiet": quiet[-1], "p50": took[len(took) // 2], "p95": took[int(len(took) * 0.95)],
        "refused": sum(each == float("inf") for each in took), "more": most - before, "before": before,
        "files": files, "threads": threads, "deaf": deaf_left, "idle": still_open,
    }  # fmt: skip


# --- the table -----------------------------------------------------------------------------------------


def told(good: bool, text: str) -> bool:
    print(f"{'ok  ' if good else 'MISS'} {text}", flush=True)
    return good


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.crowd", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--beside", type=Path, help="another checkout, opened in turn with this one")
    for name, most in (("rounds", 5), ("pages", 1000), ("idle", 2000), ("deaf", 200), ("slow", 500)):
        parser.add_argument(f"--{name}", type=int, default=most)
    given = parser.parse_args()
    sides = {"ours": ROOT, **({"beside": given.beside.resolve()} if given.beside else {})}
    found: dict[str, list[Opened]] = {side: [] for side in sides}
    for _ in range(given.rounds):
        for side, checkout in sides.items():
            with tutor(checkout, given.pages) as running:
                one = run_loop(open_all(running, given.pages))
            found[side].append(one)
            print(
                f"  {side}: {given.pages} pages at once: p50 {one.p50:.2f} s, last {max(one.took, default=0):.1f} s, "
                f"CPU {one.cpu_s:.1f} s, {one.refused} refused, {one.threads} threads, {one.files} files",
                flush=True,
            )
    ours = found["ours"]
    good = told(
        max((one.threads for one in ours), default=0) <= THREADS,
        f"threads {max((o.threads for o in ours), default=0)} (<= {THREADS})",
    )
    good &= told(not any(one.refused for one in ours), f"refused {sum(one.refused for one in ours)} (0)")
    if found.get("beside"):
        pairs = [mine.p50 / its.p50 for mine, its in zip(ours, found["beside"], strict=True)]
        shown = f"p50 {statistics.median(pairs):.2f} x of the other's ({min(pairs):.2f}-{max(pairs):.2f})"
        good &= told(statistics.median(pairs) <= P50, f"{shown} (<= {P50})")
    with tutor(ROOT, given.idle + given.deaf, given.deaf) as running:
        seen = run_loop(crowd(running, given.idle, given.deaf, given.slow))
    print(
        f"     {given.idle} idle, {given.deaf} deaf, {given.slow} slow heads: answer p50 {seen['p50']:.3f} s "
        f"(alone {seen['quiet']:.3f}), {seen['files']:.0f} files, {seen['threads']:.0f} threads, "
        f"{seen['before']:.0f} MB before"
    )
    good &= told(
        seen["idle"] == given.idle, f"idle pages that were open all the time {seen['idle']:.0f} ({given.idle})"
    )
    good &= told(not seen["deaf"], f"deaf pages still there at the end {seen['deaf']:.0f} (0)")
    good &= told(not seen["refused"], f"newcomers refused {seen['refused']:.0f} of {NEWCOMERS} (0)")
    good &= told(seen["p95"] <= NEWCOMER_S, f"newcomer's first answer p95 {seen['p95']:.3f} s (<= {NEWCOMER_S:g})")
    good &= told(seen["more"] <= RSS_MB, f"memory + {seen['more']:.0f} MB (<= {RSS_MB:g})")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
