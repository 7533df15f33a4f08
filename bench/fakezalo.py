"""The Zalo Bot Platform as cheap as the fake Bot API: its learners and webhook, events and answers of Zalo's shape."""

from __future__ import annotations

import json
import time
from typing import Any

from bench.fakeapi import TOKEN, FakeApi, dumps
from bench.wire import ServerConnection, answer

NO_WEBHOOK = answer(b'{"ok":false,"description":"Not Found","error_code":404}', b"404 Not Found")


class FakeZaloApi(FakeApi):
    """One bot's platform; learners write, since there is nothing to tap. Only a webhook is served."""

    secret_header = "X-Bot-Api-Secret-Token"

    def environ(self) -> dict[str, str]:
        """The variables by which a bot finds it."""
        return {"ZALO_BOT_API_BASE": self.base, "ZALO_BOT_TOKEN": TOKEN}

    def push(self, chat: int, kind: str, payload: str) -> None:
        """An event for the bot; `payload` is what a learner of the Bot API sends."""
        self.update_id += 1
        message = {
            "from": {"id": str(chat), "display_name": "Lan Nguyễn", "is_bot": False},
            "chat": {"id": str(chat), "chat_type": "PRIVATE"},
            "text": json.loads(payload)["text"],
            "message_id": f"{self.update_id:020x}",
            "date": int(time.time() * 1000),
        }
        event = {"ok": True, "result": {"event_name": "message.text.received", "message": message}}
        if self.webhook is not None:
            self.webhook.enqueue(chat, dumps(event).encode())

    def _call(self, connection: ServerConnection, path: str, fields: dict[str, Any]) -> bytes | None:
        if path.endswith("/getwebhookinfo") and self.webhook is None:
            return NO_WEBHOOK
        return super()._call(connection, path, fields)

    def _say(self, fields: dict[str, Any], message_id: int) -> bytes:
        self.heard(int(fields["chat_id"]), fields["text"], "", message_id)
        told = f'{{"message_id":"{message_id:020x}","date":{int(time.time() * 1000)}}}'
        return answer(f'{{"ok":true,"result":{told},"error_code":0}}'.encode())
