"""Where what is committed goes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.channels.webchat import WebChat
from bot.conversation.effects import Effects
from bot.delivery.sender import Senders

TellOthers = Callable[[dict[str, int], dict[str, int], dict[str, set[str]]], None]
"""Chats of the web with their newest lines; those that began anew, with their turns; channels with chats to send to."""


class Outlets:
    """Where what is committed goes out: to the senders, to the pages that are open, to browsers that ring, to who
    listens to recordings; `wake` looks for what is due."""

    def __init__(
        self,
        senders: Senders,
        webchat: WebChat,
        wake: Callable[[], None],
        ring: Callable[[], None],
        listen: Callable[[], None],
    ) -> None:
        self.senders, self.webchat = senders, webchat
        self.wake, self.ring, self.listen = wake, ring, listen

        self.tell: TellOthers | None = None
        """Where other processes work on the same database: tells them what their pages and senders know nothing of."""

    def publish(self, effects: Effects) -> None:
        """Hand on what one committed batch has to tell: messages to senders, log entries to open pages."""
        self.senders.push(effects.outgoing)
        if effects.wakes_others or effects.forgotten:
            self.wake()
        if effects.rings:
            self.ring()
        if effects.recordings:
            self.listen()
        for chat_id in effects.reset_pages:
            self.webchat.renew(chat_id)
        for chat_id, entries in effects.entries.items():
            self.webchat.publish(chat_id, entries)
        if self.tell is not None:
            outboxes: dict[str, set[str]] = {}
            for each in effects.outgoing:
                if each.channel not in self.senders.by_channel:
                    outboxes.setdefault(each.channel, set()).add(each.chat_id)
            newest = {chat_id: entries[-1].no for chat_id, entries in effects.entries.items() if entries}
            self.tell(newest, self.webchat.turns(effects.reset_pages), outboxes)

    def left(self, addresses: Sequence[tuple[str, str]]) -> None:
        """These addresses (channel, chat_id) were taken from their person: another conversation goes on there."""
        chats = self.webchat.left(addresses)
        if self.tell is not None:
            self.tell({}, self.webchat.turns(chats), {})
