"""The web chat as a newcomer meets it: how soon the first page is there, its bytes, what it costs in memory."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bench.postgres import free_port
from bench.processes import NeverReady, Process
from bench.rows import ROOT

LINKED = re.compile(r"""<(?:script|link|img)\b[^>]*?\b(?:src|href)=["']?([^"' >]+)""", re.IGNORECASE)


@dataclass
class Front:
    """Seconds from the command to the first byte of the page at the second start; bytes; resident bytes."""

    second_start_s: float
    page_bytes: int
    parts: dict[str, int]
    rss: int


def get(port: int, path: str) -> bytes:
    """Everything the server sends for one GET as a browser makes it, headers included; b"" when nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5) as connection:
            connection.settimeout(10)
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip, deflate, br\r\n"
                "Accept-Language: vi\r\nConnection: close\r\n\r\n".encode()
            )
            parts = []
            while chunk := connection.recv(65536):
                parts.append(chunk)
            return b"".join(parts)
    except OSError:
        return b""


def body_of(response: bytes) -> str:
    head, _, body = response.partition(b"\r\n\r\n")
    if b"content-encoding: gzip" in head.lower():
        import gzip

        body = gzip.decompress(body)
    return body.decode("utf-8", "replace")


async def start(data: Path, port: int) -> tuple[Process, float]:
    """Start the door as a person does; return it and the seconds until the page came."""
    environ = {**os.environ, "CAMTAY_DATA": str(data), "TELEGRAM_TOKEN": ""}
    environ.pop("DATABASE_URL", None)
    began = time.perf_counter()
    command = [str(ROOT / "camtay"), "run", "--port", str(port)]
    process = Process(command, environ, data.parent / "front.log", cwd=ROOT)
    while not get(port, "/"):
        if not process.alive or time.perf_counter() - began > 120:
            raise NeverReady(process.tail())
        await asyncio.sleep(0.01)
    return process, time.perf_counter() - began


async def look(times: int = 3) -> Front:
    """Start once, then `times` more and take the middle of what these took. Raises NeverReady."""
    with tempfile.TemporaryDirectory(prefix="camtay-bench-", ignore_cleanup_errors=True) as folder:
        data, port = Path(folder) / "data", free_port()
        first, _ = await start(data, port)
        parts = page_parts(port)
        first.stop()
        seconds, rss = [], 0
        for _ in range(times):
            process, waited = await start(data, port)
            page_parts(port)
            await asyncio.sleep(0.5)
            process.look_at_rss()
            process.stop()
            seconds.append(waited)
            rss = max(rss, process.peak_rss)
        return Front(sorted(seconds)[times // 2], sum(parts.values()), parts, rss)


def page_parts(port: int) -> dict[str, int]:
    """Bytes of the page and of everything it links to, by path."""
    page = get(port, "/")
    parts = {"/": len(page)}
    for link in LINKED.findall(body_of(page)):
        target = urlsplit(urljoin("/", link))
        if not target.netloc and target.scheme != "data":
            parts[target.path] = len(get(port, target.path + (f"?{target.query}" if target.query else "")))
    return parts
