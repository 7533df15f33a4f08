"""What goes with a text on the channel of a turn: as a file where it can be had there, else in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.channels.base import Attachment
from flows import events as ev
from flows.files import LessonFile
from flows.profiles import Profile

_KINDS = {"image": "photo", "voice": "voice", "video": "video"}
"""The engine's word for it, and a messenger's."""


def carried(profile: Profile, text: str, exhibits: Sequence[ev.Exhibit]) -> tuple[str, tuple[Attachment, ...]]:
    """The text as it is said on a channel, and what goes with it there."""
    attached: list[Attachment] = []
    left = []
    for each in exhibits:
        found = attachment(profile, each)
        attached += [found] if found else []
        left += [] if found else [each]
    return ev.told(text, left) or ev.told("", exhibits), tuple(attached)  # a message has words, whatever else it has


def read_out(profile: Profile, choices: Sequence[tuple[str, ev.Exhibit | None]]) -> tuple[Attachment, ...]:
    """The recordings of choices, by the tokens of their buttons: where they are played when somebody wishes it, as
    on a page; a messenger would send each as a message."""
    if not profile.keeps_log:
        return ()
    spoken = ((token, attachment(profile, voice)) for token, voice in choices if voice)
    return tuple(replace(found, of=token) for token, found in spoken if found)


def attachment(profile: Profile, exhibit: ev.Exhibit) -> Attachment | None:
    """What leaves on a channel; None where it is said in words.

    A page has a recording's words even where nobody can play it: they may be read aloud there. Where messages are
    counted none is spent on what the text says as well.
    """
    if exhibit.repeats and profile.metered:
        return None
    file = next((each.file for each in _same(exhibit.file) if _takes(profile, exhibit.kind, each)), "")
    if not file and not (exhibit.kind == "voice" and profile.keeps_log):
        return None
    return Attachment(_KINDS[exhibit.kind], file=file, words=exhibit.words)


def _same(file: LessonFile | None) -> tuple[LessonFile, ...]:
    return (file, *file.others) if file else ()


def _takes(profile: Profile, kind: str, file: LessonFile) -> bool:
    """Whether a channel takes this file: its type, its weight, and that it can be fetched where it has to be."""
    most = profile.image_bytes if kind == "image" else profile.file_bytes
    is_reached = profile.media != "address" or profile.keeps_log or bool(file.address)
    return file.ending in profile.takes(kind) and file.size <= most and is_reached
