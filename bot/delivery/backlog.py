"""What lies in a channel's outbox, page by page: nobody's messages are hidden behind those of somebody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from functools import partial

from bot.channels.base import Outgoing
from bot.conversation.packing import unpack
from storage.conversations import outbox
from storage.engine.database import Database

PAGE = 10_000  # rows read at once: some 50 ms
START = "", 0

OutboxPosition = tuple[str, int]  # behind which a page begins: chat_id, no


class Backlog:
    def __init__(self, database: Database, channel: str, page: int = PAGE) -> None:
        self.database, self.channel, self.page = database, channel, page
        self._after = START

    async def pages(self, chats: Collection[str] | None = None) -> AsyncIterator[list[Outgoing]]:
        """All that waits now (in these chats), each chat in its order. Raises StorageError."""
        after: OutboxPosition | None = START
        while after is not None:
            rows, after = await self._read(after, chats)
            yield rows

    async def next(self) -> list[Outgoing]:
        """One page, behind the one before; after the last the first again. Raises StorageError."""
        rows, after = await self._read(self._after, None)
        self._after = after or START
        return rows

    async def _read(
        self, after: OutboxPosition, chats: Collection[str] | None
    ) -> tuple[list[Outgoing], OutboxPosition | None]:
        """A page, and where the next begins; None when it was the last."""
        query = partial(outbox.unsent, channel=self.channel, limit=self.page, after=after, chat_ids=chats)
        rows = [unpack(row) for row in await self.database.read(query)]
        return rows, (rows[-1].chat_id, rows[-1].no) if len(rows) == self.page else None
