"""Who is at this very machine: she may look at lessons that are not published, and at the figures of /healthz."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import HttpVersion11, web

_RELAYED = (
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "Via",
    "CF-Connecting-IP",
)


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
