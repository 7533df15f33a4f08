"""The one page, put together once at start: style and script inside, its policy, packed and unpacked."""

from __future__ import annotations

import gzip
import hashlib
import html
import re
from dataclasses import dataclass

from bot.pages import asset, digest

SCRIPTS = (
    "drawing.js",
    "kept.js",
    "scrolling.js",
    "pictures.js",
    "speaking.js",
    "settings.js",
    "sending.js",
    "line.js",
    "carried.js",
    "hints.js",
    "microphone.js",
    "installed.js",
    "bell.js",
    "start.js",
)
"""What the page's one script is put together of, in this order, each of `script/`: all share one scope."""
GUIDE = re.compile(r'<p><a href="guide/.*\n')
"""Not in a preview: its frame leads nowhere."""


@dataclass(frozen=True, slots=True)
class ChatPage:
    """`plain` and `packed` (gzip) are the same HTML; `policy` is its Content-Security-Policy, `etag` its name."""

    plain: bytes
    packed: bytes
    policy: str
    etag: str


def build_page(tutor: str, union: str, *, voice: bool = False) -> ChatPage:
    """One response holds everything a first visit needs: on a slow line each further request costs a second. With
    `voice` it may post what it has recorded (`data-voice`)."""
    plain = page_text(tutor, union, voice=voice).encode("utf-8")
    return ChatPage(
        plain=plain,
        packed=gzip.compress(plain, 9, mtime=0),
        policy=(
            f"default-src 'none'; script-src '{digest(page_script())}'; style-src '{digest(page_style())}'; "
            "connect-src 'self'; img-src 'self' data:; media-src 'self'; worker-src 'self'; manifest-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        etag=f'"{hashlib.sha256(plain).hexdigest()[:20]}"',
    )


def page_text(tutor: str, union: str, before: str = "", *, voice: bool = False) -> str:
    """The HTML. `before` is markup that goes before the script, for a page that no server stands behind (a preview)."""
    text = asset(__package__, "page.html").replace("%tutor%", html.escape(tutor)).replace("%union%", html.escape(union))
    text = text.replace("%voice%", ' data-voice="1"' if voice else "")
    text = text.replace("%style%", page_style()).replace("%script%", page_script())
    return (GUIDE.sub("", text) if before else text).replace("%before%", before)


def page_style() -> str:
    """The colours, which the preview has as well, and the rest."""
    return asset(__package__, "palette.css") + asset(__package__, "style.css")


def page_script() -> str:
    """The one script of the page, without what only we read: whole lines of comment, and what stands before a line."""
    whole = "".join(asset(__package__, f"script/{name}") for name in SCRIPTS)
    lines = (line.strip() for line in whole.splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith("//"))
    return f"'use strict';\n(function () {{\n{kept}\n}})();\n"
