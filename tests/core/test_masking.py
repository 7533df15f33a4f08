"""What could rob her is never kept: a table of what people write, and properties over whole sprints."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import flows
from flows import events as ev
from flows.masking import MASK, mask
from tests.support.builders import book, lesson
from tests.support.scene import Scene

CARD = "4111111111111111"

SECRETS = [
    ("079163001234", ("citizen_id",)),
    ("cccd cua toi 079 163 001 234 do", ("citizen_id",)),
    ("079.163.001.234", ("citizen_id",)),
    ("cccd 079163001234 12/05/1963", ("citizen_id",)),
    ("079163001234 5", ("citizen_id",)),
    ("1234567 079163001234", ("citizen_id",)),
    ("0912345678 079163001234", ("citizen_id",)),
    ("+079163001234", ("citizen_id",)),
    ("079 163 001 234đ", ("citizen_id",)),
    ("so la079163001234nha", ("citizen_id",)),
    ("079163001234 va 079163001235", ("citizen_id", "citizen_id")),
    ("079163001234079163001235", ("card",)),
    ("482913", ("otp",)),
    ("482 913", ("otp",)),
    ("ma 482913 nhap o dau", ("otp",)),
    ("OTP: 482913", ("otp",)),
    ("482913 là mã gì vậy", ("otp",)),
    ("passcode 482913", ("otp",)),
    (CARD, ("card",)),
    ("4111 1111 1111 1111", ("card",)),
    ("4111-1111-1111-1111 12/26", ("card",)),
    ("4111 1111 1111 1111 123", ("card",)),
    ("378282246310005", ("card",)),
    ("3782 822463 10005", ("card",)),
    ("mật khẩu là hoasua123", ("password",)),
    ("mat khau: abc", ("password",)),
    ("mk = abc", ("password",)),
    ("mật khẩu vneid của tôi là Abc@123", ("password",)),
    ("mã pin là 1234", ("password",)),
    ("mk là abc, cccd 079163001234", ("citizen_id", "password")),
]

PLAIN = [
    "0912345678",
    "0912 345 678",
    "+84912345678",
    "+84 912 345 678",
    "gọi 0912 345 678 hoặc 0987 654 321 nha",
    "0912345678 0987654321",
    "1900 0368",
    "500000 đ",
    "500.000",
    "500000 đồng",
    "chuyển 150000k",
    "500.000.000.000 đ",
    "20/11/1962",
    "1-2-1980",
    "1.2.1980",
    "12345",
    "mật khẩu là gì",
    "mk la gi vay em",
    "quên mật khẩu rồi",
    "số tài khoản 0123456789",
    "",
]


@pytest.mark.parametrize(("text", "kinds"), SECRETS)
def test_secrets_are_masked(text: str, kinds: tuple[str, ...]):
    masked = mask(text)
    assert masked.kinds == kinds
    assert MASK in masked.text


@pytest.mark.parametrize("text", PLAIN)
def test_what_she_needs_to_talk_about_stays(text: str):
    assert mask(text) == (masked := mask(text))
    assert (masked.text, masked.kinds) == (text, ())


def test_masking_twice_changes_nothing_more():
    for text, _ in SECRETS:
        once = mask(text).text
        assert mask(once).text == once


# --- properties --------------------------------------------------------------------------------------


def _with_check_digit(digits: str) -> str:
    """Append the digit that makes a Luhn number."""
    total = 0
    for at, character in enumerate(reversed(digits)):
        number = int(character) * (1 if at % 2 else 2)
        total += number - 9 if number > 9 else number
    return digits + str(-total % 10)


def _in_fours(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


digit = st.sampled_from("0123456789")
provinces = st.integers(1, 96).map(lambda number: f"{number:03d}")  # a citizen id begins with its province
citizen_ids = st.builds(str.__add__, provinces, st.text(digit, min_size=9, max_size=9))
issuers = st.sampled_from(["4", "51", "55", "2221", "2720", "35", "62", "9704"])  # Visa … Napas
cards = st.builds(lambda issuer, rest: _with_check_digit((issuer + rest)[:15]), issuers, st.text(digit, min_size=15))
written = st.one_of(
    citizen_ids,
    citizen_ids.map(lambda i: f"{i[:3]} {i[3:6]} {i[6:9]} {i[9:]}"),
    cards,
    cards.map(_in_fours),
    cards.map(lambda c: _in_fours(c).replace(" ", "-")),
)
before = st.sampled_from(
    ["", " ", "cccd ", "số của tôi là ", "12/26 ", "\n", ", ", "gọi 0912345678 ", "x", "= ", "mk là a "]
)
after = st.sampled_from(["", " 12/26", " 123", ".", "\n", " nha", " 0912345678", "-5", "đ", " hết 500.000 đ"])
messages = st.builds(lambda first, secret, last: (f"{first}{secret}{last}", secret), before, written, after)

PLACES = """
    - {say: s, text: Chào, wait_tap: Tiếp}
    - choose: c
      text: Chọn
      options: [{id: a1, text: Một}, {id: b1, text: Hai}]
    - {quiz: n, type: number, text: Bao nhiêu, accept: ["500000"], say: Đúng, tries: 0}
    - {quiz: t, type: text, text: Gõ, accept: [xong], say: Đúng, tries: 0}
    - {quiz: m, type: many, text: Gõ, options: [{id: a1, text: A, right: true}, {id: b1, text: B}], tries: 0}
    - {ask: a, text: Ở đâu, save: noi, type: place}
    - {ask: p, text: Riêng, save: rieng, private: true}
    - {ask: q, text: Điện thoại, save: dt, type: phone_vn}
    - {task: v, text: Làm, done: Rồi}
    - {end: het}
"""
BOOK = book(lesson(PLACES))
STEPS = ["s", "c", "n", "t", "m", "a", "p", "q", "v"]


@given(messages, st.sampled_from(STEPS))
def test_no_secret_survives_a_sprint(message: tuple[str, str], step: str):
    text, secret = message
    one = Scene(BOOK, "thu").set(step=step).say(text)
    kept = repr(one.events) + repr(flows.dump(one.session))
    bare = re.sub(r"\D", "", secret)
    assert secret not in kept
    assert bare not in re.sub(r"[ .\-]", "", kept)
    assert one.happened(ev.SecretMasked)


@given(st.text(st.sampled_from("0123456789 .-+đkmã:"), max_size=60))
def test_masking_never_fails_and_leaves_no_twelve_digits_in_one_piece(text: str):
    assert not re.search(r"(?<!\d)\d{12}(?!\d)", re.sub(r"\+84\d{10}(?!\d)", "", mask(text).text))
