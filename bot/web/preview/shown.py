"""One message as each channel would show it: bubbles, rows of buttons, lengths against the limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.channels.base import Button, Outgoing, SendRefused
from bot.channels.telegram.render import MAX_LABEL, MAX_TEXT, render, split_text, utf16_length
from flows.play.playing import PlayedMessage

WEB_LIMIT, ZALO_LIMIT = 4_000, 2_000  # UTF-16 units of one message
OA_BUTTONS, OA_LABEL = 5, 100  # of one Zalo OA message: buttons, characters on each


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
    """A message as every channel there is or will be would show it."""
    return tuple(show(message) for show in _SHOWS.values())


def _web(message: PlayedMessage) -> ShownMessage:
    bubbles = _split(message.text, WEB_LIMIT, tuple((choice.label,) for choice in message.choices))
    return ShownMessage("Trang web", WEB_LIMIT, bubbles, _split_note(bubbles))


def _telegram(message: PlayedMessage) -> ShownMessage:
    """By the real renderer of the Telegram channel."""
    buttons = tuple(Button(f"s:{message.seq}:{choice.id}", choice.label) for choice in message.choices)
    try:
        calls = render(Outgoing("telegram", "0", 0, message.text, buttons))
    except SendRefused as fault:
        return ShownMessage("Telegram", MAX_TEXT, (), (f"Telegram không nhận: {fault}",))
    bubbles = tuple(
        Bubble(
            data["text"],
            tuple(
                tuple(button["text"] for button in row)
                for row in data.get("reply_markup", {}).get("inline_keyboard", ())
            ),
        )
        for _, data in calls
    )
    numbered = any(len(choice.label) > MAX_LABEL for choice in message.choices)
    note = f"có nút dài hơn {MAX_LABEL} ký tự, nên nút chỉ mang số, chữ nằm trong tin"
    return ShownMessage("Telegram", MAX_TEXT, bubbles, (*_split_note(bubbles), *([note] if numbered else [])))


def _zalo_bot(message: PlayedMessage) -> ShownMessage:
    bubbles = _split(_with_menu(message), ZALO_LIMIT)
    menu = ["không có nút: người học gõ số"] if message.choices else []
    return ShownMessage("Zalo Bot", ZALO_LIMIT, bubbles, (*_split_note(bubbles), *menu))


def _zalo_oa(message: PlayedMessage) -> ShownMessage:
    too_many = len(message.choices) > OA_BUTTONS
    too_long = any(len(choice.label) > OA_LABEL for choice in message.choices)
    if too_many or too_long:
        why = f"nhiều hơn {OA_BUTTONS} nút" if too_many else f"có nút dài hơn {OA_LABEL} ký tự"
        bubbles = _split(_with_menu(message), ZALO_LIMIT)
        return ShownMessage("Zalo OA", ZALO_LIMIT, bubbles, (*_split_note(bubbles), f"{why}: người học gõ số"))
    bubbles = _split(message.text, ZALO_LIMIT, tuple((choice.label,) for choice in message.choices))
    return ShownMessage("Zalo OA", ZALO_LIMIT, bubbles, _split_note(bubbles))


_SHOWS: Mapping[str, Callable[[PlayedMessage], ShownMessage]] = {
    "web": _web,
    "telegram": _telegram,
    "zalo_bot": _zalo_bot,
    "zalo_oa": _zalo_oa,
}


def _with_menu(message: PlayedMessage) -> str:
    menu = "\n".join(f"{number}. {choice.label}" for number, choice in enumerate(message.choices, 1))
    return f"{message.text}\n\n{menu}" if menu else message.text


def _split(text: str, limit: int, rows: tuple[tuple[str, ...], ...] = ()) -> tuple[Bubble, ...]:
    """The last bubble has the buttons."""
    parts = split_text(text, limit)
    return tuple(Bubble(part, rows if at == len(parts) - 1 else ()) for at, part in enumerate(parts))


def _split_note(bubbles: tuple[Bubble, ...]) -> tuple[str, ...]:
    return (f"dài quá, phải tách làm {len(bubbles)} tin",) if len(bubbles) > 1 else ()
