"""What a process does about what another has committed: its pages show it, its senders send it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.channels.webchat import WebChat
from bot.delivery.outlets import Outlets
from bot.delivery.owner import ChannelOwner
from bot.peers.news import PeerNews
from bot.peers.worker import Peers
from storage.conversations import web_log
from storage.engine.database import Database

CHATS_AT_ONCE = 500


class Follower:
    """Of one process: its open pages and the accounts that it owns."""

    def __init__(self, database: Database, webchat: WebChat, owners: Sequence[ChannelOwner]) -> None:
        self.database, self.webchat, self.owners = database, webchat, owners

    def receive(self, news: PeerNews) -> None:
        """Another process has committed this."""
        for chat_id, turn in news.turns.items():
            self.webchat.turn(chat_id, turn)
        for chat_id, newest in news.chats.items():
            self.webchat.streams.follow(chat_id, newest)
        for owner in self.owners:
            if owner.sender and (chats := news.outboxes.get(owner.channel.name)):
                owner.sender.behind |= chats
                owner.sender.news.set()

    async def look(self) -> None:
        """Others may have committed anything. Raises StorageError."""
        streams = self.webchat.streams
        chats = streams.chats()
        for at in range(0, len(chats), CHATS_AT_ONCE):
            found = await self.database.read(partial(web_log.spans, chat_ids=chats[at : at + CHATS_AT_ONCE]))
            for chat_id, (oldest, newest) in found.items():
                streams.follow(chat_id, newest, oldest)
        for owner in self.owners:
            await owner.read_others()


def peers_of(
    database: Database, url: str, called: str, outlets: Outlets, owners: Sequence[ChannelOwner]
) -> Peers | None:
    """What ties this process to the others, and `outlets` to it; None where there can be no other."""
    if not database.shared:
        return None
    follower = Follower(database, outlets.webchat, owners)
    peers = Peers(database, url, called, follower.receive, follower.look)
    outlets.tell = lambda chats, turns, outboxes: peers.tell(PeerNews(chats, turns, outboxes))
    return peers
