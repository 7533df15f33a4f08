"""Rules about what belongs to real people: no number that somebody answers to, no name that somebody bears."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.rules.rule import LintFinding, Rulebook, Script
from flows.saying import say

rules = Rulebook()

_PHONE = r"(?:(?:\+|00)?84|0)(?:[ .-]?\d){8,10}"
_HOTLINE = r"1[89]00(?:[ .-]?\d){4,6}"
_ACCOUNT = r"\d{9,16}"
_NUMBER = re.compile(rf"(?<![\d.,/])(?:{_PHONE}|{_HOTLINE}|{_ACCOUNT})(?![\d.,]*\d)")


@rules.add("E306", "số điện thoại hay số tài khoản viết thẳng trong bài")
def number_of_somebody(script: Script) -> Iterator[LintFinding]:
    """Telephone and account numbers outside the configuration, in which the official ones stand: a number made up today
    is somebody's tomorrow. One with an "x" in it reaches nobody.
    """
    hint = say("tổng đài thì lấy từ config.yaml, ví dụ {{hotline_vneid}}; số làm mẫu thì che bớt: 09xx xxx xxx")
    for text in script.texts:
        for found in _NUMBER.finditer(text.text) if text.role != "value" else ():
            place = script.within(text.step, text.field, found.start() + 1)
            yield LintFinding(place, say("“{number}” có thể là số của một người", number=found[0]), hint)


_FAMILY = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trịnh|Đoàn|Lương|Mai|Trương"
    "|NGUYEN|TRAN|LE|PHAM|HOANG|HUYNH|PHAN|VU|VO|DANG|BUI|DO|HO|NGO|DUONG|LY"
)
"""The family names that nine of ten Vietnamese bear, as they are written and as banks write them."""

_NAME = re.compile(rf"(?<!\w)(?:{_FAMILY})(?:\s+[A-ZĐÀ-Ỹ][\wà-ỹ]*){{2,3}}(?!\w)")
_NOBODY = re.compile(r"(?:\s(?:[A-Z]|TAP|THU|Tập|Thử|MAU|Mẫu)\b)|^Hồ Chí Minh$")
"""Names of one letter or made to be seen through ("Nguyễn Văn A", "NGUYEN THI TAP"), and a city."""


@rules.add("W307", "họ tên như của người thật")
def name_of_somebody(script: Script) -> Iterator[LintFinding]:
    """Full names that somebody may bear; those that everybody knows for a sample are none."""
    for text in script.texts:
        for found in _NAME.finditer(text.text):
            if not _NOBODY.search(found[0]):
                place = script.within(text.step, text.field, found.start() + 1)
                hint = say("hãy dùng tên mẫu, ví dụ NGUYEN THI TAP")
                yield LintFinding(place, say("“{name}” như tên người thật", name=found[0]), hint)
