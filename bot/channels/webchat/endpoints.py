"""What the addresses of the web chat take and answer."""

from __future__ import annotations

from bot.channels.webchat.channel import CLIENT_ID
from bot.channels.webchat.shell import ICONS
from bot.endpoints import ANY_TEXT, HTML, JSON, PNG, SVG, Endpoint

_ID = {"type": "string", "pattern": f"^{CLIENT_ID.pattern}$"}
_SAID = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": _ID, "text": ANY_TEXT, "token": ANY_TEXT},
}
_SUBSCRIPTION = {
    "type": "object",
    "required": ["endpoint", "keys"],
    "properties": {
        "endpoint": ANY_TEXT,
        "keys": {
            "type": "object",
            "required": ["p256dh", "auth"],
            "properties": {"p256dh": ANY_TEXT, "auth": ANY_TEXT},
        },
    },
}
_RUNG = {
    "oneOf": [
        {"type": "object", "required": ["subscription"], "properties": {"subscription": _SUBSCRIPTION}},
        {"type": "object", "required": ["gone"], "properties": {"gone": ANY_TEXT}},
        {"type": "object", "required": ["looked"], "properties": {"looked": {"const": True}}},
    ]
}
_READ = {200: [JSON], 400: [JSON], 401: [JSON], 429: [JSON], 503: [JSON]}
_WROTE = {**_READ, 400: [JSON, HTML], 403: [JSON], 413: [JSON]}
_SINCE = ["after", "chat"]
_SAME: dict[int, list[str]] = {304: []}

ENDPOINTS = (
    Endpoint("GET", "/", "The page of the chat, with the cookie that says whose it is.", {200: [HTML], **_SAME}),
    Endpoint("POST", "/chat/send", "Say something, or tap.", _WROTE, takes={JSON: _SAID}, guard="browser"),
    Endpoint("POST", "/chat/voice", "Say something aloud.", _WROTE, ["id"], takes={"audio/*": {}}, guard="browser"),
    Endpoint("GET", "/chat/log", "What the page has not shown yet.", _READ, _SINCE, guard="browser"),
    Endpoint(
        "GET", "/chat/stream", "The same, as it happens.", {**_READ, 200: ["text/event-stream"]}, _SINCE,
        ["Last-Event-ID"], guard="browser",
    ),
    Endpoint(
        "GET", "/chat/data", "Everything that is kept of her.", {**_READ, 200: [HTML, JSON], 404: [JSON]}, ["dang"],
        guard="browser",
    ),
    Endpoint(
        "GET", "/chat/qr", "The picture of a link to this page.", {**_READ, 200: [SVG]}, ["noi", "moi"], guard="browser"
    ),
    Endpoint("GET", "/chat/push", "What a browser subscribes for, to be rung.", _READ, guard="browser"),
    Endpoint("POST", "/chat/push", "Be rung, be rung no more.", _WROTE, takes={JSON: _RUNG}, guard="browser"),
    Endpoint(
        "GET", "/app.webmanifest", "The page as an app.", {200: ["application/manifest+json"], **_SAME}
    ),
    Endpoint("GET", "/sw.js", "Its service worker.", {200: ["text/javascript"], **_SAME}),
    *(Endpoint("GET", f"/icon-{edge}.png", "Its icon.", {200: [PNG], **_SAME}) for edge in ICONS),
)  # fmt: skip
