"""What a form says, for every page that reads one: whatever is none, or cannot be read, is refused with 400."""

from __future__ import annotations

import re

from aiohttp import web

FormValue = str | bytes | bytearray | web.FileField

_UNWRITTEN = re.compile(r"[\x00\ud800-\udfff]")


async def form_of(request: web.Request, most: int = 0) -> list[tuple[str, FormValue]]:
    """Names and values in order; `most` bytes in all, 0 for what the server takes of anybody.

    Raises HTTPBadRequest, and HTTPRequestEntityTooLarge.
    """
    try:
        given = await (request.clone(client_max_size=most) if most else request).post()
    except (ValueError, LookupError):  # no form, letters of another coding, a coding that does not exist
        raise web.HTTPBadRequest from None
    return list(given.items())


def written(text: str) -> str:
    """A text with "\ufffd" for what no database takes: NUL, and halves of characters."""
    return _UNWRITTEN.sub("\ufffd", text)
