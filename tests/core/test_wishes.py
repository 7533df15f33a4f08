"""The rules of the relay as a file: how a pattern is written, what is wrong with one, and that none is ever missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.model import LessonInvalid, Problem
from flows.reading.wish_rules import wishes_of
from flows.shelf.shelf import read_shelf
from flows.words.wishes import Groups, PatternInvalid, pattern_of, readings
from tests.support.builders import facts
from tests.support.short_lesson import write_lessons

GROUPS = Groups({"ma": ("mã", "mật khẩu"), "ai": ("em !gái", "con"), "vong": ("{vong}",)})


def stands(pattern: str, text: str) -> bool:
    return any(pattern_of(pattern, GROUPS).find(said) for said in readings(text))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("đọc {ma}", "chị ĐỌC MÃ"),
        ("đọc {ma}", "doc mat khau"),
        ("đọc {ma}", "ddocj maatj khaaur"),
        ("đọc {ma}", "d9oc5 ma4"),
        ("đọc {ma}", "ðọc m.ã"),
        ("đọc {ma}", "đọc m ậ t k h ẩ u"),
        ("đọc {ma}", "đọc matkhau"),
        ("đọc/gửi … mã", "gửi lại cái mã"),
        ("đọc …5 mã", "đọc cho em nghe cái đó mã"),
        ("mã & đọc", "đọc giùm em, cái mã"),
        ("đọc cái? mã", "đọc mã"),
        ("cho {ai}* mã", "cho con con mã"),
        ("^ đọc", "dạ, đọc đi"),
        ("gửi {amount}", "gửi 50.000đ"),
        ("gửi {amount}", "gửi năm trăm ngàn"),
        ("gửi {number}", "gửi 200"),
        ("bảo", "bão"),  # hook and tilde are one
    ],
)
def test_what_fits_a_pattern(pattern: str, text: str):
    assert stands(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("đọc {ma}", "đọc má"),
        ("đọc {ma}", "đọc mà không hiểu"),
        ("đọc =mã", "doc ma"),
        ("quầy", "chị quay mặt lại"),  # typed with its marks: bare is bare
        ("đọc … mã", "đọc một hai ba bốn mã"),
        ("đọc … mã", "đọc, mã"),
        ("mã & đọc", "mã một hai ba bốn năm sáu bảy tám chín mười mười một hai ba đọc"),
        ("cho {ai}", "cho em gái"),
        ("^ đọc", "chị đọc đi"),
        ("gửi {number}", "gửi 0912 345 678"),
    ],
)
def test_what_does_not(pattern: str, text: str):
    assert not stands(pattern, text)


@pytest.mark.parametrize("pattern", ["", "{khong_co}", "{vong}", "a-b", "…x"])
def test_a_pattern_that_cannot_be_read_says_so(pattern: str):
    with pytest.raises(PatternInvalid):
        pattern_of(pattern, GROUPS)


def test_a_rule_without_examples_is_told():
    problems: list[Problem] = []
    wishes_of(("relay.yaml", b"groups: {}\ntalk: {}\nrules: [{id: a, phrase: relay_money, when: [tien]}]\n"), problems)
    assert [each.code for each in problems] == ["E003", "E003"]  # hold, let


def test_the_tutor_does_not_start_without_its_rules(tmp_path: Path):
    folder = write_lessons(tmp_path / "bai")
    assert read_shelf(folder, facts()).wishes.rules
    (folder / "relay.yaml").write_text("rules: [", "utf-8")
    with pytest.raises(LessonInvalid):
        read_shelf(folder, facts())
    (folder / "relay.yaml").unlink()
    with pytest.raises(FileNotFoundError, match=r"relay\.yaml"):
        read_shelf(folder, facts())
