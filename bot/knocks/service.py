"""The browsers that may be rung, kept by address: what the web page asks for, one transaction each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.channels.webchat.ringing import Browser
from bot.knocks.keys import PushKeys, decoded
from bot.knocks.road import Road, is_endpoint
from storage.conversations import subscriptions
from storage.conversations.records import SubscriptionRow
from storage.engine.database import Database

POINT, SECRET = 65, 16
"""Bytes of a browser's two keys (RFC 8291): a point of P-256, uncompressed, and its secret."""


class Subscriptions:
    """Of the addresses of one channel; `wake` is told when other browsers are to take away what they show."""

    def __init__(
        self,
        database: Database,
        channel: str,
        keys: PushKeys,
        road: Road,
        now: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self.database, self.channel, self.keys, self.road = database, channel, keys, road
        self.now, self.wake = now, wake

    async def key(self) -> str:
        """Our public key; made with its file when the first browser asks."""
        return await asyncio.to_thread(lambda: self.keys.public)

    async def keep(self, chat_id: str, browser: Browser) -> bool:
        """Whether it is kept: of a known chat, at an address that may be knocked at, with keys that are some."""
        if not is_endpoint(browser.endpoint, self.road) or not _are_keys(browser):
            return False
        row, now = SubscriptionRow(browser.endpoint, browser.p256dh, browser.auth), self.now()
        return await self.database.transact(lambda c: subscriptions.keep(c, self.channel, chat_id, row, now))

    async def forget(self, chat_id: str, endpoint: str) -> None:
        """Ring that browser of the chat no more."""
        await self.database.transact(lambda c: subscriptions.forget(c, self.channel, chat_id, endpoint))

    async def looked(self, chat_id: str) -> None:
        """Somebody looks at the chat's page; of a chat without a browser that rings nothing is written."""
        if await self.database.read(lambda c: subscriptions.is_rung(c, self.channel, chat_id)):
            now = self.now()
            if await self.database.transact(lambda c: subscriptions.looked(c, self.channel, chat_id, now)):
                self.wake()


def _are_keys(browser: Browser) -> bool:
    try:
        point, secret = decoded(browser.p256dh), decoded(browser.auth)
    except ValueError:
        return False
    return len(point) == POINT and point[0] == 4 and len(secret) == SECRET
