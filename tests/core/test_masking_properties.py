"""Masking over any text: pulled apart, in other digits, by every noun, in many voices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import flows
from flows import events as ev
from flows.words.masking import MASK, Masked
from flows.words.nouns import NounRow
from tests.support.builders import book, lesson
from tests.support.masked import OTHER_ROWS, SECRET_ROWS, mask, nouns_of
from tests.support.scene import Scene

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
    kept = repr(one.events) + repr(flows.dump(one.run))
    bare = re.sub(r"\D", "", secret)
    assert secret not in kept
    assert bare not in re.sub(r"[ .\-]", "", kept)
    assert one.happened(ev.SecretMasked)


SEPARATORS = ["", "", " ", "-", ".", ",", "/", "_", "–", "·", " - ", ", ", "\n", "\u200b", "\u2060", "\u00a0"]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@st.composite
def pulled_apart(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> tuple[str, str]:
    """A number, and how it may be written: anything between the digits, letters or wide digits in their place."""
    bare = draw(numbers)
    signs = draw(st.lists(st.sampled_from(SEPARATORS), min_size=len(bare) - 1, max_size=len(bare) - 1))
    shape = draw(st.sampled_from(["as it is", "wide", "letters"]))
    if shape == "letters":
        return bare, bare[:4] + bare[4:].replace("0", "O", 1).replace("1", "l", 1)
    parted = "".join(f"{sign}{figure}" for sign, figure in zip(["", *signs], bare, strict=True))
    return bare, parted.translate(FULL_WIDTH) if shape == "wide" else parted


around = st.sampled_from([("", ""), ("số của em là ", " nha"), ("(", ")"), ("cccd:", "."), ("gọi 113 nha, số ", "\n")])


@given(pulled_apart(citizen_ids), around)
def test_no_citizen_id_survives_whatever_stands_between_its_digits(number: tuple[str, str], places: tuple[str, str]):
    masked = mask(f"{places[0]}{number[1]}{places[1]}")
    assert masked == Masked(f"{places[0]}{MASK}{places[1]}", ("citizen_id",))


@given(pulled_apart(cards), around)
def test_no_card_survives_whatever_stands_between_its_digits(number: tuple[str, str], places: tuple[str, str]):
    assume(not re.search(r"000|19\d\d|20\d\d", number[0]))  # it may be pulled apart into a date or a sum: 4.000
    masked = mask(f"{places[0]}{number[1]}{places[1]}")
    assert masked.text == f"{places[0]}{MASK}{places[1]}"
    assert masked.kinds in [("card",), ("citizen_id",)]


WORDS = """mật khẩu mk là la : = -> otp mã pin cvv 4829 482913 500000 đồng đ 0912345678 079163001234 079 163 001 234 O79
hoahong99 hoa , . ; chuyển sinh 20/11/1962 4111 1111 1l11 x1 +84 912 l o1 ••• 12 500.000 4-8-2-9-1-3 ? gì""".split()
chatter = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", " ", "", "\n"])), max_size=12).map(
    lambda said: "".join(f"{word}{gap}" for word, gap in said)
)


@given(st.one_of(chatter, st.text(max_size=80), st.text(st.sampled_from("0123456789 .-+đkmã:•lO\n"), max_size=60)))
def test_masking_never_fails_hides_long_numbers_and_is_done_after_one_time(text: str):
    once = mask(text)
    assert not re.search(r"(?<!\d)[0-9]{12}(?!\d)", re.sub(r"\+84\d{10}(?!\d)", "", once.text))
    assert mask(once.text) == Masked(once.text, ())


ELSE = [
    "số nhà 123456",
    "so nha 123456",
    "biển số xe 60B1-123456",
    "bien so xe 60B1 123456",
    "cước điện tháng này 354200",
    "tiền nước tháng 10 354200",
    "hóa đơn số 482913",
    "mã hồ sơ 250910",
    "ma ho so la 250910",
    "số hồ sơ 000.00.20.G24-250910-0001",
    "hồ sơ H04.20-250910-0012 tới đâu rồi",
    "công tơ ghi 012345",
    "chỉ số điện 482913",
    "một hai ba bốn năm sáu",
    "ba bốn năm nữa",
    "sáu một ba hai năm bốn",
]

STILL_HIDDEN = [
    ("chị số 482913", ("otp",)),
    ("họ số 482913", ("otp",)),
    ("chi so 482913", ("otp",)),
    ("số nhà nó gửi otp 482913", ("otp",)),
    ("hồ sơ vneid gửi về 482913", ("otp",)),
    ("tin nhắn nói hóa đơn 482913", ("otp",)),
    ("000.00.20.G24-482913-0001", ("otp",)),
    ("số nhà 12, mã 482913", ("otp",)),
    ("hồ sơ 079163001234", ("citizen_id",)),
    ("tiền điện trả thẻ 4111111111111111", ("card",)),
    ("ma la bon tam hai chin mot ba", ("otp",)),
    ("mã OTP: bốn tám hai chín một ba nha", ("otp",)),
    ("bốn tám hai chín một ba", ("otp",)),
    ("mã pin là bốn tám hai chín", ("password",)),
    ("không bảy chín một sáu ba không không một hai ba bốn", ("citizen_id",)),
    ("OTP 48Ο91З".replace("З", "3"), ("otp",)),
]


@pytest.mark.parametrize("text", ELSE)
def test_a_number_that_plainly_is_something_else_stays(text: str):
    assert mask(text) == Masked(text, ())


@pytest.mark.parametrize(("text", "kinds"), STILL_HIDDEN)
def test_in_doubt_it_is_hidden(text: str, kinds: tuple[str, ...]):
    once = mask(text)
    assert once.kinds == kinds
    assert mask(once.text) == Masked(once.text, ())
    assert not re.search(r"\d{6}", once.text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("mở máy chị bấm 2580", ("password",)),  # what unlocks a thing, whatever it is called
        ("máy chị khóa bằng số 9090", ("password",)),
        ("bấm 1357 là mở được máy chị", ("password",)),
        ("chị đặt bexiu2015 làm mật khẩu được không", ("password",)),  # said before its word
        ("chị lấy 0977 làm pass", ("password",)),
        ("mật khẩu vneid em nhớ giùm chị nghen, Tam@1958", ("password",)),  # behind a comma, by itself
        ("số thẻ visa 4532 1234 5678 9012", ("card",)),  # a digit is wrong: a card all the same
        ("mặt sau thẻ ghi 482", ("card",)),
        ("nó vừa nhắn 118 204 á", ("otp",)),
        ("thẻ hết hạn 11/27 số 4770 1122 3344 5566", ("card",)),
        ("mật khẩu của bác: Tư Hậu 58", ("password",)),
        ("cái pin thẻ bác là 5566", ("password",)),
        ("quên mật khẩu từ 2022 tới giờ", ()),
        ("mở máy lúc 1930 coi thời sự", ()),
        ("mật khẩu chị đặt hồi năm 2020", ()),
        ("quên mật khẩu thì gọi 18001091 hả em", ()),
        ("mở máy tính tiền 15000", ()),
        ("pin 4000 là trâu không em", ()),
        ("chị lấy tên cháu làm mật khẩu", ()),
        ("ngu roi ba mowis mo may coi", ()),
    ],
)
def test_what_unlocks_is_hidden_by_whatever_name(text: str, kinds: tuple[str, ...]):
    assert mask(text).kinds == kinds


SHAPES = ["4829", "482913", "271234567", "7512345678", "075162001234", "9704050012345678", "b7654321", "hoa1962"]


def _called(rows: list[NounRow]) -> list[tuple[NounRow, str, str]]:
    """Every noun of these rows with every number that it may name."""
    return [
        (row, noun, number)
        for row in rows
        for noun in nouns_of(row)
        for number in SHAPES
        if re.fullmatch(row.shape, number)
    ]


@pytest.mark.parametrize("row", SECRET_ROWS, ids=lambda row: row.id)
def test_whatever_a_noun_of_secrets_stands_beside_is_hidden(row: NounRow):
    """Behind the noun, before it, and in the next sentence."""
    said = _called([row])
    assert said
    kept = [
        text
        for _, noun, number in said
        for text in (f"{noun} {number}", f"{number} là {noun} nha", f"{noun} đây. Là {number}")
        if number in mask(text).text and row.reach > 5
    ]
    assert kept == []


@pytest.mark.parametrize("row", OTHER_ROWS, ids=lambda row: row.id)
def test_six_digits_that_are_called_something_else_stay(row: NounRow):
    said = [(noun, f"{noun} 482913") for row, noun, number in _called([row]) if number == "482913"]
    assert [text for _, text in said if mask(text).kinds] == []


def test_no_noun_is_of_two_sorts():
    secret = {noun for row in SECRET_ROWS for noun in nouns_of(row)}
    assert not secret & {noun for row in OTHER_ROWS for noun in nouns_of(row)} - SPOKEN_OF_BOTH


SPOKEN_OF_BOTH = {"mã giao dịch"}
"""A code by its six digits, a transaction by more."""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("bhxh 7512345678, sđt 0912345678", f"bhxh {MASK}, sđt 0912345678"),
        ("đơn hàng 7512345678, bhxh của chị 7512345679", f"đơn hàng 7512345678, bhxh của chị {MASK}"),
        ("cmnd của ổng mất rồi. Số là 271234567", f"cmnd của ổng mất rồi. Số là {MASK}"),
        ("số 271234567 là chứng minh cũ", f"số {MASK} là chứng minh cũ"),
        ("soos taif khoanr cuar tooi laf 0071001234567", f"soos taif khoanr cuar tooi laf {MASK}"),
        ("hộ chiếu chữ xê bảy sáu năm bốn ba hai một", f"hộ chiếu chữ {MASK}"),
        ("thẻ 9704050012345678, mặt sau 123", f"thẻ {MASK}, mặt sau {MASK}"),
        ("thẻ 4532123456789012 rồi 551", f"thẻ {MASK} rồi {MASK}"),
        ("mật khẩu cũ hoasim1, mật khẩu mới hoasim22", f"mật khẩu cũ {MASK}, mật khẩu mới {MASK}"),
        ("hoasimtim chính là mật khẩu của tui", f"{MASK} chính là mật khẩu của tui"),
        ("đặt mật khẩu dễ lắm, chỉ có sông lam thôi", f"đặt mật khẩu dễ lắm, chỉ có {MASK}"),
        ("số bhxh trong hợp đồng cũ 7512345678", f"số bhxh trong hợp đồng cũ {MASK}"),
        ("mã pin thẻ hưu là năm cháu sinh 2014", f"mã pin thẻ hưu là năm cháu sinh {MASK}"),
        ("mật khẩu là tên mình được không em", "mật khẩu là tên mình được không em"),
        ("ví này của MB Bank 0908123123", f"ví này của MB Bank {MASK}"),
        (
            "maatj khaaur wifi nhaf coo hoong nhows, hoir ai giowf",
            "maatj khaaur wifi nhaf coo hoong nhows, hoir ai giowf",
        ),
        ("quen ma6t5 kha6u3 ro62i2 con o7i, chi3 ngoai5", "quen ma6t5 kha6u3 ro62i2 con o7i, chi3 ngoai5"),
        ("vận đơn 136482750914 giao chưa", "vận đơn 136482750914 giao chưa"),
        ("vé số đài Tây Ninh 640835 với 135206", "vé số đài Tây Ninh 640835 với 135206"),
        ("IMEI máy tui 356 882 104 471 909", "IMEI máy tui 356 882 104 471 909"),
    ],
)
def test_the_nearest_noun_decides(text: str, left: str):
    assert mask(text).text == left
    assert mask(left) == Masked(left, ())


def _voices() -> list[tuple[str, list[str], str]]:
    """Kind, what must vanish, the message."""
    lines = (Path(__file__).parent / "masking_voices.txt").read_text("utf-8").splitlines()
    rows = [line.replace("\\n", "\n").split(" ", 1) for line in lines if line and not line.startswith("#")]
    return [(kind, re.findall("«(.*?)»", text, re.DOTALL), re.sub("[«»]", "", text)) for kind, text in rows]


VOICES = _voices()


def test_of_what_many_women_type_nearly_every_secret_is_hidden_and_hardly_anything_else():
    secrets = [(gone, text, mask(text)) for kind, gone, text in VOICES if kind != "-"]
    innocent = [text for kind, _, text in VOICES if kind == "-"]
    kept = [text for gone, text, masked in secrets if not masked.kinds or any(each in masked.text for each in gone)]
    hidden = [text for text in innocent if mask(text).kinds]
    assert len(secrets) >= 970 and len(innocent) >= 990
    assert 100 * len(kept) <= 5 * len(secrets), kept
    assert 100 * len(hidden) <= 2 * len(innocent), hidden


@pytest.mark.parametrize("kind", ["account", "citizen_id", "passport", "insurance", "card", "otp", "password"])
def test_most_secrets_are_called_by_their_kind(kind: str):
    """What is told to her: an account is no code, a password no number of a card."""
    told = [kind in mask(text).kinds for each, _, text in VOICES if each == kind]
    assert 10 * sum(told) >= 9 * len(told)


@pytest.mark.parametrize("text", [text for kind, _, text in VOICES if kind != "-"])
def test_what_was_masked_stays_as_it_is(text: str):
    once = mask(text).text
    assert mask(once) == Masked(once, ())
