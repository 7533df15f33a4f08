"""The pictures and recordings of lessons over HTTP, for pages and for providers that fetch what they send on.

An address names what is in the file, so what lies behind it never changes: whoever has it never asks again. aiohttp
answers HEAD, ranges and whoever asks whether it has changed.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.endpoints import HTML, Endpoint
from bot.media.store import PLACE, TYPES, MediaStore

ENDPOINTS = (
    Endpoint(
        "GET", f"/{PLACE}{{file}}", "A picture or recording of a lesson.",
        {200: sorted({*TYPES.values()}), 206: sorted({*TYPES.values()}), 304: (), 404: [HTML], 412: (), 416: ()},
        heads=["Range", "If-None-Match", "If-Modified-Since"],
    ),
)  # fmt: skip
FOR_EVER = "public, max-age=31536000, immutable"


def media_routes(store: MediaStore) -> list[web.AbstractRouteDef]:
    """GET and HEAD /media/FILE; whatever is no name of the store is not there."""

    async def give(request: web.Request) -> web.StreamResponse:
        file = request.match_info["file"]
        path = store.path(file)
        if path is None:
            await asyncio.to_thread(store.draw, [file])
            path = store.path(file)
        if path is None:
            raise web.HTTPNotFound
        headers = {"Cache-Control": FOR_EVER, "Content-Type": TYPES[path.suffix[1:]]}
        return web.FileResponse(path, headers=headers)

    return [web.get(f"/{PLACE}{{file}}", give)]
