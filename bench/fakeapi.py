"""A Bot API server that costs next to nothing: what it must keep is kept, what a bench does not need is absent.

Long polling as Telegram does it: an update is forgotten only when a later `offset` confirms it, and a second poller
sends the first away with 409. Webhook: at most 40 connections, one update of a chat under way at a time, a failing one
is tried again after 1, 2, 4 … s. Every call is answered with what the real server answers, at its real size.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bench.wire import ClientConnection, ServerConnection, answer

TOKEN = "4242:bench-token-that-opens-nothing"
ME = {"id": 4242, "is_bot": True, "first_name": "Cầm Tay", "username": "camtay_bench_bot"}
ME_JSON = json.dumps(ME, ensure_ascii=False).encode()
TRUE = answer(b'{"ok":true,"result":true}')
Heard = Callable[[int, str, str, int], None]


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class FakeApi:
    """One bot's server, which shows its secret in `secret_header`. `heard(chat_id, text, markup, message_id)` is told
    each message that the bot sent or edited."""

    secret_header = "X-Telegram-Bot-Api-Secret-Token"

    def __init__(self, heard: Heard) -> None:
        self.heard = heard
        self.calls: Counter[str] = Counter()
        self.callbacks_answered: set[str] = set()
        self.ready = asyncio.Event()
        self.update_id = 10_000
        self._message_id = 1
        self._pending: deque[tuple[int, bytes]] = deque()
        self._poller: tuple[ServerConnection, int, asyncio.TimerHandle] | None = None
        self._flushing = False
        self.webhook: Webhook | None = None
        self.allowed: list[str] = []
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        """Listen on a free port of the loopback."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: ServerConnection(self._call, self._gone), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self.webhook is not None:
            self.webhook.close()
        if self._server is not None:
            self._server.close()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environ(self) -> dict[str, str]:
        """The variables by which a bot finds it."""
        return {"TELEGRAM_API_BASE": self.base, "TELEGRAM_TOKEN": TOKEN}

    # --- what learners do ------------------------------------------------------------------------------

    def push(self, chat: int, kind: str, payload: str) -> None:
        """An update for the bot: `payload` is the JSON of its `message` or `callback_query`."""
        self.update_id += 1
        update = f'{{"update_id":{self.update_id},"{kind}":{payload}}}'.encode()
        if self.webhook is not None:
            self.webhook.enqueue(chat if kind == "message" else -chat, update)
            return
        self._pending.append((self.update_id, update))
        if self._poller is not None and not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def next_message_id(self) -> int:
        self._message_id += 1
        return self._message_id

    # --- what the bot calls ----------------------------------------------------------------------------

    def _call(self, connection: ServerConnection, path: str, fields: dict[str, Any]) -> bytes | None:
        method = path.rpartition("/")[2]
        self.calls[method] += 1
        if method == "sendmessage":
            return self._say(fields, self.next_message_id())
        if method == "getupdates":
            return self._poll(connection, fields)
        if method == "answercallbackquery":
            self.callbacks_answered.add(str(fields.get("callback_query_id")))
            return TRUE
        if method == "editmessagetext":
            return self._say(fields, int(fields["message_id"]))
        if method == "getme":
            return answer(b'{"ok":true,"result":%b}' % ME_JSON)
        if method == "setwebhook":
            self._set_webhook(fields)
        elif method == "deletewebhook":
            self.webhook = None
        elif method == "getwebhookinfo":
            url = self.webhook.url if self.webhook else ""
            info = {"url": url, "has_custom_certificate": False, "pending_update_count": len(self._pending)}
            info |= {"allowed_updates": self.allowed} if self.allowed else {}
            return answer(dumps({"ok": True, "result": info}).encode())
        return TRUE

    def _say(self, fields: dict[str, Any], message_id: int) -> bytes:
        chat, text, markup = int(fields["chat_id"]), fields["text"], fields.get("reply_markup") or ""
        if not isinstance(markup, str):
            markup = dumps(markup)
        self.heard(chat, text, markup, message_id)
        tail = f',"reply_markup":{markup}' if markup else ""
        return answer(
            (
                f'{{"ok":true,"result":{{"message_id":{message_id},"from":{dumps(ME)},"chat":{{"id":{chat},'
                f'"first_name":"Lan","type":"private"}},"date":{int(time.time())},"text":{dumps(text)}{tail}}}}}'
            ).encode()
        )

    # --- long polling ----------------------------------------------------------------------------------

    def _poll(self, connection: ServerConnection, fields: dict[str, Any]) -> bytes | None:
        if self.webhook is not None:
            reason = "Conflict: can't use getUpdates method while webhook is active"
            return answer(dumps({"ok": False, "error_code": 409, "description": reason}).encode(), b"409 Conflict")
        offset, limit = int(fields.get("offset") or 0), int(fields.get("limit") or 100)
        timeout = min(float(fields.get("timeout") or 0), 50.0)
        while offset > 0 and self._pending and self._pending[0][0] < offset:
            self._pending.popleft()
        if self._poller is not None:
            self._dismiss()
        self.ready.set()
        if self._pending or not timeout:
            return self._batch(limit)
        timer = asyncio.get_running_loop().call_later(timeout, self._flush)
        self._poller = (connection, limit, timer)
        return None

    def _batch(self, limit: int) -> bytes:
        updates = [self._pending[i][1] for i in range(min(limit, 100, len(self._pending)))]
        return answer(b'{"ok":true,"result":[%b]}' % b",".join(updates))

    def _flush(self) -> None:
        self._flushing = False
        if self._poller is not None:
            connection, limit, timer = self._poller
            timer.cancel()
            self._poller = None
            connection.write(self._batch(limit))

    def _dismiss(self) -> None:
        assert self._poller is not None
        connection, _, timer = self._poller
        timer.cancel()
        self._poller = None
        reason = "Conflict: terminated by other getUpdates request"
        body = dumps({"ok": False, "error_code": 409, "description": reason}).encode()
        connection.write(answer(body, b"409 Conflict"))

    def _gone(self, connection: ServerConnection) -> None:
        if self._poller is not None and self._poller[0] is connection:
            self._poller[2].cancel()
            self._poller = None

    # --- webhook ---------------------------------------------------------------------------------------

    def _set_webhook(self, fields: dict[str, Any]) -> None:
        url = str(fields.get("url") or "")
        if not url:
            self.webhook = None
            return
        secret, allowed = str(fields.get("secret_token") or ""), fields.get("allowed_updates") or []
        self.allowed = json.loads(allowed) if isinstance(allowed, str) else allowed
        if self.webhook is None:
            self.webhook = Webhook(url, secret, self._call, self.secret_header)
            while self._pending:
                self.webhook.enqueue(0, self._pending.popleft()[1])
        self.webhook.url, self.webhook.secret = url, secret
        self.ready.set()


