"""Where a request comes from: how deep it lies, the page it was sent from, the address at which its browser is."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web


def at_of(request: web.Request) -> str:
    """The way from the address of a request to that of the desk, wherever that lies."""
    deep = request.path.count("/") - 2
    return "../" * deep or "./"


def page_of(request: web.Request) -> str:
    """The page of the desk from which a form was sent, as its browser's own path; "" where it does not say."""
    try:
        said = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    _, desk, rest = said.path.partition("/desk")
    is_ours = said.netloc.lower() == request.headers.get("Host", "").lower() and bool(desk) and rest[:1] in ("", "/")
    if not is_ours or said.path.startswith("//") or rest == "/me/out":
        return ""
    return f"{said.path}?{said.query}" if said.query else said.path


def here_of(request: web.Request) -> str:
    """The address at which this browser finds the tutor: it says so itself, the scheme too; "" for one of the machine
    alone, which no phone beside it can open."""
    said = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    if said.netloc.lower() != request.host.lower() or said.scheme not in ("http", "https"):
        said = urlsplit(f"{request.scheme}://{request.host}")
    name = (said.hostname or "").lower()
    is_alone = name in ("", "localhost", "::1") or name.startswith("127.") or not {".", ":"} & set(name)
    return "" if is_alone else f"{said.scheme}://{said.netloc}/"
