"""Groups: whoever speaks to the bot there is shown the way to it, once a day a group. Nothing of it is kept."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

from bot.channels.base import SendError
from bot.channels.provider import ChannelMemory
from bot.channels.telegram.client import BotApi
from bot.channels.telegram.introduction import GROUP_LABEL, GROUP_TEXT
from bot.errors import StorageError

log = logging.getLogger(__name__)

_DAY_S = 86_400
_MOST = 500  # groups a day that are answered: beyond, somebody plays with the bot, and it is silent
_AT_ONCE = 100
_TRIES = 5  # at writing down, while other processes write as well
_KEY = "groups"
_GROUPS = ("group", "supergroup")
_NAME = re.compile(r"@(\w{5,32})", re.ASCII)


class GroupChats:
    """Answers in groups for one bot. A keyed hash of a group is remembered, and when it was answered, for a day."""

    def __init__(self, api: BotApi, bot_id: str, token: str, memory: ChannelMemory) -> None:
        self._api = api
        self._bot_id = int(bot_id)
        self._secret = hmac.new(token.encode(), b"camtay telegram groups", hashlib.sha256).digest()
        self._memory = memory
        self._answered: dict[str, int] = {}
        self._under_way: set[str] = set()
        self._writing = asyncio.Lock()
        self._username = ""

    def answer_to(self, raw: object, at: datetime) -> Coroutine[Any, Any, None] | None:
        """What is to be done about an update (`at`: aware UTC); None where nothing is: it is of no group, not for the
        bot, or the group was answered today.
        """
        chat_id = group_of(raw)
        if chat_id is None or not speaks_to(raw, self._bot_id, self._username):
            return None
        group, now_s = self._name(chat_id), int(at.timestamp())
        if group in self._under_way or self._answered.get(group, 0) > now_s - _DAY_S:
            return None
        if len(self._under_way) >= _AT_ONCE:
            return None
        self._under_way.add(group)
        return self._answer(raw, chat_id, group, now_s)

    async def _answer(self, raw: object, chat_id: int, group: str, now_s: int) -> None:
        """Never raises for what Telegram or the database do: the sentence is left out, rather than said twice."""
        try:
            name = await self._own_name()
            async with self._writing:
                may = bool(name) and speaks_to(raw, self._bot_id, name) and await self._may(group, now_s)
            if may:
                await self._api.call("sendMessage", _way_here(chat_id, name))
        except (SendError, StorageError) as failed:
            log.info("a group was not answered", extra={"reason": str(failed)[:200]})
        finally:
            self._under_way.discard(group)

    async def _own_name(self) -> str:
        if not self._username:
            me = await self._api.call("getMe", {})
            self._username = str(me.get("username", "")) if isinstance(me, dict) else ""
        return self._username

    async def _may(self, group: str, now_s: int) -> bool:
        """Write down that it is answered now; False where it was within a day, by whichever process."""
        for _ in range(_TRIES):
            found = await self._memory.get(_KEY)
            answered = {each: at for each, at in _read(found).items() if at > now_s - _DAY_S}
            if group in answered or len(answered) >= _MOST:
                self._answered = answered
                return False
            answered[group] = now_s
            if await self._memory.put(_KEY, json.dumps(answered), found[1] if found else None):
                self._answered = answered
                return True
        return False

    def _name(self, chat_id: int) -> str:
        return hmac.new(self._secret, str(chat_id).encode(), hashlib.sha256).hexdigest()[:16]


def group_of(raw: object) -> int | None:
    """The group in which somebody wrote or which changed the bot's place in it; None for all else. Never raises."""
    for kind in ("message", "my_chat_member"):
        chat = _part(_part(raw, kind), "chat")
        chat_id = chat.get("id")
        if chat.get("type") in _GROUPS and type(chat_id) is int and -(2**63) < chat_id < 0:
            return chat_id
    return None


def speaks_to(raw: object, bot_id: int, username: str) -> bool:
    """Whether the bot was brought in, commanded, named or replied to; what other bots write is nothing. As long as its
    name is not known (""), every name may be its own.
    """
    member = _part(raw, "my_chat_member")
    if member:
        before, after = (_part(member, f"{which}_chat_member").get("status") for which in ("old", "new"))
        return after in ("member", "administrator") and before in ("left", "kicked")
    message = _part(raw, "message")
    text = message.get("text", message.get("caption"))
    if not isinstance(text, str) or _part(message, "from").get("is_bot") is not False:
        return False
    if _part(_part(message, "reply_to_message"), "from").get("id") == bot_id:
        return True
    if named := [name.lower() for name in _NAME.findall(text)]:
        return not username or username.lower() in named
    return text.startswith("/")


def _part(of: object, field: str) -> dict[Any, Any]:
    found = of.get(field) if isinstance(of, dict) else None
    return found if isinstance(found, dict) else {}


def _read(found: tuple[str, int] | None) -> dict[str, int]:
    known = json.loads(found[0]) if found else {}
    return {name: at for name, at in known.items() if type(at) is int}


def _way_here(chat_id: int, username: str) -> dict[str, Any]:
    button = {"text": GROUP_LABEL, "url": f"https://t.me/{username}"}
    return {"chat_id": chat_id, "text": GROUP_TEXT, "reply_markup": {"inline_keyboard": [[button]]}}
