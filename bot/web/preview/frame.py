"""What all preview pages share: the template that is filled, the style, the policy that allows just what is inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from aiohttp import web

from bot.channels.webchat.page import page_script, page_style
from bot.pages import asset, digest, render_page

LINE, WATCH = "line.js", "watch.js"

FormPairs = Sequence[tuple[str, str]]
"""Names and values that a form carries."""


@dataclass(frozen=True, slots=True)
class EditorsView:
    """The preview as an editor has it, who needs no file names and no reasons of the engine: `mend` are the faults of
    her draft, each with the address where it is mended, `back` the ways back: addresses and words. `phone_only`: it
    stands beside her text, nothing of this is around the phone."""

    mend: Sequence[tuple[str, str]] = ()
    back: Sequence[tuple[str, str]] = ()
    phone_only: bool = False


def fill(template: str, **shown: object) -> str:
    """The HTML of one of the preview's pages, with its style."""
    return render_page(__package__, template, style=style(), **shown)


def page_response(text: str) -> web.Response:
    """A page as it goes out: kept nowhere, and with its policy."""
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy()}
    return web.Response(text=text, content_type="text/html", charset="utf-8", headers=headers)


@cache
def policy(around: str = "'none'") -> str:
    """For every page of the preview; the chat page that stands in a frame of it inherits it. `around` are the pages in
    whose frame it may stand."""
    scripts = " ".join(f"'{digest(each)}'" for each in (script(WATCH), script(LINE), page_script()))
    styles = " ".join(f"'{digest(each)}'" for each in (style(), page_style()))
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; connect-src 'self'; "
        f"img-src 'self' data:; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {around}"
    )


@cache
def style() -> str:
    """The colours of the web chat, then what stands around the phone."""
    return asset("bot.channels.webchat", "palette.css") + asset(__package__, "style.css")


@cache
def script(name: str) -> str:
    """The text of a script of the preview."""
    return asset(__package__, name)
