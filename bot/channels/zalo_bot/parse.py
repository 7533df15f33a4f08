"""Raw JSON of one Zalo Bot event -> one Update of ours. Pure; hostile input is dropped, never raised."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from bot.channels.base import Body, Media, Text, Update


class LeftOut(Enum):
    """Why an event became nothing; both sorts are acknowledged, so that Zalo does not send them for ever."""

    IGNORED = "ignored"
    """Well formed, but none of our business: a group, another bot, a kind that carries nothing to be answered."""
    MALFORMED = "malformed"
    """Not what the Bot Platform describes."""


class _Malformed(Exception):
    """A field is missing or has the wrong shape; stays inside this module."""


_MEDIA = {"image": "photo", "sticker": "sticker", "voice": "voice", "unsupported": "other", "link": "other"}
"""The third word of an event's name -> what it is to us. A file, a contact card and whatever somebody under age sends
arrive as "unsupported"."""
_SILENT = "reaction"
"""Says nothing, though it may repeat what it is about."""
_EVENT = re.compile(r"message\.(\w{1,40})\.received", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_.:=-]{1,100}", re.ASCII)
_ADDRESS = re.compile(r"https?://[!-~]{1,2000}", re.ASCII)
_EARLIEST_MS, _LATEST_MS = 1_356_998_400_000, 2**33 * 1000  # 2013, before Zalo; anything else is a clock gone wrong


def parse_event(raw: object, channel: str, received_at: datetime) -> Update | LeftOut:
    """The result of getUpdates, or one webhook body, as an Update.

    `received_at` (aware UTC) stands in where Zalo gives no time of its own.
    """
    try:
        return _parse(_dict(_unwrapped(raw)), channel, received_at)
    except _Malformed:
        return LeftOut.MALFORMED


def _unwrapped(raw: object) -> object:
    """The event itself: sources disagree whether a webhook's body holds it, or is it."""
    return raw["result"] if isinstance(raw, dict) and raw.get("ok") is True and "result" in raw else raw


def _parse(event: dict[Any, Any], channel: str, received_at: datetime) -> Update | LeftOut:
    name = event.get("event_name")
    if not isinstance(name, str):
        raise _Malformed
    if event.get("message") is None:
        return LeftOut.IGNORED  # "unsupported" may come without one: nobody knows whose it was
    message = _dict(event["message"])
    chat_id, body = _private_chat(message), _body(name, message)
    if chat_id is None or body is None:
        return LeftOut.IGNORED
    return Update(channel, _number(message), chat_id, body, _instant(message.get("date"), received_at))


def _private_chat(message: dict[Any, Any]) -> str | None:
    """The chat's id when it is a person's own chat with us, else None."""
    chat, sender = _dict(message.get("chat")), _dict(message.get("from"))
    chat_id, sender_id = _id(chat.get("id")), _id(sender.get("id"))
    if chat.get("chat_type", "PRIVATE") != "PRIVATE" or chat_id != sender_id or sender.get("is_bot") is True:
        return None
    return chat_id


def _body(name: str, message: dict[Any, Any]) -> Body | None:
    """What was said or sent; None where no answer is expected: a reaction, an unknown kind without words."""
    found = _EVENT.fullmatch(name)
    word = found[1] if found else _SILENT
    kind = _MEDIA.get(word)
    if word == "text" or (kind in (None, "other") and word != _SILENT and "text" in message):
        return Text(_sound(message.get("text")))
    if kind is None:
        return None
    ref = _address(message, "photo_url", "photo") if kind == "photo" else _address(message, "voice_url")
    return Media(kind, ref, _sound(message.get("caption", "")))


def _address(message: dict[Any, Any], *fields: str) -> str:
    """Where a photo or recording lies: the first of these fields that holds an address, else ""."""
    found = (message.get(field) for field in fields)
    return next((each for each in found if isinstance(each, str) and _ADDRESS.fullmatch(each)), "")


def _number(message: dict[Any, Any]) -> str:
    """The message's own id; where it has none, one made of all that it says: the same when it is sent again."""
    if "message_id" in message:
        return _id(message["message_id"])
    try:
        whole = json.dumps(message, sort_keys=True).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError, TypeError):
        raise _Malformed from None
    return f"made-{hashlib.sha256(whole).hexdigest()[:32]}"


def _dict(value: object) -> dict[Any, Any]:
    if isinstance(value, dict):
        return value
    raise _Malformed


def _id(value: object) -> str:
    text = str(value) if type(value) is int else value
    if isinstance(text, str) and _ID.fullmatch(text):
        return text
    raise _Malformed


def _sound(text: object) -> str:
    """A string that every database and encoder can hold: no NUL, no half of a surrogate pair."""
    if not isinstance(text, str):
        raise _Malformed
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _instant(date: object, received_at: datetime) -> datetime:
    """Zalo's milliseconds since 1970 as aware UTC; an impossible or future date gives way to `received_at`."""
    if type(date) is not int or not _EARLIEST_MS <= date <= _LATEST_MS:
        return received_at
    at = datetime.fromtimestamp(date / 1000, UTC)
    return at if at <= received_at + timedelta(seconds=1) else received_at
