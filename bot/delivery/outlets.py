"""Where what is committed goes out."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels.webchat import WebChat
from bot.conversation.effects import Effects
from bot.delivery.sender import Senders


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
