"""Our bot on a Zalo Official Account as a row: the same lesson, choices by number, events signed and posted.

To the crowd it looks like the Bot API: a numbered line is a button, and a tap on it is its number, typed.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from bench.fakeapi import FakeApi, Heard, Webhook, dumps
from bench.ours import ours
from bench.postgres import free_port
from bench.rows import Bot
from bench.wire import ClientConnection, ServerConnection, answer

APP_ID, OA_ID = "1234567890", "98765432109876"
APP_SECRET, OA_SECRET, REFRESH = "bench-app-secret", "bench-oa-secret", "bench-refresh-token"
_CHOICE = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)


class FakeOa(FakeApi):
    """One account's server; events go to `url` from the first call that proves its tokens."""

    def __init__(self, heard: Heard, url: str) -> None:
        super().__init__(heard)
        self._url = url

    def environ(self) -> dict[str, str]:
        """The variables by which a bot finds it."""
        bases = {"api_base": self.base, "oauth_base": self.base}
        chosen = {"app_id": APP_ID, "oa_id": OA_ID, "webhook_url": self._url, **bases}
        secrets = {"ZALO_APP_SECRET": APP_SECRET, "ZALO_OA_SECRET": OA_SECRET, "ZALO_OA_REFRESH_TOKEN": REFRESH}
        return {**secrets, **{f"CAMTAY__ZALO_OA__{name.upper()}": value for name, value in chosen.items()}}

    def push(self, chat: int, kind: str, payload: str) -> None:
        """What a learner typed, or the number of the line that she "tapped"."""
        self.update_id += 1
        said = json.loads(payload)
        text, stamp = said["data"] if kind == "callback_query" else said["text"], int(time.time() * 1000)
        event = (
            f'{{"app_id":"{APP_ID}","user_id_by_app":"{chat}1","event_name":"user_send_text","timestamp":"{stamp}",'
            f'"sender":{{"id":"{chat}"}},"recipient":{{"id":"{OA_ID}"}},'
            f'"message":{{"msg_id":"{self.update_id:020x}","text":{dumps(text)}}}}}'
        )
        assert self.webhook is not None
        self.webhook.enqueue(chat, event.encode())

    def _call(self, connection: ServerConnection, path: str, fields: dict[str, Any]) -> bytes | None:
        method = path.rpartition("/")[2]
        self.calls[method] += 1
        if method == "cs":
            return self._shown(int(fields["recipient"]["user_id"]), fields["message"]["text"])
        if method == "access_token":
            pair = {"access_token": "bench-access", "refresh_token": "bench-next", "expires_in": "90000"}
            return answer(dumps(pair).encode())
        if self.webhook is None:
            self.webhook = OaWebhook(self._url, "", self._call)
        self.ready.set()
        return answer(b'{"error":0,"message":"Success","data":[]}')

    def _shown(self, chat: int, text: str) -> bytes:
        number = self.next_message_id()
        choices = [[{"text": label, "callback_data": of}] for of, label in _CHOICE.findall(text)]
        self.heard(chat, text, dumps({"inline_keyboard": choices}) if choices else "", number)
        data = f'{{"message_id":"{number:020x}","user_id":"{chat}"}}'
        return answer(f'{{"error":0,"message":"Success","data":{data}}}'.encode())


class OaWebhook(Webhook):
    """Delivery as Zalo signs it."""

    def _post(self, connection: ClientConnection, key: int) -> None:
        target, body = urlsplit(self.url), self._queues[key][0]
        connection.busy = key
        stamp = json.loads(body)["timestamp"]
        mac = hashlib.sha256(APP_ID.encode() + body + stamp.encode() + OA_SECRET.encode()).hexdigest()
        head = (
            f"POST {target.path} HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Type: application/json\r\n"
            f"X-ZEvent-Signature: mac={mac}\r\n"
        )
        connection.post(head.encode(), body)


def ours_on_oa(name: str) -> Bot:
    """A fresh bot on SQLite, reached by an Official Account alone."""
    port = free_port()
    return replace(ours(name, port=port), api=partial(FakeOa, url=f"http://127.0.0.1:{port}/zalo-oa"))
