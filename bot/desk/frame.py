"""What all pages of the desk stand in: names, navigation, the sentence about what was just done, the policy."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from aiohttp import web

from bot.desk.language import Teller
from bot.desk.visit import DeskPage, Visit
from bot.pages import asset, digest, render_page
from bot.web.guides import guide_style

STYLE, SCRIPT = "desk.css", "desk.js"
FILES = {STYLE: "text/css", SCRIPT: "text/javascript", "lessons.css": "text/css", "lessons.js": "text/javascript",
         "keeping.js": "text/javascript", "words.js": "text/javascript", "guide.css": "text/css"}  # fmt: skip
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "media-src 'self'; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


@cache
def file(name: str) -> str:
    """The text of the desk's style or script."""
    if name == "guide.css":
        return guide_style()
    return asset("bot.channels.webchat", "palette.css") * (name == STYLE) + asset(__package__, name)


@cache
def version(name: str) -> str:
    """What a browser may keep a file under: another text has another."""
    return digest(file(name))[7:19].replace("/", "_").replace("+", "-")


def page(
    visit: Visit, here: DeskPage, pages: Iterable[DeskPage], template: str, tell: Teller, title: str, said: str = "",
    fault: str = "", **values: object,
) -> web.Response:  # fmt: skip
    """A page in its frame, for whoever is in."""
    nav = [
        {"at": visit.at + each.path, "name": each.nav, "here": each.path == here.path}
        for each in pages
        if each.nav is not None and each.lets_in(visit.who.actor)
    ]
    shown = {"visit": visit, "nav": nav, "here": here, "said": said, "fault": fault, "form_key": visit.who.form_key}
    return _response(template, visit.lang, visit.at, tell, title, **shown, **values)


def bare(
    template: str, lang: str, at: str, tell: Teller, title: str, status: int = 200, **values: object
) -> web.Response:
    """A page for whoever is not in."""
    response = _response(template, lang, at, tell, title, **values)
    response.set_status(status)
    return response


def _response(template: str, lang: str, at: str, tell: Teller, title: str, **values: object) -> web.Response:
    kept = {"style": f"{at}{STYLE}?{version(STYLE)}", "script": f"{at}{SCRIPT}?{version(SCRIPT)}"}
    further = {"file": lambda name: f"{at}{name}?{version(name)}"}
    text = render_page(__package__, template, lang=lang, at=at, t=tell, title=title, **kept, **further, **values)
    return web.Response(text=text, content_type="text/html", charset="utf-8", headers=HEADERS)
