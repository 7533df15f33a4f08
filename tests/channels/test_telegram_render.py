"""Outgoing -> the exact calls, each within the table of the Bot API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Attachment, Button, Outgoing, SendRefused
from bot.channels.layout import split_text, utf16_length
from bot.channels.telegram.render import PROFILE, render
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
    ],
)
def test_split(text: str, limit: int, parts: list[str]) -> None:
    assert list(split_text(text, limit)) == parts


@given(st.text(alphabet="aă \n👍\u0323\u200d", max_size=200), st.integers(4, 40))
def test_nothing_but_blanks_is_lost_in_splitting(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < utf16_length(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.text(max_size=10_000), st.booleans())
def test_what_is_rendered_is_within_the_limits(text: str, plain: bool) -> None:
    message = outgoing(f".{text}", "Đúng", LONG)
    for method, params in render(message, plain=plain):
        assert violations(method, params) == []
        assert utf16_length(params["text"]) <= PROFILE.text


@pytest.mark.parametrize(("kind", "method"), [("photo", "sendPhoto"), ("voice", "sendVoice")])
def test_what_another_person_sent_goes_by_telegrams_own_id(kind: str, method: str) -> None:
    calls = render(
        replace(outgoing("💬 Chị Lan gửi cho chị:", "Trả lời"), media=(Attachment(kind, "AgACAgUAAxkBAAIB"),))
    )
    assert calls[0] == (method, {"chat_id": 5, kind: "AgACAgUAAxkBAAIB"})
    assert calls[1][0] == "sendMessage" and "reply_markup" in calls[1][1]
    assert not [fault for name, params in calls for fault in violations(name, params)]


def test_other_things_are_not_passed_on() -> None:
    with pytest.raises(SendRefused):
        render(replace(outgoing("x"), media=(Attachment("video", "AgACAgUAAxkBAAIB"),)))
