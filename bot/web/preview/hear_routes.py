"""HTTP of the page that hears a message for trial. Nothing typed there is written anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from bot.conversation.understanding import HearReport, Overheard
from bot.web.forms import form_of
from bot.web.preview.asked import Pairs, text_of
from bot.web.preview.frame import FormPairs, page_response
from bot.web.preview.hear_page import HearAsked, hear_page
from bot.web.preview.hear_words import KINDS
from flows.words.ear.ear import LONGEST

NO_STEP = "Không có bước này. Viết mã bài, dấu /, rồi mã bước, như M0/tro_lai."

NAMES = ("text", "as", "at")
"""What an address or a form may tell of a message for trial."""

_CODES = {word: code for code, word in KINDS.items()}


def hear_routes(overheard: Callable[[], Overheard], may: Callable[[web.Request], bool]) -> list[web.AbstractRouteDef]:
    """GET and POST /preview/hear: `text`, `as` a kind of value, `at` LESSON/STEP. To stand before /preview/LESSON."""

    async def page(request: web.Request) -> web.Response:
        """The form is posted; an address with a short `text` is understood as well."""
        if not may(request):
            raise web.HTTPNotFound
        pairs: Pairs = await form_of(request) if request.method == "POST" else request.query.items()
        return page_response(await asyncio.to_thread(heard_page, overheard(), pairs, "/preview/"))

    return [web.get("/preview/hear", page), web.post("/preview/hear", page)]


def heard_page(overheard: Overheard, pairs: Pairs, home: str, carried: FormPairs = ()) -> str:
    """The page, with what was heard of what a form or an address says; `carried` goes along with its form."""
    asked = _read(pairs)
    if not asked.text.strip() and not asked.at and not asked.kind:
        return hear_page(asked, None, home, carried)
    return hear_page(asked, _heard(overheard, asked), home, carried)


def _read(pairs: Pairs) -> HearAsked:
    query: dict[str, list[object]] = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value)
    kind = text_of(query, "as")
    kind = _CODES.get(kind, kind)
    return HearAsked(text_of(query, "text", LONGEST), kind if kind in KINDS else "", text_of(query, "at", 200).strip())


def _heard(overheard: Overheard, asked: HearAsked) -> HearReport | str:
    if not asked.text.strip():
        return "Chưa có câu nào để nghe. Viết một tin nhắn như học viên viết nhé."
    more = {name: value for name, value in (("as", asked.kind), ("at", asked.at)) if value}
    heard = overheard.look({"text": asked.text, **more})
    return (
        heard if isinstance(heard, HearReport) else NO_STEP
    )  # nothing else can be wrong with what `_read` lets through
