"""Outgoing -> the exact calls, and that none of them can be refused for its shape."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Attachment, Button, Outgoing, SendRefused
from bot.channels.layout import utf16_length
from bot.channels.zalo_bot.render import PROFILE, render

HERE = {
    "anh.jpg": "https://c.vn/media/anh.jpg",
    "doc.aac": "https://c.vn/media/doc.aac",
    "doc.ogg": "https://c.vn/x.ogg",
}
PHOTO = Attachment("photo", file="anh.jpg", words="Nút xanh")
VOICE = Attachment("voice", file="doc.aac", words="Chào chị")


def calls(text: str, *media: Attachment, labels: tuple[str, ...] = (), plain: bool = False) -> list[Any]:
    buttons = tuple(Button(f"t{at}", label) for at, label in enumerate(labels))
    made = render(Outgoing("zalo_bot:1", "u1", 1, text, buttons, media=media), lambda f: HERE.get(f, ""), plain=plain)
    assert all(params.pop("chat_id") == "u1" for _, params in made)
    return made


ROWS = [
    (calls("Chào chị"), [("sendMessage", {"text": "Chào chị"})]),
    (calls("Chọn:", labels=("Một", "Hai")), [("sendMessage", {"text": "Chọn:\n\n1. Một\n2. Hai"})]),
    (calls("Xem.", PHOTO), [("sendPhoto", {"photo": HERE["anh.jpg"], "caption": "Xem."})]),
    (calls("", PHOTO), [("sendPhoto", {"photo": HERE["anh.jpg"]})]),
    (calls("Xem.", PHOTO, plain=True), [("sendMessage", {"text": "Nút xanh\n\nXem."})]),
    (
        calls("Nghe.", VOICE),
        [("sendVoice", {"voice_url": HERE["doc.aac"]}), ("sendMessage", {"text": "Nghe."})],
    ),
    (calls("Nghe.", Attachment("voice", file="doc.ogg", words="Dạ")), [("sendMessage", {"text": "Dạ\n\nNghe."})]),
    (calls("Xem.", Attachment("photo", file="lạ.jpg", words="Hình")), [("sendMessage", {"text": "Hình\n\nXem."})]),
    (calls("Xem.", Attachment("video", file="anh.jpg", words="Phim")), [("sendMessage", {"text": "Phim\n\nXem."})]),
    (calls("Xem.", Attachment("photo", ref="AgACAg", words="Hình")), [("sendMessage", {"text": "Hình\n\nXem."})]),
    (
        calls("Xem.", Attachment("photo", ref="https://f.vn/1.jpg")),
        [("sendPhoto", {"photo": "https://f.vn/1.jpg", "caption": "Xem."})],
    ),
    (
        calls("Xem.", PHOTO, PHOTO),
        [*[("sendPhoto", {"photo": HERE["anh.jpg"]})] * 2, ("sendMessage", {"text": "Xem."})],
    ),
]


@pytest.mark.parametrize(("made", "wanted"), ROWS)
def test_what_is_sent_becomes_exactly_this(made: list[Any], wanted: list[Any]) -> None:
    assert made == wanted


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(SendRefused):
        calls(" \n ")


def test_letters_are_composed() -> None:
    assert calls(unicodedata.normalize("NFD", "Bước một")) == calls("Bước một")


@given(st.text(max_size=6_000), st.lists(st.text(min_size=1, max_size=120), max_size=9))
def test_every_part_is_within_the_limits(text: str, labels: list[str]) -> None:
    made = calls(f"x{text}", PHOTO, labels=tuple(labels))
    words = [params.get("text") or params.get("caption", "x") for _, params in made]
    assert all(0 < utf16_length(each) <= PROFILE.text <= 2_000 and each.strip() for each in words)
