"""What a message costs in the web chat with many pages open, beside the same lesson over Telegram at the same rate.

    bench/.venv/bin/python -m bench.webchat [--pages 500] [--seconds 20] [--rounds 5] [--beside FOLDER]

Everybody has her page open with its live stream; messages are posted as the page posts them, answers are read from the
stream. Over Telegram as many learners play as many updates a second through long polling. Each round measures both, in
turn the one or the other first; a ratio is taken within a round. Both are on SQLite with `synchronous=FULL`, in fresh
folders; who plays has said who she is before the measured time. `--beside` measures the web chat of another checkout in
the same rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from bench.__main__ import run_loop
from bench.crowd import addresses, seed
from bench.fakeapi import FakeApi
from bench.front import get
from bench.learners import Crowd, Learner, percentile
from bench.ours import ACTIONS, ONBOARDING, TITLE, ours
from bench.postgres import free_port
from bench.processes import NeverReady, Process
from bench.rows import ROOT, SETTLE_S, Bot, Stage, on_stage
from bench.script import Action, text
from bench.wire import ClientConnection
from bot.channels.webchat.identity import COOKIE, Seal, Visitor, load_keys

RATE = 50.0
AT_ONCE = 20  # pages that are opened side by side
ON_THE_PAGE = (text("menu", TITLE), *ACTIONS[1:])
TO_THE_PAGE = (text("xin chào", "lưu tên"), *ONBOARDING[1:])
BROWSER = (
    "Host: localhost\r\nUser-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36\r\nAccept: */*\r\nAccept-Language: vi-VN,vi;q=0.9\r\n"
    "Accept-Encoding: gzip, deflate\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n"
)
_LINES = re.compile(rb"data: (\[.*?\])\n\n", re.DOTALL)


class Page(asyncio.Protocol):
    """One open page: `heard` gets the text and the buttons of every event of its stream."""

    def __init__(self, head: str, heard: Callable[[str, str], None]) -> None:
        self._head, self._heard = head, heard
        self._buffer = b""
        self.ready = asyncio.Event()
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._head.encode())  # type: ignore[attr-defined]

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if b"event: ready" in self._buffer:
            self.ready.set()
        end = self._buffer.rfind(b"\n\n") + 2
        events, self._buffer = self._buffer[:end], self._buffer[end:]
        for found in _LINES.finditer(events):
            said = [each for each in json.loads(found[1]) if each["who"] == "tutor"]
            if said:
                rows = [[{"text": each["label"], "callback_data": each["token"]}] for each in said[-1]["buttons"]]
                markup = json.dumps({"inline_keyboard": rows}) if rows else ""
                self._heard("\n".join(each["text"] for each in said), markup)


@dataclass
class Browser:
    """A learner's page and the connection on which it posts."""

    cookie: str
    address: str
    page: Page | None = None
    line: ClientConnection | None = None
    posted: int = 0


class WebCrowd(Crowd):
    """Learners at the page; whoever acts posts what the page would."""

    def __init__(self, port: int, actions: Sequence[Action], browsers: dict[int, Browser]) -> None:
        super().__init__(FakeApi(lambda *_: None), actions, 0, 0)
        self.port, self.browsers, self.refused = port, browsers, 0
        self.learners = {chat: Learner(chat) for chat in browsers}
        self._posting: set[asyncio.Task[None]] = set()

    def _act(self, learner: Learner) -> None:
        action = self.actions[learner.at]
        learner.waits, learner.since = True, time.perf_counter()
        browser = self.browsers[learner.chat]
        browser.posted += 1
        message = {"id": f"{learner.chat:06d}-{browser.posted:04d}-x"}
        if action.kind == "tap":
            token = self._tapped(learner, action)[0]
            if not token:
                self.odd[f"no button {action.what!r} under: {learner.text[:60]!r}"] += 1
                return
            message["token"] = token
        else:
            message["text"] = action.what
        self.sent += 1
        posting = asyncio.create_task(self._post(browser, json.dumps(message, ensure_ascii=False).encode()))
        self._posting.add(posting)
        posting.add_done_callback(self._posting.discard)

    async def _post(self, browser: Browser, body: bytes) -> None:
        if browser.line is None or not browser.line.is_open:
            loop = asyncio.get_running_loop()
            _, browser.line = await loop.create_connection(
                lambda: ClientConnection(self._posted), "127.0.0.1", self.port, local_addr=(browser.address, 0)
            )
        head = (
            f"POST /chat/send HTTP/1.1\r\n{BROWSER}Origin: http://localhost\r\nReferer: http://localhost/\r\n"
            f"Content-Type: application/json\r\nCookie: {browser.cookie}\r\n"
        )
        browser.line.post(head.encode(), body)

    def _posted(self, _: ClientConnection, status: int, body: bytes) -> None:
        if status not in (0, 200):
            self.refused += 1
            self.odd[f"{status} {body[:60].decode('utf-8', 'replace')}"] += 1


@dataclass
class Cost:
    """CPU in ms a message, seconds from message to answer, how many were answered, what was odd."""

    cpu: float
    p50: float
    p99: float
    answered: int
    odd: dict[str, int] = field(default_factory=dict)


async def spent(stage: Stage, crowd: Crowd, seconds: float) -> Cost:
    """Let a crowd act at RATE for so long."""
    before = stage.cpu_s()[0]
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(crowd.at_rate(RATE), seconds)
    await asyncio.sleep(SETTLE_S)
    used, took = stage.cpu_s()[0] - before, crowd.latencies
    odd = dict(crowd.odd.most_common(3))
    return Cost(1e3 * used / max(1, len(took)), percentile(took, 0.5), percentile(took, 0.99), len(took), odd)


