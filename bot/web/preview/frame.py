"""The frame of a preview page: one response with style and script inside, and the policy that allows just these."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import cache
from importlib.resources import files

from aiohttp import web

_TAGS = {"header": ".head", "main": ".log", "footer": ".foot", "h1": ".name", "textarea": ".say"}

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48'%3E"
    "%3Ccircle cx='24' cy='24' r='24' fill='%237a1f48'/%3E%3C/svg%3E"
)


def safe(text: object) -> str:
    """For text and for attributes between double quotes."""
    return html.escape(str(text))


def framed(title: str, inside: str, *, stamp: str = "", state: str = "") -> str:
    """A whole page; with `state` (an address) it looks there every second and shows a saved file at once."""
    watch = f"<script>{script()}</script>" if state else ""
    data = f' data-stamp="{safe(stamp)}" data-state="{safe(state)}"' if state else ""
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{safe(title)}</title><link rel="icon" href="{ICON}">'
        f"<style>{style()}</style></head><body{data}>{inside}{watch}</body></html>"
    )


def html_response(text: str) -> web.Response:
    """A page as it goes out: kept nowhere, and with its policy."""
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy()}
    return web.Response(text=text, content_type="text/html", charset="utf-8", headers=headers)


@cache
def policy() -> str:
    return (
        f"default-src 'none'; script-src '{digest(script())}'; style-src '{digest(style())}'; connect-src 'self'; "
        "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def style() -> str:
    """The web chat's own style, kept inside the phone, then what stands around it."""
    chat = files("bot.channels.webchat").joinpath("style.css").read_text("utf-8")
    return scoped(chat) + files(__package__).joinpath("style.css").read_text("utf-8")


@cache
def script() -> str:
    return files(__package__).joinpath("watch.js").read_text("utf-8")


def scoped(css: str) -> str:
    """The rules of a whole page for what lies in `.phone`: its body becomes the phone, its landmarks classes."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    return re.sub(r"([^{};]+)\{", lambda found: f"{_scope(found[1])}{{", bare)


def _scope(selectors: str) -> str:
    if selectors.strip().startswith("@"):
        return selectors
    return ",".join(_scope_one(selector.strip()) for selector in selectors.split(","))


def _scope_one(selector: str) -> str:
    if selector in (":root", "from", "to") or selector.endswith("%"):
        return selector
    if selector == "body":
        return ".phone"
    return ".phone " + re.sub(
        r"(?<![\w.#-])(header|main|footer|h1|textarea)\b", lambda found: _TAGS[found[1]], selector
    )


def digest(text: str) -> str:
    """What a Content-Security-Policy calls exactly this text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
