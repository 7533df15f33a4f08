"""The rules of the relay as a file: how a pattern is written, what is wrong with one, and that none is ever missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.model import LessonInvalid, Problem
from flows.reading.wish_rules import untrue_examples, wishes_of
from flows.shelf.shelf import read_shelf
from flows.words.canonical import readings
from flows.words.sought import Groups, PatternInvalid, pattern_of
from tests.support.builders import facts
from tests.support.short_lesson import write_lessons

GROUPS = Groups({"ma": ("mã", "mật khẩu"), "ai": ("em !gái", "con"), "vong": ("{vong}",)})


PLAIN = """\
groups: {}
talk: {}
accounts: {names: [stk], between: [là], banks: [vcb], pays: [ck], hold: [stk 0071001234567], let: [stk]}
elsewhere: {ways: [qua], places: [zalo], hold: [qua zalo], let: [zalo]}
hosts: [gov.vn]
"""


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
    wishes_of(("relay.yaml", f"{PLAIN}rules: [{{id: a, phrase: relay_money, when: [tien]}}]\n".encode()), problems)
    assert [each.code for each in problems] == ["E003", "E003"]  # hold, let


@pytest.mark.parametrize("part", ["accounts", "elsewhere", "hosts"])
def test_a_part_that_is_missing_is_told(part: str):
    problems: list[Problem] = []
    text = "".join(line for line in PLAIN.splitlines(keepends=True) if not line.startswith(part))
    wishes_of(("relay.yaml", f"{text}rules: []\n".encode()), problems)
    assert [each.code for each in problems] == ["E003"]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("hold: [stk 0071001234567]", "hold: [stk cua em]"),
        ("let: [stk]", "let: [tk 0071001234567 vcb]"),
        ("hold: [qua zalo]", "hold: [zalo]"),
        ("let: [zalo]", "let: [qua nha em zalo nha]"),
    ],
)
def test_examples_of_accounts_and_of_the_way_elsewhere_are_tried(was: str, now: str):
    assert untrue_examples(("relay.yaml", f"{PLAIN}rules: []\n".encode())) == []
    table = "relay.yaml", f"{PLAIN.replace(was, now)}rules: []\n".encode()
    assert [each.code for each in untrue_examples(table)] == ["E012"]


def test_the_tutor_does_not_start_without_its_rules(tmp_path: Path):
    folder = write_lessons(tmp_path / "bai")
    assert read_shelf(folder, facts()).wishes.rules
    (folder / "relay.yaml").write_text("rules: [", "utf-8")
    with pytest.raises(LessonInvalid):
        read_shelf(folder, facts())
    (folder / "relay.yaml").unlink()
    with pytest.raises(FileNotFoundError, match=r"relay\.yaml"):
        read_shelf(folder, facts())
