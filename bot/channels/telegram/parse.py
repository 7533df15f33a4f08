"""Raw JSON of one Telegram update -> one Update of ours. Pure; hostile input is dropped, never raised."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from bot.channels.base import Began, Body, Edited, Left, Media, Returned, Tap, Text, Update

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds we ask Telegram for; anything else that arrives is acknowledged and ignored."""


class Dropped(Enum):
    """Why an update became nothing; both sorts are acknowledged, so that Telegram does not send them for ever."""

    IGNORED = "ignored"
    """Well formed, but none of our business: a group, a channel, an unknown kind."""
    MALFORMED = "malformed"
    """Not what the Bot API describes."""


class _Malformed(Exception):
    """A field is missing or has the wrong shape; stays inside this module."""


# What a message can carry instead of words, in the order of precedence: an animation comes with a document.
_MEDIA = {
    "sticker": "sticker",
    "photo": "photo",
    "live_photo": "photo",
    "voice": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "audio": "file",
    "document": "file",
    "location": "place",
    "venue": "place",
    "contact": "contact",
    **dict.fromkeys(("checklist", "dice", "game", "paid_media", "poll", "rich_message", "story"), "other"),
}
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL | re.ASCII)
_FILE_ID = re.compile(r"[A-Za-z0-9_=-]{1,200}", re.ASCII)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_EARLIEST = 1_356_998_400  # 2013, before Telegram: anything older is a clock gone wrong or a lie


def parse_update(raw: object, channel: str, received_at: datetime) -> Update | Dropped:
    """One element of getUpdates, or one webhook body, as an Update.

    `received_at` (aware UTC) stands in where Telegram gives no time of its own.
    """
    try:
        return _parse(raw, channel, received_at)
    except _Malformed:
        return Dropped.MALFORMED


def update_id_of(raw: object) -> int | None:
    """The update's number, or None when it has none: such an update cannot even be acknowledged."""
    if not isinstance(raw, dict):
        return None
    number = raw.get("update_id")
    return number if type(number) is int and 0 <= number < 2**63 else None


def _parse(raw: object, channel: str, received_at: datetime) -> Update | Dropped:
    number = update_id_of(raw)
    if number is None or not isinstance(raw, dict):
        raise _Malformed
    if "message" in raw:
        message = _dict(raw["message"])
        chat_id, body = _private_chat(message), _message_body(message)
        at = _instant(message.get("date"), received_at)
        receipt = ""
    elif "edited_message" in raw:
        message = _dict(raw["edited_message"])
        chat_id, body = _private_chat(message), _edited(message)
        at = _instant(message.get("edit_date"), received_at)
        receipt = ""
    elif "callback_query" in raw:
        query = _dict(raw["callback_query"])
        # The date of a query's message tells when the button was sent, not when it was tapped.
        chat_id, body, at = _query_chat(query), _tap(query), received_at
        receipt = _text(query.get("id"))
    elif "my_chat_member" in raw:
        member = _dict(raw["my_chat_member"])
        chat_id, body = _private_chat(member), _membership(member)
        at = _instant(member.get("date"), received_at)
        receipt = ""
    else:
        return Dropped.IGNORED
    if chat_id is None or body is None:
        return Dropped.IGNORED
    return Update(channel, str(number), str(chat_id), body, at, receipt)


def _private_chat(carrier: dict[Any, Any]) -> int | None:
    """The chat's id when it is a person's own chat with us, else None."""
    chat = _dict(carrier.get("chat"))
    if chat.get("type") != "private":
        return None
    chat_id = _person_id(chat.get("id"))
    sender = carrier.get("from")
    if sender is not None and _person_id(_dict(sender).get("id")) != chat_id:
        return None
    return chat_id


