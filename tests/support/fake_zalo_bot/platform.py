"""One bot's side of the platform: its queue, its chats, its webhook, and what each method refuses.

Written from what is publicly known of the Bot Platform; where that disagrees, `Variants` chooses.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

LONGEST_TEXT = 2000
SECRET_LENGTHS = range(8, 257)


@dataclass(slots=True)
class Variants:
    """What sources disagree about, or what may or may not be there.

    `replays`: how often an event comes again with a later poll (0: the first poll consumes it). `with_webhook`: what a
    poll gets while a webhook is set. `quota`: so many messages are taken, then 429 in the words of `spent`.
    """

    idle_status: Literal[200, 408] = 408
    replays: int = 0
    wrapped: bool = True
    zero_code: bool = True
    photo_field: Literal["photo_url", "photo"] = "photo_url"
    message_of_unsupported: bool = True
    with_webhook: Literal["silence", "error"] = "silence"
    loopback: bool = True
    quota: int | None = None
    spent: str = "Quota exceeded"
    verifies: bool = False


@dataclass(slots=True)
class Fault:
    """Befalls the next `times` calls of `method` (to `chat_id`, "" for any): an answer with `code`, no answer for
    `seconds`, or a line that breaks before or after the call took effect. `headers` go with the answer."""

    kind: Literal["answer", "hang", "drop_before", "drop_after"]
    method: str = "sendMessage"
    chat_id: str = ""
    times: int = 1
    code: int = 0
    description: str = ""
    status: int = 0
    seconds: float = 3600.0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Message:
    """What she sees: `kind` is text, photo, sticker or voice; `source` the address of what is no text. There are never
    any `buttons`."""

    text: str
    kind: str = "text"
    source: str = ""
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Chat:
    chat_id: str
    name: str
    inbox: list[Message] = field(default_factory=list)
    left: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Refusal(Exception):
    """An answer with `ok: false`; `status` is HTTP's."""

    def __init__(self, code: int, description: str, status: int = 0, headers: dict[str, str] | None = None) -> None:
        super().__init__(description)
        self.code, self.description, self.status, self.headers = code, description, status or code, headers


class Platform:
    """The state of one bot; `clock` tells seconds since 1970."""

    def __init__(self, token: str, clock: Callable[[], float], variants: Variants) -> None:
        self.token, self.clock, self.variants = token, clock, variants
        self.chats: dict[str, Chat] = {}
        self.queue: deque[tuple[dict[str, Any], int]] = deque()  # an event, and how often it may still come
        self.webhook: tuple[str, str, int] | None = None  # url, secret, updated_at
        self.revoked = False
        self.taken = 0
        self.counts: Counter[str] = Counter()
        self.on_event: Callable[[], None] = lambda: None
        self._news = asyncio.Event()
        self._made = 0

    def chat(self, chat_id: str, name: str = "Lan") -> Chat:
        return self.chats.setdefault(chat_id, Chat(chat_id, name))

    def new_id(self) -> str:
        self._made += 1
        return f"{self._made:020x}"

    def push(self, event: dict[str, Any]) -> None:
        """Something happened; any JSON."""
        self.queue.append((event, self.variants.replays))
        self._news.set()
        self.on_event()

    # --- methods -------------------------------------------------------------------------------------

    async def run(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The answer's fields beside `ok`. Raises Refusal."""
        self.counts[method] += 1
        match method:
            case "getMe":
                own = {"id": self.token.partition(":")[0], "account_name": "bot.CamTay", "account_type": "BASIC"}
                return {"result": own | {"can_join_groups": False, "display_name": "Bot Cầm Tay"}}
            case "getUpdates":
                return {"result": await self._poll(float(params.get("timeout", 30)))}
            case "setWebhook":
                return {"result": self._set_webhook(str(params.get("url", "")), str(params.get("secret_token", "")))}
            case "getWebhookInfo":
                if self.webhook is None:
                    raise Refusal(404, "Not Found")
                return {"result": {"url": self.webhook[0], "updated_at": self.webhook[2]}}
            case "deleteWebhook":
                self.webhook = None
                return {"result": {"url": "", "updated_at": int(self.clock() * 1000)}}
            case "sendChatAction":
                if params.get("action") != "typing":
                    raise Refusal(400, "Bad request")
                self._reader(params)
                return {}
            case "sendMessage" | "sendPhoto" | "sendSticker" | "sendVoice":
                return {"result": self._send(method, params)}
        raise Refusal(400, "Bad request - invalid API name")

    async def _poll(self, timeout_s: float) -> Any:
        if self.webhook is not None and self.variants.with_webhook == "error":
            raise Refusal(400, "Bad request: getUpdates is not allowed while a webhook is set")
        waits = self.webhook is not None or not self.queue
        if waits:
            self._news.clear()
            try:
                async with asyncio.timeout(timeout_s):
                    while self.webhook is not None or not self.queue:
                        await self._news.wait()
                        self._news.clear()
            except TimeoutError:
                raise Refusal(408, "Request timeout", self.variants.idle_status) from None
        event, again = self.queue.popleft()
        if again:
            self.queue.append((event, again - 1))
        return event

    def _set_webhook(self, url: str, secret: str) -> dict[str, Any]:
        address = urlsplit(url)
        is_ours = self.variants.loopback and address.hostname == "127.0.0.1"  # our tests have no certificate
        if not is_ours and (address.scheme != "https" or _is_private(address.hostname or "")):
            raise Refusal(400, "Bad request: url is invalid")
        if len(secret) not in SECRET_LENGTHS:
            raise Refusal(400, "Bad request: secret_token is invalid")
        self.webhook = url, secret, int(self.clock() * 1000)
        self.on_event()
        told: dict[str, Any] = {"url": url, "updated_at": self.webhook[2]}
        if self.variants.verifies:
            probe = {"ok": False, "outcome": "webhook.http.403", "status_code": 403, "hint": "check your server"}
            told["verification"] = probe
        return told

    def _reader(self, params: dict[str, Any]) -> Chat:
        chat = self.chats.get(str(params.get("chat_id", "")))
        if chat is None:
            raise Refusal(400, "Bad request: chat not found")
        if chat.left:
            raise Refusal(403, "Forbidden")
        return chat

    def _send(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        chat, text = self._reader(params), str(params.get("text", params.get("caption", "")))
        if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT or (method == "sendMessage" and not text.strip()):
            raise Refusal(400, "Bad request: text must have 1 to 2000 characters")
        source = str(params.get({"sendPhoto": "photo", "sendVoice": "voice_url"}.get(method, "sticker"), ""))
        if method == "sendPhoto" and not source.startswith(("http://", "https://")):
            raise Refusal(400, "The photo must start with http:// or https://")
        if method == "sendPhoto" and "refused." in source:
            raise Refusal(400, "The photo URL is invalid")
        if method == "sendVoice" and not source.endswith(".aac"):
            raise Refusal(400, "Bad request: voice_url must be an .aac file")
        if self.variants.quota is not None and self.taken >= self.variants.quota:
            raise Refusal(429, self.variants.spent)
        self.taken += 1
        kind = "text" if method == "sendMessage" else method.removeprefix("send").lower()
        chat.inbox.append(Message(text, kind, source))
        chat.news.set()
        return {"message_id": self.new_id(), "date": int(self.clock() * 1000)}


def _is_private(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