async def over_telegram(root: Path, learners: int, seconds: float) -> Cost:
    bot = ours("telegram", root=root)
    async with on_stage(bot) as stage:
        await stage.start()
        crowd = stage.crowd(bot.before, learners)
        await _all(crowd)
        await stage.alone()
        return await spent(stage, stage.crowd(bot.actions, learners, chats=min(crowd.learners)), seconds)


async def on_pages(root: Path, pages: int, seconds: float, hold: Callable[[int], None] = lambda pid: None) -> Cost:
    """As many pages open, all from addresses of their own; `hold` is told the process before the measured time."""
    port = free_port()
    bot = _web_bot(root, port)
    async with on_stage(bot) as stage:
        await _started(stage, port)
        assert stage.process is not None
        data = stage.data / "data"
        seal, now = Seal(load_keys(data / "web.key", str)), int(time.time())
        chats = [f"{n:032d}" for n in range(pages)]
        seed(data / "camtay.db", chats, 0, now * 1000, lines=1)
        browsers = {
            n: Browser(f"{COOKIE}={seal.sign(Visitor(chat, now))}", address)
            for n, (chat, address) in enumerate(zip(chats, addresses(7), strict=False))
        }
        crowd = WebCrowd(port, TO_THE_PAGE, browsers)
        current = [crowd]
        await _open(browsers, port, current)
        await _all(crowd)
        await stage.alone()
        current[0] = playing = WebCrowd(port, ON_THE_PAGE, browsers)
        for number, learner in crowd.learners.items():
            playing.learners[number].text, playing.learners[number].markup = learner.text, learner.markup
        hold(stage.process.pid)
        cost = await spent(stage, playing, seconds)
        lost = sum(each.page is None or each.page.lost for each in browsers.values())
        return replace(cost, odd={**cost.odd, **({"pages lost": lost} if lost else {})})


def _web_bot(root: Path, port: int) -> Bot:
    bot = ours("web", root=root, port=port)
    environ = bot.environ
    return replace(
        bot,
        command=(*bot.command, "--no-watch"),  # as where other people can come
        environ=lambda data: {**environ(data), "TELEGRAM_TOKEN": ""},
    )


async def _started(stage: Stage, port: int) -> None:
    """The tutor, when its page is there."""
    environ = stage.environ()
    stage.process = Process(stage.bot.command, environ, stage.data / "bot.log", cwd=stage.bot.root)
    end = time.monotonic() + 60
    while not await asyncio.to_thread(get, port, "/healthz"):
        if not stage.process.alive or time.monotonic() > end:
            raise NeverReady(stage.process.tail())
        await asyncio.sleep(0.05)


async def _open(browsers: dict[int, Browser], port: int, current: list[WebCrowd]) -> None:
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)

    async def open_one(number: int, browser: Browser) -> None:
        head = f"GET /chat/stream?after=1 HTTP/1.1\r\n{BROWSER}Cookie: {browser.cookie}\r\n\r\n"

        def heard(said: str, markup: str) -> None:
            current[0].heard(number, said, markup, 0)

        async with gate:
            _, browser.page = await loop.create_connection(
                lambda: Page(head, heard), "127.0.0.1", port, local_addr=(browser.address, 0)
            )
            await asyncio.wait_for(browser.page.ready.wait(), 30)

    await asyncio.gather(*(open_one(*each) for each in browsers.items()))


async def _all(crowd: Crowd) -> None:
    crowd.all_at_once()
    if not await crowd.all_done(15):
        stuck = next(each for each in crowd.learners.values() if each.at < len(crowd.actions))
        raise NeverReady(f"{crowd.done} of {len(crowd.learners)}; one has read {stuck.text!r}; {dict(crowd.odd)}")


async def compare(sides: dict[str, Callable[[], Awaitable[Cost]]], rounds: int) -> dict[str, list[Cost]]:
    found: dict[str, list[Cost]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in list(sides)[:: 1 if number % 2 == 0 else -1]:
            cost = await sides[name]()
            found[name].append(cost)
            odd = f" · {cost.odd}" if cost.odd else ""
            print(
                f"  {number + 1}. {name}: {cost.cpu:.3f} ms a message, p50 {cost.p50 * 1e3:.1f}, p99 "
                f"{cost.p99 * 1e3:.1f} ms, {cost.answered} answered{odd}",
                file=sys.stderr, flush=True,
            )  # fmt: skip
    return found


def main() -> int:
    """Measure and print a table; 0."""
    parser = argparse.ArgumentParser(prog="bench.webchat", description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--beside", type=Path, help="another checkout, whose web chat is measured as well")
    given = parser.parse_args()
    pages, seconds = given.pages, given.seconds
    sides = {"Telegram": lambda: over_telegram(ROOT, pages, seconds), "web": lambda: on_pages(ROOT, pages, seconds)}
    if given.beside:
        root = given.beside.resolve()
        sides["web before"] = lambda: on_pages(root, pages, seconds)
    found = run_loop(compare(sides, given.rounds))
    print("| | CPU ms a message | × Telegram's | p50 ms | p99 ms |\n|---|---|---|---|---|")
    for name, costs in found.items():
        ratios = sorted(each.cpu / its.cpu for each, its in zip(costs, found["Telegram"], strict=True))
        cells = [name, f"{median(each.cpu for each in costs):.3f}"]
        cells.append(f"{median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})")
        cells += [f"{median(getattr(each, what) for each in costs) * 1e3:.1f}" for what in ("p50", "p99")]
        print(f"| {' | '.join(cells)} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