def _query_chat(query: dict[Any, Any]) -> int | None:
    """A tap's chat. Its message may be inaccessible or absent; in a private chat the chat's id is the person's."""
    person = _person_id(_dict(query.get("from")).get("id"))
    message = query.get("message")
    if message is None:
        return None if "inline_message_id" in query else person
    chat = _dict(_dict(message).get("chat"))
    if chat.get("type") != "private" or _person_id(chat.get("id")) != person:
        return None
    return person


def _message_body(message: dict[Any, Any]) -> Body | None:
    forwarded = "forward_origin" in message
    if "text" in message:
        return _words(_text(message["text"]), forwarded=forwarded, message=_number(message))
    for field, kind in _MEDIA.items():
        if field in message:
            ref = _file_id(message[field]) if kind in ("photo", "voice") else ""
            return Media(kind, ref, _caption(message), _album(message), forwarded)
    # Left over: service notes (a pin, a changed timer, a boost, ...), to which nobody expects an answer.
    return None


def _edited(message: dict[Any, Any]) -> Body | None:
    """The words as they are now; None where no words were changed (a place that moves)."""
    words = _words(_text(message["text"])) if "text" in message else Text(_caption(message))
    return Edited(words.text, _number(message)) if isinstance(words, Text) and words.text else None


def _caption(message: dict[Any, Any]) -> str:
    return _text(message.get("caption", ""))


def _album(message: dict[Any, Any]) -> str:
    """What several messages sent at once have in common; "" for one alone, or for what cannot be held."""
    album = message.get("media_group_id")
    return album if isinstance(album, str) and _PAYLOAD.fullmatch(album) else ""


def _file_id(sent: object) -> str:
    """Telegram's id of a recording, or of a photo in its largest size; "" when it names none that we can hold."""
    sizes = sent if isinstance(sent, list) else [sent]
    known = sizes[-1].get("file_id") if sizes and isinstance(sizes[-1], dict) else None
    return known if isinstance(known, str) and _FILE_ID.fullmatch(known) else ""


def _words(text: str, *, forwarded: bool = False, message: str = "") -> Body:
    """Plain words, /start with its payload, or another command written as the words it stands for."""
    command = _COMMAND.fullmatch(text) if text.startswith("/") and not forwarded else None
    if command is None:
        return Text(text, forwarded, message)
    word, rest = command[1].lower(), (command[2] or "").strip()
    if word == "start":
        return Began(rest if _PAYLOAD.fullmatch(rest) else "")
    # The rest stays: "/giup tôi vừa bị lừa" holds words that the guards must see.
    return Text(f"{word.replace('_', ' ')} {rest}".strip(), message=message)


def _number(message: dict[Any, Any]) -> str:
    number = message.get("message_id")
    return str(number) if type(number) is int and 0 < number < 2**63 else ""


def _tap(query: dict[Any, Any]) -> Body | None:
    return Tap(_text(query["data"])) if "data" in query else None


def _membership(member: dict[Any, Any]) -> Body | None:
    """In a private chat Telegram tells of nothing but being blocked, or let in again."""
    match _dict(member.get("new_chat_member")).get("status"):
        case "kicked":
            return Left()
        case "member":
            return Returned()
    return None


def _dict(value: object) -> dict[Any, Any]:
    if isinstance(value, dict):
        return value
    raise _Malformed


def _person_id(value: object) -> int:
    if type(value) is int and 0 < value < 2**63:
        return value
    raise _Malformed


def _text(value: object) -> str:
    """A string that every database and encoder can hold: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str):
        raise _Malformed
    if "\x00" in value:
        value = value.replace("\x00", "")
    try:
        value.encode()
    except UnicodeEncodeError:
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def _instant(date: object, received_at: datetime) -> datetime:
    """Telegram's whole seconds since 1970 as aware UTC; an impossible or future date gives way to `received_at`."""
    if type(date) is not int or not _EARLIEST <= date <= 2**33:
        return received_at
    at = datetime.fromtimestamp(date, UTC)
    return at if at <= received_at + timedelta(seconds=1) else received_at
