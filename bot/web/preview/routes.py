"""HTTP of the preview. Nothing is written anywhere: a play lies in its address, or in the form that is posted."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from bot.conversation.understanding import Overheard
from bot.endpoints import HTML, JSON, SVG, Endpoint, form
from bot.media.store import TYPES
from bot.publishing.preview import Previews
from bot.web.forms import form_of
from bot.web.preview import page, showing
from bot.web.preview.asked import NAMES as PLAYED
from bot.web.preview.asked import Pairs
from bot.web.preview.frame import page_response
from bot.web.preview.hear_routes import NAMES as HEARD
from bot.web.preview.hear_routes import heard_page

_AT = "/preview/{lesson}"
_NONE = {302: (), 404: [HTML]}  # with ?key= in the address it goes on without
_POSTED = {200: [HTML], 400: [HTML], 404: [HTML], 413: [HTML]}
ENDPOINTS = (
    Endpoint("GET", "/preview", "The preview.", _NONE, ["key"], guard="here"),
    Endpoint("GET", "/preview/", "All lessons, with their faults.", {200: [HTML], **_NONE}, ["key"], guard="here"),
    Endpoint("GET", "/preview/hear", "What is heard.", {200: [HTML], **_NONE}, HEARD, guard="here"),
    Endpoint("POST", "/preview/hear", "What is heard.", _POSTED, takes=form(HEARD), guard="here"),
    Endpoint("GET", _AT, "A lesson as it is played.", {200: [HTML], **_NONE}, PLAYED, guard="here"),
    Endpoint("POST", _AT, "A lesson as it is played.", _POSTED, takes=form(PLAYED), guard="here"),
    Endpoint("GET", f"{_AT}/state", "What changes with its file.", {200: [JSON], **_NONE}, guard="here"),
    Endpoint("GET", f"{_AT}/graph.svg", "Its steps, drawn.", {200: [SVG], **_NONE}, guard="here"),
    Endpoint(
        "GET", f"{_AT}/media/{{file}}", "Its pictures and recordings.", {200: sorted({*TYPES.values()}), **_NONE},
        guard="here",
    ),
)  # fmt: skip

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


class PreviewSite:
    """Answers all that lies below /preview. `overheard` makes what hears a message for trial, of the live book and now;
    `may` tells who is let in."""

    def __init__(
        self, previews: Previews, tutor: str, overheard: Callable[[], Overheard], may: Callable[[web.Request], bool]
    ) -> None:
        self._previews = previews
        self._tutor = tutor
        self._overheard = overheard
        self._may = may

    async def to_list(self, request: web.Request) -> web.Response:
        self._enter(request)
        raise web.HTTPFound("/preview/")

    async def list(self, request: web.Request) -> web.Response:
        self._enter(request)
        return page_response(page.list_page(*await asyncio.to_thread(self._previews.list)))

    async def hear(self, request: web.Request) -> web.Response:
        """The form is posted; an address with a short `text` is understood as well."""
        self._enter(request)
        pairs: Pairs = await form_of(request) if request.method == "POST" else request.query.items()
        return page_response(await asyncio.to_thread(heard_page, self._overheard(), pairs, "/preview/"))

    async def lesson(self, request: web.Request) -> web.Response:
        lesson = self._enter(request)
        return await self._show(lesson, request.query.items())

    async def posted(self, request: web.Request) -> web.Response:
        """As a GET, for a play that is too long for an address."""
        lesson = self._enter(request)
        return await self._show(lesson, await form_of(request))

    async def state(self, request: web.Request) -> web.Response:
        stamp = await asyncio.to_thread(self._previews.stamp, self._enter(request))
        if not stamp:
            raise web.HTTPNotFound
        return web.json_response({"stamp": stamp}, headers={"Cache-Control": "no-store"})

    async def graph(self, request: web.Request) -> web.Response:
        """The steps drawn; each leads to the preview from there."""
        lesson = self._enter(request)
        drawn = await asyncio.to_thread(showing.graph, self._previews, lesson)
        if not drawn:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": showing.svg_policy()}
        return web.Response(text=drawn, content_type="image/svg+xml", charset="utf-8", headers=headers)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A picture or recording of a lesson as it lies beside it, a drawn screen as it is written now."""
        lesson, name = self._enter(request), request.match_info["file"]
        found = await asyncio.to_thread(showing.file, self._previews, lesson, name)
        if found is None:
            raise web.HTTPNotFound
        shown, kind = found
        headers = {"Cache-Control": "no-store", "Content-Type": kind}
        return web.FileResponse(shown, headers=headers) if isinstance(shown, Path) else web.Response(
            body=shown, headers=headers
        )  # fmt: skip

    async def _show(self, lesson: str, pairs: Pairs) -> web.Response:
        text = await asyncio.to_thread(
            showing.page, self._previews, lesson, pairs, self._tutor, ("/preview/", "Mọi bài")
        )
        if text is None:
            raise web.HTTPNotFound
        return page_response(text)

    def _enter(self, request: web.Request) -> str:
        """The lesson that is asked for; everybody who may not look gets what an unknown address gets."""
        lesson = request.match_info.get("lesson", "")
        if not self._may(request) or (lesson and not _ID.fullmatch(lesson)):
            raise web.HTTPNotFound
        return lesson