class Webhook:
    """Delivery by POST: a queue for each chat (a negative key: its taps), at most `most` requests under way."""

    def __init__(
        self, url: str, secret: str, call: Callable[..., bytes | None], header: str = "", most: int = 40
    ) -> None:
        self.url, self.secret, self.header, self.failures = url, secret, header, 0
        self._call, self._most = call, most
        self._queues: dict[int, deque[bytes]] = {}
        self._waiting: deque[int] = deque()
        self._tries: Counter[int] = Counter()
        self._idle: list[ClientConnection] = []
        self._open: set[ClientConnection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way = 0
        self._closed = False

    def enqueue(self, key: int, update: bytes) -> None:
        queue = self._queues.get(key)
        if queue is None:
            self._queues[key] = deque((update,))
            self._next(key)
        else:
            queue.append(update)

    def close(self) -> None:
        self._closed = True
        for connection in list(self._open):
            connection.close()

    def _next(self, key: int) -> None:
        """The head of queue `key` may go out, now or when a connection is free."""
        if self._closed:
            return
        if self._idle:
            self._post(self._idle.pop(), key)
        elif self._under_way < self._most:
            self._under_way += 1
            task = asyncio.get_running_loop().create_task(self._connect(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._waiting.append(key)

    async def _connect(self, key: int) -> None:
        target = urlsplit(self.url)
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(
                lambda: ClientConnection(self._done), target.hostname or "", target.port or 80
            )
        except OSError:
            self._under_way -= 1
            self._again(key)
            return
        self._open.add(connection)
        self._post(connection, key)

    def _post(self, connection: ClientConnection, key: int) -> None:
        target = urlsplit(self.url)
        connection.busy = key
        head = (
            f"POST {target.path or '/'} HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Type: application/json\r\n"
            f"{self.header}: {self.secret}\r\n"
        )
        connection.post(head.encode(), self._queues[key][0])

    def _done(self, connection: ClientConnection, status: int, body: bytes) -> None:
        key, connection.busy = connection.busy, None
        if status == 0:
            self._open.discard(connection)
            self._under_way -= 1
            if connection in self._idle:
                self._idle.remove(connection)
        elif self._waiting:
            self._post(connection, self._waiting.popleft())
        else:
            self._idle.append(connection)
        if key is None:
            return
        if 200 <= status < 300:
            self._settled(key, body)
        else:
            self.failures += 1
            self._again(key)

    def _settled(self, key: int, body: bytes) -> None:
        self._tries.pop(key, None)
        queue = self._queues[key]
        queue.popleft()
        if body[:1] == b"{" and b'"method"' in body:  # a call sent back as the answer
            fields = json.loads(body)
            self._call(None, "/" + fields.pop("method").lower(), fields)
        if queue:
            self._next(key)
        else:
            del self._queues[key]

    def _again(self, key: int) -> None:
        self._tries[key] += 1
        if not self._closed:
            delay = min(2.0 ** (self._tries[key] - 1), 60.0)
            asyncio.get_running_loop().call_later(delay, self._next, key)
