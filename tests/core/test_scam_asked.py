"""A message and the question whether it is a scam, in one text: the message is found, the question is no part of it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from bot.scams.policy.asking import asked_about, tells_of_own
from flows.words.keys import plain_of

LINES = [
    line.replace("\\n", "\n")
    for line in Path(__file__).with_name("scam_asked.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
PRONOUNS = frozenset("chi em con co ba bac no goi noi la cong an keu tien chuyen".split())
"""Words that may stand on either side: the question's or the message's."""


def plain(text: str) -> str:
    return " ".join(plain_of(unicodedata.normalize("NFC", text.casefold())).split())


def is_found(line: str, *, marks: bool) -> bool:
    core = line[line.index("⟦") + 1 : line.index("⟧")]
    text = line.replace("⟦", "").replace("⟧", "")
    about = asked_about(text if marks else plain_of(text))
    if about is None:
        return False
    found, wanted = plain(about.text).split(), plain(core).split()
    missing = [word for word in wanted if word not in found and word not in PRONOUNS]
    return len(missing) <= 2 and len(found) <= len(wanted) + 8 and "lua" not in found[: len(found) - len(wanted)]


@pytest.mark.parametrize("marks", [True, False])
def test_the_message_is_found_in_so_many_ways_of_asking(marks: bool):
    wrong = [line for line in LINES if not is_found(line, marks=marks)]
    assert len(LINES) >= 130 and len(wrong) <= 0.05 * len(LINES), wrong


@pytest.mark.parametrize(
    "text",
    [
        "tin này có lừa không", "coi giùm em tin này có phải lừa đảo", "tin giả là gì", "làm sao biết tin giả", "",
        "bấm nút xanh đúng không", "tôi bị lừa rồi phải không", "bài này có khó không", "chị không lừa em đâu",
        "luật sư thiệt không đi nhắn tin mời chào ai", "app này mở được không", "mai có mưa không con",
        "gửi mã otp cho con có bị lừa không", "mật khẩu này an toàn không", "số này phải lừa không em ơi",
        "ma có thiệt không con, đêm bà nghe tiếng chân sau hè", "vàng này vàng thiệt không", "không hiểu, ?, :::",
    ],
)  # fmt: skip
def test_what_asks_about_no_message_is_none(text: str):
    about = asked_about(text)
    assert about is None or not about.surely


@pytest.mark.parametrize(
    "text", ["a:" * 5_000, "tin này lừa không " * 600, ":" * 10_000, "lừa " * 2_500, "\n" * 10_000]
)
def test_ten_thousand_characters_of_anything_are_read(text: str):
    about = asked_about(text)
    assert about is None or len(about.text) <= len(text)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("tôi lỡ chuyển 5 triệu cho người xưng công an rồi", True), ("vừa đọc mã cho nó", True),
        ("tui mất hết tiền", True),
        ("Công an yêu cầu chuyển tiền gấp", False), ("tài khoản của bạn bị khóa", False),
    ],
)  # fmt: skip
def test_what_is_done_already_is_told_from_what_is_wanted(text: str, own: bool):
    assert tells_of_own(text) is own
