"""Outgoing -> the Bot API calls that show it. Pure. Text goes without parse_mode: nothing is ever escaped."""

from __future__ import annotations

import unicodedata
from typing import Any

from bot.channels.base import Button, Outgoing, SendRefused

ApiCall = tuple[str, dict[str, Any]]

MAX_TEXT = 4096
"""Telegram's limit for one message, in UTF-16 units."""
MAX_TOKEN = 64
"""Telegram's limit for callback_data, in bytes."""
MAX_LABEL = 30
"""Characters that fit one line of a button on a 320 px phone; ours, Telegram would cut the rest off with dots."""

_JOINERS = "\u200d\ufe0e\ufe0f"


def render(outgoing: Outgoing, *, plain: bool = False) -> list[ApiCall]:
    """The calls for one message, in order; mostly one. A text that is too long is split, its last part has the buttons.

    `plain` writes the answers into the text, numbered, and leaves the buttons out. Raises Refused for what Telegram
    would refuse: an empty text, a token of more than 64 bytes.
    """
    text, rows = outgoing.text, None
    if outgoing.buttons:
        labels = [button.label for button in outgoing.buttons]
        if plain or any(len(label) > MAX_LABEL for label in labels):
            text = f"{text}\n\n{_numbered(labels)}"
            labels = [str(number) for number in range(1, len(labels) + 1)]
        if not plain:
            rows = [[_button(*pair)] for pair in zip(outgoing.buttons, labels, strict=True)]
    parts = split_text(text)
    if not parts:
        raise SendRefused("the text is empty")
    chat_id = int(outgoing.chat_id)
    calls: list[ApiCall] = [("sendMessage", {"chat_id": chat_id, "text": part}) for part in parts]
    if outgoing.media and not plain:
        calls.insert(0, _media(chat_id, *outgoing.media))
    if rows:
        calls[-1][1]["reply_markup"] = {"inline_keyboard": rows}
    return calls


def split_text(text: str, limit: int = MAX_TEXT) -> list[str]:
    """`text` in parts of at most `limit` UTF-16 units, cut at a paragraph, line or word; blank parts are left out."""
    parts = []
    while utf16_length(text) > limit:
        cut = _cut(text, limit)
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    parts.append(text)
    return [part for part in parts if part.strip()]


def utf16_length(text: str) -> int:
    """Length as Telegram counts it: characters beyond the basic plane (most emoji) count twice."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, limit: int) -> int:
    """Where to cut `text`, which is longer than `limit` units: an index above 0."""
    head = text[:limit]
    if len(head) != utf16_length(head):
        head = head.encode("utf-16-le", "surrogatepass")[: 2 * limit].decode("utf-16-le", "ignore")
    for mark in ("\n\n", "\n", " "):
        at = head.rfind(mark)
        if at > limit // 2:
            return at + len(mark)
    at = len(head)
    while at > limit // 2 and _clings(text, at):
        at -= 1
    return at


def _clings(text: str, at: int) -> bool:
    """True when a cut before `text[at]` would tear a letter from its marks or an emoji apart."""
    return bool(unicodedata.combining(text[at])) or text[at] in _JOINERS or text[at - 1] == _JOINERS[0]


def _media(chat_id: int, kind: str, file_id: str) -> ApiCall:
    """What another person sent, by Telegram's own id of it: never downloaded, never kept."""
    field = {"photo": "photo", "voice": "voice"}.get(kind)
    if field is None:
        raise SendRefused(f"a {kind} is not passed on")
    return f"send{field.capitalize()}", {"chat_id": chat_id, field: file_id}


def _numbered(labels: list[str]) -> str:
    return "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))


def _button(button: Button, label: str) -> dict[str, str]:
    if not 1 <= len(button.token.encode()) <= MAX_TOKEN:
        raise SendRefused(f"a button's token has {len(button.token.encode())} bytes, Telegram takes 1 to {MAX_TOKEN}")
    return {"text": label, "callback_data": button.token}
