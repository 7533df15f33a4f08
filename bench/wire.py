"""HTTP/1.1 with keep-alive, only as much as a Bot API server and its webhook need: both ends in a few µs a message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

Handler = Callable[["ServerConnection", str, dict[str, Any]], "bytes | None"]


def split_head(buffer: bytes) -> tuple[int, int, bytes]:
    """Return (start of body, end of body or -1 when unknown or incomplete, head) of the message in `buffer`."""
    at = buffer.find(b"\r\n\r\n")
    if at < 0:
        return 0, -1, b""
    head = buffer[:at].lower()
    found = head.find(b"content-length:")
    if found >= 0:
        end = at + 4 + int(head[found + 15 :].split(b"\r\n", 1)[0])
        return at + 4, end if len(buffer) >= end else -1, head
    if b"transfer-encoding: chunked" in head:
        done = buffer.find(b"0\r\n\r\n", at + 4)
        return at + 4, done + 5 if done >= 0 else -1, head
    return at + 4, at + 4, head


def dechunked(body: bytes) -> bytes:
    """The bytes of a chunked body."""
    out = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            break
        out, body = out + rest[:length], rest[length + 2 :]
    return out


def multipart(head: bytes, body: bytes) -> dict[str, Any]:
    """The plain fields of a multipart body."""
    boundary = head.split(b"boundary=", 1)[1].split(b"\r\n", 1)[0].strip(b'"; ')
    at = body.lower().find(b"--" + boundary)  # the head was lowered, the body was not
    mark = body[at : at + len(boundary) + 2]
    fields: dict[str, Any] = {}
    for part in body.split(mark)[1:-1]:
        top, _, value = part.partition(b"\r\n\r\n")
        name = top.split(b'name="', 1)[1].split(b'"', 1)[0].decode()
        fields[name] = value[:-2].decode("utf-8", "replace")
    return fields


def fields_of(head: bytes, body: bytes, query: str) -> dict[str, Any]:
    """The parameters of a call: JSON, form or multipart body, else the query."""
    if b"transfer-encoding: chunked" in head:
        body = dechunked(body)
    if not body:
        return dict(parse_qsl(query)) if query else {}
    if body[:1] == b"{":
        loaded: dict[str, Any] = json.loads(body)
        return loaded
    if b"multipart/form-data" in head:
        return multipart(head, body)
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def answer(body: bytes, status: bytes = b"200 OK") -> bytes:
    """One whole response with a JSON body."""
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


class ServerConnection(asyncio.Protocol):
    """One client. `handler(connection, path, fields)` returns the response, or None and answers later."""

    def __init__(self, handler: Handler, gone: Callable[[ServerConnection], None]) -> None:
        self._handler, self._gone = handler, gone
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._gone(self)

    def write(self, response: bytes) -> None:
        if self._transport is not None:
            self._transport.write(response)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._buffer:
            start, end, head = split_head(self._buffer)
            if end < 0:
                return
            body, self._buffer = self._buffer[start:end], self._buffer[end:]
            path, _, query = head.split(b" ", 2)[1].decode().partition("?")
            response = self._handler(self, path, fields_of(head, body, query))
            if response is not None:
                self.write(response)


class ClientConnection(asyncio.Protocol):
    """One webhook connection: `post` a body, then `done(connection, status, body)` is told; status 0: a broken line."""

    def __init__(self, done: Callable[[ClientConnection, int, bytes], None]) -> None:
        self._done = done
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self.busy: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._done(self, 0, b"")

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    def post(self, head: bytes, body: bytes) -> None:
        if self._transport is not None:
            self._transport.write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        start, end, head = split_head(self._buffer)
        if end < 0:
            return
        body, self._buffer = self._buffer[start:end], self._buffer[end:]
        self._done(self, int(head.split(b" ", 2)[1]), dechunked(body) if b"chunked" in head else body)
