"""What was misheard: which answer it may be, and what of a code is hidden though a digit of it became a word."""

from __future__ import annotations

import pytest

from flows.words.masking import mask, mask_heard
from flows.words.sounding import sounds_like
from tests.support.builders import real_book, words

LABELS = ("Cúp máy, không nghe nữa", "Đọc mã cho họ", "Chuyển tiền trước rồi hỏi")


@pytest.mark.parametrize(
    ("heard", "label"),
    [
        ("cúp mấy không nghe mưa", LABELS[0]),
        ("độc má cho hồ", LABELS[1]),
        ("chuyện tiền trước giờ hỏi", LABELS[2]),
        ("cúp máy nghe nữa", None),  # its "không" is lost: nobody knows what she said
        ("không đọc mã cho họ", None),
        ("trời hôm nay nóng quá", None),
        ("", None),
        ("chuyển tiền đọc mã cho họ hỏi", None),
    ],
)
def test_a_label_is_told_by_how_it_sounds(heard: str, label: str | None) -> None:
    assert sounds_like(words(), heard, LABELS) == label


def test_two_that_sound_alike_are_never_guessed_between() -> None:
    assert sounds_like(words(), "mười lắm phút", ["mười lăm phút", "mười năm phút"]) is None
    assert sounds_like(words(), "gì đó", []) is None


@pytest.mark.parametrize(
    "heard",
    [
        "bốn tám hay chín một ba",
        "mã nó gửi là tám chín mốt vai bốn sáu",
        "dạ chín bảy không bốn vào sáu một hai ba bún năm sáu bảy tám chín không",
    ],
)
def test_of_a_code_that_was_misheard_nothing_stays(heard: str) -> None:
    masked = mask_heard(heard, real_book().nouns)
    assert masked.kinds and not {"bốn", "tám", "chín", "sáu", "bảy"} & set(masked.text.split())
    assert mask_heard(masked.text, real_book().nouns).text == masked.text


@pytest.mark.parametrize(
    "heard",
    [
        "nhà chị có ba người năm nay bảy mươi hai tuổi",
        "chị sinh ngày hai mươi ba tháng tư năm một chín sáu hai",
        "ngày mười ba tháng bảy năm hai không hai sáu",
        "tháng mười hai năm một chín năm ba",
        "không chín không một hai ba bốn năm sáu bảy",
        "chị không biết một hai ba gì hết không có ai chỉ",
        "nó kêu chuyển năm triệu ba trăm hai mươi nghìn",
    ],
)
def test_what_is_no_secret_stays_as_it_was_heard(heard: str) -> None:
    assert mask_heard(heard, real_book().nouns).text == heard
    assert "•" in mask("mã là bốn năm sáu bảy tám chín", real_book().nouns).text
