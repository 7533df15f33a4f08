"""Money, numbers, days and phones as women of the south, the centre and the north write, say and dictate them."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.words.values.reading import read_value
from flows.words.values.value import Value, in_groups

Kind = Literal["money", "number", "date", "phone"]
TODAY = date(2026, 11, 28)

_LINES = Path(__file__).with_name("values_said.jsonl").read_text("utf-8").splitlines()
CASES = [(case["text"], case["as"], case["value"]) for case in map(json.loads, _LINES)]


def said(text: str, kind: Kind) -> object:
    found = read_value(text, kind, today=TODAY)
    return found and found.value


@pytest.mark.parametrize(("text", "kind", "value"), CASES)
def test_values(text: str, kind: Kind, value: object):
    assert said(text, kind) == value


@pytest.mark.parametrize(("text", "kind", "value"), [case for case in CASES if not case[0].isascii()])
def test_composed_or_not_does_not_matter(text: str, kind: Kind, value: object):
    assert said(unicodedata.normalize("NFD", text), kind) == value
    assert said(unicodedata.normalize("NFC", text).upper(), kind) == value


@pytest.mark.parametrize(("text", "kind", "value"), [case for case in CASES if case[2] is not None])
def test_politeness_around_it_changes_nothing(text: str, kind: Kind, value: object):
    assert said(f"dạ {text} nha con", kind) == value


@pytest.mark.parametrize(
    ("text", "kind", "certain"),
    [
        ("50.000", "money", True),
        ("năm chục ngàn", "money", True),
        ("bảy chục", "money", True),
        ("50", "money", False),
        ("2 triệu 50", "money", False),
        ("nghe hàng xóm nói cái quạt giống vậy bán 300 ngàn", "money", False),
        ("3 năm", "number", True),
        ("sáu hai", "number", False),
        ("nam", "number", False),
        ("5/3/1962", "date", True),
        ("năm sáu hai", "date", True),
        ("62", "date", False),
        ("5 tháng giêng năm 1962", "date", False),
        ("5/3/1962 âm lịch", "date", False),
        ("0901234567", "phone", True),
        ("1. 0901234567", "phone", False),
    ],
)
def test_what_may_mean_something_else_is_doubtful(text: str, kind: Kind, certain: bool):
    found = read_value(text, kind, today=TODAY)
    assert found is not None
    assert found.certain is certain


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("50k", "money", "50.000 đồng"),
        ("1tr2", "number", "1.200.000"),
        ("5/3/62", "date", "05/03/1962"),
        ("62", "date", "1962"),
        ("901234567", "phone", "0901 234 567"),
    ],
)
def test_what_was_understood_is_said_back(text: str, kind: Kind, shown: str):
    found = read_value(text, kind, today=TODAY)
    assert found is not None
    assert found.shown == shown


LONG = [
    "5" * 4_000,
    "5 " * 2_000,
    "năm " * 1_000,
    "0o" * 2_000 + "x",
    "1.5," * 1_000,
    "ử" * 4_000,
    "😀" * 4_000,
    "-" * 4_000,
]


@pytest.mark.parametrize("text", [*LONG, "bà kể chuyện đời xưa nghe chơi cho vui " * 9 + " có 3 người"])
@pytest.mark.parametrize("kind", ["money", "number", "date", "phone"])
def test_a_novel_is_no_answer(text: str, kind: Kind):
    assert said(text, kind) is None


LETTERS = "0123456789.,/-+ ktrđaăâbcehiơoôưunmgxsfjẉ\u0301\u0300\u0309\u0303"
KINDS: list[Kind] = ["money", "number", "date", "phone"]


@given(st.text(alphabet=LETTERS, max_size=60), st.sampled_from(KINDS))
def test_nothing_breaks_the_reader(text: str, kind: Kind):
    found = read_value(text, kind, today=TODAY)
    assert found is None or (found.kind == kind and found.value == said(f" {text} ", kind))


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("0901234567", "0901 234 567"), ("02513822999", "0251 3822 999"), ("02838229999", "028 3822 9999"),
        ("02438229999", "024 3822 9999"), ("19001234", "1900 1234"),
    ],
)  # fmt: skip
def test_a_telephone_number_is_grouped_as_it_is_printed(number: str, shown: str):
    assert in_groups(number) == shown == Value("phone", number).shown
