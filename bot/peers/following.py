"""What a process does about what another has committed: its pages show it, its senders send it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bot.channels.webchat import WebChat
from bot.delivery.outlets import Outlets
from bot.delivery.owner import ChannelOwner
from bot.knocks.worker import Knocker
from bot.peers.keys import agree
from bot.peers.news import PeerNews
from bot.peers.sight import PagesElsewhere
from bot.peers.worker import Peers
from bot.scheduler.steady import Steady
from storage.conversations import web_log
from storage.engine.database import Database

CHATS_AT_ONCE = 500


class Follower:
    """Of one process: its open pages and the accounts that it owns."""

    def __init__(self, database: Database, webchat: WebChat, owners: Sequence[ChannelOwner]) -> None:
        self.database, self.webchat, self.owners = database, webchat, owners
        self.peers: Peers | None = None
        self.elsewhere = PagesElsewhere(self.tell, lambda: not (self.peers and self.peers.attendance.heard))

    def tell(self, news: PeerNews) -> None:
        """Tell the others."""
        if self.peers is not None:
            self.peers.tell(news)

    def receive(self, news: PeerNews) -> None:
        """Another process has committed this."""
        for chat_id, turn in news.turns.items():
            self.webchat.turn(chat_id, turn)
        for chat_id, newest in news.chats.items():
            self.webchat.streams.follow(chat_id, newest)
        if mine := set(filter(self.webchat.streams.is_open, news.asked)):
            self.tell(PeerNews(opened=mine))
        self.elsewhere.hear(news.opened)
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


async def join(
    database: Database,
    url: str,
    called: str,
    outlets: Outlets,
    owners: Sequence[ChannelOwner],
    steady: Steady,
    knocker: Knocker,
    data: Path,
) -> Peers | None:
    """What ties this process to the others, and these to it; None where there can be no other. Raises SettingsInvalid
    where its keys are not theirs, StorageError."""
    if not database.shared:
        return None
    await agree(database, data)
    follower = Follower(database, outlets.webchat, owners)
    follower.peers = Peers(database, url, called, follower.receive, follower.look, steady.compare)
    outlets.tell = lambda chats, turns, outboxes: follower.tell(PeerNews(chats, turns, outboxes))
    knocker.elsewhere = follower.elsewhere
    return follower.peers
