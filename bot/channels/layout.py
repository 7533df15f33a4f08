"""How a text and its choices become messages on a channel, by its profile: what all channels share. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from flows.profiles import Profile

_JOINER = "\u200d"  # makes one picture of several
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)]*\s+")
_FLAG = range(0x1F1E6, 0x1F200)  # two letters of these are one flag
_SKIN = range(0x1F3FB, 0x1F400)  # the colour of the hand before it


@dataclass(frozen=True, slots=True)
class Layout:
    """`parts` are the messages, none of them blank; `buttons` what stands on the buttons under the last one."""

    parts: tuple[str, ...]
    buttons: tuple[str, ...] = ()


def lay_out(profile: Profile, text: str, labels: Sequence[str] = (), *, plain: bool = False) -> Layout:
    """A text with its choices as `profile` can carry them; a text that is too long is split.

    Labels that are too long for a button stand in the text, numbered, and the buttons carry the numbers; where there
    are more than the channel has buttons for, and where it is `plain`, the numbered lines are all.
    """
    buttons = tuple(labels)
    can_tap = profile.shows(buttons) and not plain
    if labels and not (can_tap and fit_buttons(profile, buttons)):
        text = f"{text}\n\n{numbered(labels)}"
        buttons = tuple(str(number) for number in range(1, len(labels) + 1))
    return Layout(split_text(text, profile.text), buttons if can_tap else ())


def fit_buttons(profile: Profile, labels: Sequence[str]) -> bool:
    """Whether each label can be read on a button."""
    return profile.label is None or all(len(label) <= profile.label for label in labels)


def numbered(labels: Sequence[str]) -> str:
    """The choices as lines of a text."""
    return "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))


def split_text(text: str, limit: int) -> tuple[str, ...]:
    """`text` in parts of at most `limit` UTF-16 units, cut at a paragraph, line, sentence or word, in a word without
    blanks between two letters, each with its marks. Blank parts are left out."""
    parts = []
    while utf16_length(text) > limit:
        cut = _cut(text, limit)
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    parts.append(text)
    return tuple(part for part in parts if part.strip())


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
    least = limit // 2
    for mark in ("\n\n", "\n"):
        if (at := head.rfind(mark)) > least:
            return at + len(mark)
    if (at := max((found.end() for found in _SENTENCE_END.finditer(head)), default=0)) > least:
        return at
    if (at := head.rfind(" ")) > least:
        return at + 1
    return next((at for at in range(len(head), 0, -1) if not _clings(text, at)), len(head))


def _clings(text: str, at: int) -> bool:
    """Whether a cut before `text[at]` would tear a letter from its marks, or a picture of several signs apart."""
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in ("Mn", "Mc", "Me") or _JOINER in (before, after) or ord(after) in _SKIN:
        return True
    if ord(after) in _FLAG and ord(before) in _FLAG:
        letters = len(text[:at]) - len(text[:at].rstrip("".join(map(chr, _FLAG))))
        return letters % 2 == 1
    return False
