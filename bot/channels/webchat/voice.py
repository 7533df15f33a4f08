"""POST /chat/voice: what a page has recorded, kept until it was listened to."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot.channels.webchat.answers import answer, refusal
from bot.channels.webchat.channel import Crowded, Malformed, TooLong, WebChat
from bot.channels.webchat.identity import COOKIE
from bot.channels.webchat.routes import (
    CROWDED,
    NOT_KNOWN,
    NOT_OURS,
    NOT_READABLE,
    RESTING,
    SPOKEN_TOO_LONG,
    TOO_OFTEN,
    is_same_site,
)
from bot.errors import StorageUnavailable

LARGEST = 1_000_000  # bytes


def voice_routes(chat: WebChat, address_of: Callable[[web.Request], str]) -> list[web.RouteDef]:
    """POST /chat/voice?id=CLIENT_ID, the sound itself as body, audio/… as its type; {"ok": true} once it is kept. None
    where nobody could understand it."""
    if chat.sounds is None:
        return []

    async def take(request: web.Request) -> web.Response:
        if not request.content_type.startswith("audio/") or not is_same_site(request, chat.public_url):
            return refusal(403, NOT_OURS)
        visitor = chat.recognise(request.cookies.get(COOKIE))
        if visitor is None:
            return refusal(401, NOT_KNOWN)
        if wait := chat.wait_to_send(visitor.chat_id):
            return refusal(429, TOO_OFTEN, wait)
        try:
            sound = await _read(request)
            await chat.speak(visitor.chat_id, request.query.get("id"), sound, address_of(request))
        except TooLong:
            return refusal(413, SPOKEN_TOO_LONG)
        except Malformed:
            return refusal(400, NOT_READABLE)
        except Crowded as crowded:
            return refusal(429, CROWDED, crowded.wait_s)
        except (StorageUnavailable, OSError):
            return refusal(503, RESTING, 2)
        return answer({"ok": True})

    return [web.post("/chat/voice", take)]


async def _read(request: web.Request) -> bytes:
    """The body. Raises TooLong, and Malformed for an empty one."""
    if (request.content_length or 0) > LARGEST:
        raise TooLong
    sound = bytearray()
    async for chunk in request.content.iter_any():
        sound += chunk
        if len(sound) > LARGEST:
            raise TooLong
    if not sound:
        raise Malformed
    return bytes(sound)
