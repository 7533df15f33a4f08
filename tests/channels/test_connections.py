"""Connections that stay open, against a host that says what it is told to, byte by byte."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from yarl import URL

from bot.channels import connections
from bot.channels.connections import HostConnections

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Script = Sequence[bytes | None]
Answers = Callable[[int, bytes], Script]


class Host:
    """A host on the loopback. `script` says what each request is answered with, in parts; None: the line is cut."""

    def __init__(self, script: Answers) -> None:
        self.script = script
        self.connections = 0
        self.requests: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError), closing(writer):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                for part in self.script(len(self.requests), self.requests[-1]):
                    if part is None:
                        return
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0.01)


@asynccontextmanager
async def host(answers: Answers, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[Host, HostConnections]]:
    told, tasks = Host(answers), set[asyncio.Task[None]]()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(told.serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    kept = HostConnections(URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
    yield told, kept
    kept.close()
    server.close()
    await asyncio.wait(tasks or {asyncio.create_task(asyncio.sleep(0))}, timeout=2)


async def post(kept: HostConnections, body: bytes = b"{}", within_s: float = 5.0) -> connections.HttpAnswer:
    return await kept.post("/bot/say", {"Content-Type": "application/json"}, body, within_s)


async def test_a_call_is_one_request_and_the_line_stays():
    async with host(lambda *_: [OK]) as (told, kept):
        for _ in range(3):
            assert await post(kept, '{"text":"Chào chị"}'.encode()) == (200, None, b"ok")
        assert told.connections == 1
        place = told.requests[0].split(b"Host: ")[1].split(b"\r\n")[0]
        body = '{"text":"Chào chị"}'.encode()
        assert told.requests[0] == (
            b"POST /bot/say HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\nHost: %b\r\n\r\n%b"
            % (len(body), place, body)
        )


async def test_calls_at_once_have_a_line_each_and_each_its_own_answer():
    def echo(_: int, request: bytes) -> Script:
        number = request[-1:]
        return [*([b""] * (9 - int(number))), b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + number]

    async with host(echo) as (told, kept):
        answers = await asyncio.gather(*(post(kept, str(number).encode()) for number in range(9)))
        assert [answer.body for answer in answers] == [str(number).encode() for number in range(9)]
        assert told.connections == 9


PARTS: dict[str, tuple[Script, tuple[int, str | None, bytes]]] = {
    "byte by byte": ([OK[at : at + 1] for at in range(len(OK))], (200, None, b"ok")),
    "in chunks": (
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n", b"1\r\nk\r\n0\r\n\r\n"],
        (200, None, b"ok"),
    ),
    "after a word that it will come": ([b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", OK], (200, None, b"ok")),
    "too much at once": (
        [b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\nContent-Length: 0\r\n\r\n"],
        (429, "7", b""),
    ),
    "somewhere else": ([b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"], (302, None, b"")),
    "nothing": ([b"HTTP/1.1 204 No Content\r\n\r\n"], (204, None, b"")),
}


@pytest.mark.parametrize(("parts", "answer"), PARTS.values(), ids=PARTS)
async def test_an_answer_is_whole_however_it_comes(parts: Script, answer: tuple[int, str | None, bytes]):
    async with host(lambda *_: parts) as (told, kept):
        assert await post(kept) == answer
        assert await post(kept) == answer
        assert told.connections == 1


BROKEN: dict[str, Script] = {
    "before a word": [None],
    "in the middle": [OK[:-1], None],
    "nonsense": [b"220 smtp.example.com\r\n", None],
    "longer than is taken": [b"HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n", b"x" * 64],
}


@pytest.mark.parametrize("parts", BROKEN.values(), ids=BROKEN)
async def test_a_line_that_breaks_is_an_error_and_the_next_call_has_another(
    parts: Script, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections, "MOST_BYTES", 32)
    async with host(lambda number, _: parts if number == 1 else [OK]) as (told, kept):
        with pytest.raises(ConnectionResetError):
            await post(kept)
        assert (await post(kept)).body == b"ok"
        assert told.connections == 2


async def test_an_answer_of_no_length_ends_with_its_line():
    """As a proxy may answer: taken for lost, a message would be sent again and again."""
    bare = [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\no", b"k", None]
    async with host(lambda *_: bare) as (told, kept):
        assert await post(kept) == (200, None, b"ok")
        assert await post(kept) == (200, None, b"ok")
        assert told.connections == 2


async def test_who_waits_too_long_is_told_and_the_late_answer_is_nobody_elses():
    async with host(lambda number, _: [b"", OK] if number > 1 else []) as (told, kept):
        with pytest.raises(TimeoutError):
            await post(kept, within_s=0.05)
        assert (await post(kept)).body == b"ok"
        assert told.connections == 2


async def test_a_line_that_the_host_closes_or_that_is_too_old_is_not_used_again(monkeypatch: pytest.MonkeyPatch):
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    async with host(lambda number, _: [closing] if number == 1 else [OK]) as (told, kept):
        await post(kept)
        await post(kept)
        assert told.connections == 2
        monkeypatch.setattr(connections, "KEEPALIVE_S", 0.0)
        await post(kept)
        assert told.connections == 3


async def test_a_header_is_one_line():
    async with host(lambda *_: [OK]) as (told, kept):
        with pytest.raises(ValueError, match="more than one line"):
            await kept.post("/", {"access_token": "a\r\nX-Other: b"}, b"", 1.0)
        assert told.requests == []


async def test_nobody_there_is_an_error():
    async with host(lambda *_: [OK]) as (_, kept):
        pass
    with pytest.raises(OSError, match=r".+"):
        await post(kept)


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a host named localhost shows, and whoever looks where the system keeps its authorities believes."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown, secret = tmp_path / "shown.pem", tmp_path / "secret.pem"
    shown.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    monkeypatch.setenv("SSL_CERT_FILE", str(shown))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown, secret)
    return context


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_over_tls_the_line_stays_too_and_another_name_is_not_believed(
    certified: ssl.SSLContext, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def calls() -> None:
        async with host(lambda *_: [OK], certified) as (told, kept):
            secret = HostConnections(URL(f"https://localhost:{kept._port}"))
            for _ in range(3):
                assert await post(secret) == (200, None, b"ok")
            assert told.connections == 1
            secret.close()
            stranger = HostConnections(URL(f"https://127.0.0.1:{kept._port}"))
            with pytest.raises(ssl.SSLError):
                await post(stranger)
            assert len(told.requests) == 3
            stranger.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(calls())


async def test_a_host_that_cannot_show_who_it_is_is_not_spoken_to():
    """TLS is wanted, and a bare HTTP server answers."""
    async with host(lambda *_: [OK]) as (told, kept):
        secret = HostConnections(URL(f"https://127.0.0.1:{kept._port}"))
        with pytest.raises((ssl.SSLError, ConnectionError, TimeoutError)):
            await secret.post("/", {}, b"", 0.5)
        assert told.requests == []
        secret.close()
