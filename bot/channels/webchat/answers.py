"""What the routes of the web chat answer a script with: JSON, or a refusal in a sentence."""

from __future__ import annotations

import json
import math

from aiohttp import web

as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Data in as few characters as it takes."""


class _Answer(web.Response):
    """Lets go of what it said: the server keeps the last answer of a connection as long as the next request takes."""

    async def write_eof(self, data: bytes = b"") -> None:
        await super().write_eof(data)
        self.body = None


def answer(data: dict[str, object], status: int = 200) -> web.Response:
    """JSON that nothing between us and the page keeps."""
    return _Answer(
        body=as_json(data).encode(),
        status=status,
        content_type="application/json",
        charset="utf-8",
        headers={"Cache-Control": "no-store"},
    )


def refusal(status: int, sentence: str, retry_after_s: float = 0.0) -> web.Response:
    """A refusal in a sentence that the page shows as it is."""
    response = answer({"ok": False, "say": sentence}, status)
    if retry_after_s:
        response.headers["Retry-After"] = str(math.ceil(retry_after_s))
    return response
