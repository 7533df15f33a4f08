"""A learner on the other side of the fake server: says, taps, and reads what the tutor wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.support.fake_telegram.bots import Bot, Chat, Message

_FILE = {"file_id": "F1", "file_unique_id": "f1"}
_PLACE = {"latitude": 10.95, "longitude": 106.82}
MEDIA: dict[str, dict[str, Any]] = {
    "sticker": {**_FILE, "type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False},
    "voice": {**_FILE, "duration": 3},
    "video": {**_FILE, "width": 320, "height": 240, "duration": 4},
    "video_note": {**_FILE, "length": 240, "duration": 4},
    "animation": {**_FILE, "width": 320, "height": 240, "duration": 4},
    "audio": {**_FILE, "duration": 60},
    "document": {**_FILE, "file_name": "giấy.pdf"},
    "location": _PLACE,
    "venue": {"location": _PLACE, "title": "UBND phường", "address": "Trảng Dài"},
    "contact": {"phone_number": "+84900000000", "first_name": "Hoa"},
    "dice": {"emoji": "🎲", "value": 3},
}


class Learner:
    """One private chat. Everything she does is queued as an update at once; each verb returns the update's number."""

    def __init__(self, bot: Bot, chat: Chat) -> None:
        self._bot = bot
        self._chat = chat
        self.chat_id = chat.chat_id
        self._read = 0
        self._newest = 0  # of the messages she sent

    @property
    def inbox(self) -> list[Message]:
        """All messages the bot sent her, oldest first, as they look now."""
        return self._chat.inbox

    # --- what she does -------------------------------------------------------------------------------

    def say(self, text: str, *, forwarded: bool = False) -> int:
        """A text. /commands carry their entity, as Telegram marks them; `forwarded`: it was somebody else's."""
        content: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        if forwarded:
            origin = {"type": "hidden_user", "sender_user_name": "Tổng đài", "date": int(self._bot.clock())}
            content["forward_origin"] = origin
        return self._message(content)

    def edit(self, text: str) -> int:
        """She changes her newest message."""
        at = int(self._bot.clock())
        number = self._newest or self._bot.new_message_id()
        envelope = {"message_id": number, "from": self._chat.as_user(), "chat": self._chat.as_chat(), "date": at}
        return self._bot.push("edited_message", envelope | {"edit_date": at, "text": text})

    def start(self, payload: str = "") -> int:
        """The Start button, or a deep link with its payload."""
        return self.say(f"/start {payload}".strip())

    def tap(self, choice: str) -> int:
        """Tap the newest button with this label or token. Raises LookupError when she sees none."""
        for message in reversed(self._chat.inbox):
            for label, token in message.buttons:
                if choice in (label, token):
                    return self.tap_token(token, message)
        last = self._chat.inbox[-1] if self._chat.inbox else None
        raise LookupError(f"no button {choice!r}; the last message is {last!r}")

    def tap_token(self, token: str, message: Message | None = None) -> int:
        """A tap with any token, also one that no button has; on the newest message unless another is given."""
        if message is None and self._chat.inbox:
            message = self._chat.inbox[-1]
        query_id = str(7_000_000_000 + self._bot.next_update)
        self._bot.queries[query_id] = self._bot.clock()
        shown = {"message_id": message.message_id if message else 1, "date": 0, "chat": self._chat.as_chat()}
        if message is not None:
            shown |= {"date": int(message.at), "text": message.text}
        query = {"id": query_id, "from": self._chat.as_user(), "chat_instance": "-1", "data": token, "message": shown}
        return self._bot.push("callback_query", query)

    def send(
        self, kind: str, caption: str = "", album: str = "", file_id: str = "F1", content: bytes = b"x", size: int = 0
    ) -> int:
        """Not words: sticker, photo, voice, video, video_note, animation, document, location, contact, dice, ...

        `caption` are words with it, `album` the media_group_id of several that are sent at once. The bot may send on
        and fetch what it is: `content`, which Telegram says has `size` bytes.
        """
        self._bot.files.add(kind, content, size=size or None, file_id=file_id)
        sent: dict[str, Any] = {"caption": caption} if caption else {}
        if album:
            sent["media_group_id"] = album
        if kind == "photo":
            return self._message(sent | {"photo": [{**_FILE, "file_id": file_id, "width": 90, "height": 90}]})
        sent[kind] = MEDIA[kind] | ({"file_id": file_id} if "file_id" in MEDIA[kind] else {})
        if kind == "animation":
            sent["document"] = dict(_FILE)
        return self._message(sent)

    def send_sticker(self) -> int:
        return self.send("sticker")

    def send_photo(self) -> int:
        return self.send("photo")

    def send_voice(self) -> int:
        return self.send("voice")

    def send_location(self) -> int:
        return self.send("location")

    def block(self) -> int:
        """She blocks the bot: sends fail with 403 from now on."""
        return self._member("member", "kicked")

    def unblock(self) -> int:
        """She lets the bot write again."""
        return self._member("kicked", "member")

    # --- what she reads ------------------------------------------------------------------------------

    async def expect(self, what: str | Callable[[Message], bool] = "", timeout_s: float = 5.0) -> Message:
        """The next unread message that contains `what` (or fulfils it); what stands before it counts as read.

        Raises AssertionError with what she did get when none comes in time.
        """
        fulfils = what if callable(what) else lambda message: what in message.text
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    self._chat.news.clear()
                    for at in range(self._read, len(self._chat.inbox)):
                        if fulfils(self._chat.inbox[at]):
                            self._read = at + 1
                            return self._chat.inbox[at]
                    await self._chat.news.wait()
        except TimeoutError:
            unread = [message.text for message in self._chat.inbox[self._read :]]
            raise AssertionError(f"{self.chat_id} waited for {what!r}, unread: {unread}") from None

    # --- how it becomes updates ----------------------------------------------------------------------

    def _message(self, content: dict[str, Any]) -> int:
        self._newest = self._bot.new_message_id()
        envelope = {
            "message_id": self._newest,
            "from": self._chat.as_user(),
            "chat": self._chat.as_chat(),
            "date": int(self._bot.clock()),
        }
        return self._bot.push("message", envelope | content)

    def _member(self, before: str, after: str) -> int:
        self._chat.blocked = after == "kicked"
        me = {"id": self._bot.id, "is_bot": True, "first_name": "Cầm Tay", "username": self._bot.username}
        statuses = [
            {"status": status, "user": me, **({"until_date": 0} if status == "kicked" else {})}
            for status in (before, after)
        ]
        change = {
            "chat": self._chat.as_chat(),
            "from": self._chat.as_user(),
            "date": int(self._bot.clock()),
            "old_chat_member": statuses[0],
            "new_chat_member": statuses[1],
        }
        return self._bot.push("my_chat_member", change)


