"""A push service on loopback: written from RFC 8030, 8188, 8291, 8292, sharing nothing with the product.

It checks what a real one would check, opens each message with the browser's own keys, and answers as it is told.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import ssl
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LARGEST = 4096  # bytes of a body that every service has to take (RFC 8030, section 7.2)
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _expand(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA-256 of one block (RFC 5869)."""
    extracted = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)[:length]


@dataclass
class BrowserKeys:
    """A browser's key pair and secret; what it alone can open."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"sixteen bytes of"

    @property
    def public(self) -> bytes:
        form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        return self.private.public_key().public_bytes(*form)

    def opened(self, body: bytes) -> bytes:
        """RFC 8291 read from the other end: the plain text, its padding taken off."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size and length == 65, "one record, whole"
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        secret = _expand(self.auth, shared, b"WebPush: info\x00" + self.public + theirs, 32)
        key = _expand(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _expand(salt, secret, b"Content-Encoding: nonce\x00", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert plain.endswith(b"\x02"), "the last record"
        return plain[:-1]


@dataclass(frozen=True)
class Knocked:
    """One message as it came: at which browser, its headers, what it says, when (perf_counter)."""

    name: str
    headers: dict[str, str]
    told: dict[str, Any]
    size: int
    at: float
    signed_by: str
    claims: dict[str, Any]


class PushService:
    """Endpoints of browsers under `url`; what `answers` names is answered so once or always, the rest with 201."""

    def __init__(self) -> None:
        self.url = ""
        self.knocks: list[Knocked] = []
        self.browsers: dict[str, BrowserKeys] = {}
        self.answers: dict[str, Answer] = {}
        self.tried: list[str] = []
        self.arrived = asyncio.Event()

    def subscription(self, name: str) -> dict[str, Any]:
        """A new browser as its page would tell of it (PushSubscription.toJSON)."""
        keys = self.browsers.setdefault(name, BrowserKeys())
        return {
            "endpoint": f"{self.url}push/{name}",
            "expirationTime": None,
            "keys": {"p256dh": b64(keys.public), "auth": b64(keys.auth)},
        }

    def of(self, name: str) -> list[dict[str, Any]]:
        return [each.told for each in self.knocks if each.name == name]

    async def until(self, count: int, patience_s: float = 10.0) -> list[Knocked]:
        """The knocks, once there are so many."""
        async with asyncio.timeout(patience_s):
            while len(self.knocks) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.knocks

    async def take(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.tried.append(name)
        if name in self.answers:
            return await self.answers[name](request)
        body, headers = await request.read(), request.headers
        if len(body) > LARGEST:
            return web.Response(status=413)
        if not headers["TTL"].isdecimal() or headers["Content-Encoding"] != "aes128gcm":
            return web.Response(status=400)
        if name not in self.browsers:
            return web.Response(status=410)
        signed_by, claims = verified(headers["Authorization"])
        if claims["aud"] != self.url.rstrip("/") or not claims["sub"].startswith(("https:", "mailto:")):
            return web.Response(status=403)
        told = json.loads(self.browsers[name].opened(body))
        self.knocks.append(Knocked(name, dict(headers), told, len(body), perf_counter(), signed_by, claims))
        self.arrived.set()
        return web.Response(status=201, headers={"Location": f"{self.url}message/1"})


def verified(authorization: str) -> tuple[str, dict[str, Any]]:
    """RFC 8292: the key and the claims of a token whose signature holds; anything else raises."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(each.strip().split("=", 1) for each in rest.split(","))
    text, _, signature = parts["t"].rpartition(".")
    header, claims = (json.loads(raw(each)) for each in text.split("."))
    assert header["alg"] == "ES256"
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(parts["k"]))
    r, s = (int.from_bytes(half, "big") for half in (raw(signature)[:32], raw(signature)[32:]))
    key.verify(encode_dss_signature(r, s), text.encode(), ec.ECDSA(hashes.SHA256()))
    return parts["k"], claims


@cache
def certificate() -> tuple[bytes, bytes]:
    """A certificate for 127.0.0.1 and localhost with its key, both PEM; it is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "push.test")])
    now = datetime.now(UTC)
    names = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")]
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return made.public_bytes(serialization.Encoding.PEM), key.private_bytes(*form)


def trust() -> ssl.SSLContext:
    """Believes this service's certificate, and no other."""
    return ssl.create_default_context(cadata=certificate()[0].decode())


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        both = Path(folder) / "both.pem"
        both.write_bytes(b"".join(certificate()))
        context.load_cert_chain(both)
    return context


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """A running one, at a free port of loopback."""
    service = PushService()
    app = web.Application(client_max_size=1_000_000)
    app.router.add_post("/push/{name}", service.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=_tls()).start()
    service.url = f"https://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield service
    finally:
        await runner.cleanup()


def answering(status: int, **headers: str) -> Answer:
    """Always this status."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return answer


async def hanging(_: web.Request) -> web.StreamResponse:
    """Takes the message and never says anything."""
    await asyncio.sleep(3600)
    return web.Response(status=201)


async def pouring(request: web.Request) -> web.StreamResponse:
    """Says 201 and then never stops talking."""
    response = web.StreamResponse(status=201)
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65536)
