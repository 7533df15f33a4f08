"""The door before the web server: who never ends a request or never reads is let go, one address is not everybody."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
import uvloop
from aiohttp import web

from bot.web.access import asker, networks
from bot.web.door import CONNECTIONS, FEWEST, FILES, HEAD_BYTES, SEND_BYTES, SPARE_FILES, Bounds, bounds_for
from bot.web.server import create_app, start

SOON = Bounds(connections=6, per_address=2, head_s=0.3, body_s=0.3, write_s=0.6)
PATIENT_S = 8.0  # a connection that nobody lets go would be waited for so long
MUCH = b"x" * 4_000_000
PROXY = networks("127.0.0.1")
Play = Callable[[int], Awaitable[None]]


async def _well() -> tuple[bool, dict[str, object]]:
    return True, {}


async def _much(_: web.Request) -> web.Response:
    return web.Response(body=MUCH)


async def _some(_: web.Request) -> web.Response:
    """A little more than the system holds for one reader."""
    return web.Response(body=MUCH[: 2 * SEND_BYTES + 10_000])


async def _body(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


async def _who(request: web.Request) -> web.Response:
    return web.Response(text=asker(request, PROXY))


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def at_the_door(request: pytest.FixtureRequest) -> Callable[[Play], None]:
    """Plays something against a server with a door, on each of the two event loops that may run it."""

    async def with_server(play: Play) -> None:
        routes = [web.get("/much", _much), web.get("/some", _some), web.post("/body", _body), web.get("/who", _who)]
        runner = await start(create_app(None, _well, routes), "127.0.0.1", 0, SOON, PROXY)
        try:
            await play(int(runner.addresses[0][1]))
        finally:
            await runner.cleanup()

    def run(play: Play) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(with_server(play))

    return run


class Line:
    """A connection from an address of this machine, spoken byte by byte."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.sock, data)

    async def hear(self, until: bytes = b"") -> bytes:
        """Everything up to `until`, or up to the end. Raises TimeoutError when nobody ends it."""
        got = b""
        async with asyncio.timeout(PATIENT_S):
            with suppress(ConnectionResetError):
                while not until or until not in got:
                    more = await asyncio.get_running_loop().sock_recv(self.sock, 65_536)
                    if not more:
                        break
                    got += more
        return got

    async def ask(self, path: str, *headers: str) -> bytes:
        """One whole request and its answer; the connection is closed after it."""
        await self.send(
            "\r\n".join((f"GET {path} HTTP/1.1", "Host: a", "Connection: close", *headers, "", "")).encode()
        )
        return await self.hear()


@asynccontextmanager
async def line(port: int, address: str = "127.0.0.2", reads: int = 0) -> AsyncIterator[Line]:
    with socket.socket() as sock:
        sock.setblocking(False)
        if reads:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, reads)
        sock.bind((address, 0))
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        yield Line(sock)


