"""Outgoing -> the calls that show it. Pure. Text goes without parse_mode: nothing is ever escaped."""

from __future__ import annotations

import unicodedata
from typing import Any

from bot.channels.base import Outgoing, SendRefused
from bot.channels.layout import lay_out
from flows.profiles import profile_of

ApiCall = tuple[str, dict[str, Any]]

PROFILE = profile_of("zalo_bot")


def render(outgoing: Outgoing) -> list[ApiCall]:
    """The calls for one message, in order; mostly one. A text that is too long is split, choices are numbered lines.

    Raises SendRefused for an empty text, which Zalo would refuse.
    """
    labels = [button.label for button in outgoing.buttons]
    layout = lay_out(PROFILE, unicodedata.normalize("NFC", outgoing.text), labels)
    if not layout.parts:
        raise SendRefused("the text is empty")
    return [("sendMessage", {"chat_id": outgoing.chat_id, "text": part}) for part in layout.parts]
