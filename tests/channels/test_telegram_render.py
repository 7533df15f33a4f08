"""Outgoing -> the exact calls, each within the table of the Bot API."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Attachment, Button, Outgoing, SendRefused, Tone
from bot.channels.layout import split_text, utf16_length
from bot.channels.telegram.render import PROFILE, ApiCall, attachments_in, render
from tests.support.fake_telegram.contract import violations


def outgoing(text: str, *labels: str) -> Outgoing:
    buttons = tuple(Button(f"s:7:{at}", label) for at, label in enumerate(labels))
    return Outgoing("telegram:42", "5", 1, text, buttons)


def keyboard(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": token}] for label, token in pairs]}


LONG = "Gọi ngay cho ngân hàng theo số in sau thẻ"

TABLE: list[tuple[str, Outgoing, bool, dict[str, Any]]] = [
    ("words", outgoing("Chào chị *Lan* <b>"), False, {"chat_id": 5, "text": "Chào chị *Lan* <b>"}),
    (
        "buttons, one a row",
        outgoing("Chọn:", "Đúng", "Sai"),
        False,
        {"chat_id": 5, "text": "Chọn:", "reply_markup": keyboard(("Đúng", "s:7:0"), ("Sai", "s:7:1"))},
    ),
    (
        "a label of 30 fits",
        outgoing("Chọn:", "x" * 30),
        False,
        {"chat_id": 5, "text": "Chọn:", "reply_markup": keyboard(("x" * 30, "s:7:0"))},
    ),
    (
        "one long label numbers all",
        outgoing("Chọn:", LONG, "Sai"),
        False,
        {
            "chat_id": 5,
            "text": f"Chọn:\n\n1. {LONG}\n2. Sai",
            "reply_markup": keyboard(("1", "s:7:0"), ("2", "s:7:1")),
        },
    ),
    ("plain", outgoing("Chọn:", "Đúng", "Sai"), True, {"chat_id": 5, "text": "Chọn:\n\n1. Đúng\n2. Sai"}),
]


@pytest.mark.parametrize(("name", "message", "plain", "params"), TABLE, ids=[row[0] for row in TABLE])
def test_exact_request(name: str, message: Outgoing, plain: bool, params: dict[str, Any]) -> None:
    assert render(message, plain=plain) == [("sendMessage", params)]
    assert violations("sendMessage", params) == []


def test_a_long_text_is_split_and_its_last_part_has_the_buttons() -> None:
    paragraph = "Chị ơi, " * 120
    calls = render(outgoing("\n\n".join([paragraph] * 12), "Tiếp"))
    assert len(calls) > 1
    assert ["reply_markup" in params for _, params in calls] == [False] * (len(calls) - 1) + [True]
    assert all(violations(method, params) == [] for method, params in calls)


def test_a_tone_is_a_style_and_nothing_else_changes() -> None:
    tones: tuple[Tone, ...] = ("danger", "right", "")
    buttons = tuple(Button(f"t:{tone}", tone or "x", tone=tone) for tone in tones)
    ((_, params),) = render(Outgoing("telegram:42", "5", 1, "Chắc chưa?", buttons))
    rows = params["reply_markup"]["inline_keyboard"]
    assert [row[0].get("style") for row in rows] == ["danger", "success", None]
    assert violations("sendMessage", params) == []
    assert render(Outgoing("telegram:42", "5", 1, "Chắc chưa?", buttons), plain=True)[0][1].keys() == {
        "chat_id",
        "text",
    }


def test_what_is_to_be_passed_on_has_a_button_that_copies_and_the_rest_stays_here() -> None:
    copies = (("Chép k7qf-9fht", "k7qf-9fht"), ("Chép đường dẫn", "x" * 256), ("Dài quá", "x" * 257), ("Trống", ""))
    message = replace(outgoing("Mã: k7qf-9fht", "Danh sách bài"), private=True, copies=copies)
    ((_, params),) = render(message)
    assert params["protect_content"] is True
    assert params["reply_markup"]["inline_keyboard"] == [
        [{"text": "Danh sách bài", "callback_data": "s:7:0"}],
        [{"text": "Chép k7qf-9fht", "copy_text": {"text": "k7qf-9fht"}}],
        [{"text": "Chép đường dẫn", "copy_text": {"text": "x" * 256}}],
    ]
    assert violations("sendMessage", params) == []
    ((_, plain),) = render(message, plain=True)
    assert plain == {"chat_id": 5, "text": "Mã: k7qf-9fht\n\n1. Danh sách bài", "protect_content": True}


def test_every_part_of_what_is_private_stays_here() -> None:
    calls = render(replace(outgoing("chữ " * 2_000), private=True))
    assert len(calls) > 1 and all(params["protect_content"] for _, params in calls)


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(SendRefused):
        render(outgoing(text))


@pytest.mark.parametrize("token", ["", "x" * 65, "ă" * 33])
def test_a_token_that_does_not_fit_is_refused_but_goes_plain(token: str) -> None:
    message = Outgoing("telegram:42", "5", 1, "Chọn:", (Button(token, "Đúng"),))
    with pytest.raises(SendRefused):
        render(message)
    assert render(message, plain=True) == [("sendMessage", {"chat_id": 5, "text": "Chọn:\n\n1. Đúng"})]


def test_64_bytes_fit() -> None:
    message = Outgoing("telegram:42", "5", 1, "Chọn:", (Button("ă" * 32, "Đúng"),))
    assert violations(*render(message)[0]) == []


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("một hai ba", 20, ["một hai ba"]),
        ("một hai ba", 8, ["một hai", "ba"]),
        ("dòng một\n\ndòng hai ba", 12, ["dòng một", "dòng hai ba"]),
        ("👍" * 5, 4, ["👍👍", "👍👍", "👍"]),
        ("aaa👍👍", 4, ["aaa", "👍👍"]),
        ("abc e\u0323\u0302de", 6, ["abc", "e\u0323\u0302de"]),
        ("xxxx👩\u200d👧yy", 8, ["xxxx", "👩\u200d👧yy"]),
        ("   ", 10, []),
        ("Câu một. Câu hai dài. Câu ba rất dài", 30, ["Câu một. Câu hai dài.", "Câu ba rất dài"]),
        ("Bấm “Gửi.” Rồi chờ một chút nhé", 14, ["Bấm “Gửi.”", "Rồi chờ một", "chút nhé"]),
        ("Dòng một hai.\nBa bốn. Năm sáu bảy", 22, ["Dòng một hai.", "Ba bốn. Năm sáu bảy"]),
        ("x" * 5 + "e" + "\u0323\u0302" * 2, 6, ["xxxxx", "e" + "\u0323\u0302" * 2]),
        ("a🇻🇳🇻🇳", 7, ["a🇻🇳", "🇻🇳"]),
        ("aaaa👍🏽b", 7, ["aaaa", "👍🏽b"]),
        ("x✋️y", 2, ["x", "✋️", "y"]),
        ("a" + "\u0301" * 9, 4, ["a\u0301\u0301\u0301", "\u0301" * 4, "\u0301\u0301"]),
    ],
)
def test_split(text: str, limit: int, parts: list[str]) -> None:
    assert list(split_text(text, limit)) == parts


@given(st.text(alphabet="aă \n👍\u0323\u200d", max_size=200), st.integers(4, 40))
def test_nothing_but_blanks_is_lost_in_splitting(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < utf16_length(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


LETTERS = st.sampled_from(["a", "ă", "e\u0323\u0302", "o\u031b\u0301", " ", ". ", "\n", "👩\u200d👧", "🇻🇳"])


@given(st.lists(LETTERS, max_size=80).map("".join), st.integers(7, 30))
def test_no_letter_is_torn_from_its_marks(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert not any(unicodedata.category(part[0]) == "Mn" or part[0] == "\u200d" for part in parts)
    assert all(part.count("🇻") == part.count("🇳") and not part.endswith("\u200d") for part in parts)


@given(st.text(max_size=10_000), st.booleans())
def test_what_is_rendered_is_within_the_limits(text: str, plain: bool) -> None:
    message = outgoing(f".{text}", "Đúng", LONG)
    for method, params in render(message, plain=plain):
        assert violations(method, params) == []
        assert utf16_length(params["text"]) <= PROFILE.text


# --- what goes with a text ----------------------------------------------------------------------------

HERS, VOICE = Attachment("photo", ref="AgACAgUAAxkBAAIB"), Attachment("voice", file="v.ogg", words="(nghe)")
ONE, TWO = Attachment("photo", file="1.jpg", words="(hình một)"), Attachment("photo", file="2.jpg", words="(hình hai)")
FILM = Attachment("video", file="f.mp4")
FITS, LONGER = "x" * 1024, "x" * 1025

Rendered = list[tuple[str, Any]]
"""Method → what it shows, then the words that go with it."""


def shown(calls: list[ApiCall]) -> Rendered:
    """Calls without what all of them have."""
    told: Rendered = []
    for method, params in calls:
        shows = attachments_in(params)
        words = params.get("caption", params.get("text"))
        told.append((method, [*shows, *([words] if words else []), *(["…"] if "reply_markup" in params else [])]))
    return told


MEDIA: list[tuple[str, tuple[Attachment, ...], str, Rendered]] = [
    ("a picture and its words are one", (ONE,), "Đây nè", [("sendPhoto", [ONE, "Đây nè", "…"])]),
    ("what a person sent, too", (HERS,), "Chị Lan gửi:", [("sendPhoto", [HERS, "Chị Lan gửi:", "…"])]),
    ("a recording", (VOICE,), "Nghe nè", [("sendVoice", [VOICE, "Nghe nè", "…"])]),
    (
        "a recording comes before the picture that has the words",
        (ONE, VOICE),
        "Đây nè",
        [("sendVoice", [VOICE]), ("sendPhoto", [ONE, "Đây nè", "…"])],
    ),
    ("a film", (FILM,), "Coi nè", [("sendVideo", [FILM, "Coi nè", "…"])]),
    ("a caption of 1,024", (ONE,), FITS, [("sendPhoto", [ONE, FITS, "…"])]),
    ("more is its own message", (ONE,), LONGER, [("sendPhoto", [ONE]), ("sendMessage", [LONGER, "…"])]),
    ("emoji count twice", (ONE,), "👍" * 513, [("sendPhoto", [ONE]), ("sendMessage", ["👍" * 513, "…"])]),
    ("nothing but a picture", (ONE,), "", [("sendPhoto", [ONE, "…"])]),
    ("an album has no buttons", (ONE, TWO), "Hai", [("sendMediaGroup", [ONE, TWO]), ("sendMessage", ["Hai", "…"])]),
    (
        "films may be in it, recordings not",
        (ONE, FILM, VOICE, TWO),
        "Bốn",
        [
            ("sendMediaGroup", [ONE, FILM]),
            ("sendVoice", [VOICE]),
            ("sendPhoto", [TWO]),
            ("sendMessage", ["Bốn", "…"]),
        ],
    ),
    (
        "ten in one",
        (ONE,) * 11,
        "Nhiều",
        [("sendMediaGroup", [ONE] * 10), ("sendPhoto", [ONE]), ("sendMessage", ["Nhiều", "…"])],
    ),
]


@pytest.mark.parametrize(("name", "media", "text", "calls"), MEDIA, ids=[row[0] for row in MEDIA])
def test_what_is_shown(name: str, media: tuple[Attachment, ...], text: str, calls: Rendered) -> None:
    rendered = render(replace(outgoing(text, "Tiếp"), media=media))
    assert shown(rendered) == calls
    assert not [fault for method, params in rendered for fault in violations(method, by_id(params))]


def by_id(params: dict[str, Any]) -> dict[str, Any]:
    """As it leaves: an id for each attachment."""
    album = [each | {"media": "AgAC"} for each in params.get("media", ())]
    alone = {name: "AgAC" if isinstance(value, Attachment) else value for name, value in params.items()}
    return alone | ({"media": album} if album else {})


def test_what_is_lost_is_told_in_its_words() -> None:
    message = replace(outgoing("Bấm nút gửi", "Tiếp"), media=(ONE,))
    assert shown(render(message, lost={ONE})) == [("sendMessage", ["Bấm nút gửi\n(hình một)", "…"])]
    spoken = replace(message, media=(VOICE,))
    assert shown(render(spoken, lost={VOICE})) == [("sendMessage", ["Bấm nút gửi", "…"])], "the text says it"
    assert shown(render(replace(spoken, text=""), lost={VOICE})) == [("sendMessage", ["(nghe)", "…"])]
    two = replace(message, media=(ONE, TWO))
    told = ("sendMessage", ["Bấm nút gửi\n(hình một)", "…"])
    assert shown(render(two, lost={ONE})) == [("sendPhoto", [TWO]), told]
    assert shown(render(two, singly=True))[:2] == [("sendPhoto", [ONE]), ("sendPhoto", [TWO])]
    ((_, params),) = render(two, plain=True)
    assert params["text"] == "Bấm nút gửi\n(hình một)\n(hình hai)\n\n1. Tiếp"


def test_a_private_picture_stays_here() -> None:
    calls = render(replace(outgoing("x"), media=(ONE, TWO), private=True))
    assert [params["protect_content"] for _, params in calls] == [True, True]


def test_other_things_are_not_passed_on() -> None:
    with pytest.raises(SendRefused):
        render(replace(outgoing("x"), media=(Attachment("sticker", "AgACAgUAAxkBAAIB"),)))
