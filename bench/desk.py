"""What the desk costs on a database of a province, and what whoever chats meanwhile feels of it.

    ./camtay seed --learners 100000 --instructors 20000 --attempts 1000000 --data FOLDER
    .venv/bin/python -m bench.desk --data FOLDER [--requests 2000] [--readers 2] [--rate 50] [--pace 10] [--seconds 15]

On a copy: audit and chat are written. A tutor is started on that folder (or on DATABASE_URL, then the folder holds its
keys); officers of a ward and of the province, an editor and an admin come in by links, as `./camtay admin link` gives
them, and open all that the pages link to, each kind of page as often as any other. Server time is from the request's
first byte to the answer's last, on loopback, with so many readers who never rest. Beside the chat, whose `--rate`
updates a second are timed from a post to its answer, the desk is used at `--pace` pages a second (a hundred officers,
one page in ten seconds each), then lists of everybody are taken along as XLSX; each phase twice, with the chat alone
before it. About five minutes. Exit 1 where a figure to reach is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp
import psutil
from sqlalchemy import text
from yarl import URL

from bench.postgres import free_port
from bench.processes import NeverReady, Process
from storage.engine import schema
from storage.engine.database import open_database

ROOT = Path(__file__).parents[1]
P95_S, WORST_S, CHAT_RATIO = 0.150, 0.800, 1.5
ONE_MB, FIFTY_MB, EXPORT_S, EXPORT_MB = 60.0, 150.0, 12.0, 120.0
OPEN_PAGES, ROUNDS = 50, 2
ROLES = {  # role → how it is found; of officers one of a ward with much to do and one of the province
    "ward": ("officer", "ward"), "province": ("officer", "province"), "editor": ("editor", ""), "admin": ("admin", ""),
}  # fmt: skip
MOST_OF_A_KIND, CRAWLED = (
    8,
    150,
)  # addresses of one page that are kept to be opened; pages looked at for links, each role
IDS = re.compile(r"(?<=/)[0-9a-z-]*\d[0-9a-z-]*(?=/|$|\?)|(?<==)[^&]*")
NAMED = re.compile(r"(?<=/lessons/)[^/?]+|(?<=/play/)[^/?]+|(?<=areas/)[^/?]+|(?<=progress/)[^/?]+")
LINKS = re.compile(r'href="([^"#]+)"')
APART = ("/desk/export/", "/vao/", "/desk/play/")
"""Not pages: files that are measured by themselves, the way in, and the phone's own requests."""
STARTED_WITHIN_S, FIRST_COUNTS_S = 180, 30

_IMPORTS = """
import sys, time
began = time.perf_counter()
import bot.app
took = time.perf_counter() - began
desk = [each for each in sys.modules if each.startswith(("bot.desk.", "bot.studio", "xlsxwriter"))]
print(took, *(each for each in desk if each != "bot.desk.arrival"))
"""


@dataclass
class Reader:
    """A browser that is in, and the addresses it opens, by kind of page."""

    role: str
    session: aiohttp.ClientSession
    pages: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Result:
    """Whether every figure so far was reached."""

    is_good: bool = True

    def told(self, is_good: bool, what: str) -> None:
        """One figure that is to be reached."""
        print(f"{'ok  ' if is_good else 'MISS'} {what}", flush=True)
        self.is_good &= is_good


# --- the tutor ---


def who(data: Path, url: str) -> dict[str, str]:
    """role → somebody who holds it. Raises StorageError for a PostgreSQL of an older program: `./camtay migrate`."""
    query = """SELECT role.learner_id FROM role JOIN area ON area.area_id = role.area_id
               WHERE role.role = :role AND role.state = 'active' AND (:kind = '' OR area.kind = :kind)
               ORDER BY area.area_id, role.learner_id LIMIT 1"""

    async def read() -> dict[str, str | None]:
        database = open_database(url or f"sqlite:///{data / 'camtay.db'}")
        try:
            await schema.ensure(database)
            return {
                name: await database.read(lambda c, r=role, k=kind: c.scalar(text(query), {"role": r, "kind": k}))
                for name, (role, kind) in ROLES.items()
            }
        finally:
            await database.close()

    return {name: found for name, found in asyncio.run(read()).items() if found}


