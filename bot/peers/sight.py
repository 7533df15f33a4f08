"""Whether a page is open at another process: asked of all of them where it matters, for none keeps lists of others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from bot.peers.news import PeerNews

ANSWER_S = 0.3  # what is asked and answered by notifications takes some ten milliseconds


class PagesElsewhere:
    """Call it with chats; `tell` reaches the other processes, `is_alone` says that there are none."""

    def __init__(self, tell: Callable[[PeerNews], None], is_alone: Callable[[], bool]) -> None:
        self._tell, self._is_alone = tell, is_alone
        self._asking: list[set[str]] = []

    async def __call__(self, chats: Collection[str]) -> set[str]:
        """Those of which another process has said in time that a page is open there."""
        if not chats or self._is_alone():
            return set()
        found = set[str]()
        self._asking.append(found)
        try:
            self._tell(PeerNews(asked=set(chats)))
            await asyncio.sleep(ANSWER_S)
        finally:
            self._asking.remove(found)
        return found & set(chats)

    def hear(self, chats: Collection[str]) -> None:
        """Another process has pages of these open."""
        for found in self._asking:
            found |= set(chats)
