"""The webhook: Telegram posts one update, we answer 200 only after it is committed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web
from yarl import URL

from bot.channels.base import Submit, Update
from bot.channels.telegram.channel import TelegramChannel
from bot.errors import StorageUnavailable

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_MAX_BODY = 1_000_000
_RETRY_AFTER_S = 2
_DEFAULT_PATH = "/telegram"


def webhook_secret(token: str) -> str:
    """What Telegram must send in the header: derived from the token, so there is nothing more to configure."""
    return hmac.new(token.encode(), b"camtay telegram webhook", hashlib.sha256).hexdigest()


def webhook_address(configured: str) -> str:
    """The address Telegram is given: the configured one, `/telegram` added when it names only a host."""
    url = URL(configured)
    return str(url.with_path(_DEFAULT_PATH) if url.path in ("", "/") else url)


def webhook_path(configured: str) -> str:
    """The path under which to mount the handler when no proxy rewrites it; it holds no secret."""
    return URL(webhook_address(configured)).path


def webhook_handler(
    channel: TelegramChannel, submit: Submit, secret: str, *, clock: Callable[[], datetime]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler for POST. 401 without the secret, 413 above 1 MB, 503 while the database is away, else 200.

    What is not an update of ours is answered 200 as well: Telegram would send it again and again.
    """
    expected = secret.encode()

    async def handle(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            return web.Response(status=401)
        body = await _read(request)
        if body is None:
            return web.Response(status=413)
        update = channel.read(_json(body), clock())
        if update is None:
            return web.Response()
        try:
            await submit([update])
        except StorageUnavailable:
            return web.Response(status=503, headers={"Retry-After": str(_RETRY_AFTER_S)})
        return _thanks(update)

    return handle


async def _read(request: web.Request) -> bytes | None:
    """The body, or None when it is longer than we take; the rest is then not read."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > _MAX_BODY:
            return None
    return bytes(body)


def _json(body: bytes) -> object:
    """What the body says, None when it is not JSON: which is then as malformed as any other nonsense."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _thanks(update: Update) -> web.Response:
    """200; for a tap the answer carries the call that answers it, which saves one."""
    if not update.receipt:
        return web.Response()
    call = {"method": "answerCallbackQuery", "callback_query_id": update.receipt}
    return web.Response(body=json.dumps(call).encode(), content_type="application/json")
