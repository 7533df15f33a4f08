"""One event of the webhook -> one Update of ours. Pure; hostile input is dropped, never raised.

What an event looks like is known from public code and a few published samples, not from Zalo's own pages: every field
but those that say who, what and which message may be missing, and events nobody has described are passed over.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from bot.channels.base import Began, Body, Left, Media, Tap, Text, Update

TAPPED = "#camtay:"
"""Begins what a button of ours carries: Zalo sends it back as if it had been typed. No word begins so."""

STALE = timedelta(days=7)
"""Older events are replays: Zalo gives up after two hours, and ids of updates are known for fourteen days. So long,
because a clock that is minutes, hours or days off must not shut anybody out."""

_MEDIA = {
    "image": "photo",
    "gif": "sticker",
    "sticker": "sticker",
    "audio": "voice",
    "video": "video",
    "file": "file",
    "location": "place",
    "business_card": "contact",
}
"""What is sent beside words, by the end of the event's name."""
_SENT = "user_send_"
_EARLIEST = datetime(2013, 1, 1, tzinfo=UTC)  # before there were Official Accounts
_LONGEST_ID = 200  # characters of an id that we store
_LONGEST_REF = 2_000  # of an address of a picture or recording


class DroppedEvent(Enum):
    """Why an event became nothing; all of them are answered with 200, so that Zalo does not send them again."""

    IGNORED = "ignored"
    """Well formed, but none of our business: what we sent was received, another account, an unknown kind."""
    STALE = "stale"
    """Signed long ago: a replay."""
    MALFORMED = "malformed"
    """Not what is known of the webhook."""


class _Malformed(Exception):
    """A field is missing or has the wrong shape; stays inside this module."""


def parse_event(raw: object, channel: str, received_at: datetime) -> Update | DroppedEvent:
    """The JSON of one POST as an Update for `channel` ("zalo_oa:<id of the account>").

    `received_at` (aware UTC) stands in where the event tells no time of its own.
    """
    try:
        return _parse(raw, channel, received_at)
    except _Malformed:
        return DroppedEvent.MALFORMED


def _parse(raw: object, channel: str, received_at: datetime) -> Update | DroppedEvent:
    event = _dict(raw)
    name, at = _string(event.get("event_name")), _instant(event.get("timestamp"))
    oa_id = channel.partition(":")[2]
    if at is not None and received_at - at > STALE:
        return DroppedEvent.STALE
    if name.startswith(_SENT):
        person, body = _id(_dict(event.get("sender")).get("id")), _sent(name, event)
        ours = _dict(event.get("recipient", {})).get("id", oa_id)
        number = _id(_dict(event.get("message")).get("msg_id"))
    elif name in ("follow", "unfollow"):
        person, body = _id(_dict(event.get("follower")).get("id")), Began() if name == "follow" else Left()
        ours = event.get("oa_id", oa_id)
        number = f"{name}:{person}:{_id(event.get('timestamp'))}"
    else:
        return DroppedEvent.IGNORED
    if str(ours) != oa_id:
        return DroppedEvent.IGNORED
    is_plausible = at is not None and at <= received_at + timedelta(seconds=1)
    return Update(channel, number, person, body, at if at and is_plausible else received_at)


def _sent(name: str, event: dict[Any, Any]) -> Body:
    """What a person sent: words, a tap, or something beside words; what is not known is treated as the latter."""
    message = _dict(event.get("message"))
    text = _text(message.get("text", ""))
    if name == f"{_SENT}text":
        return Tap(text.strip().removeprefix(TAPPED)) if text.lstrip().startswith(TAPPED) else Text(text)
    kind = _MEDIA.get(name.removeprefix(_SENT), "other")
    return Media(kind, _address(message) if kind in ("photo", "voice") else "", text)


def _address(message: dict[Any, Any]) -> str:
    """Where the first picture or recording of a message lies; "" where no address that we can hold is named."""
    sent = message.get("attachments")
    first = sent[0] if isinstance(sent, list) and sent and isinstance(sent[0], dict) else {}
    payload = first.get("payload")
    url = payload.get("url") if isinstance(payload, dict) else None
    is_address = isinstance(url, str) and url.startswith(("https://", "http://")) and len(url) <= _LONGEST_REF
    return _text(url) if is_address else ""


def _dict(value: object) -> dict[Any, Any]:
    if isinstance(value, dict):
        return value
    raise _Malformed


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    raise _Malformed


def _id(value: object) -> str:
    """An id as text: strings in all samples; a number, as older ones have it, is the same id."""
    known = str(value) if type(value) is int else value
    if isinstance(known, str) and 0 < len(known) <= _LONGEST_ID and known.isascii() and known.isprintable():
        return known
    raise _Malformed


def _text(value: object) -> str:
    """A string that every database and encoder can hold: no NUL, no half of a surrogate pair."""
    text = _string(value)
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _instant(value: object) -> datetime | None:
    """Milliseconds since 1970, as text or number, as aware UTC; None for what is no such time."""
    digits = str(value) if type(value) is int else value
    if not (isinstance(digits, str) and digits.isascii() and digits.isdigit() and len(digits) <= 14):
        return None
    at = datetime.fromtimestamp(int(digits) / 1000, UTC)
    return at if at >= _EARLIEST else None
