"""Messages as they wait in the outbox, lines as the page's log keeps them: JSON, shorter where something is empty."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bot.channels.base import Attachment, Button, LogEntry, Outgoing
from bot.tutor.turn import OutgoingReply
from storage.conversations.records import LogRow, OutboxRow

_TO_TEXT = json.JSONEncoder(ensure_ascii=False)
_REST = (False, None, "", False, ())


def pack(reply: OutgoingReply, unasked: bool) -> str:
    """A message as it waits in the outbox."""
    buttons = [_packed(b) for b in reply.buttons]
    rest = [packed_media(reply.media) if reply.media else None, reply.about, reply.private, reply.copies]
    while rest and not rest[-1]:
        rest.pop()
    return _TO_TEXT.encode([reply.text, buttons, unasked, *rest])


def unpack(row: OutboxRow) -> Outgoing:
    """A row of the outbox as the message to send, also one of an older program."""
    text, packed, *rest = json.loads(row.body)
    known = (*rest, *_REST[len(rest) :])  # later fields are missing in a row of an older program, and where empty
    unasked, media, _, private, copies = known
    buttons, copied = tuple(_unpacked(*each) for each in packed), tuple((label, words) for label, words in copies)
    to_show = unpacked_media(media)
    return Outgoing(row.channel, row.chat_id, row.no, text, buttons, bool(unasked), to_show, private, copied)


def about_of(body: str) -> str:
    """What a packed message speaks of; "" where that is nothing with an id."""
    rest = json.loads(body)[4:]
    return str(rest[0]) if rest else ""


def pack_buttons(buttons: Sequence[Button]) -> str:
    """Buttons as a log row keeps them, empty for none."""
    return _TO_TEXT.encode([_packed(b) for b in buttons]) if buttons else ""


def packed_media(media: Sequence[Attachment]) -> list[list[str]] | None:
    """What goes with a message as rows keep it; None for nothing."""
    return [[each.kind, each.ref, each.file, each.words, *filter(None, [each.of])] for each in media] or None


def unpacked_media(packed: Sequence[Any] | None) -> tuple[Attachment, ...]:
    """The reverse; a row of an older program has one kind and ref."""
    if packed and isinstance(packed[0], str):
        return (Attachment(*packed),)
    return tuple(Attachment(*each) for each in packed or ())


def _packed(button: Button) -> list[Any]:
    """Without what is empty at the end, and without its tone, which its token tells to whoever sends it."""
    if not button.spot:
        return [button.token, button.label, True] if button.pinned else [button.token, button.label]
    return [button.token, button.label, button.pinned, button.spot]


def _unpacked(token: str, label: str, pinned: bool = False, spot: Sequence[float] = ()) -> Button:
    return Button(token, label, pinned, spot=tuple(spot))


def unpack_entry(row: LogRow) -> LogEntry:
    """A row of the web page's log as the entry a page shows."""
    buttons = tuple(_unpacked(*each) for each in json.loads(row.buttons)) if row.buttons else ()
    media = unpacked_media(json.loads(row.media)) if row.media else ()
    return LogEntry(row.no, row.who, row.text, buttons, row.at, media, row.fleeting)
