"""Outgoing -> the Bot API calls that show it. Pure. Text goes without parse_mode: nothing is ever escaped.

Where a call shows something, its parameter is the `Attachment` itself: its id is found when the call is made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from bot.channels.base import Attachment, Button, Outgoing, SendRefused, Tone
from bot.channels.layout import Layout, lay_out, utf16_length
from flows.profiles import profile_of

ApiCall = tuple[str, dict[str, Any]]

PROFILE = profile_of("telegram")

_STYLES: Mapping[Tone, str] = {"right": "success", "danger": "danger"}
"""Bot API 9.4. A server or a client that is older passes over the field, and the button is as it always was."""
_MOST_COPIED = 256
"""UTF-16 units: CopyTextButton of Bot API 7.11 takes 1 to 256 characters."""
_MOST_IN_ALBUM = 10
_KINDS = ("photo", "voice", "video")
_OF_ALBUMS = ("photo", "video")


def render(
    outgoing: Outgoing, *, plain: bool = False, lost: Collection[Attachment] = (), singly: bool = False
) -> list[ApiCall]:
    """The calls for one message, in order; mostly one. A text that is too long is split, its last part has the buttons.

    One thing to show and a text that fits its caption are one message, before it the recordings; several photos and
    videos are albums, `singly` each for itself, and the text follows. Of what is `lost`, the words stand in the text.
    What is private cannot be forwarded. `plain` writes the answers into the text, numbered, without pictures. Raises
    SendRefused for what Telegram would refuse: an empty text, a token of more than 64 bytes.
    """
    shown = [] if plain else [each for each in outgoing.media if each not in lost]
    layout = lay_out(PROFILE, _told(outgoing, shown), [button.label for button in outgoing.buttons], plain=plain)
    if not (layout.parts or shown):
        raise SendRefused("the text is empty")
    seen = [each for each in outgoing.media if each.kind != "voice"]
    calls = _calls(layout, shown, is_alone=len(seen or outgoing.media) == 1, singly=singly)
    pairs = zip(outgoing.buttons, layout.buttons, strict=False)
    if rows := [[_button(*pair)] for pair in pairs] + ([] if plain else _copies(outgoing)):
        calls[-1][1]["reply_markup"] = {"inline_keyboard": rows}
    same = {"chat_id": int(outgoing.chat_id)} | ({"protect_content": True} if outgoing.private else {})
    return [(method, same | params) for method, params in calls]


def _told(outgoing: Outgoing, shown: Collection[Attachment]) -> str:
    """The text, and below it what is in pictures that are not shown; what a recording says, the text says."""
    unheard = (each for each in outgoing.media if each not in shown and not (each.kind == "voice" and outgoing.text))
    return "\n".join(filter(None, (outgoing.text, *(each.words for each in unheard))))


def attachments_in(params: Mapping[str, Any]) -> list[Attachment]:
    """What a call shows, in order."""
    alone = [params[kind] for kind in _KINDS if isinstance(params.get(kind), Attachment)]
    return alone + [each["media"] for each in params.get("media", ()) if isinstance(each["media"], Attachment)]


def _calls(layout: Layout, shown: Sequence[Attachment], *, is_alone: bool, singly: bool) -> list[ApiCall]:
    if is_alone and shown and len(layout.parts) <= 1:
        caption = "".join(layout.parts)
        if utf16_length(caption) <= PROFILE.caption:
            carries = next((each for each in shown if each.kind != "voice"), shown[-1])
            method, params = _alone(carries)
            before = _media([each for each in shown if each is not carries], singly=singly)
            return [*before, (method, params | ({"caption": caption} if caption else {}))]
    texts: list[ApiCall] = [("sendMessage", {"text": part}) for part in layout.parts]
    return [*_media(shown, singly=singly), *texts]


def _media(shown: Sequence[Attachment], *, singly: bool) -> Iterator[ApiCall]:
    """Photos and videos that follow one another as albums of at most ten, all else by itself."""
    album: list[Attachment] = []
    for each in shown:
        if album and (each.kind not in _OF_ALBUMS or len(album) == _MOST_IN_ALBUM):
            yield _together(album)
            album = []
        if each.kind in _OF_ALBUMS and not singly:
            album.append(each)
        else:
            yield _alone(each)
    if album:
        yield _together(album)


def _together(album: Sequence[Attachment]) -> ApiCall:
    if len(album) == 1:
        return _alone(album[0])
    return "sendMediaGroup", {"media": [{"type": each.kind, "media": each} for each in album]}


def _alone(each: Attachment) -> ApiCall:
    if each.kind not in _KINDS:
        raise SendRefused(f"a {each.kind} is not passed on")
    return f"send{each.kind.capitalize()}", {each.kind: each}


def _button(button: Button, label: str) -> dict[str, str]:
    size, most = len(button.token.encode()), PROFILE.token_bytes or 0
    if not 1 <= size <= most:
        raise SendRefused(f"a button's token has {size} bytes, Telegram takes 1 to {most}")
    style = {"style": _STYLES[button.tone]} if button.tone else {}
    return {"text": label, "callback_data": button.token, **style}


def _copies(outgoing: Outgoing) -> list[list[dict[str, Any]]]:
    """A button for each text that is to be passed on; one that Telegram would not copy stands in the message alone."""
    fit = ((label, text) for label, text in outgoing.copies if 1 <= utf16_length(text) <= _MOST_COPIED)
    return [[{"text": label, "copy_text": {"text": text}}] for label, text in fit]