@pytest.mark.parametrize("begun", [b"", b"GET /health", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: "])
def test_a_head_that_never_ends_is_let_go(at_the_door: Callable[[Play], None], begun: bytes) -> None:
    async def play(port: int) -> None:
        async with line(port) as slow:
            await slow.send(begun)
            dribble = asyncio.create_task(_dribble(slow)) if begun else None
            assert await slow.hear() == b""
            if dribble:
                dribble.cancel()

    at_the_door(play)


async def _dribble(slow: Line) -> None:
    """A byte at a time: what is let go is who never ends, not only who falls silent."""
    with suppress(OSError):
        while True:
            await slow.send(b"x")
            await asyncio.sleep(0.02)


def test_a_head_that_is_too_long_is_refused_before_it_ends(at_the_door: Callable[[Play], None]) -> None:
    async def play(port: int) -> None:
        async with line(port) as long:
            await long.send(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * HEAD_BYTES)
            assert b" 400 " in (await long.hear()).partition(b"\r\n")[0]

    at_the_door(play)


@pytest.mark.parametrize("begun", [b"GET /health", b"\r\n\r\nGET /health", b"GET / HTTP/1.1\r\nHost: a\r\n\r"])
def test_the_second_head_on_a_connection_has_its_time_as_well(
    at_the_door: Callable[[Play], None], begun: bytes
) -> None:
    async def play(port: int) -> None:
        async with line(port) as slow:
            await slow.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await slow.hear(b'"ok": true}')).startswith(b"HTTP/1.1 200")
            await slow.send(begun)
            assert await slow.hear() == b""

    at_the_door(play)


def test_a_body_that_never_ends_is_let_go(at_the_door: Callable[[Play], None]) -> None:
    async def play(port: int) -> None:
        async with line(port) as slow:
            await slow.send(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
            dribble = asyncio.create_task(_dribble(slow))
            assert await slow.hear() == b""
            dribble.cancel()
        async with line(port) as quick:
            await quick.send(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
            await quick.send(b"ok")
            assert (await quick.hear()).endswith(b"\r\n\r\nok")

    at_the_door(play)


def test_who_never_reads_is_let_go_and_who_reads_slowly_is_not(at_the_door: Callable[[Play], None]) -> None:
    async def play(port: int) -> None:
        async with line(port, reads=4096) as deaf, line(port, reads=131_072) as slow:
            for each in (deaf, slow):
                await each.send(b"GET /much HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            heard = b""
            for _ in range(10):  # longer than a deadline, and something is taken within each
                await asyncio.sleep(SOON.write_s / 4)
                heard += await asyncio.get_running_loop().sock_recv(slow.sock, 131_072)
            heard += await slow.hear()
            assert len(heard.partition(b"\r\n\r\n")[2]) == len(MUCH)
            assert len(await deaf.hear()) < len(MUCH)

    at_the_door(play)


def test_who_reads_nothing_of_a_small_answer_does_not_keep_a_place(at_the_door: Callable[[Play], None]) -> None:
    async def play(port: int) -> None:
        async with line(port, reads=4096) as one, line(port, reads=4096) as two:
            for each in (one, two):
                await each.send(b"GET /some HTTP/1.1\r\nHost: a\r\n\r\n")
            await _until_served(port, "127.0.0.2")

    at_the_door(play)


def test_one_address_leaves_room_for_the_others(at_the_door: Callable[[Play], None]) -> None:
    async def play(port: int) -> None:
        async with line(port) as first, line(port) as second:
            for each in (first, second):
                await each.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                await each.hear(b"true}")
            async with line(port) as third:
                refused = await third.hear()
                assert refused.startswith(b"HTTP/1.1 503") and "Chờ vài giây".encode() in refused
            async with line(port, "127.0.0.3") as other:
                assert (await other.ask("/healthz")).startswith(b"HTTP/1.1 200")
        await _until_served(port, "127.0.0.2")

    at_the_door(play)


def test_a_proxy_speaks_for_many_and_all_together_are_bounded(at_the_door: Callable[[Play], None]) -> None:
    async def play(port: int) -> None:
        async with line(port, "127.0.0.1") as a, line(port, "127.0.0.1") as b, line(port, "127.0.0.1") as c:
            for each in (a, b, c):
                await each.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                assert (await each.hear(b"true}")).startswith(b"HTTP/1.1 200")
            async with line(port) as d, line(port) as e, line(port, "127.0.0.3") as f:
                for each in (d, e, f):
                    await each.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                    await each.hear(b"true}")
                async with line(port, "127.0.0.4") as seventh:
                    assert (await seventh.hear()).startswith(b"HTTP/1.1 503")
        await _until_served(port, "127.0.0.4")

    at_the_door(play)


async def _until_served(port: int, address: str) -> None:
    """Who was refused for want of room comes in as soon as others have left."""
    async with asyncio.timeout(PATIENT_S):
        while True:
            async with line(port, address) as again:
                if (await again.ask("/healthz")).startswith(b"HTTP/1.1 200"):
                    return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("peer", "named", "name"),
    [
        ("127.0.0.1", ["203.0.113.7"], b"203.0.113.7"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.7, 127.0.0.1"], b"203.0.113.7"),
        ("127.0.0.1", ["198.51.100.1", "203.0.113.7"], b"203.0.113.7"),
        ("127.0.0.1", ["::ffff:203.0.113.7"], b"203.0.113.7"),
        ("127.0.0.1", ["2001:db8:1:2:3:4:5:6"], b"2001:db8:1:2::/64"),
        ("127.0.0.1", ["not an address"], b""),
        ("127.0.0.1", [], b"127.0.0.1"),
        ("127.0.0.2", ["203.0.113.7"], b"127.0.0.2"),  # no proxy of ours: what it says of itself is worth nothing
    ],
)
def test_only_our_own_proxy_is_believed_about_whom_it_asks_for(
    at_the_door: Callable[[Play], None], peer: str, named: list[str], name: bytes
) -> None:
    async def play(port: int) -> None:
        async with line(port, peer) as asking:
            answer = await asking.ask("/who", *(f"X-Forwarded-For: {each}" for each in named))
            assert answer.partition(b"\r\n\r\n")[2] == name

    at_the_door(play)


@pytest.mark.parametrize("files", [0, 64, 256, 1024, FILES, 20_000])
def test_as_many_are_let_in_as_there_are_files(files: int) -> None:
    bounds = bounds_for(files)
    assert FEWEST <= bounds.per_address <= bounds.connections <= CONNECTIONS
    assert bounds.connections + SPARE_FILES <= max(files, FEWEST + SPARE_FILES)
    assert bounds.streams < bounds.connections and bounds.streams_per_address < bounds.per_address
    if files >= FILES:
        assert bounds == Bounds()


@pytest.mark.parametrize(("soft", "hard", "expected"), [(256, 1024, 1024), (256, 8192, FILES), (1024, 1024, 1024)])
def test_the_soft_limit_of_files_is_raised_as_far_as_the_hard_one_lets(soft: int, hard: int, expected: int) -> None:
    said = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard})); "
        "from bot.web.door import take_files, files_allowed; print(files_allowed(), take_files(), "
        "*resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    told = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout
    assert told.split() == [str(each) for each in (expected, expected, expected, hard)]
