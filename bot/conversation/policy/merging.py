"""Fewer messages, where each is counted: what one turn says goes out together as far as a message holds it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.layout import split_text
from bot.tutor.turn import OutgoingReply
from flows.profiles import Profile


def merge(profile: Profile, replies: Sequence[OutgoingReply]) -> list[OutgoingReply]:
    """The replies of one turn in their order; neighbours are one reply where that saves a message of this channel.

    Buttons belong under what they ask, a picture stays with its own text, and what rings at night rings alone.
    """
    merged: list[OutgoingReply] = []
    for reply in replies:
        if merged and _goes_with(merged[-1], reply) and _saves(profile, merged[-1].text, reply.text):
            before = merged.pop()
            about, fleeting = before.about or reply.about, before.fleeting or reply.fleeting
            reply = reply._replace(text=f"{before.text}\n\n{reply.text}", about=about, fleeting=fleeting)
        merged.append(reply)
    return merged


def _goes_with(before: OutgoingReply, reply: OutgoingReply) -> bool:
    is_plain = not (before.buttons or before.media or reply.media)
    return is_plain and before.urgent == reply.urgent and (not before.about or before.about == reply.about)


def _saves(profile: Profile, before: str, after: str) -> bool:
    together = split_text(f"{before}\n\n{after}", profile.text)
    return len(together) < len(split_text(before, profile.text)) + len(split_text(after, profile.text))
