"""How soon a tutor with many open pages answers: people who have their page open write, some each second.

    .venv/bin/python -m bench.talking [--pages 2000] [--rate 50] [--seconds 60]

Timed from the first packet of what somebody posts until the tutor's words stand on her stream; each post comes on a
connection of its own, as from a browser whose last one was given up. Exit 1 where a figure to reach is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import statistics
import sys
import time

from bench.__main__ import run_loop
from bench.crowd import AT_ONCE, LINES, PATIENT_S, ROOT, RSS_MB, Line, Tutor, addresses, line, told, tutor

P95_S = 0.1
WORDS = ("xin chào", "em ơi", "chị muốn học", "danh sách")


class Page:
    """One open page: what she posts is answered on its stream."""

    def __init__(self, port: int, address: str, cookie: str, stream: Line) -> None:
        self._port, self._address, self._cookie, self._stream = port, address, cookie, stream
        self._speaks = asyncio.Lock()

    async def ask(self, number: int) -> float:
        """Seconds until she is answered; inf when that did not come."""
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with self._speaks, asyncio.timeout(PATIENT_S):
                began = time.perf_counter()
                async with line(self._port, self._address) as posting:
                    body = json.dumps({"id": f"talk-{number:08d}", "text": WORDS[number % len(WORDS)]}).encode()
                    posting.writer.write(
                        f"POST /chat/send HTTP/1.1\r\nHost: localhost\r\nCookie: {self._cookie}\r\n"
                        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                        + body
                    )
                    if (await posting.head())[0] != 200:
                        return float("inf")
                while b'"who":"tutor"' not in await self._stream.reader.readuntil(b"\n\n"):
                    pass
                return time.perf_counter() - began
        return float("inf")


async def open_pages(running: Tutor, stack: contextlib.AsyncExitStack) -> list[Page]:
    """All her pages, each with its live stream; raises RuntimeError when one is refused."""
    few = asyncio.Semaphore(AT_ONCE)

    async def opened(address: str, cookie: str) -> Page:
        async with few:
            stream = await stack.enter_async_context(line(running.port, address))
            await stream.ask("/", cookie)
            stream.send(f"/chat/stream?after={LINES}", cookie)
            if (await stream.head())[0] != 200:
                raise RuntimeError("a page was refused")
            await stream.reader.readuntil(b"event: ready")
            return Page(running.port, address, cookie, stream)

    return await asyncio.gather(*(opened(*each) for each in zip(addresses(2), running.cookies, strict=False)))


async def talk(running: Tutor, rate: float, seconds: float) -> tuple[list[float], float, float]:
    """Seconds of each answer, sorted; megabytes more than without pages; CPU seconds a message."""
    before = running.rss_mb()
    async with contextlib.AsyncExitStack() as stack:
        pages = await open_pages(running, stack)
        idle, busy = running.rss_mb() - before, running.process.cpu_s()
        asked, began = [], time.perf_counter()
        for number, page in zip(range(int(rate * seconds)), itertools.cycle(pages), strict=False):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            asked.append(asyncio.create_task(page.ask(number)))
        took = sorted(await asyncio.gather(*asked))
        return took, idle, (running.process.cpu_s() - busy) / len(took)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.talking", description=__doc__.partition("\n")[0] if __doc__ else "")
    for name, most in (("pages", 2000), ("rate", 50), ("seconds", 60)):
        parser.add_argument(f"--{name}", type=int, default=most)
    given = parser.parse_args()
    with tutor(ROOT, given.pages) as running:
        took, idle, cpu_s = run_loop(talk(running, given.rate, given.seconds))
    lost = sum(each == float("inf") for each in took)
    print(
        f"     {given.pages} open pages, {given.rate} messages a second for {given.seconds} s: p50 "
        f"{statistics.median(took) * 1000:.0f} ms, CPU {cpu_s * 1000:.1f} ms a message"
    )
    p95 = took[int(len(took) * 0.95)]
    good = told(not lost, f"not answered {lost} of {len(took)} (0)")
    good &= told(p95 <= P95_S, f"answer p95 {p95 * 1000:.0f} ms (<= {P95_S * 1000:g})")
    good &= told(idle <= RSS_MB, f"memory of the idle pages + {idle:.0f} MB (<= {RSS_MB:g})")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