class Group:
    """A group that the bot is in; people talk there, and each verb returns the update's number."""

    def __init__(self, bot: Bot, chat: Chat) -> None:
        self._bot = bot
        self._chat = chat
        self.chat_id = chat.chat_id

    @property
    def inbox(self) -> list[Message]:
        """What the bot said there."""
        return self._chat.inbox

    def add_bot(self, by: int = 5) -> int:
        """Somebody brings the bot in."""
        me = {"id": self._bot.id, "is_bot": True, "first_name": "Cầm Tay", "username": self._bot.username}
        old, new = ({"status": status, "user": me} for status in ("left", "member"))
        change = {**self._envelope(by), "old_chat_member": old, "new_chat_member": new}
        return self._bot.push("my_chat_member", change)

    def say(self, text: str, by: int = 5, *, is_bot: bool = False, to_bot: bool = False) -> int:
        """Somebody writes; `to_bot`: in reply to the bot."""
        content: dict[str, Any] = {"message_id": self._bot.new_message_id(), "text": text}
        if to_bot:
            me = {"id": self._bot.id, "is_bot": True, "first_name": "Cầm Tay"}
            earlier = {"message_id": 1, "from": me, "chat": self._chat.as_chat(), "date": 0, "text": "…"}
            content["reply_to_message"] = earlier
        return self._bot.push("message", {**self._envelope(by, is_bot=is_bot), **content})

    def _envelope(self, by: int, *, is_bot: bool = False) -> dict[str, Any]:
        who = {"id": by, "is_bot": is_bot, "first_name": "Lan"}
        return {"from": who, "chat": self._chat.as_chat(), "date": int(self._bot.clock())}
