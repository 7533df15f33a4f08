"""What the desk costs on a database of a province, and what whoever chats meanwhile feels of it.

    ./camtay seed --learners 100000 --instructors 20000 --attempts 1000000 --data FOLDER
    .venv/bin/python -m bench.desk --data FOLDER [--requests 2000] [--readers 4] [--rate 50]

A tutor is started on that folder (or on DATABASE_URL); an admin, officers and an editor of it come in by links, as
`./camtay admin link` gives them, and open all that the pages link to, each page as often as any other. Server time is
from the request's first byte to the answer's last, on loopback. Then the chat alone and the chat beside the desk are
timed, from a post to its answer. Exit 1 where a figure to reach is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from random import Random

import aiohttp
from yarl import URL

ROOT = Path(__file__).parents[1]
P95_S, WORST_S, CHAT_RATIO = 0.150, 0.800, 1.5
ROLES = ("admin", "officer", "editor")
MOST_OF_A_KIND = 40  # addresses of one page (of persons, of areas) that are kept to be opened
CRAWLED = 400  # pages looked at for links, each role
IDS = re.compile(r"(?<=/)[0-9a-z-]*\d[0-9a-z-]*(?=/|$|\?)|(?<==)[^&]*")
AS_JSON = {"Content-Type": "application/json"}
LINKS = re.compile(r'href="([^"#]+)"')
STARTED_WITHIN_S = 120

Reader = tuple[aiohttp.ClientSession, dict[str, list[str]]]
"""A browser that is in, and the addresses it opens, by kind of page."""


def people(data: Path) -> dict[str, str]:
    """role → somebody who holds it, of officers one of a ward."""
    with sqlite3.connect(f"file:{data / 'camtay.db'}?mode=ro", uri=True) as database:
        query = (
            "SELECT role.learner_id FROM role JOIN area USING (area_id) WHERE role = ? AND state = 'active'"
            " ORDER BY area.kind = 'ward' DESC, learner_id LIMIT 1"
        )
        found = {role: database.execute(query, (role,)).fetchone() for role in ROLES}
    return {role: row[0] for role, row in found.items() if row}


def link(data: Path, learner_id: str) -> str:
    """The token of a link for this person."""
    command = [sys.executable, "-m", "bot", "admin", "link", learner_id, "--data", str(data)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return re.findall(r"/desk/vao/(\w+)", said)[0]


async def comes_in(url: str, token: str) -> aiohttp.ClientSession:
    """A browser that is in."""
    session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Origin": url.rstrip("/")})
    async with session.post(f"{url}desk/vao", data={"token": token}, allow_redirects=False) as response:
        assert response.status == 303, await response.text()
    return session


async def crawled(session: aiohttp.ClientSession, url: str) -> dict[str, list[str]]:
    """kind of page → addresses of it, all that one gets to by links."""
    found: dict[str, list[str]] = defaultdict(list)
    waiting, seen = [f"{url}desk/"], {f"{url}desk/"}
    while waiting and len(seen) < 10_000 and sum(map(len, found.values())) < CRAWLED:
        address = waiting.pop(0)
        kind = IDS.sub("…", address.removeprefix(url))
        if len(found[kind]) >= MOST_OF_A_KIND:
            continue
        async with session.get(address) as response:
            text = await response.text() if response.content_type == "text/html" else ""
            if response.status != 200:
                print(f"     {response.status} {address}", file=sys.stderr)
                continue
            found[kind].append(address)
        for href in LINKS.findall(text):
            further = str(response.url.join(URL(href.replace("&amp;", "&"))))
            if further.startswith(f"{url}desk/") and further not in seen and not further.endswith((".css", ".js")):
                seen.add(further)
                waiting.append(further)
    return found


async def opened(readers: list[Reader], count: int, rng: Random) -> dict[str, list[float]]:
    """kind of page → seconds of each request, `count` in all, one after the other in each browser."""
    took: dict[str, list[float]] = defaultdict(list)

    async def reads(session: aiohttp.ClientSession, pages: dict[str, list[str]], many: int) -> None:
        for _ in range(many):
            kind = rng.choice(sorted(pages))
            began = time.perf_counter()
            async with session.get(rng.choice(pages[kind])) as response:
                await response.read()
            took[kind].append(time.perf_counter() - began)

    await asyncio.gather(*(reads(*each, count // len(readers)) for each in readers))
    return took


async def chats(url: str, rate: float, seconds: float) -> list[float]:
    """Seconds from a post to its answer, of `rate` posts a second by so many newcomers."""
    took: list[float] = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        cookies = []
        for _ in range(int(rate)):
            async with session.get(url) as response:
                cookies.append({key: each.value for key, each in response.cookies.items()})

        async def post(number: int) -> None:
            began = time.perf_counter()
            body = json.dumps({"id": f"desk-{began}-{number:08d}", "text": "xin chào"})
            async with session.post(
                f"{url}chat/send",
                data=body,
                headers={"Content-Type": "application/json"},
                cookies=cookies[number % len(cookies)],
            ) as response:
                await response.read()
            took.append(time.perf_counter() - began)

        began, asked = time.perf_counter(), []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            asked.append(asyncio.create_task(post(number)))
        await asyncio.gather(*asked)
    return sorted(took)


def percentile(took: list[float], part: float) -> float:
    """Of sorted seconds."""
    return sorted(took)[min(len(took) - 1, int(len(took) * part))]


def told(is_good: bool, what: str) -> bool:
    print(f"{'ok  ' if is_good else 'MISS'} {what}")
    return is_good


async def measure(url: str, tokens: dict[str, str], given: argparse.Namespace, rss_mb: Callable[[], float]) -> bool:
    """Everything, printed; whether each figure is reached."""
    browsers = {role: await comes_in(url, token) for role, token in tokens.items()}
    before = rss_mb()
    pages = {role: await crawled(session, url) for role, session in browsers.items()}
    addresses = sum(len(each) for kinds in pages.values() for each in kinds.values())
    print(f"     {addresses} addresses, memory + {rss_mb() - before:.0f} MB")
    each = max(1, given.readers // len(browsers))
    readers = [(browsers[role], pages[role]) for role in browsers for _ in range(each)]
    alone = await chats(url, given.rate, 20)
    good = tell_pages(await opened(readers, given.requests, Random(1)))
    beside, _ = await asyncio.gather(chats(url, given.rate, 20), opened(readers, given.requests // 4, Random(2)))
    ratio = percentile(beside, 0.99) / percentile(alone, 0.99)
    said = f"chat p99 {ms(percentile(beside, 0.99))} beside the desk, {ms(percentile(alone, 0.99))} alone"
    good &= told(ratio <= CHAT_RATIO, f"{said}: {ratio:.2f} x (<= {CHAT_RATIO})")
    for session in browsers.values():
        await session.close()
    return good


def tell_pages(took: dict[str, list[float]]) -> bool:
    """Median, p95 and the slowest of each kind of page; whether all together reach the figures."""
    for kind, each in sorted(took.items(), key=lambda pair: -percentile(pair[1], 0.95)):
        figures = (statistics.median(each), percentile(each, 0.95), max(each))
        print(f"     {' '.join(f'{ms(figure):>8}' for figure in figures)} {len(each):6} {kind}")
    every = [each for kind in took.values() for each in kind]
    p95, worst = percentile(every, 0.95), max(every)
    good = told(p95 <= P95_S, f"pages p95 {ms(p95)} (<= {ms(P95_S)})")
    return told(worst <= WORST_S, f"the slowest of {len(every)} {ms(worst)} (<= {ms(WORST_S)})") and good


def ms(seconds: float) -> str:
    """In milliseconds."""
    return f"{seconds * 1000:.0f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.desk", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    for name, usual in (("requests", 2000), ("readers", 4), ("rate", 50), ("port", 8765)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    given = parser.parse_args()
    found = people(given.data)
    tokens = {role: link(given.data, learner_id) for role, learner_id in found.items()}
    command = [sys.executable, "-m", "bot", "run", "--data", str(given.data), "--port", str(given.port), "--no-watch"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def rss_mb() -> float:
        words = Path(f"/proc/{server.pid}/status").read_text("ascii")
        return int(re.findall(r"VmRSS:\s+(\d+)", words)[0]) / 1000

    url = f"http://127.0.0.1:{given.port}/"
    try:
        return 0 if asyncio.run(_ready_then(url, tokens, given, rss_mb)) else 1
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


async def _ready_then(url: str, tokens: dict[str, str], given: argparse.Namespace, rss_mb: Callable[[], float]) -> bool:
    until = time.monotonic() + STARTED_WITHIN_S
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < until:
            try:
                async with session.get(f"{url}healthz") as response:
                    if response.status == 200:
                        return await measure(url, tokens, given, rss_mb)
            except OSError:
                await asyncio.sleep(0.2)
    raise SystemExit("the tutor does not answer")


if __name__ == "__main__":
    os.environ.setdefault("CAMTAY__LOG__LEVEL", "warning")
    sys.exit(main())
