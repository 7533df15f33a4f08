"""Connections to one host that stay open between calls: a request goes out in one write, the answer comes back whole.

aiohttp's client makes some thirty objects for a call; at a quiet pace that was a third of what an update costs. The
parser is httptools', TLS and happy eyeballs are asyncio's and aiohappyeyeballs'.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, cast

import aiohappyeyeballs
import httptools
from yarl import URL

MOST_AT_ONCE = 64
KEEPALIVE_S = 30.0  # providers close idle connections after about a minute; a POST on a dying one is a lost answer
MOST_BYTES = 50_000_000  # of one answer: a hundred updates of Telegram's are some hundred kilobytes
HEADS = 64  # methods of all providers that are called again and again
HAPPY_EYEBALLS_S = 0.25  # RFC 8305: how long one address may keep the next waiting

_BROKEN = "the connection broke off"


class HttpAnswer(NamedTuple):
    """What came back: the status, its Retry-After where there is one, the whole body."""

    status: int
    retry_after: str | None
    body: bytes

    def json(self) -> dict[Any, Any] | None:
        """The body where it is a JSON object; None where a proxy or a broken server has answered."""
        try:
            parsed = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return parsed if isinstance(parsed, dict) else None


class _Line(asyncio.Protocol):
    """One connection, one call at a time; `free_at` is when its last answer was whole."""

    def __init__(self) -> None:
        self.free_at = 0.0
        self._transport: asyncio.Transport | None = None
        self._waits: asyncio.Future[HttpAnswer] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self.on_message_begin()

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def send(self, request: bytes, answer: asyncio.Future[HttpAnswer]) -> None:
        self._waits = answer
        cast("asyncio.Transport", self._transport).write(request)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if exc is None and self._ends_with_line:
            self.on_message_complete()
        self._fail()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail()

    def _fail(self) -> None:
        self.close()
        if self._waits is not None and not self._waits.done():
            self._waits.set_exception(ConnectionResetError(_BROKEN))

    # --- what the parser calls ---

    def on_message_begin(self) -> None:
        self._body: list[bytes] = []
        self._size = 0
        self._retry_after: str | None = None
        self._is_bounded = self._ends_with_line = False

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"retry-after":
                self._retry_after = value.decode("latin-1")
            case b"content-length" | b"transfer-encoding":
                self._is_bounded = True

    def on_headers_complete(self) -> None:
        self._ends_with_line = not self._is_bounded

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > MOST_BYTES:
            self._fail()
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        self._ends_with_line = False
        status, parser, waits = self._parser.get_status_code(), self._parser, self._waits
        if status < 200:
            return  # it says that an answer will come
        answer = HttpAnswer(status, self._retry_after, b"".join(self._body))
        if not parser.should_keep_alive() or waits is None:
            self.close()  # an answer that nobody has asked for would be taken for the next one's
        self._waits = None
        if waits is not None and not waits.done():
            waits.set_result(answer)


class HostConnections:
    """The connections to the host of `origin`; use it in a running loop."""

    def __init__(self, origin: URL) -> None:
        self._host, self._port = cast("str", origin.raw_host), cast("int", origin.port)
        self._tls = origin.scheme == "https"
        self._named = origin.raw_authority.encode()
        self._free: deque[_Line] = deque()
        self._open: set[_Line] = set()
        self._context: ssl.SSLContext | None = None
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)

    async def post(self, path: str, headers: Mapping[str, str], body: bytes, within_s: float) -> HttpAnswer:
        """POST `body`. Raises TimeoutError after `within_s` seconds, OSError where there is no connection or it breaks,
        ValueError for a header that would be two."""
        request = self._request(path, headers, body)
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        async with self._slots:
            line = self._kept(loop.time()) or await self._connect(until)
            answer: asyncio.Future[HttpAnswer] = loop.create_future()
            timer = loop.call_at(until, _late, answer)
            try:
                line.send(request, answer)
                answered = await answer
            except BaseException:
                self._drop(line)  # what still comes there belongs to nobody
                raise
            finally:
                timer.cancel()
            self._give_back(line, loop.time())
        return answered

    def close(self) -> None:
        """Close every connection."""
        for line in self._open:
            line.close()
        self._open.clear()
        self._free.clear()

    def _request(self, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        head = _head(path, *headers.items())
        return b"%bContent-Length: %d\r\nHost: %b\r\n\r\n%b" % (head, len(body), self._named, body)

    def _kept(self, now_s: float) -> _Line | None:
        """The connection that was used last, where it is still good; those before it are then as old or older."""
        while self._free:
            line = self._free.pop()
            if line.is_open and now_s - line.free_at < KEEPALIVE_S:
                return line
            self._drop(line)
        return None

    def _give_back(self, line: _Line, now_s: float) -> None:
        if line.is_open:
            line.free_at = now_s
            self._free.append(line)
        else:
            self._drop(line)
        while self._free and now_s - self._free[0].free_at >= KEEPALIVE_S:
            self._drop(self._free.popleft())

    def _drop(self, line: _Line) -> None:
        line.close()
        self._open.discard(line)

    async def _connect(self, until: float) -> _Line:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout_at(until):
            if self._tls and self._context is None:
                self._context = await loop.run_in_executor(None, _tls_context)
            found = await loop.getaddrinfo(self._host, self._port, type=1)
            sock = await aiohappyeyeballs.start_connection(found, happy_eyeballs_delay=HAPPY_EYEBALLS_S, loop=loop)
            try:
                name = self._host if self._tls else None
                _, line = await loop.create_connection(_Line, sock=sock, ssl=self._context, server_hostname=name)
            except BaseException:
                sock.close()
                raise
        self._open.add(line)
        return line


@lru_cache(HEADS)
def _head(path: str, *headers: tuple[str, str]) -> bytes:
    """The lines that are the same for every call of a method."""
    told = "".join(f"{name}: {value}\r\n" for name, value in headers)
    if told.count("\n") != len(headers) or told.count("\r") != len(headers):
        raise ValueError("a header of more than one line")
    return f"POST {path} HTTP/1.1\r\n{told}".encode()


def _tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _late(answer: asyncio.Future[HttpAnswer]) -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())
