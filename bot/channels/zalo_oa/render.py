"""Outgoing -> the consultation messages (v3) that show it. Pure.

Choices stand in the text as numbered lines: the conversation puts them there, for the profile has no sure buttons.
Where the operator has tried which shape Zalo takes, buttons stand under them as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.base import Attachment, Button, Outgoing, SendRefused
from bot.channels.layout import split_text
from bot.channels.zalo_oa.parse import TAPPED
from flows.profiles import profile_of

PROFILE = profile_of("zalo_oa")
LONGEST_TITLE, LONGEST_PAYLOAD = 100, 1_000  # characters

MessageBody = Mapping[str, Any]


def files_of(outgoing: Outgoing) -> tuple[str, ...]:
    """The pictures of a message that have to be uploaded, by their names in the media store."""
    return tuple(each.file for each in outgoing.media if each.kind == "photo" and each.file)


def render(outgoing: Outgoing, buttons: str, ids: Mapping[str, str], *, plain: bool = False) -> list[MessageBody]:
    """The bodies to be sent for one message, in order; a text that is too long is split, its last part has the buttons.

    `buttons`: their shape, "none", "inside" (the text stands in the template, as one source has it) or "beside" (beside
    it, as the other has it). `ids`: file → id of its upload; what has none, and all that is no picture, comes in words.
    `plain` leaves buttons and pictures out. Raises SendRefused where there is nothing to say.
    """
    shown = () if plain else tuple(each for each in outgoing.media if _source(each, ids))
    said = [each.words for each in outgoing.media if each not in shown and each.words]
    parts = list(split_text("\n\n".join(filter(None, (*said, outgoing.text))), PROFILE.text))
    if not parts and not shown:
        raise SendRefused("the text is empty")
    tappable = () if plain or buttons == "none" or not _can_show(outgoing.buttons) else outgoing.buttons
    messages: list[MessageBody] = []
    for at, each in enumerate(shown, 1):
        # Each message counts: the last picture takes the first words along, unless buttons hang on these.
        takes = at == len(shown) and parts and not (tappable and len(parts) == 1)
        messages.append(_picture(parts.pop(0) if takes else each.words, _source(each, ids)))
    messages += [{"text": part} for part in parts]
    if tappable and parts:
        messages[-1] = _with_buttons(parts[-1], tappable, buttons)
    return [{"recipient": {"user_id": outgoing.chat_id}, "message": message} for message in messages]


def has_upload(body: MessageBody) -> bool:
    """Whether a body names something that was uploaded."""
    payload = body["message"].get("attachment", {}).get("payload", {})
    return any("attachment_id" in each for each in payload.get("elements", ()))


def _source(media: Attachment, ids: Mapping[str, str]) -> dict[str, str]:
    """Where Zalo has a picture from: the id of its upload, the address at which somebody's own lies; empty: nowhere."""
    if media.kind == "photo" and media.file in ids:
        return {"attachment_id": ids[media.file]}
    is_address = media.ref.startswith(("https://", "http://"))
    return {"url": media.ref} if media.kind == "photo" and is_address else {}


def _picture(text: str, source: Mapping[str, str]) -> MessageBody:
    payload = {"template_type": "media", "elements": [{"media_type": "image", **source}]}
    words = {"text": text} if text else {}
    return {**words, "attachment": {"type": "template", "payload": payload}}


def _can_show(buttons: tuple[Button, ...]) -> bool:
    """Whether all of them can be buttons: some of them alone would hide the others."""
    return 0 < len(buttons) <= PROFILE.spare_buttons and all(
        0 < len(each.label) <= LONGEST_TITLE and len(TAPPED + each.token) <= LONGEST_PAYLOAD for each in buttons
    )


def _with_buttons(text: str, buttons: tuple[Button, ...], shape: str) -> MessageBody:
    shown = [{"title": b.label, "type": "oa.query.hide", "payload": TAPPED + b.token} for b in buttons]
    if shape == "inside":
        payload = {"template_type": "button", "text": text, "buttons": shown}
        return {"attachment": {"type": "template", "payload": payload}}
    return {"text": text, "attachment": {"type": "template", "payload": {"buttons": shown}}}
