"""A webhook, as all channels keep it: the secret first, a body of bounded length, and 200 only after the commit."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from yarl import URL

from bot.channels.base import Submit, Update
from bot.endpoints import ANYTHING, HTML, JSON, Endpoint
from bot.errors import StorageUnavailable

MOST_BYTES = 1_000_000  # an update is some kilobytes; whoever sends more is not the provider
RETRY_AFTER_S = 2

Handler = Callable[[web.Request], Awaitable[web.Response]]


def _nothing_more(_: Update) -> web.Response:
    return web.Response()


def handler(
    header: str,
    secret: str,
    read: Callable[[object], Update | None],
    submit: Submit,
    answer: Callable[[Update], web.Response] = _nothing_more,
) -> Handler:
    """A handler for POST where the provider shows `secret` in `header`. 401 without it, 413 above MOST_BYTES, 503 with
    Retry-After while the database is away, else 200.

    `read` makes an update of what the body says (None where it is no JSON). What is none of ours is answered 200 as
    well: the provider would send it again and again. `answer` is the 200 of an update that is committed.
    """
    expected = secret.encode()

    async def handle(request: web.Request) -> web.Response:
        given = request.headers.get(header, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            return web.Response(status=401)
        body = await body_of(request)
        if body is None:
            return web.Response(status=413)
        update = read(json_of(body))
        if update is None:
            return web.Response()
        try:
            await submit([update])
        except StorageUnavailable:
            return web.Response(status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
        return answer(update)

    return handle


def endpoint(path: str, of: str, *headers: str, gives: Sequence[str] = (), others: Sequence[int] = (401,)) -> Endpoint:
    """What a webhook takes and answers: `headers` show that it is the provider, `others` is for who is not; `gives` are
    the media types of its 200."""
    answers = {200: gives, 400: [HTML], 413: (), 503: (), **dict.fromkeys(others, ())}
    return Endpoint("POST", path, f"What happens at {of}.", answers, heads=headers, takes={JSON: ANYTHING})


def address_of(configured: str, default_path: str) -> str:
    """The address a provider is given: the configured one, `default_path` added where it names only a host."""
    url = URL(configured)
    return str(url.with_path(default_path) if url.path in ("", "/") else url)


async def body_of(request: web.Request, most: int = MOST_BYTES) -> bytes | None:
    """The body, or None when it is longer than `most` bytes; the rest is then not read."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


def json_of(body: bytes) -> object:
    """What the body says, None when it is not JSON: which is then as malformed as any other nonsense."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
