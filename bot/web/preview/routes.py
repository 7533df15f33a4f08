"""HTTP of the preview. Nothing is written anywhere: a play lies in its address, or in the form that is posted."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from aiohttp import web

from bot.conversation.understanding import Overheard
from bot.media.looking import picture_of
from bot.media.store import TYPES
from bot.pages import digest
from bot.publishing.preview import LessonLook, Previews
from bot.web.preview import page
from bot.web.preview.asked import Pairs, PlayRequest, read_asked
from bot.web.preview.frame import page_response
from bot.web.preview.hear_routes import hear_routes
from flows.graph.svg import STYLE, svg
from flows.graph.ways import graph_of
from flows.play.playing import Play, play

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")

_SVG_POLICY = f"default-src 'none'; style-src '{digest(STYLE)}'; base-uri 'none'; frame-ancestors 'none'"


def preview_routes(
    previews: Previews,
    tutor: str,
    overheard: Callable[[], Overheard],
    may: Callable[[web.Request], bool],
) -> list[web.AbstractRouteDef]:
    """GET /preview/ · /preview/hear · GET and POST /preview/LESSON · GET /preview/LESSON/state · …/graph.svg ·
    …/media/FILE.

    `overheard` makes what hears a message for trial, of the live book and now; `may` tells who is let in.
    """
    routes = _Routes(previews, tutor, may)
    return [
        web.get("/preview", routes.to_list),
        web.get("/preview/", routes.list),
        *hear_routes(overheard, may),
        web.get("/preview/{lesson}", routes.lesson),
        web.post("/preview/{lesson}", routes.posted),
        web.get("/preview/{lesson}/state", routes.state),
        web.get("/preview/{lesson}/graph.svg", routes.graph),
        web.get("/preview/{lesson}/media/{file}", routes.file),
    ]


class _Routes:
    def __init__(self, previews: Previews, tutor: str, may: Callable[[web.Request], bool]) -> None:
        self._previews = previews
        self._tutor = tutor
        self._may = may

    async def to_list(self, request: web.Request) -> web.Response:
        self._enter(request)
        raise web.HTTPFound("/preview/")

    async def list(self, request: web.Request) -> web.Response:
        self._enter(request)
        return page_response(page.list_page(*await asyncio.to_thread(self._previews.list)))

    async def lesson(self, request: web.Request) -> web.Response:
        lesson = self._enter(request)
        return await self._show(lesson, request.query.items())

    async def posted(self, request: web.Request) -> web.Response:
        """As a GET, for a play that is too long for an address."""
        lesson = self._enter(request)
        try:
            form = await request.post()
        except ValueError:  # no form at all, or one that cannot be read
            raise web.HTTPBadRequest from None
        return await self._show(lesson, form.items())

    async def state(self, request: web.Request) -> web.Response:
        stamp = await asyncio.to_thread(self._previews.stamp, self._enter(request))
        if not stamp:
            raise web.HTTPNotFound
        return web.json_response({"stamp": stamp}, headers={"Cache-Control": "no-store"})

    async def graph(self, request: web.Request) -> web.Response:
        """The steps drawn; each leads to the preview from there."""
        lesson = self._enter(request)
        drawn = await asyncio.to_thread(self._draw, lesson)
        if not drawn:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": _SVG_POLICY}
        return web.Response(text=drawn, content_type="image/svg+xml", charset="utf-8", headers=headers)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A picture or recording of a lesson as it lies beside it, a drawn screen as it is written now."""
        lesson, name = self._enter(request), request.match_info["file"]
        path = await asyncio.to_thread(self._previews.file, lesson, name)
        if path is None and (svg := await asyncio.to_thread(self._previews.drawing, lesson, name)):
            picture = await asyncio.to_thread(picture_of, svg)
            return web.Response(body=picture, content_type="image/png", headers={"Cache-Control": "no-store"})
        if path is None:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-store", "Content-Type": TYPES[path.suffix[1:].lower()]}
        return web.FileResponse(path, headers=headers)

    def _draw(self, lesson: str) -> str:
        look = self._previews.look(lesson)
        script = look.written if look else None
        if look is None or script is None:
            return ""
        steps = script.lesson.index
        return svg(
            graph_of(script, self._previews.walked(look)),
            lambda step: f"/preview/{quote(lesson)}?step={quote(step)}" if step in steps else "",
        )

    async def _show(self, lesson: str, pairs: Pairs) -> web.Response:
        asked = read_asked(lesson, pairs)
        look, played = await asyncio.to_thread(self._play, lesson, asked)
        if look is None:
            raise web.HTTPNotFound
        return page_response(page.lesson_page(look, asked, played, self._tutor))

    def _play(self, lesson: str, asked: PlayRequest) -> tuple[LessonLook | None, Play | None]:
        look = self._previews.look(lesson, asked.wish)
        if look is None or look.lesson is None:
            return look, None
        try:
            return look, play(look.book, look.script_of, asked.setup, asked.deeds)
        except Exception:
            if look.status != "broken" or look.shows_live:
                raise
            return replace(look, lesson=None), None  # the engine fell over a fault that stands above, with its line

    def _enter(self, request: web.Request) -> str:
        """The lesson that is asked for; everybody who may not look gets what an unknown address gets."""
        lesson = request.match_info.get("lesson", "")
        if not self._may(request) or (lesson and not _ID.fullmatch(lesson)):
            raise web.HTTPNotFound
        return lesson
