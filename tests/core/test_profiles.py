"""What channels can carry is asked of their profiles: nobody else asks which channel it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.layout import lay_out, utf16_length
from flows.profiles import IDS, PROFILES, UNKNOWN, profile_of, profiles

ROOT = Path(__file__).parents[2]


def compared(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of every literal that something is compared with, or asked to begin with."""
    for node in ast.walk(tree):
        asked: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            asked = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "startswith":
            asked = node.args
        elif isinstance(node, ast.MatchValue):
            asked = [node.value]
        yield from ((each.lineno, str(each.value)) for each in asked if isinstance(each, ast.Constant))


def test_no_code_asks_which_channel_it_is() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in ("bot", "storage", "flows")
        for path in (ROOT / room).rglob("*.py")
        if not path.is_relative_to(ROOT / "bot" / "channels")
        for line, text in compared(ast.parse(path.read_text("utf-8")))
        if text.partition(":")[0] in IDS
    ]
    assert found == []


def test_an_account_is_known_by_its_kind_and_what_is_not_known_is_treated_as_the_poorest() -> None:
    assert profile_of("telegram:42") == profile_of("telegram") != UNKNOWN
    assert profile_of("pigeon:1") is UNKNOWN and UNKNOWN.numbers and not UNKNOWN.keeps_log
    assert len(set(IDS)) == len(PROFILES) and profiles(()) == PROFILES
    assert [profile.id for profile in profiles(("zalo_oa",))] == ["zalo_oa"]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda each: each.id)
@pytest.mark.parametrize("count", [0, 1, 3, 5, 6, 8])
@pytest.mark.parametrize("label", ["Tiếp", "Gọi ngay cho ngân hàng theo số in sau thẻ", "x" * 101])
def test_every_choice_is_on_a_button_or_a_numbered_line(profile, count: int, label: str) -> None:
    labels = [f"{label} {at}" for at in range(1, count + 1)]
    layout = lay_out(profile, "Chọn đi " * 400, labels)
    assert all(utf16_length(part) <= profile.text for part in layout.parts)
    assert len(layout.buttons) in (0, count) and len(layout.buttons) <= profile.buttons
    assert profile.label is None or all(len(each) <= profile.label for each in layout.buttons)
    for at, each in enumerate(labels, 1):
        on_button = tuple(layout.buttons) == tuple(labels)
        assert on_button or f"{at}. {each}" in "\n".join(layout.parts)


def test_plain_leaves_the_buttons_out() -> None:
    layout = lay_out(replace(UNKNOWN, buttons=8), "Chọn", ["Đúng", "Sai"], plain=True)
    assert layout.parts == ("Chọn\n\n1. Đúng\n2. Sai",) and not layout.buttons
