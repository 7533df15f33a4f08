"""What machines ask: /readyz, whether traffic may come, and /metrics, the figures behind it."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.endpoints import HTML, JSON, TEXT, Endpoint
from bot.web.access import LocalKey, is_asked_here
from bot.web.server import HealthCheck

SHORTEST_TOKEN = 16  # characters: nobody guesses that many

ENDPOINTS = (
    Endpoint(
        "GET", "/readyz", "Whether traffic may come.", {200: [JSON], 404: [JSON], 503: [JSON]}, ["key", "else"],
        guard="here",
    ),
    Endpoint("GET", "/metrics", "The figures, for a Prometheus.", {200: [TEXT], 404: [HTML]}, ["key"], guard="figures"),
)  # fmt: skip

MetricsText = Callable[[], Awaitable[tuple[bytes, str]]]
"""The page of figures and its media type."""


class MetricsDoor:
    """Who may read the figures: who has the `token`, from anywhere, or the `key` of this machine; without a token
    everybody at this machine, where no address of ours is public (`is_public`): then somebody else's may seem to be."""

    def __init__(self, key: LocalKey, token: str, *, is_public: bool) -> None:
        self.key, self.token, self.is_public = key, token, is_public

    def opens(self, request: web.Request) -> bool:
        """Compared in constant time, so that no token can be guessed letter by letter."""
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        is_it = hmac.compare_digest(shown.encode(errors="replace"), self.token.encode())
        has_token = bool(self.token) and is_it and scheme.lower() == "bearer"
        is_at_home = not self.token and not self.is_public and is_asked_here(request)
        return has_token or self.key.opens(request) or is_at_home


def probe_routes(ready: HealthCheck, key: LocalKey, metrics: MetricsText, door: MetricsDoor) -> list[web.RouteDef]:
    """Both pages; `ready` gives whether traffic may come and, for who works at this machine, why not.

    `/readyz?else=404` says no by 404, as a balancer wants it that brings nobody new then and lets who is there be.
    """

    async def readyz(request: web.Request) -> web.StreamResponse:
        is_ready, figures = await ready()
        told = {"ready": is_ready, **(figures if key.opens(request) else {})}
        no = 404 if request.query.get("else") == "404" else 503
        return web.json_response(told, status=200 if is_ready else no, headers={"Cache-Control": "no-store"})

    async def figures(request: web.Request) -> web.StreamResponse:
        if not door.opens(request):
            raise web.HTTPNotFound()
        text, media_type = await metrics()
        return web.Response(body=text, headers={"Content-Type": media_type, "Cache-Control": "no-store"})

    return [web.get("/readyz", readyz), web.get("/metrics", figures)]
