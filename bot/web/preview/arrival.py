"""The addresses of the preview, whose modules are read when somebody first comes: who writes no lessons never does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp.typedefs import Handler
from aiohttp.web import AbstractRouteDef, Request, StreamResponse, get, post

if TYPE_CHECKING:
    from bot.web.preview.routes import PreviewSite
    from flows import Book, Problem

WAYS = (
    ("GET", "/preview", "to_list"),
    ("GET", "/preview/", "list"),
    ("GET", "/preview/hear", "hear"),
    ("POST", "/preview/hear", "hear"),
    ("GET", "/preview/{lesson}", "lesson"),
    ("POST", "/preview/{lesson}", "posted"),
    ("GET", "/preview/{lesson}/state", "state"),
    ("GET", "/preview/{lesson}/graph.svg", "graph"),
    ("GET", "/preview/{lesson}/media/{file}", "file"),
)
"""Method and address, and what of a `PreviewSite` answers there."""


def preview_routes(site: Callable[[], PreviewSite]) -> list[AbstractRouteDef]:
    """All that lies below /preview. `site` is asked for with each request."""

    def at(name: str) -> Handler:
        async def answer(request: Request) -> StreamResponse:
            found: StreamResponse = await getattr(site(), name)(request)
            return found

        return answer

    return [(get if method == "GET" else post)(path, at(name)) for method, path, name in WAYS]


def preview_of(
    root: Path,
    facts: Mapping[str, str],
    book: Callable[[], Book],
    faults: Callable[[], Mapping[str, tuple[Problem, ...]]],
    tutor: str,
    now: Callable[[], datetime],
    may: Callable[[Request], bool],
) -> list[AbstractRouteDef]:
    """The preview of a running tutor; `root`, `facts`, `book` and `faults` as of `Previews`, `tutor` and `may` as of
    `PreviewSite`."""

    @cache
    def site() -> PreviewSite:
        from bot.conversation.understanding import Overheard
        from bot.publishing.preview import Previews
        from bot.web.preview.routes import PreviewSite

        return PreviewSite(Previews(root, facts, book, faults), tutor, lambda: Overheard(book(), now()), may)

    return preview_routes(site)
