"""Answers that lie on the picture of their step: read, carried to the button, kept, told where they cannot be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.channels.base import Button
from bot.conversation.packing import pack_buttons, unpack_entry
from flows.reading.loader import load_lesson
from storage.conversations.records import LogRow
from tests.support.builders import book, lesson
from tests.support.scene import Scene

STEPS = """
- quiz: bam
  text: "Bấm vào chỗ tắt máy."
  image: {{src: man-hinh.png, alt: "Màn hình tập: nút xanh bên trái, nút đỏ bên phải"}}
  options:
    - {{id: xanh, text: "Nút xanh", say: "Nút xanh là nghe.", spot: {xanh}}}
    - {{id: do, text: "Nút đỏ", right: true, say: "Đúng rồi.", spot: {{left: 60, top: 70, width: 30, height: 20}}}}
    - {{id: khac, text: "Không thấy", say: "Nút đỏ ở bên phải."}}
"""
GREEN = "{left: 10, top: 70, width: 30, height: 20}"


def test_an_answer_that_lies_on_the_picture_is_a_button_that_says_where():
    scene = Scene(book(lesson(STEPS.format(xanh=GREEN))), "thu")
    spots = {choice.id: choice.spot for choice in scene.prompt.choices}
    assert spots["xanh"] == (10, 70, 30, 20) and spots["do"] == (60, 70, 30, 20) and spots["khac"] == ()
    assert "Đúng rồi." in scene.tap("do").said


@pytest.mark.parametrize(
    "spot",
    [
        "{left: 10, top: 70}",
        "{left: 10, top: 70, width: 0, height: 20}",
        "{left: 80, top: 70, width: 30, height: 20}",
        "{left: 10, top: 101, width: 30, height: 20}",
        "{left: 10, top: 70, width: 30, height: 20, deep: 1}",
        "[10, 70, 30, 20]",
    ],
)
def test_a_spot_that_is_not_on_the_picture_is_told(spot: str):
    with pytest.raises(AssertionError, match=r"thu/lesson\.yaml"):
        lesson(STEPS.format(xanh=spot))


def test_a_spot_without_a_picture_is_told():
    source = f"lesson: thu\ntitle: Bài\ntrack: m\norder: 1\nlangs: [vi]\nsteps:{STEPS.format(xanh=GREEN)}"
    bare = "\n".join(line for line in source.splitlines() if "image:" not in line)
    found, problems = load_lesson(bare.encode(), "f", ())
    assert found is None and sum("spot mà bước này không có hình" in str(each) for each in problems) == 2


def test_where_a_button_lies_is_kept_with_its_line():
    buttons = (Button("a", "Nút xanh", spot=(10, 70, 30, 20)), Button("b", "Khác"), Button("c", "Chờ", pinned=True))
    row = LogRow("chat", 1, "tutor", "Bấm đi", pack_buttons(buttons), datetime(2026, 11, 29, tzinfo=UTC))
    assert unpack_entry(row).buttons == buttons
