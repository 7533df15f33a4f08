"""The page asks to be rung while it is closed, and says when it is looked at: GET and POST /chat/push."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

LONGEST_KEY = 200  # characters; a browser's are 87 and 22


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a browser can be rung, as it says itself: the https address `endpoint` and two keys in base64url."""

    endpoint: str
    p256dh: str
    auth: str


class Ringing(Protocol):
    """What rings browsers. Each raises StorageUnavailable; nobody is told which chats there are."""

    async def key(self) -> str:
        """What a browser subscribes for, in base64url."""

    async def keep(self, chat_id: str, browser: Browser) -> bool:
        """Ring this browser for the chat from now on; False where it cannot be, or nobody has spoken there yet."""

    async def forget(self, chat_id: str, endpoint: str) -> None:
        """Ring it no more."""

    async def looked(self, chat_id: str) -> None:
        """The chat's page is looked at: what its person was rung for is read."""


async def told(ringing: Ringing, chat_id: str, message: object) -> dict[str, object] | None:
    """Do what the page has posted: {subscription: {endpoint, keys: {p256dh, auth}}}, {gone: endpoint}, {looked: true}.

    The answer to it, None where it is nothing of our page; `key` tells a browser whether it subscribed for the one of
    today. Raises StorageUnavailable.
    """
    match message:
        case {"subscription": {"endpoint": str(endpoint), "keys": {"p256dh": str(p256dh), "auth": str(auth)}}}:
            if max(len(p256dh), len(auth)) > LONGEST_KEY:
                return None
            kept = await ringing.keep(chat_id, Browser(endpoint, p256dh, auth))
            return {"ok": kept, "key": await ringing.key()}
        case {"gone": str(endpoint)}:
            await ringing.forget(chat_id, endpoint)
        case {"looked": True}:
            await ringing.looked(chat_id)
        case _:
            return None
    return {"ok": True}
