"""The page as an app: its manifest, its icons and the service worker that keeps it for when there is no line.

All addresses are relative: behind a proxy the page may lie under a path that only the proxy knows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from importlib.resources import files

from aiohttp import web

from bot.pages import asset

WORKER = ("shell.js", "bell.js")
"""What the service worker is put together of, in this order, each of `worker/`."""
ICONS = (180, 192, 512)
"""Edges in pixels of what lies in `icons/`, drawn of icon.svg: an iPhone's, and the two that Chrome asks for."""
PAPER, PLUM = "#fbf5ec", "#7a1f48"  # --paper and --plum of palette.css
_A_DAY = "public, max-age=86400"


def shell_routes(tutor: str, union: str) -> list[web.RouteDef]:
    """GET /app.webmanifest · GET /sw.js · GET /icon-<edge>.png, all of them the same for everybody."""
    manifest = json.dumps(manifest_of(tutor, union), ensure_ascii=False).encode("utf-8")
    return [
        web.get("/app.webmanifest", _giver(manifest, "application/manifest+json", _A_DAY)),
        web.get("/sw.js", _giver(worker_script().encode("utf-8"), "text/javascript", "no-cache")),
        *(web.get(f"/icon-{edge}.png", _giver(icon(edge), "image/png", _A_DAY)) for edge in ICONS),
    ]


def manifest_of(tutor: str, union: str) -> dict[str, object]:
    """The web app manifest (W3C): its icons fill the square, and keep to the middle of it, for any mask."""
    icons = [
        {"src": f"icon-{edge}.png", "sizes": f"{edge}x{edge}", "type": "image/png", "purpose": purpose}
        for edge in ICONS[1:]
        for purpose in ("any", "maskable")
    ]
    return {
        "name": f"{tutor} – {union}",
        "short_name": tutor,
        "lang": "vi",
        "dir": "ltr",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PLUM,
        "icons": icons,
    }


def worker_script() -> str:
    """The service worker, whose scope is the folder it is given from."""
    return "'use strict';\n" + "".join(asset(__package__, f"worker/{name}") for name in WORKER)


def icon(edge: int) -> bytes:
    """The PNG of an edge in ICONS."""
    return files(__package__).joinpath(f"icons/icon-{edge}.png").read_bytes()


def _giver(body: bytes, content_type: str, cache: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """What answers with always the same bytes, or with 304 to whoever has them."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": cache,
        "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
    }

    async def give(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=content_type, headers=headers)

    return give
