"""Which room of the office a button or a word is for, and what works before consent. Pure."""

from __future__ import annotations

from bot.tutoring import lines
from bot.tutoring.desk import Desk, OfficeAsked

ROOMS = {
    "o": "offer", "y": "line", "u": "crew", "q": "post", "v": "meeting", "z": "news", "b": "self", "f": "figures",
    "p": "code", "x": "given", "j": "phone", "vo": "vouch",
}  # fmt: skip
"""What stands first in a button's token → the room of the office it is for: "o:accept:17" asks "offer.accept" of 17."""

BEFORE_CONSENT = frozenset({"offer", "line", "code", "phone"})
"""Whoever cried for help may answer her helper; whoever was invited says whether it is she."""


def tapped(desk: Desk, kind: str, rest: str) -> bool:
    """Ask the room; False where the button is of none, or means nothing any more."""
    room = ROOMS.get(kind)
    if room is None or not (desk.agreed or room in BEFORE_CONSENT):
        return False
    what, _, value = rest.replace("\x00", "").partition(":")
    if room == "line" and what not in lines.TAPPED:
        return False
    desk.events.append(OfficeAsked(f"{room}.{what}", value))
    return True


def works(desk: Desk, word: str) -> bool:
    """Whether this word of a room ("crew.list") does something for her now."""
    return desk.agreed or word.partition(".")[0] in BEFORE_CONSENT
