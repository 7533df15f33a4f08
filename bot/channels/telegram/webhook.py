"""The webhook: Telegram posts one update, and may be answered with a call."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from yarl import URL

from bot.channels import posted
from bot.channels.base import Submit, Update
from bot.channels.telegram.channel import TelegramChannel
from bot.endpoints import JSON

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_DEFAULT_PATH = "/telegram"
ENDPOINTS = (posted.endpoint(_DEFAULT_PATH, "Telegram", SECRET_HEADER, gives=[JSON]),)


def webhook_secret(token: str) -> str:
    """What Telegram must send in the header: derived from the token, so there is nothing more to configure."""
    return hmac.new(token.encode(), b"camtay telegram webhook", hashlib.sha256).hexdigest()


def webhook_address(configured: str) -> str:
    """The address Telegram is given: the configured one, `/telegram` added when it names only a host."""
    return posted.address_of(configured, _DEFAULT_PATH)


def webhook_path(configured: str) -> str:
    """The path under which to mount the handler when no proxy rewrites it; it holds no secret."""
    return URL(webhook_address(configured)).path


def webhook_handler(
    channel: TelegramChannel, submit: Submit, secret: str, *, clock: Callable[[], datetime]
) -> posted.Handler:
    """A handler for POST, as `posted.handler`; a tap is answered with the call that ends its waiting."""
    return posted.handler(SECRET_HEADER, secret, lambda raw: channel.read(raw, clock()), submit, _thanks)


def _thanks(update: Update) -> web.Response:
    """200; for a tap the answer carries the call that answers it, which saves one."""
    if not update.receipt:
        return web.Response()
    call = {"method": "answerCallbackQuery", "callback_query_id": update.receipt}
    return web.Response(body=json.dumps(call).encode(), content_type="application/json")
