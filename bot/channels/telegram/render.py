"""Outgoing -> the Bot API calls that show it. Pure. Text goes without parse_mode: nothing is ever escaped."""

from __future__ import annotations

from typing import Any

from bot.channels.base import Attachment, Button, Outgoing, SendRefused
from bot.channels.layout import lay_out
from flows.profiles import profile_of

ApiCall = tuple[str, dict[str, Any]]

PROFILE = profile_of("telegram")


def render(outgoing: Outgoing, *, plain: bool = False) -> list[ApiCall]:
    """The calls for one message, in order; mostly one. A text that is too long is split, its last part has the buttons.

    `plain` writes the answers into the text, numbered, and leaves the buttons out. Raises SendRefused for what Telegram
    would refuse: an empty text, a token of more than 64 bytes.
    """
    seen = (each.words for each in outgoing.media if each.file and each.kind != "voice")  # not shown, so it is told
    text = "\n".join(filter(None, (outgoing.text, *seen)))
    layout = lay_out(PROFILE, text, [button.label for button in outgoing.buttons], plain=plain)
    if not layout.parts:
        raise SendRefused("the text is empty")
    chat_id = int(outgoing.chat_id)
    calls: list[ApiCall] = [("sendMessage", {"chat_id": chat_id, "text": part}) for part in layout.parts]
    if not plain:
        calls = [*(_media(chat_id, each) for each in outgoing.media if each.ref), *calls]
    if layout.buttons:
        rows = [[_button(*pair)] for pair in zip(outgoing.buttons, layout.buttons, strict=True)]
        calls[-1][1]["reply_markup"] = {"inline_keyboard": rows}
    return calls


def _media(chat_id: int, media: Attachment) -> ApiCall:
    """What another person sent, by Telegram's own id of it: never downloaded, never kept."""
    if media.kind not in ("photo", "voice"):
        raise SendRefused(f"a {media.kind} is not passed on")
    return f"send{media.kind.capitalize()}", {"chat_id": chat_id, media.kind: media.ref}


def _button(button: Button, label: str) -> dict[str, str]:
    size, most = len(button.token.encode()), PROFILE.token_bytes or 0
    if not 1 <= size <= most:
        raise SendRefused(f"a button's token has {size} bytes, Telegram takes 1 to {most}")
    return {"text": label, "callback_data": button.token}
