"""Where somebody asks from: this very machine, which may look at more, or an address shared with others."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from aiohttp import HttpVersion11, web

Networks = tuple[IPv4Network | IPv6Network, ...]
PROXIES: Networks = (ip_network("127.0.0.1"), ip_network("::1"))
_HOUSE = 64  # bits of an IPv6 address that a provider gives to one house or phone; the rest it chooses itself

_RELAYED = (
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "Via",
    "CF-Connecting-IP",
)


class LocalKey:
    """Whoever works at this machine: asks from here, and has the key of the address that `run` printed.

    From where somebody asks is not enough: whoever forwards a port to this machine and says nothing of it asks from
    here as well. The key comes from the one that signs cookies, so that it stays over restarts and says nothing of it.
    """

    COOKIE = "camtay_here"
    COOKIE_AGE_S = 30 * 86_400

    def __init__(self, signing_key: str) -> None:
        self.text = hmac.new(signing_key.encode(), b"camtay.here", "sha256").hexdigest()[:32]

    def opens(self, request: web.Request) -> bool:
        """By `?key=` of the address or by the cookie that it left."""
        shown = (request.query.get("key", ""), request.cookies.get(self.COOKIE, ""))
        return is_asked_here(request) and any(
            hmac.compare_digest(each.encode(errors="replace"), self.text.encode()) for each in shown
        )

    def is_shown_to(self, request: web.Request) -> bool:
        """Whether a GET carries the key in its address, so that it is to be taken out of there."""
        return "key" in request.query and request.method == "GET" and self.opens(request)

    def take(self, request: web.Request) -> web.Response:
        """A redirect to the same address without the key, which the browser keeps from now on as a cookie."""
        found = web.Response(status=302, headers={"Location": str(request.rel_url.without_query_params("key"))})
        found.set_cookie(self.COOKIE, self.text, max_age=self.COOKIE_AGE_S, httponly=True, samesite="Lax")
        return found


def take_key(key: LocalKey, path: str) -> Callable[..., Awaitable[web.StreamResponse]]:
    """A middleware: whoever comes to a page below `path` with the key in the address keeps it as a cookie."""

    @web.middleware
    async def answer(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path.startswith(path) and key.is_shown_to(request):
            return key.take(request)
        return await handler(request)

    return answer


def is_asked_here(request: web.Request) -> bool:
    """True for a browser on this machine that asked this machine.

    The peer has to be a loopback address, and no proxy may stand between: none that says so in a header, none that
    asks in HTTP/1.0 as nginx does. The Host has to be a loopback name as well, else another site's page could come in
    by a name that it points at 127.0.0.1. A page of another
    site can link here, but build nothing of this into itself.
    """
    if any(name in request.headers for name in _RELAYED) or request.version < HttpVersion11:
        return False
    if _is_built_in(request):
        return False
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return is_at_this_machine(peer, request.headers.get("Host", ""))


def is_at_this_machine(peer: object, host: str) -> bool:
    """Whether a socket's peer is a loopback address, and the Host that it asked for one as well."""
    if not isinstance(peer, tuple) or not peer:  # a Unix socket: whoever stands behind it is a proxy
        return False
    return _is_loopback(str(peer[0])) and _is_local_name(host)


def _is_built_in(request: web.Request) -> bool:
    """Whether a page of another site has built this into itself; a link that somebody clicked there is harmless."""
    if request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
        return False
    return (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")) != ("navigate", "document")


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def _is_local_name(host: str) -> bool:
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lower() == "localhost" or _is_loopback(name)


def networks(text: str) -> Networks:
    """Addresses and networks with blanks between. Raises ValueError."""
    return tuple(ip_network(each, strict=False) for each in text.split())


def is_of(host: str, those: Networks) -> bool:
    """Whether an address is one of those; what is no address is none of them."""
    try:
        found = ip_address(host.strip().partition("%")[0])
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in those)


@lru_cache(maxsize=4096)
def sharer(host: str) -> str:
    """Under which name somebody's allowance is counted: the address, of IPv6 the part that a house has in common."""
    try:
        found = ip_address(host.strip().partition("%")[0])
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    return str(found) if found.version == 4 else str(ip_network((int(found), _HOUSE), strict=False))


def asker(request: web.Request, proxies: Networks = PROXIES) -> str:
    """The sharer who asks. Only our own proxies are believed when they name whom they ask for, the last one named that
    is none of them; a proxy that names nobody is itself the one who asks."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    host = str(peer[0]) if isinstance(peer, tuple) and peer else ""
    named = [each for line in request.headers.getall("X-Forwarded-For", ()) for each in line.split(",")]
    while named and is_of(host, proxies):
        host = named.pop()
    return sharer(host)
