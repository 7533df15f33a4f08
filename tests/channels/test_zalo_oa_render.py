"""Outgoing in, the exact bodies out, each taken by an account that knows the limits and either shape of buttons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Attachment, Button, Outgoing, SendRefused
from bot.channels.zalo_oa.parse import TAPPED
from bot.channels.zalo_oa.render import has_upload, render
from tests.support.fake_zalo_oa import Account

IDS = {"abc.jpg": "upload-7"}
PHOTO = Attachment("photo", file="abc.jpg", words="[Hình: tin nhắn giả]")
OTHER = Attachment("photo", file="lost.jpg", words="[Hình: mất]")
PASSED_ON = Attachment("photo", ref="https://f20.zdn.vn/1.jpg")
VOICE = Attachment("voice", file="x.ogg", words="Chị nghe nè.")


def outgoing(text: str, *labels: str, media: tuple[Attachment, ...] = ()) -> Outgoing:
    buttons = tuple(Button(f"s:7:{at}", label) for at, label in enumerate(labels))
    return Outgoing("zalo_oa:1", "246845883529197922", 1, text, buttons, media=media)


def media(by: dict[str, str]) -> dict[str, Any]:
    element = {"media_type": "image", **by}
    return {"type": "template", "payload": {"template_type": "media", "elements": [element]}}


def buttons(*titles: str) -> list[dict[str, str]]:
    return [{"title": t, "type": "oa.query.hide", "payload": f"{TAPPED}s:7:{at}"} for at, t in enumerate(titles)]


def inside(text: str, *titles: str) -> dict[str, Any]:
    payload = {"template_type": "button", "text": text, "buttons": buttons(*titles)}
    return {"attachment": {"type": "template", "payload": payload}}


def beside(text: str, *titles: str) -> dict[str, Any]:
    return {"text": text, "attachment": {"type": "template", "payload": {"buttons": buttons(*titles)}}}


UPLOADED = media({"attachment_id": "upload-7"})
TABLE: list[tuple[str, Outgoing, str, bool, list[dict[str, Any]]]] = [
    ("words", outgoing("Chào chị *Lan*"), "inside", False, [{"text": "Chào chị *Lan*"}]),
    ("unsure buttons are left out", outgoing("Chọn:\n1. Đúng", "Đúng"), "none", False, [{"text": "Chọn:\n1. Đúng"}]),
    ("text inside", outgoing("Chọn:", "Đúng", "Sai"), "inside", False, [inside("Chọn:", "Đúng", "Sai")]),
    ("text beside", outgoing("Chọn:", "Đúng", "Sai"), "beside", False, [beside("Chọn:", "Đúng", "Sai")]),
    ("plain", outgoing("Chọn:", "Đúng"), "beside", True, [{"text": "Chọn:"}]),
    ("six are none", outgoing("Chọn:", *"abcdef"), "inside", False, [{"text": "Chọn:"}]),
    ("too long a title", outgoing("Chọn:", "x" * 101), "inside", False, [{"text": "Chọn:"}]),
    ("picture with words", outgoing("Xem", media=(PHOTO,)), "none", False, [{"text": "Xem", "attachment": UPLOADED}]),
    ("picture alone", outgoing("", media=(PASSED_ON,)), "none", False, [
        {"attachment": media({"url": "https://f20.zdn.vn/1.jpg"})}
    ]),
    (
        "picture and buttons",
        outgoing("Chọn:", "Đúng", media=(PHOTO,)),
        "inside",
        False,
        [{"text": "[Hình: tin nhắn giả]", "attachment": UPLOADED}, inside("Chọn:", "Đúng")],
    ),
    (
        "two pictures",
        outgoing("Xem", media=(PHOTO, PASSED_ON)),
        "none",
        False,
        [
            {"text": "[Hình: tin nhắn giả]", "attachment": UPLOADED},
            {"text": "Xem", "attachment": media({"url": "https://f20.zdn.vn/1.jpg"})},
        ],
    ),
    ("what cannot go, in words", outgoing("Xem", media=(OTHER, VOICE)), "none", False, [
        {"text": "[Hình: mất]\n\nChị nghe nè.\n\nXem"}
    ]),
    ("plain, in words", outgoing("Xem", media=(PHOTO,)), "none", True, [{"text": "[Hình: tin nhắn giả]\n\nXem"}]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "message", "shape", "plain", "messages"), TABLE, ids=[row[0] for row in TABLE])
def test_exact_request(name: str, message: Outgoing, shape: str, plain: bool, messages: list[dict[str, Any]]) -> None:
    bodies = render(message, shape, IDS, plain=plain)
    assert bodies == [{"recipient": {"user_id": message.chat_id}, "message": each} for each in messages]
    assert [has_upload(each) for each in bodies] == ["upload-7" in str(each) for each in messages]


def test_nothing_to_say_is_refused() -> None:
    for message in (outgoing(" \n"), outgoing("", "Đúng"), outgoing("", media=(Attachment("voice", file="x"),))):
        with pytest.raises(SendRefused):
            render(message, "inside", IDS)


@given(
    st.text(min_size=1, max_size=5_000).filter(str.strip),
    st.lists(st.text("abcđ ", min_size=1, max_size=110), max_size=7),
    st.lists(st.sampled_from([PHOTO, OTHER, PASSED_ON, VOICE]), max_size=3),
    st.sampled_from(["inside", "beside", "none"]),
)
def test_an_account_takes_whatever_is_made(text: str, labels: list[str], media: list[Attachment], shape: str) -> None:
    account = Account(lambda: 0.0)
    account.switches.buttons, account.uploads = "beside" if shape == "beside" else "inside", {"upload-7": 1.0}
    message = outgoing(text, *labels, media=tuple(media))
    shown = [account._read(dict(each["message"])) for each in render(message, shape, IDS)]
    said = "".join(each.text for each in shown)
    assert "".join(text.split()) in "".join(said.split())
    assert [title for title, _ in shown[-1].buttons] in ([], labels)
