"""The one page, put together once at start: style and script inside, its policy, packed and unpacked."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class ChatPage:
    """`plain` and `packed` (gzip) are the same HTML; `policy` is its Content-Security-Policy, `etag` its name."""

    plain: bytes
    packed: bytes
    policy: str
    etag: str


def build_page(tutor: str, union: str) -> ChatPage:
    """One response holds everything a first visit needs: on a slow line each further request costs a second."""
    style, script = _part("style.css"), _part("chat.js")
    text = _part("page.html").replace("%tutor%", html.escape(tutor)).replace("%union%", html.escape(union))
    text = text.replace("%style%", style).replace("%script%", script)
    plain = text.encode("utf-8")
    return ChatPage(
        plain=plain,
        packed=gzip.compress(plain, 9, mtime=0),
        policy=(
            f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; connect-src 'self'; "
            "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        etag=f'"{hashlib.sha256(plain).hexdigest()[:20]}"',
    )


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
