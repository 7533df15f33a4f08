"""The door: every connection passes here before it is HTTP. So many at once, and so long for a head, a body, a reader.

aiohttp times only connections that are idle between two requests; whoever never finishes a request, or never reads
the answer, would stay for ever.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web

from bot.web.access import PROXIES, Networks, is_of, sharer

HEAD_S = 10.0  # from the first byte (or from nothing at all) to the empty line; our page's head is one packet
BODY_S = 20.0  # our page gives its own request up after 15
WRITE_S = (
    30.0  # in which half of SEND_BYTES has to leave (1 kB/s); a stream's page that is cut off comes back by itself
)
IDLE_S = 75.0  # between two requests; longer than the 60 that nginx keeps a connection to us
HEAD_ENDS = b"\r\n\r\n"
HEAD_BYTES = 16_384  # a longer one is handed on as it is: HTTP refuses it
SEND_BYTES = 65_536  # held by the system for one reader, which doubles it; a page of ours fits
BACKLOG = 1024  # connections that the system holds until we take them

CONNECTIONS = 4096  # at once; a quarter of them is kept from live streams
SPARE_FILES = 128  # database, logs, lessons, the other channels
FILES = CONNECTIONS + SPARE_FILES
SHARE = 8  # one address gets an eighth: a hall, or a phone company's customers behind one address
FEWEST = 16

_AT_ONCE = struct.pack("ii", 1, 0)  # struct linger: on, no seconds
_BUSY = "Máy đang bận một chút. Chờ vài giây rồi mở lại nhé.\n".encode()
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\n"
    b"Cache-Control: no-store\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(_BUSY), _BUSY)
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many connections at once, in all and from one address, and the seconds that each thing may take."""

    connections: int = CONNECTIONS
    per_address: int = CONNECTIONS // SHARE
    head_s: float = HEAD_S
    body_s: float = BODY_S
    write_s: float = WRITE_S

    @property
    def streams(self) -> int:
        """Live streams at once: whoever comes anew still finds a connection."""
        return self.connections * 3 // 4

    @property
    def streams_per_address(self) -> int:
        """Live streams from one address: whoever shares it still finds a connection for other pages."""
        return self.per_address * 3 // 4