def link(data: Path, learner_id: str) -> str:
    """The token of a link for this person."""
    command = [sys.executable, "-m", "bot", "admin", "link", learner_id, "--data", str(data)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return re.findall(r"/desk/vao/(\w+)", said)[0]


def tell_imports(result: Result) -> None:
    """What of the desk a start of the chat reads."""
    said = subprocess.run([sys.executable, "-c", _IMPORTS], cwd=ROOT, capture_output=True, text=True, check=True)
    took, *of_desk = said.stdout.split()
    result.told(not of_desk, f"modules of the desk at a start: {len(of_desk)} (0); all imports {float(took):.2f} s")


async def until_ready(url: str, server: Process) -> None:
    """Returns when the tutor answers. Raises NeverReady."""
    until = time.monotonic() + STARTED_WITHIN_S
    async with aiohttp.ClientSession() as session:
        while server.alive and time.monotonic() < until:
            try:
                async with session.get(f"{url}healthz") as response:
                    if response.status == 200:
                        return
            except OSError:
                await asyncio.sleep(0.1)
    raise NeverReady(server.tail())


def rss_mb(server: Process) -> float:
    """Of the tutor alone, without its children."""
    return psutil.Process(server.pid).memory_info().rss / 1e6


# --- pages ---


async def comes_in(url: str, token: str) -> aiohttp.ClientSession:
    """A browser that is in."""
    session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Origin": url.rstrip("/")})
    async with session.post(f"{url}desk/vao", data={"token": token}, allow_redirects=False) as response:
        assert response.status == 303, await response.text()
    return session


def kind_of(address: str, url: str) -> str:
    """What page an address is of: "desk/person/…"."""
    return IDS.sub("…", NAMED.sub("…", address.removeprefix(url)))


async def crawl(reader: Reader, url: str) -> None:
    """Find what this reader gets to by links, first of all what was not seen yet."""
    found: dict[str, list[str]] = defaultdict(list)
    waiting: dict[str, list[str]] = defaultdict(list, {"desk/": [f"{url}desk/"]})
    seen = {f"{url}desk/"}
    for _ in range(CRAWLED):
        left = [kind for kind, some in waiting.items() if some and len(found[kind]) < MOST_OF_A_KIND]
        if not left:
            break
        kind = min(left, key=lambda each: len(found[each]))
        address = waiting[kind].pop(0)
        async with reader.session.get(address) as response:
            page = await response.text() if response.content_type == "text/html" else ""
            if response.status != 200:
                print(f"     {response.status} {address}", file=sys.stderr)
                continue
            found[kind].append(address)
        for href in LINKS.findall(page):
            further = str(response.url.join(URL(href.replace("&amp;", "&"))))
            is_page = further.startswith(f"{url}desk/") and not any(each in further for each in APART)
            if is_page and further not in seen and not re.search(r"\.(css|js|png|svg|csv)\b", further):
                seen.add(further)
                waiting[kind_of(further, url)].append(further)
    reader.pages = {kind: some for kind, some in found.items() if some}


async def open_one(reader: Reader, rng: Random, took: dict[str, list[float]]) -> None:
    """Any page of any kind."""
    kind = rng.choice(sorted(reader.pages))
    began = time.perf_counter()
    async with reader.session.get(rng.choice(reader.pages[kind])) as response:
        await response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status} {response.url}")
    took[f"{reader.role:9}{kind}"].append(time.perf_counter() - began)


async def read_on(readers: list[Reader], many: int, at_once: int) -> dict[str, list[float]]:
    """role and kind of page → seconds of each request, `many` in all, by so many readers who never rest."""
    took: dict[str, list[float]] = defaultdict(list)
    numbers = iter(range(many))

    async def one(rng: Random) -> None:
        for number in numbers:
            await open_one(readers[number % len(readers)], rng, took)

    await asyncio.gather(*(one(Random(each)) for each in range(at_once)))
    return took


async def read_at(readers: list[Reader], pace: float, seconds: float) -> None:
    """Pages as a hundred officers open them: `pace` a second, whether the one before is there or not."""
    rng, asked, began = Random(7), [], time.perf_counter()
    took: dict[str, list[float]] = defaultdict(list)
    for number in range(int(pace * seconds)):
        await asyncio.sleep(max(0.0, began + number / pace - time.perf_counter()))
        asked.append(asyncio.create_task(open_one(readers[number % len(readers)], rng, took)))
    await asyncio.gather(*asked)


