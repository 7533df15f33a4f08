"""Browsers at the desk: they come in by a link, find the pages by the links on them, and open them again and again."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random

import aiohttp
from yarl import URL

MOST_OF_A_KIND, CRAWLED = (
    8,
    150,
)  # addresses of one page that are kept to be opened; pages looked at for links, each role
IDS = re.compile(r"(?<=/)[0-9a-z-]*\d[0-9a-z-]*(?=/|$|\?)|(?<==)[^&]*")
NAMED = re.compile(r"(?<=/lessons/)[^/?]+|(?<=/play/)[^/?]+|(?<=areas/)[^/?]+|(?<=progress/)[^/?]+")
LINKS = re.compile(r'href="([^"#]+)"')
APART = ("/desk/export/", "/vao/", "/desk/play/")
"""Not pages: files that are measured by themselves, the way in, and the phone's own requests."""


@dataclass
class Reader:
    """A browser that is in, and the addresses it opens, by kind of page."""

    role: str
    session: aiohttp.ClientSession
    pages: dict[str, list[str]] = field(default_factory=dict)


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
