"""One message as each channel would show it: bubbles, rows of buttons, lengths against the limit."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.layout import fit_buttons, lay_out, utf16_length
from flows.play.playing import PlayedMessage
from flows.profiles import PROFILES, Profile


@dataclass(frozen=True, slots=True)
class Bubble:
    """What leaves as one message; `rows` are its buttons as they stand."""

    text: str
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def units(self) -> int:
        """Length as messengers count it, in UTF-16 units."""
        return utf16_length(self.text)


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message on one channel. `notes` say what the channel changed."""

    channel: str
    limit: int
    bubbles: tuple[Bubble, ...]
    notes: tuple[str, ...] = ()


def show_everywhere(message: PlayedMessage) -> tuple[ShownMessage, ...]:
    """The same message on every channel there is or will be, laid out as the channels themselves do it."""
    return tuple(_show(profile, message) for profile in PROFILES)


def title(profile: Profile) -> str:
    """A channel's name at the head of a line."""
    return f"{profile.name[:1].upper()}{profile.name[1:]}"


def _show(profile: Profile, message: PlayedMessage) -> ShownMessage:
    labels = [choice.label for choice in message.choices]
    layout = lay_out(profile, message.text, labels)
    rows = tuple((label,) for label in layout.buttons)
    last = len(layout.parts) - 1
    bubbles = tuple(Bubble(part, rows if at == last else ()) for at, part in enumerate(layout.parts))
    notes = (*_why_refused(profile, message), *_why_numbered(profile, labels))
    split = (f"dài quá, phải tách làm {len(bubbles)} tin",) if last else ()
    return ShownMessage(title(profile), profile.text, bubbles, (*(split if bubbles else ()), *notes))


def _why_refused(profile: Profile, message: PlayedMessage) -> tuple[str, ...]:
    longest = max((len(f"s:{message.seq}:{choice.id}".encode()) for choice in message.choices), default=0)
    if profile.token_bytes is not None and longest > profile.token_bytes:
        return (f"{profile.name} không nhận nút có mã dài {longest} byte",)
    return ()


def _why_numbered(profile: Profile, labels: list[str]) -> tuple[str, ...]:
    if labels and not profile.buttons:
        return ("không có nút: người học gõ số",)
    if len(labels) > profile.buttons:
        return (f"nhiều hơn {profile.buttons} nút: người học gõ số",)
    if not fit_buttons(profile, labels):
        return (f"có nút dài hơn {profile.label} ký tự, nên nút chỉ mang số, chữ nằm trong tin",)
    return ()
