"""What does this word mean: heard in many manners, and in nothing that means something else."""

from __future__ import annotations

import pytest

from flows.model import Problem
from flows.reading.glossary import glossary_of
from flows.reading.loader import LessonSet, load_files
from flows.rules.glossary import abbreviations, unexplained
from flows.words.defining import MOST_LETTERS, asked_term
from tests.support.builders import LESSONS, facts, lesson, shelf, words

ASKED = {
    "otp": (
        "OTP là gì", "otp la j", "con ơi mã OTP là cái gì vậy con", "cho bà hỏi ô tê pê là sao", "ma otp nghia la gi z",
        "giải thích giùm tui chữ OTP", "OTP có nghĩa gì hả em", "cai ma xac nhan la cai chi rua", "otp laf gif",
        "what is an OTP?", "hổng biết cái OTP là gì luôn á", "OTP là mã gì vậy",
    ),
    "qr": (
        "mã QR là gì", "ma qr la gi vay con", "maqr là gì", "cái mã vuông là gì vậy", "thế nào là mã QR", "QR??? là gì",
    ),
    "vneid": (
        "VNeID là gì vậy", "vneid la ji", "vneed là gì", "app VNeID là cái gì thế", "VNeID là gì, để làm gì vậy con",
    ),
    "link": (
        "link là gì", "cái đường link là cái gì hả con", "không hiểu link là gì", "linh la gi", "ý nghĩa của link",
    ),
    "ai": ("AI là gì", "trí tuệ nhân tạo là gì", "cái máy AI là cái thứ gì"),
    "san": ("sàn là gì", "sàn thương mại điện tử nghĩa là sao"),
    "xac-thuc": ("Bác không hiểu xác thực nghĩa là thế nào.", "chữ xacs thuwjc la cái gif"),
    "mat-khau": ("mật khẩu là gì", "mk la gi vay em"),
}  # fmt: skip

OTHERS = (
    "mật khẩu của tôi là gì", "link này là gì", "tên con là gì", "là gì", "OTP là gì mà nó cứ hỏi tôi hoài vậy", "OTP",
    "", "tôi lỡ đọc OTP rồi", "mã OTP của chị là bao nhiêu", "mã OTP là 482913", "không biết mật khẩu",
    "ngày mai là gì", "bấm link thì bị gì", "VNeID mở không được", "con là ai", "cái nút này là gì", "chữ này là gì",
    "?", "là gì là gì", "ba chìa khóa giữ tiền là gì", "xin mã OTP là lừa hả con", "ai là người chỉ", "ai biết",
    "app nào", "👍 là gì",
)  # fmt: skip


def test_many_manners_of_asking_are_heard() -> None:
    asked = [(way, term) for term, ways in ASKED.items() for way in ways]
    found = [(way, getattr(asked_term(words(), shelf().glossary, way), "id", None)) for way, _ in asked]
    assert found == asked


@pytest.mark.parametrize("text", OTHERS)
def test_what_means_something_else_is_left_to_others(text: str) -> None:
    assert asked_term(words(), shelf().glossary, text) is None


def test_a_tale_is_no_question() -> None:
    tale = f"OTP là gì {'a ' * MOST_LETTERS}"
    assert asked_term(words(), shelf().glossary, tale) is None
    assert asked_term(words(), (), "OTP là gì") is None


def test_every_name_of_every_term_finds_it_with_and_without_marks() -> None:
    missed = []
    for term in shelf().glossary:
        for name in term.names:
            for way in (f"{name} là gì", f"{name.upper()} la gi vay", f"giải thích {name}"):
                found = asked_term(words(), shelf().glossary, way)
                missed += [] if found is term else [(way, found and found.id)]
    assert missed == []


ROWS = """
- {id: a, names: [mã OTP], say: "Một.", src: [S1]}
- {id: a, names: [khác], say: "Hai.", src: none}
- {id: b, names: [Ma otp], say: "Ba.", src: none}
- {id: c, names: [cờ], say: "Một. Hai. Ba. Bốn.", src: none}
- {id: d, names: [dê], say: "Gọi {ai_do}.", src: [S9]}
- {id: e, say: "Không tên.", src: none}
- {id: f, names: [ép], say: "Không nguồn."}
- {id: g, names: [gờ], say: "Được.", src: none, outline: M0}
- lạc
"""


def test_a_broken_row_hides_no_other_and_is_told_with_its_place() -> None:
    problems: list[Problem] = []
    terms = glossary_of(("glossary.yaml", ROWS.encode()), {"S1": "trang.vn"}, ("hotline",), problems)
    assert [(term.id, term.cited) for term in terms] == [("a", "trang.vn"), ("g", "")]
    assert {(each.code, each.place.line) for each in problems if each.severity == "error"} == {
        ("E004", 3), ("E004", 4), ("E005", 5), ("E003", 6), ("E003", 7), ("E003", 8), ("E003", 10),
    }  # fmt: skip


@pytest.mark.parametrize("raw", [b"", b"a: b", b"- [", b"\xff\xfe", b"- 1\n- {}\n"])
def test_any_file_is_read_without_falling_over(raw: bytes) -> None:
    assert glossary_of(("glossary.yaml", raw), {}, (), []) == ()


def test_abbreviations_are_told_from_names_and_words() -> None:
    text = "Mở VNeID, gõ OTP. Người nhận NGUYEN VAN TAP, mã {so_OTP}, CẢNH BÁO, iPhone, Zalo, A."
    assert list(abbreviations(text)) == ["VNeID", "OTP"]


def library(names: str) -> LessonSet:
    step = "- {say: a, text: Thẻ XYZ ở đây, wait_tap: Tiếp}\n- {end: het, text: Hết}"
    files = {f"l/m/{each}/lesson.yaml": lesson(step, lesson_id=each).source.encode() for each in ("mot", "hai")}
    tables = {
        "l/tracks.yaml": b'- {id: m, title: "M", order: 1}',
        "l/glossary.yaml": f'- {{id: a, names: [{names}], say: "Một.", src: none}}'.encode(),
    }
    return load_files({**tables, **files}, facts())


def test_what_two_lessons_abbreviate_has_to_be_explained() -> None:
    assert [(each.code, each.place.path) for each in unexplained(library("thẻ khác"))] == [
        ("W512", "l/m/mot/lesson.yaml")
    ]
    assert list(unexplained(library("thẻ XYZ"))) == []


def test_every_explanation_stands_in_the_folder() -> None:
    assert (LESSONS / "glossary.yaml").exists() and len(shelf().glossary) >= 40
