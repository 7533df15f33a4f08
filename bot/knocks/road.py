"""Where a knock may lead: any https address that a browser names, but never into our own network.

The name is looked up once and the connection goes to the very addresses that were looked at, so that a name cannot
lead elsewhere a moment later. Nobody redirects it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from ssl import SSLContext
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

LONGEST = 2_000  # characters of an endpoint; the longest of the known services have some 600
LOOKING_UP = 8  # threads: a name server that hangs holds up nobody but who asks for the same kind of name
_NAT64 = IPv6Network("64:ff9b::/96")


class NotPublic(OSError):
    """The address lies in a network that is not everybody's."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet's; of an IPv6 address that carries an IPv4 one, whether that is."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if inner is None and ip in _NAT64:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None and not _is_global(inner):
            return False
    return _is_global(ip)


def _is_global(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast


@dataclass(frozen=True, slots=True)
class Road:
    """What lies between us and the push services: `allows` an IP address, `trust` whose certificates are believed, the
    system's without one. A test has its own."""

    allows: Callable[[str], bool] = is_public
    trust: SSLContext | None = None


def is_endpoint(text: str, road: Road) -> bool:
    """Whether a browser's endpoint may be kept: https, a host, nobody's password, no address that is not allowed. Where
    its name leads is seen when it is rung."""
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= LONGEST
    if not plain or url.scheme != "https" or not host or "@" in url.netloc or url.fragment:
        return False
    return is_allowed(host, road)


def is_allowed(host: str, road: Road) -> bool:
    """Whether a host is a name, or an IP address that is allowed: an address is connected to without a look-up."""
    try:
        ip_address(host)
    except ValueError:
        return True
    return road.allows(host)


class Resolver(AbstractResolver):
    """Looks names up in threads of its own; a name that leads anywhere it must not leads nowhere."""

    def __init__(self, road: Road) -> None:
        self._road = road
        self._threads = ThreadPoolExecutor(LOOKING_UP, thread_name_prefix="push-names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises NotPublic, or OSError where there is no such name."""
        ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        addresses = [str(address[0]) for *_, address in found]
        if not all(map(self._road.allows, addresses)):
            raise NotPublic(f"{host} leads into a network that is not public")
        return [
            ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=proto,
                          flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV)
            for kind, _, proto, _, address in found
        ]  # fmt: skip

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
