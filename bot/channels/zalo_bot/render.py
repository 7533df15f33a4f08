"""Outgoing -> the calls that show it. Pure. Text goes without parse_mode: nothing is ever escaped."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from bot.channels.base import Attachment, Outgoing, SendRefused
from bot.channels.layout import lay_out
from flows.profiles import profile_of

ZaloCall = tuple[str, dict[str, Any]]

PROFILE = profile_of("zalo_bot")


def render(outgoing: Outgoing, address: Callable[[str], str], *, plain: bool = False) -> list[ZaloCall]:
    """The calls for one message, in order; mostly one. A text that is too long is split, choices are numbered lines.

    `address` gives the public address of a file, "" where it has none: then, and where it is `plain`, its words stand
    in the text. Under a single photo the text is its caption, if it fits: each call is counted. Raises SendRefused for
    what Zalo would refuse: nothing at all.
    """
    sent = [_call(outgoing.chat_id, each, "" if plain else _address(each, address)) for each in outgoing.media]
    words = [each.words for each, call in zip(outgoing.media, sent, strict=True) if call is None]
    calls = [call for call in sent if call is not None]
    text = "\n\n".join(filter(None, (*words, outgoing.text)))
    labels = [button.label for button in outgoing.buttons]
    parts = lay_out(PROFILE, unicodedata.normalize("NFC", text), labels).parts
    if len(parts) == len(calls) == 1 and calls[0][0] == "sendPhoto":
        calls[0][1]["caption"] = parts[0]
        return calls
    calls += [("sendMessage", {"chat_id": outgoing.chat_id, "text": part}) for part in parts]
    if not calls:
        raise SendRefused("there is nothing to send")
    return calls


def _address(media: Attachment, address: Callable[[str], str]) -> str:
    """What a person sent has an address of Zalo's own; an id of another messenger is none."""
    return media.ref if media.ref.startswith(("https://", "http://")) else address(media.file) if media.file else ""


def _call(chat_id: str, media: Attachment, address: str) -> ZaloCall | None:
    """The call that sends a photo or recording by its address; None for what cannot go. A voice has to be AAC."""
    if not address:
        return None
    if media.kind == "photo":
        return "sendPhoto", {"chat_id": chat_id, "photo": address}
    if media.kind == "voice" and address.partition("?")[0].casefold().endswith(".aac"):
        return "sendVoice", {"chat_id": chat_id, "voice_url": address}
    return None
