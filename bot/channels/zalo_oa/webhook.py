"""The webhook: Zalo posts one event and wants 200 within two seconds; it is answered once the event is committed.

What is not answered so is sent again after 30 seconds, 5, 15, 30 minutes and an hour; then Zalo switches the webhook
off. Hence what nobody can use is answered 200 as well, and only two things are not: a forgery, and what could not be
kept.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web
from yarl import URL

from bot.channels import posted
from bot.channels.base import Submit
from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, is_signed
from bot.errors import StorageUnavailable

_MAX_BODY = 1_000_000
_READ_S = 5.0  # Zalo sends at once; whoever sends drop by drop is somebody else
_COMMIT_S = 1.7  # of the two seconds that Zalo waits
_DEFAULT_PATH = "/zalo-oa"
ENDPOINTS = (posted.endpoint(_DEFAULT_PATH, "Zalo OA", SIGNATURE_HEADER, TIMESTAMP_HEADER, others=(403, 408)),)

log = logging.getLogger(__name__)


def webhook_path(configured: str) -> str:
    """The path of the address in Zalo's console under which to mount the handler; `/zalo-oa` for a bare host."""
    path = URL(configured).path
    return _DEFAULT_PATH if path in ("", "/") else path


def webhook_handler(
    channel: ZaloOaChannel,
    submit: Submit,
    app_id: str,
    secret: str,
    *,
    clock: Callable[[], datetime],
    commit_s: float = _COMMIT_S,
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler for POST: 200 for what is committed and for what is none of ours, 403 without a true signature, 413
    above 1 MB, 408 for a body that does not come.

    503 where the storage is away, or has not committed within `commit_s` seconds: Zalo sends it again, and by its id
    it is then known. 200 without a commit would lose what somebody wrote, a longer wait counts as a failure all the
    same.
    """

    async def handle(request: web.Request) -> web.Response:
        body = await _read(request)
        if isinstance(body, web.Response):
            return body
        event = _json(body)
        given = request.headers.get(SIGNATURE_HEADER, "")
        if not given and not event:
            return web.Response()  # the console tries the address with an empty POST
        if not is_signed(given, app_id, body, _timestamps(request, event), secret):
            log.warning("zalo_oa signature refused", extra={"bytes": len(body), "signed": bool(given)})
            return web.Response(status=403)
        update = channel.read(event, clock())
        if update is None:
            return web.Response()
        try:
            async with asyncio.timeout(commit_s):
                await submit([update])  # goes on when we answer before it has ended
        except (StorageUnavailable, TimeoutError):
            return web.Response(status=503)
        return web.Response()

    return handle


async def _read(request: web.Request) -> bytes | web.Response:
    """The body, or the answer to one that is too long or does not come; the rest is then not read."""
    try:
        if request.content.is_eof():  # it came with its head, as nearly all do: there is nothing to wait for
            return await _whole(request)
        async with asyncio.timeout(_READ_S):
            return await _whole(request)
    except TimeoutError:
        return web.Response(status=408)


async def _whole(request: web.Request) -> bytes | web.Response:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > _MAX_BODY:
            return web.Response(status=413)
    return bytes(body)


def _timestamps(request: web.Request, event: object) -> tuple[str, ...]:
    """Where the signed timestamp may stand: in the header, in the body."""
    in_body = event.get("timestamp") if isinstance(event, dict) else None
    told = str(in_body) if isinstance(in_body, (str, int)) else ""
    return tuple(dict.fromkeys((request.headers.get(TIMESTAMP_HEADER, ""), told)))


def _json(body: bytes) -> object:
    """What the body says, None when it is not JSON: which is then as malformed as any other nonsense."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
