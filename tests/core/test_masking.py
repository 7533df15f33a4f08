"""Example by example: what is hidden, what stays, what comes out whole."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from flows.words.masking import MASK, Masked
from tests.support.masked import CARD, mask

LESSON_FILES = sorted(Path(__file__).parents[2].glob("lessons/*/*/lesson.yaml"))

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
    ("079,163,001,234", ("citizen_id",)),
    ("079/163/001/234", ("citizen_id",)),
    ("079 - 163 - 001 - 234", ("citizen_id",)),
    ("079_163–001·234", ("citizen_id",)),
    ("079163\n001234", ("citizen_id",)),
    ("0 7 9 1 6 3 0 0 1 2 3 4", ("citizen_id",)),
    ("O79163001234", ("citizen_id",)),
    ("cccd 0791630O1234 nha", ("citizen_id",)),
    ("o79 163 oo1 234", ("citizen_id",)),
    ("079163001234l", ("citizen_id",)),
    ("０７９１６３００１２３４", ("citizen_id",)),
    ("079\u200b163\u200b001\u200b234", ("citizen_id",)),
    ("gọi 0912345678 079 1630 0123 4 20/11/1962", ("citizen_id",)),
    ("163001234567", ("citizen_id",)),
    ("họ gửi số 482913", ("otp",)),
    ("482913 đây em", ("otp",)),
    ("nhập 482913", ("otp",)),
    ("Nhập số 482 913", ("otp",)),
    ("G-482913", ("otp",)),
    ("500000", ("otp",)),
    ("mã 482000", ("otp",)),
    ("otp 4829 13", ("otp",)),
    ("OTP: 48291O", ("otp",)),
    ("otp4829l3", ("otp",)),
    ("mã otp là 8421", ("otp",)),
    ("otp ngân hàng gửi về là 48291357", ("otp",)),
    ("4-8-2-9-1-3", ("otp",)),
    ("nó đọc 4 8 2 9 1 3 đó em", ("otp",)),
    ("48.29.13", ("otp",)),
    ("482,913", ("otp",)),
    ("411111 1111111111", ("card",)),
    ("4111,1111,1111,1111", ("card",)),
    ("03 4111 1111 1111 1111", ("card",)),
    ("9704229212345678", ("card",)),
    ("cvv 123", ("card",)),
    ("cvv là ba hai một", ("card",)),
    ("mã pin 4 số 2197", ("password",)),
    ("mã pin bốn số hai một chín bảy", ("password",)),
    ("mã otp 6 chữ số là 482913", ("otp",)),
    (f"{CARD} 12/27 cvv là 123", ("card", "card")),
    ("pin 4829", ("password",)),
    ("mật khẩu điện thoại 19621963", ("password",)),
    ("mk 123456", ("password",)),
    ("mk hoahong99", ("password",)),
    ("mat khau hoahong99", ("password",)),
    ("mật khẩu zalo của tôi hoahong99", ("password",)),
    ("mk Hoa@hong", ("password",)),
    ("mk\nhoahong99", ("password",)),
    ("mật khẩu wifi là hoahong99", ("password",)),
    ("mật khẩu -> x", ("password",)),
    ("Mật khẩu – hoahong", ("password",)),
    ("mật khẩu là:\nhoahong", ("password",)),
    ("mật khẩu em đặt là x", ("password",)),
    ("em đặt mật khẩu là hoahong", ("password",)),
    ("mk là gì hoahong99", ("password",)),
    ("đưa nó mật khẩu là hoahong99", ("password",)),
    ("mật khẩu là chìa khóa nhà 1962", ("password",)),
    ("m.khẩu là hoahong", ("password",)),
    (unicodedata.normalize("NFD", "mật khẩu là hoahong"), ("password",)),
]

WHOLE = [
    ("mat khau la hoa hong 99", f"mat khau la {MASK}"),
    ("mật khẩu là hoa hồng 1962. Đúng hông em", f"mật khẩu là {MASK}. Đúng hông em"),
    ("mk: hoa hong\nem nhớ nha", f"mk: {MASK}\nem nhớ nha"),
    ("mk là 123456 hoa", f"mk là {MASK}"),
    ("thẻ 4111 1111 1111 1111 12/27, hết", f"thẻ {MASK}, hết"),
    ("0912345678, mã 482913 nè", f"0912345678, mã {MASK} nè"),
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
    "",
    "0251 3822 297",
    "1900 9068",
    "0912345678, 0251 3822 297, 1900 0368",
    "1900 0368, 1900 9068, 113",
    "0912345678 20/11/1962",
    "0912345678, 65 tuổi",
    "có mật khẩu là vô được phải không",
    "113",
    "113, 156",
    "156",
    "5656",
    "50.000",
    "10.000.000 đ",
    "1.500.000, 2.300.000",
    "100.000, 200.000",
    "lương 10 000 000",
    "5 triệu",
    "500k",
    "chuyển 500000 cho nó",
    "chuyển 250500",
    "họ đòi 500000 rồi xin otp",
    "mã số 500000 đồng",
    "20-11-1962",
    "20/11/62",
    "01/02/2026 - 03/04/2026",
    "24/11/1962 20/11/1965",
    "sinh 201162",
    "2024 2025 2026",
    "số nhà 123/45/6",
    "1 3 2 6 5 4",
    "https://viettimes.vn/cham-ma-chac-post190470.html",
    "quên mật khẩu làm sao lấy lại",
    "mk lay o dau",
    "mật khẩu là mấy số",
    "passcode là số gì",
    "passcode là mã 6 số",
    "máy hết pin làm sao",
    "hết pin là tắt máy",
    "pin yếu",
    "pin 5000 mah",
    "mật khẩu là bí mật",
    "mật khẩu là chìa khóa nhà",
    "mật khẩu: không cho ai biết",
    "mật khẩu có 8 ký tự",
    "mật khẩu dài từ 8 đến 20 ký tự",
    "đổi mật khẩu ở đâu",
    "đổi mật khẩu lúc 8h",
    "mật khẩu của em sai",
    "ai hỏi mật khẩu là lừa đảo",
    "đưa mật khẩu là mất tiền",
    "mật khẩu lạ quá",
    "lỡ đọc mã otp rồi gọi 1900 0368",
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


@pytest.mark.parametrize(("text", "left"), WHOLE)
def test_the_whole_secret_goes_and_what_is_around_it_stays(text: str, left: str):
    assert mask(text).text == left


@pytest.mark.parametrize("text", [text for text, _ in SECRETS])
def test_masking_twice_changes_nothing_more(text: str):
    once = mask(text).text
    assert mask(once) == Masked(once, ())


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for below in node.values() if isinstance(node, dict) else node:
            yield from _texts(below)


@pytest.mark.parametrize("lesson_file", LESSON_FILES, ids=lambda file: file.parent.name)
def test_nothing_a_lesson_says_looks_like_a_secret(lesson_file: Path):
    texts = list(_texts(yaml.load(lesson_file.read_text("utf-8"), yaml.BaseLoader)))
    assert texts
    # A bare number is what a number quiz asks for: the engine knows it for an answer.
    assert [text for text in texts if not text.isdigit() and mask(text).kinds] == []


HOSTILE = [
    "1 ",
    "7 ",
    "1.000.",
    "079163001234 ",
    "otp ",
    "mk ",
    "mật khẩu a ",
    "482913 x ",
    "o",
    "a",
    "mk là ",
    "••• 1",
    "stk a ",
    "bhyt 1 ",
    "mã bảy trăm ",
    "cmnd ",
    "vcb 1 ",
    "bảy ",
    "mk\n",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_long_texts_take_milliseconds(piece: str):
    text = piece * (20_000 // len(piece))
    started = time.process_time()
    mask(text)
    assert time.process_time() - started < 2, "ten times the longest message, and a slow machine"