def bounds_for(files: int) -> Bounds:
    """What fits into so many open files."""
    connections = max(FEWEST, min(CONNECTIONS, files - SPARE_FILES))
    return Bounds(connections, max(FEWEST, connections // SHARE))


def files_allowed() -> int:
    """How many files a process started here may have open, once it has asked for as many as it wants."""
    soft, hard = _file_limits()
    return max(soft, min(hard, FILES))


def take_files() -> int:
    """Ask the system for as many open files as we want; how many this process may have now."""
    soft, hard = _file_limits()
    allowed = max(soft, min(hard, FILES))
    if allowed > soft:
        import resource

        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        except (OSError, ValueError):  # a guard around the process forbids it
            return soft
    return allowed


def _file_limits() -> tuple[int, int]:
    """What the system lets this process have open, and how far it may raise that itself."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return FILES, FILES
    soft, hard = (
        FILES if each == resource.RLIM_INFINITY else each for each in resource.getrlimit(resource.RLIMIT_NOFILE)
    )
    return soft, hard


class Door:
    """Makes the protocol of each connection: `make` gives what speaks HTTP behind it.

    Proxies in front of us are not counted as an address: they speak for many, and wait for slow ones themselves.
    """

    def __init__(self, make: Callable[[], asyncio.Protocol], bounds: Bounds, proxies: Networks = PROXIES) -> None:
        self.make, self.bounds, self.proxies = make, bounds, proxies
        self._inside: Counter[str] = Counter()

    def __call__(self) -> DoorConnection:
        return DoorConnection(self)

    def enter(self, peer: object) -> str | None:
        """The name under which this peer is counted until it leaves; None when there is no room for it."""
        host = str(peer[0]) if isinstance(peer, tuple) and peer else ""
        name = sharer(host)
        full = not is_of(host, self.proxies) and self._inside[name] >= self.bounds.per_address
        if full or self._inside.total() >= self.bounds.connections:
            return None
        self._inside[name] += 1
        return name

    def leave(self, name: str) -> None:
        """Count a connection out again, under the name that `enter` gave it."""
        self._inside[name] -= 1
        if not self._inside[name]:
            del self._inside[name]

    def __len__(self) -> int:
        return self._inside.total()


class DoorConnection(asyncio.Protocol):
    """One connection: hands everything to HTTP, and cuts it off when something does not come in time."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._http: asyncio.Protocol | None = None
        self._transport: asyncio.Transport | None = None
        self._name: str | None = None
        self._begun = b""
        self._asking = False
        self._alarms: dict[str, asyncio.TimerHandle] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection in, or answer 503 and close where there is no room; from here the head is timed."""
        self._transport = transport = cast(asyncio.Transport, transport)  # uvloop's is none by name
        self._name = self._door.enter(transport.get_extra_info("peername"))
        if self._name is None:
            transport.write(_FULL)
            transport.close()
            return
        transport.set_write_buffer_limits(high=0)  # so that `pause_writing` tells of the first byte that stays behind
        self._alarm("head", self._door.bounds.head_s, self._cut)

    def data_received(self, data: bytes) -> None:
        """Keep bytes until a head is whole or too long for one; only then HTTP exists and gets everything."""
        if self._name is None or self._transport is None:
            return
        if self._http is None:
            self._begun += data
            if HEAD_ENDS not in self._begun and len(self._begun) < HEAD_BYTES:
                return  # whoever never ends a head costs no more than what was sent
            data, self._begun = self._begun, b""
            self._http = self._door.make()
            self._http.connection_made(self._transport)
        elif not self._asking and "head" not in self._alarms and data.find(HEAD_ENDS) <= 0:  # most come whole
            self._alarm("head", self._door.bounds.head_s, self._cut)
        self._http.data_received(data)

    def eof_received(self) -> bool | None:
        """Nothing more will come; HTTP decides whether to close (None or False: closed)."""
        return self._http.eof_received() if self._http else None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks, count the connection out, tell HTTP."""
        for kind in tuple(self._alarms):
            self._calm(kind)
        if self._name is not None:
            self._door.leave(self._name)
        if self._http is not None:
            self._http.connection_lost(exc)
        self._http = self._transport = None

    def pause_writing(self) -> None:
        """The reader is slow: from here on the answer is timed."""
        self._watch_writing()
        if self._http is not None:
            self._http.pause_writing()

    def resume_writing(self) -> None:
        """The reader has caught up: the clock stops."""
        self._calm("write")
        if self._http is not None:
            self._http.resume_writing()

    def head_came(self, request: web.Request) -> None:
        """A request begins: its head is whole, its body has to follow."""
        self._asking = True
        self._calm("head")
        if not request.content.is_eof():
            self._alarm("body", self._door.bounds.body_s, lambda: self._cut_unless(request.content.is_eof()))

    def answered(self) -> None:
        """The present request was answered: what comes now is the next head."""
        self._asking = False

    def _watch_writing(self) -> None:
        if self._transport is not None:
            left = self._transport.get_write_buffer_size()
            self._alarm("write", self._door.bounds.write_s, lambda: self._look_at_writing(left))

    def _look_at_writing(self, before: int) -> None:
        if self._transport is not None:
            self._cut_unless(self._transport.get_write_buffer_size() < before)
            self._watch_writing()

    def _cut_unless(self, well: bool) -> None:
        if not well:
            self._cut()

    def _cut(self) -> None:
        """At once: the system would keep what it holds for the peer, and go on knocking for minutes."""
        if self._transport is not None:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self._transport.abort()

    def _alarm(self, kind: str, after_s: float, ring: Callable[[], object]) -> None:
        self._calm(kind)
        self._alarms[kind] = asyncio.get_running_loop().call_later(after_s, ring)

    def _calm(self, kind: str) -> None:
        if alarm := self._alarms.pop(kind, None):
            alarm.cancel()


@web.middleware
async def tell_the_door(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Outermost: the door hears when a request begins and when it is answered."""
    visit = request.transport.get_protocol() if request.transport else None
    if not isinstance(visit, DoorConnection):
        return await handler(request)
    visit.head_came(request)
    try:
        return await handler(request)
    finally:
        visit.answered()


class DoorSite(web.BaseSite):
    """Where a runner listens, with a door before its server."""

    def __init__(self, runner: web.AppRunner, host: str, port: int, bounds: Bounds, proxies: Networks) -> None:
        super().__init__(runner, backlog=BACKLOG)
        self._host, self._port = host, port
        self._bounds, self._proxies = bounds, proxies

    @property
    def name(self) -> str:
        """The address as a log names it."""
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen through the door; what one reader has not yet taken is bounded by `SEND_BYTES`."""
        await super().start()
        make: Any = self._runner.server
        door = Door(make, self._bounds, self._proxies)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(door, self._host, self._port, backlog=self._backlog)
        for listening in self._server.sockets:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)  # those it accepts inherit it