async def hold_open(readers: list[Reader], url: str, many: int, memory: Callable[[], float]) -> float:
    """Megabytes after so many browsers have each opened a page at once and keep their line."""
    async with AsyncExitStack() as stack:
        sessions = []
        for number in range(many):
            reader = readers[number % len(readers)]
            jar = aiohttp.CookieJar(unsafe=True)
            jar.update_cookies(reader.session.cookie_jar.filter_cookies(URL(url)), URL(url))
            sessions.append((reader, await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))))

        async def look(number: int, reader: Reader, session: aiohttp.ClientSession) -> None:
            kinds = sorted(reader.pages)
            async with session.get(reader.pages[kinds[number % len(kinds)]][0]) as response:
                await response.read()

        await asyncio.gather(*(look(number, *each) for number, each in enumerate(sessions)))
        await asyncio.sleep(1)
        return memory()


# --- chat ---


async def newcomers(url: str, many: int) -> list[dict[str, str]]:
    """Cookies of people who have just opened the page."""
    cookies = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        for _ in range(many):
            async with session.get(url) as response:
                cookies.append({key: each.value for key, each in response.cookies.items()})
    return cookies


async def chat(url: str, cookies: list[dict[str, str]], rate: float, seconds: float) -> list[float]:
    """Seconds from each post to its answer."""
    took: list[float] = []
    answers: Counter[int] = Counter()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def post(number: int) -> None:
            began = time.perf_counter()
            body = json.dumps({"id": f"desk-{int(began * 1e6)}-{number}", "text": "xin chào"})
            headers = {"Content-Type": "application/json"}
            mine = cookies[number % len(cookies)]
            async with session.post(f"{url}chat/send", data=body, headers=headers, cookies=mine) as response:
                await response.read()
                answers[response.status] += 1
            took.append(time.perf_counter() - began)

        began, asked = time.perf_counter(), []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            asked.append(asyncio.create_task(post(number)))
        await asyncio.gather(*asked)
    if set(answers) != {200}:
        raise RuntimeError(f"the chat answered {dict(answers)}")
    return took


async def beside(
    chats: Callable[[], Awaitable[list[float]]], work: Callable[[], Awaitable[object]], what: str, result: Result
) -> None:
    """The chat alone and beside some work, in turn; told is the p99 of each and the ratio."""
    alone, busy = [], []
    for _ in range(ROUNDS):
        alone += await chats()
        took, _ = await asyncio.gather(chats(), work())
        busy += took
    ratio = percentile(busy, 0.99) / percentile(alone, 0.99)
    halves = " ".join(
        f"p{part * 100:g} {ms(percentile(busy, part))}/{ms(percentile(alone, part))}" for part in (0.5, 0.95)
    )
    said = f"chat p99 {ms(percentile(busy, 0.99))} beside {what}, {ms(percentile(alone, 0.99))} alone ({halves})"
    result.told(ratio <= CHAT_RATIO, f"{said}: {ratio:.2f} x (<= {CHAT_RATIO})")


@dataclass
class Exports:
    """Lists of everybody as XLSX, one after the other for some seconds: how long each took, the greatest child."""

    url: str
    reader: Reader
    server: Process
    seconds: float
    took: list[float] = field(default_factory=list)
    most_mb: float = 0.0
    bytes: int = 0

    async def take(self) -> None:
        watching, until = asyncio.create_task(self._watch()), time.monotonic() + self.seconds
        while time.monotonic() < until:
            began = time.perf_counter()
            async with self.reader.session.get(f"{self.url}desk/export/people?o=dong-nai&dang=xlsx") as response:
                self.bytes = len(await response.read())
            if response.status != 200:
                raise RuntimeError(f"{response.status} for the list")
            self.took.append(time.perf_counter() - began)
        watching.cancel()

    async def _watch(self) -> None:
        while True:
            for child in psutil.Process(self.server.pid).children():
                try:
                    self.most_mb = max(self.most_mb, child.memory_info().rss / 1e6)
                except psutil.NoSuchProcess:
                    continue
            await asyncio.sleep(0.05)


# --- all of it ---


