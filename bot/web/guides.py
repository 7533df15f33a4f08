"""The guides for people: Markdown of docs/guides to a page, at /guide for everybody and at the desk.

In them **bold** is what is tapped and `code` what is typed; a test holds both to what the product says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bot.endpoints import HTML, Endpoint
from bot.pages import asset, digest, render_page

if TYPE_CHECKING:
    from markdown_it.token import Token

FOLDER = Path(__file__).parents[2] / "docs" / "guides"
GUIDES = ("learner", "instructor", "officer", "editor", "operator")
PUBLIC = ("learner", "instructor")
"""Of people who have no desk: given to whoever asks."""

ENDPOINTS = (
    *(Endpoint("GET", f"/guide/{name}", f"The guide of the {name}.", {200: [HTML], 304: ()}, heads=["If-None-Match"])
      for name in PUBLIC),
    Endpoint(
        "GET", "/guide/pictures/{name:[a-z0-9-]{1,40}}.webp", "A picture of a guide.",
        {200: ["image/webp"], 206: ["image/webp"], 304: (), 404: [HTML], 412: (), 416: ()},
        heads=["Range", "If-None-Match", "If-Modified-Since"],
    ),
)  # fmt: skip
_A_DAY = "public, max-age=86400"
_ASIDE = {"learner": "instructor", "instructor": "learner"}


@dataclass(frozen=True, slots=True)
class GuidePage:
    """`title` is plain text, `body` HTML in which whatever the file holds is escaped."""

    title: str
    body: str


@lru_cache(maxsize=16)
def guide(name: str, at: str = "") -> GuidePage:
    """One of GUIDES; `at` leads from the page on which it stands to /guide/."""
    head, _, text = (FOLDER / f"{name}.md").read_text("utf-8").partition("\n")
    return GuidePage(head.removeprefix("# "), _body(text, at))


def _body(text: str, at: str) -> str:
    from markdown_it import MarkdownIt  # here: a tutor that nobody asks for a guide needs none

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    for opening, inside in _paragraphs(tokens):
        children = inside.children or []
        if {each.type for each in children} <= {"image", "softbreak"}:
            opening.attrSet("class", "pictures")
        for each in children:
            if each.type == "image":
                each.attrs |= {"src": f"{at}{each.attrs['src']}", "loading": "lazy"}
            elif each.type == "link_open":
                _lead(each)
    return str(reader.renderer.render(tokens, reader.options, {}))


def _paragraphs(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    """Each token that holds text and pictures, with the one before it."""
    return ((tokens[at - 1], each) for at, each in enumerate(tokens) if each.type == "inline")


def _lead(link: Token) -> None:
    """From one guide to another as they are served; another document lies beside the program, and is only named."""
    to = str(link.attrs["href"])
    if to.startswith("../"):
        link.attrs = {"class": "file"}
    else:
        link.attrs["href"] = to.removesuffix(".md")


def guide_routes() -> list[web.RouteDef]:
    """GET /guide/learner · GET /guide/instructor · GET /guide/pictures/NAME.webp, the same for everybody."""
    return [
        *(web.get(f"/guide/{name}", _shown) for name in PUBLIC),
        web.get("/guide/pictures/{name:[a-z0-9-]{1,40}}.webp", _picture),
    ]


async def _shown(request: web.Request) -> web.Response:
    text, policy, etag = _page(request.path.rpartition("/")[2])
    headers = {"ETag": etag, "Cache-Control": _A_DAY, "Content-Security-Policy": policy}
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=headers)
    response = web.Response(text=text, content_type="text/html", charset="utf-8", headers=headers)
    response.enable_compression()
    return response


@cache
def _page(name: str) -> tuple[str, str, str]:
    found, beside = guide(name), _ASIDE[name]
    style = asset("bot.channels.webchat", "palette.css") + guide_style()
    shown = {"style": style, "beside": beside, "other": guide(beside).title}
    text = render_page(__package__, "guide.html", name=name, title=found.title, body=found.body, **shown)
    policy = f"default-src 'none'; style-src '{digest(style)}'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    return text, policy, f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'


def guide_style() -> str:
    """How a guide looks, on a screen and on paper, wherever it is shown."""
    return asset(__package__, "guide.css")


async def _picture(request: web.Request) -> web.StreamResponse:
    path = FOLDER / "pictures" / f"{request.match_info['name']}.webp"
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": _A_DAY, "Content-Type": "image/webp"})
