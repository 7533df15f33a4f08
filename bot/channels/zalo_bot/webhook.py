"""The webhook: Zalo posts one event, with a secret in a header."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime

from yarl import URL

from bot.channels import posted
from bot.channels.base import Submit
from bot.channels.zalo_bot.channel import ZaloBotChannel

SECRET_HEADER = "X-Bot-Api-Secret-Token"
_DEFAULT_PATH = "/zalo-bot"
ENDPOINTS = (posted.endpoint(_DEFAULT_PATH, "Zalo Bot", SECRET_HEADER),)


def webhook_secret(token: str) -> str:
    """What Zalo must send in the header (it takes 8 to 256 characters): derived from the token, so there is nothing
    more to configure."""
    return hmac.new(token.encode(), b"camtay zalo bot webhook", hashlib.sha256).hexdigest()


def webhook_address(configured: str) -> str:
    """The address Zalo is given: the configured one, `/zalo-bot` added when it names only a host."""
    return posted.address_of(configured, _DEFAULT_PATH)


def webhook_path(configured: str) -> str:
    """The path under which to mount the handler when no proxy rewrites it; it holds no secret."""
    return URL(webhook_address(configured)).path


def webhook_handler(
    channel: ZaloBotChannel, submit: Submit, secret: str, *, clock: Callable[[], datetime]
) -> posted.Handler:
    """A handler for POST, as `posted.handler`."""
    return posted.handler(SECRET_HEADER, secret, lambda raw: channel.read(raw, clock()), submit)