async def measure(url: str, tokens: dict[str, str], given: argparse.Namespace, server: Process, result: Result) -> None:
    """Everything, printed."""
    await until_ready(url, server)
    cookies = await newcomers(url, given.rate)
    await chat(url, cookies, given.rate, 5)  # what is read once
    quiet = rss_mb(server)
    readers = [Reader(role, await comes_in(url, token)) for role, token in tokens.items()]
    try:
        async with readers[0].session.get(f"{url}desk/") as response:
            await response.read()
        one = rss_mb(server) - quiet
        result.told(one <= ONE_MB, f"memory + {one:.0f} MB with one open page (<= {ONE_MB:g}), {quiet:.0f} MB without")
        for reader in readers:
            await crawl(reader, url)
        await asyncio.sleep(
            FIRST_COUNTS_S if given.requests > 200 else 0
        )  # what is counted beside is there for ten minutes
        more = await hold_open(readers, url, OPEN_PAGES, lambda: rss_mb(server)) - quiet
        result.told(more <= FIFTY_MB, f"memory + {more:.0f} MB with {OPEN_PAGES} open pages (<= {FIFTY_MB:g})")
        tell_reached(readers)
        busy = server.cpu_s()
        took = await read_on(readers, given.requests, given.readers)
        tell_pages(took, (server.cpu_s() - busy) / given.requests, result)
        chats = lambda: chat(url, cookies, given.rate, given.seconds)  # noqa: E731
        await beside(chats, lambda: read_at(readers, given.pace, given.seconds), "the desk", result)
        exports = Exports(url, next(each for each in readers if each.role == "province"), server, given.seconds)
        await beside(chats, exports.take, "exports", result)
        longest, mb = max(exports.took), exports.most_mb
        result.told(
            longest <= EXPORT_S, f"a list of everybody ({exports.bytes / 1e6:.1f} MB) {longest:.1f} s (<= {EXPORT_S:g})"
        )
        result.told(mb <= EXPORT_MB, f"its process {mb:.0f} MB (<= {EXPORT_MB:g})")
        print(f"     memory at the end + {rss_mb(server) - quiet:.0f} MB")
    finally:
        for reader in readers:
            await reader.session.close()


def tell_reached(readers: Iterable[Reader]) -> None:
    """Pages of the desk to which no link led anybody."""
    from bot.desk.pages.table import PAGES

    kinds = {kind.partition("?")[0] for reader in readers for kind in reader.pages}
    looked = {re.sub(r"\{[^/]*\}+", "…", f"desk/{page.path}") for page in PAGES if page.show}
    print(
        f"     {len(looked & kinds)} of {len(looked)} pages; by no link: {', '.join(sorted(looked - kinds)) or 'none'}"
    )


def tell_pages(took: dict[str, list[float]], cpu_s: float, result: Result) -> None:
    """Median, p95 and the slowest of each kind of page; whether all together reach the figures."""
    print("       median      p95  slowest   many role     page")
    for kind, each in sorted(took.items(), key=lambda pair: -percentile(pair[1], 0.95)):
        figures = (statistics.median(each), percentile(each, 0.95), max(each))
        print(f"     {' '.join(f'{ms(figure):>8}' for figure in figures)} {len(each):6} {kind}")
    every = [each for kind in took.values() for each in kind]
    p95, worst = percentile(every, 0.95), max(every)
    median = ms(statistics.median(every))
    result.told(p95 <= P95_S, f"pages p95 {ms(p95)} (<= {ms(P95_S)}), median {median}, CPU {ms(cpu_s)} a page")
    result.told(worst <= WORST_S, f"the slowest of {len(every)} {ms(worst)} (<= {ms(WORST_S)})")


def percentile(took: Iterable[float], part: float) -> float:
    """Of seconds in any order."""
    ordered = sorted(took)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def ms(seconds: float) -> str:
    """In milliseconds."""
    return f"{seconds * 1000:.0f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.desk", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    for name, usual in (("requests", 2000), ("readers", 2), ("rate", 50), ("pace", 10), ("seconds", 15)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    given, result, began = parser.parse_args(), Result(), time.monotonic()
    tell_imports(result)
    tokens = {
        role: link(given.data, found) for role, found in who(given.data, os.environ.get("DATABASE_URL", "")).items()
    }
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="bench-desk-"))
    command = [sys.executable, "-m", "bot", "run", "--data", str(given.data), "--port", str(port), "--no-watch"]
    server = Process(command, os.environ, folder / "log", cwd=ROOT)
    try:
        asyncio.run(measure(f"http://127.0.0.1:{port}/", tokens, given, server, result))
    finally:
        server.stop(20)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"     {time.monotonic() - began:.0f} s")
    return 0 if result.is_good else 1


if __name__ == "__main__":
    os.environ.setdefault("CAMTAY__LOG__LEVEL", "warning")
    sys.exit(main())
