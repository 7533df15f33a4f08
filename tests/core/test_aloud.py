"""Figures, sums, telephone numbers and short forms as they are read aloud."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.aloud import LARGEST, aloud, number, says_it, takes_s
from flows.files import words_digest
from flows.shelf.shelf import read_table
from tests.support.builders import LESSONS

NAMES = {str(name): str(said) for name, said in read_table(Path(LESSONS) / "aloud.yaml").items()}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Gọi 1900 0368 hay 113.", "Gọi một chín không không, không ba sáu tám hay một một ba."),
        ("Số 0912 345 678", "Số không chín một hai, ba bốn năm, sáu bảy tám"),
        ("Trả 22.000 đồng.", "Trả hai mươi hai ngàn đồng."),
        ("Trên 10.000.000 đ (mười triệu)", "Trên mười triệu đồng mười triệu"),
        ("1.200.000đ, 4.812 đồng", "một triệu hai trăm ngàn đồng, bốn ngàn tám trăm mười hai đồng"),
        ("Mã 482910, 12345678, 007", "Mã bốn tám hai chín một không, một hai ba bốn năm sáu bảy tám, không không bảy"),
        ("Từ 1/7/2026, tháng 4/2025, lễ 20/11", "Từ một tháng bảy năm hai ngàn không trăm hai mươi sáu, tháng bốn năm "
         "hai ngàn không trăm hai mươi lăm, lễ hai mươi tháng mười một"),
        ("Lúc 7h30 hay 20:00", "Lúc bảy giờ ba mươi hay hai mươi giờ"),
        ("80%, 5–10 phút, 1,5 triệu", "tám mươi phần trăm, năm đến mười phút, một phẩy năm triệu"),
        ("OTP của VNeID", "ô tê pê của vê nờ e i đê"),
        ("App là áp, ở xã/phường", "Áp là áp, ở xã, phường"),
        ("vào dichvucong.gov.vn", "vào dichvucong chấm gốp chấm vê nờ"),
        ("Thẻ XYZ", "Thẻ ích i dét"),
        ("Bấm “Ví giấy tờ” 🌸 nha…", "Bấm Ví giấy tờ nha…"),
        ("Đọc tiếng này thôi.", "Đọc tiếng này thôi."),
        ("", ""),
    ],
)  # fmt: skip
def test_a_text_is_said_as_people_of_the_south_say_it(written: str, said: str) -> None:
    assert aloud(written, NAMES).casefold() == said.casefold()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "không"), (5, "năm"), (10, "mười"), (14, "mười bốn"), (15, "mười lăm"), (21, "hai mươi mốt"),
        (44, "bốn mươi bốn"), (55, "năm mươi lăm"), (100, "một trăm"), (101, "một trăm lẻ một"),
        (1_000, "một ngàn"), (1_005, "một ngàn không trăm lẻ năm"), (2_026, "hai ngàn không trăm hai mươi sáu"),
        (500_000, "năm trăm ngàn"), (10_000_000, "mười triệu"), (1_000_000_000, "một tỷ"),
        (3_000_050, "ba triệu không trăm năm mươi"),
    ],
)  # fmt: skip
def test_numbers_in_words(value: int, said: str) -> None:
    assert number(value) == said


@given(st.integers(0, LARGEST - 1), st.integers(0, LARGEST - 1))
def test_two_numbers_never_sound_alike(one: int, other: int) -> None:
    assert (number(one) == number(other)) == (one == other)


@given(st.text(max_size=300))
def test_no_text_is_too_odd_to_be_said(text: str) -> None:
    said = aloud(unicodedata.normalize("NFC", text), NAMES)
    assert not any(each in "0123456789" for each in said) and said == " ".join(said.split())


def test_what_was_misheard_is_still_the_text_and_another_text_is_not() -> None:
    meant = aloud("Tài khoản có hai mức. Mức 1 coi được vài mục.", NAMES)
    assert says_it("tài khoản có hai mức mức một coi được vài một", meant)
    assert not says_it("hôm nay trời đẹp quá đi chợ mua con cá về kho", meant)
    assert not says_it("", meant)


def test_how_long_a_text_takes() -> None:
    least, most = takes_s("Chị bấm nút Tiếp ở dưới nha.")
    assert least < 2 < most and most < 60


def test_marks_and_case_make_no_other_recording_but_words_do() -> None:
    assert words_digest("Chị bấm “Tiếp” nha.") == words_digest("chị bấm Tiếp, nha")
    assert words_digest("Chị bấm Tiếp nha") == words_digest(unicodedata.normalize("NFD", "Chị bấm Tiếp nha"))
    assert len({words_digest(text) for text in ("Chị bấm Tiếp", "Cô bấm Tiếp", "Chi bam Tiep", "")}) == 4
