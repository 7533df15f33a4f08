"""The learners' side over HTTP, for tests and drivers of load that live in another process.

POST /control/say      {"chat_id": 5, "text": "xin chào"}      -> {"update_id": 1000}
POST /control/tap      {"chat_id": 5, "choice": "Đúng rồi"}    (label or token; 409 when she sees none)
POST /control/start    {"chat_id": 5, "payload": ""}
POST /control/send     {"chat_id": 5, "kind": "sticker", "caption": "", "album": ""}   (both may be missing)
POST /control/edit     {"chat_id": 5, "text": "xin chào"}
POST /control/block, /control/unblock  {"chat_id": 5}
POST /control/fault    the fields of Fault: {"kind": "answer", "code": 502, "times": 3}
POST /control/raw      any JSON, queued as an update
GET  /control/inbox?chat_id=5   -> [{"text": ..., "buttons": [[label, token], ...]}, ...]
GET  /control/state    -> {"counts": {...}, "violations": [...], "waiting": 0, "answered": 0}
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from tests.support.fake_telegram.faults import Fault
from tests.support.fake_telegram.server import FakeTelegram


def control(fake: FakeTelegram) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    """A handler to be set as `fake.control`."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        verb = request.path.removeprefix("/control/")
        asked = json.loads(await request.read()) if request.method == "POST" else dict(request.query)
        try:
            return _json(_VERBS[verb](fake, asked))
        except KeyError as error:
            return web.Response(status=404, text=f"{verb}: {error}")
        except LookupError as error:
            return web.Response(status=409, text=str(error))

    return handle


def _act(verb: str, *arguments: str) -> Callable[[FakeTelegram, dict[str, Any]], Any]:
    def act(fake: FakeTelegram, asked: dict[str, Any]) -> Any:
        learner = fake.learner(int(asked["chat_id"]))
        return {"update_id": getattr(learner, verb)(*(asked[name] for name in arguments))}

    return act


def _inbox(fake: FakeTelegram, asked: dict[str, Any]) -> Any:
    return [asdict(message) for message in fake.learner(int(asked["chat_id"])).inbox]


def _state(fake: FakeTelegram, asked: dict[str, Any]) -> Any:
    return {
        "counts": dict(fake.counts),
        "violations": fake.violations,
        "waiting": len(fake.bot.queue),
        "answered": len(fake.bot.answered),
    }


def _fault(fake: FakeTelegram, asked: dict[str, Any]) -> Any:
    return asdict(fake.faults.add(Fault(**asked)))


def _raw(fake: FakeTelegram, asked: dict[str, Any]) -> Any:
    fake.bot.push_raw(asked)
    return {}


_VERBS: dict[str, Callable[[FakeTelegram, dict[str, Any]], Any]] = {
    "say": _act("say", "text"),
    "tap": _act("tap", "choice"),
    "start": _act("start", "payload"),
    "send": lambda fake, asked: {
        "update_id": fake.learner(int(asked["chat_id"])).send(
            asked["kind"], asked.get("caption", ""), asked.get("album", "")
        )
    },
    "edit": _act("edit", "text"),
    "block": _act("block"),
    "unblock": _act("unblock"),
    "fault": _fault,
    "raw": _raw,
    "inbox": _inbox,
    "state": _state,
}


def _json(content: Any) -> web.Response:
    return web.Response(body=json.dumps(content, ensure_ascii=False).encode(), content_type="application/json")
