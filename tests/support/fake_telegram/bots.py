"""One bot's side of the server: its queue of updates with getUpdates semantics, its chats, its webhook's settings."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.fake_telegram.errors import BotApiError
from tests.support.fake_telegram.files import Files

MESSAGE_KEPT_S = 86_400
CALLBACK_KEPT_S = 150
ANSWER_WITHIN_S = 150
LONGEST_POLL_S = 50


@dataclass(slots=True)
class Queued:
    """One update that waits. `line`: of one line only one is on its way to a webhook at a time."""

    update: dict[str, Any]
    line: tuple[str, int]
    expires_at: float
    stubborn: bool = False  # delivered again although it was confirmed: Telegram may do that

    @property
    def number(self) -> int:
        return int(self.update["update_id"])


@dataclass(slots=True)
class Message:
    """A message the bot sent: what the learner sees."""

    message_id: int
    chat_id: int
    text: str
    buttons: tuple[tuple[str, str], ...]
    """(label, token) in order."""
    at: float
    kind: str = "text"
    """Of a picture, recording or film; its text is then the caption."""
    styles: tuple[str, ...] = ()
    """Of the buttons, "" for none."""
    copies: tuple[tuple[str, str], ...] = ()
    """(label, text) of the buttons that copy."""
    links: tuple[tuple[str, str], ...] = ()
    """(label, address) of the buttons that lead elsewhere."""
    is_protected: bool = False
    file_id: str = ""
    album: str = ""


@dataclass(slots=True)
class Chat:
    """A private chat, or a group when it has a `title`. `inbox` is what is seen there, edited in place."""

    chat_id: int
    first_name: str
    inbox: list[Message] = field(default_factory=list)
    blocked: bool = False
    title: str = ""
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def as_user(self) -> dict[str, Any]:
        return {"id": self.chat_id, "is_bot": False, "first_name": self.first_name, "language_code": "vi"}

    def as_chat(self) -> dict[str, Any]:
        if self.title:
            return {"id": self.chat_id, "title": self.title, "type": "supergroup"}
        return {"id": self.chat_id, "first_name": self.first_name, "type": "private"}


@dataclass(slots=True)
class Webhook:
    """What setWebhook was told."""

    url: str
    secret: str
    max_connections: int = 40
    ip_address: str = "203.0.113.7"


class Bot:
    """State of one bot. Not thread-safe: everything happens in the server's loop."""

    def __init__(self, token: str, clock: Callable[[], float], *, first_update: int = 1000) -> None:
        self.token = token
        self.id = int(token.partition(":")[0])
        self.username = f"camtay_{self.id}_bot"
        self.clock = clock
        self.queue: deque[Queued] = deque()
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, float] = {}
        """Open callback queries: id -> when it was tapped."""
        self.answered: list[dict[str, Any]] = []
        self.commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        """(type of scope, language) -> the menu."""
        self.shown: dict[str, Any] = {}
        """What is shown of the bot itself: description, short_description, menu_button, name."""
        self.files = Files(self.id)
        self.webhook: Webhook | None = None
        self.allowed: set[str] = set()
        """Kinds of updates the bot asked for; empty means all."""
        self.webhook_error = ""
        self.on_queued: Callable[[Queued], None] = lambda queued: None
        self.next_update = first_update
        self._next_message = 1
        self._confirmed: list[Queued] = []
        self._poll: asyncio.Future[None] | None = None

    def chat(self, chat_id: int, first_name: str = "Lan") -> Chat:
        """The chat with a learner, made at the first mention."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(chat_id, first_name)
        return self.chats[chat_id]

    def new_message_id(self) -> int:
        self._next_message += 1
        return self._next_message

    # --- updates in ----------------------------------------------------------------------------------

    def push(self, kind: str, content: dict[str, Any]) -> int:
        """Queue an update; returns its number. Taps wait 150 s, all else a day; what was not asked for is lost."""
        number = self.next_update
        if self.allowed and kind not in self.allowed:
            return number
        self.next_update += 1
        tap = kind == "callback_query"
        person = content["from"]["id"] if "from" in content else 0
        self.push_raw(
            {"update_id": number, kind: content},
            line=("taps" if tap else "chat", person),
            kept_s=CALLBACK_KEPT_S if tap else MESSAGE_KEPT_S,
        )
        return number

    def push_raw(self, update: dict[str, Any], *, line: tuple[str, int] = ("raw", 0), kept_s: float = 86_400) -> None:
        """Queue any JSON as an update, sound or not."""
        queued = Queued(update, line, self.clock() + kept_s)
        self.queue.append(queued)
        self._wake()
        self.on_queued(queued)

    def redeliver(self) -> None:
        """Deliver the updates that were confirmed last once more, as Telegram may."""
        for queued in reversed(self._confirmed):
            queued.stubborn = True
            self.queue.appendleft(queued)
        self._confirmed = []
        self._wake()

    # --- updates out ---------------------------------------------------------------------------------

    async def get_updates(self, offset: int, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        """As the Bot API does it: the offset confirms, a second poller ends the first one's wait."""
        if self.webhook is not None:
            raise BotApiError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            )
        self.end_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
        self._confirm(offset)
        self._expire()
        if not self.queue and timeout_s > 0:
            await self._wait(min(timeout_s, LONGEST_POLL_S))
            self._expire()
        batch = [queued for queued, _ in zip(self.queue, range(limit), strict=False)]
        for queued in batch:
            queued.stubborn = False
        return [queued.update for queued in batch]

    def end_poll(self, reason: str) -> None:
        """The long poll that waits, if one does, ends with 409."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(BotApiError(409, f"Conflict: {reason}"))

    def _wake(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    async def _wait(self, timeout_s: float) -> None:
        poll = self._poll = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await poll
        except TimeoutError:
            pass
        finally:
            if self._poll is poll:
                self._poll = None

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            keep = list(self.queue)[offset:]
        elif offset > 0:
            keep = [queued for queued in self.queue if queued.number >= offset or queued.stubborn]
        else:
            return
        kept = {id(queued) for queued in keep}
        confirmed = [queued for queued in self.queue if id(queued) not in kept]
        if confirmed:
            self._confirmed = confirmed
        self.queue = deque(keep)

    def _expire(self) -> None:
        now = self.clock()
        if any(queued.expires_at <= now for queued in self.queue):
            self.queue = deque(queued for queued in self.queue if queued.expires_at > now)
