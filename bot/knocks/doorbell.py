"""All that rings, put together once: the keys, the browsers that are kept, and who knocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from bot.knocks.client import PushClient
from bot.knocks.keys import KEY_FILE, PushKeys
from bot.knocks.road import Road
from bot.knocks.service import Subscriptions
from bot.knocks.worker import Knocker
from bot.tutor.quiet_hours import QuietHours
from storage.engine.database import Database


class Doorbell:
    """Costs nothing as long as no browser is kept. `folder` holds the key; `public_url` is where we are found, by which
    a push service's people may reach ours; `is_open` tells whether a page of a chat of `channel` is open here."""

    def __init__(
        self,
        database: Database,
        channel: str,
        now: Callable[[], datetime],
        quiet: QuietHours,
        is_open: Callable[[str], bool],
        *,
        folder: Path,
        title: str,
        public_url: str = "",
        road: Road | None = None,
        failpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        road, keys = road or Road(), PushKeys(folder / KEY_FILE)
        self.client = PushClient(keys, subject_of(public_url), road)
        self.knocker = Knocker(database, self.client, now, quiet, is_open, title, failpoint=failpoint)
        self.subscriptions = Subscriptions(database, channel, keys, road, now, self.knocker.wake)

    async def run(self) -> None:
        """Ring until cancelled."""
        try:
            await self.knocker.run()
        finally:
            await self.client.close()


def subject_of(public_url: str) -> str:
    """Who signs, as RFC 8292 wants it: an https address; where nobody can reach us by one, one of this machine."""
    host = urlsplit(public_url).hostname if public_url.startswith("https:") else None
    return f"https://{host or 'localhost'}"
