"""What the addresses of the desk take and answer, made of the table of its pages."""

from __future__ import annotations

from collections.abc import Iterator

from bot.desk import frame
from bot.desk.pages.table import PAGES
from bot.desk.visit import DeskPage
from bot.endpoints import HTML, Endpoint, form

_BUSY = {503: [HTML]}
_LOOK = {303: (), 400: [HTML], 404: [HTML], **_BUSY}
_DEED = {303: (), 400: [HTML], 401: [HTML], 403: [HTML], 404: [HTML], 413: [HTML], **_BUSY}
_IN = {200: [HTML], **_BUSY}
_KEY = "form_key"


def endpoints() -> Iterator[Endpoint]:
    """Of all pages, of the ways in and out, of the files that the pages name."""
    yield Endpoint("GET", "/desk", "The desk.", {302: ()})
    yield Endpoint("GET", "/desk/enter", "The ways in.", _IN)
    yield Endpoint("POST", "/desk/enter", "In by a password.", _DEED, takes=form(["login", "password"]))
    yield Endpoint("POST", "/desk/enter/code", "The one-time code after it.", _DEED, takes=form(["ticket", "code"]))
    yield Endpoint("GET", "/desk/vao/{token:[0-9a-f]{32,64}}", "A link that was given in the chat.", _IN)
    yield Endpoint("POST", "/desk/vao", "In by a link.", _DEED, takes=form(["token"]))
    yield Endpoint("POST", "/desk/out", "Out.", _DEED, takes=form([_KEY]), guard="desk")
    yield Endpoint("POST", "/desk/language", "The language of the desk.", _DEED, takes=form(["lang"]))
    for name, kind in frame.FILES.items():
        yield Endpoint("GET", f"/desk/{name}", "What the pages of the desk name.", {200: [kind]})
    for page in PAGES:
        yield from _of(page)


def _of(page: DeskPage) -> Iterator[Endpoint]:
    path, told, given = f"/desk/{page.path}", f"{page.title}.", [HTML, *page.gives]
    if page.show:
        yield Endpoint("GET", path, told, {200: given, **_LOOK}, page.asks, guard="desk")
    if page.do:
        files = ["file"] if page.file_bytes else ()
        takes = form([*page.fields, _KEY], files)
        yield Endpoint("POST", path, told, {200: given, **_DEED}, page.asks, takes=takes, guard="desk")
