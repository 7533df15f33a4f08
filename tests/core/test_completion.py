"""What is offered where somebody types, in files that are whole and in such as cannot be read just now."""

from __future__ import annotations

import pytest

from bot.studio.policy.completion import Known, offers
from flows.engine.kinds.table import NAMED

HEAD = "lesson: thu\ntitle: Thử\ntrack: m\nsteps:\n"
KNOWN = Known(steps=("chao", "hoi"), tracks=("m", "l"), sources=("S84",), scenes=("vi-giay-to",))


def words(text: str) -> list[str]:
    """What is offered at the mark ‸."""
    before, _, after = text.partition("‸")
    line = before.count("\n") + 1
    col = len(before) - before.rfind("\n")
    return [each.word for each in offers(before + after, line, col, KNOWN)]


def test_the_head():
    assert {"order: ", "minutes: "} <= set(words("lesson: thu\n‸\n"))
    assert "lesson: " not in words("lesson: thu\n‸\n"), "it is there already"
    assert words("lesson: thu\ntra‸\n") == ["track: "]
    assert words("track: ‸") == ["m", "l"]
    assert words("emergency: ‸") == ["true", "false"]


def test_a_step_begins_with_its_kind():
    assert {f"{kind}: " for kind in NAMED} <= set(words(f"{HEAD}  - ‸"))
    assert words(f"{HEAD}  - qu‸") == ["quiz: "]


def test_what_a_kind_may_hold():
    found = words(f"{HEAD}  - quiz: hoi\n    text: Ai?\n    ‸\n  - end: het\n")
    assert {"options: ", "tries: ", "image: "} <= set(found)
    assert "text: " not in found
    assert "wait_tap: " not in found
    assert "wait_tap: " in words(f"{HEAD}  - say: chao\n    ‸")


def test_further_in():
    quiz = f"{HEAD}  - quiz: hoi\n    options:\n"
    assert {"id: ", "text: ", "right: "} <= set(words(f"{quiz}      - ‸"))
    assert "id: " not in words(f"{quiz}      - id: a\n        ‸")
    assert "say: " in words(f"{quiz}      - id: a\n        ‸")
    assert "hints: " in words(f"{HEAD}  - task: lam\n    stuck:\n      ‸")
    assert "tries: " in words(f"{quiz}      - id: a\n        text: b\n    ‸")
    assert "id: " in words(f"{HEAD}- quiz: hoi\n  options:\n  - ‸"), "dashes need not be indented"


def test_values():
    assert words(f"{HEAD}  - say: chao\n    next: ‸") == ["chao", "hoi"]
    assert words(f"{HEAD}  - say: chao\n    next: h‸") == ["hoi"]
    assert words(f"{HEAD}  - quiz: hoi\n    type: o‸") == ["one", "order"]
    assert words(f"{HEAD}  - say: chao\n    image:\n      scene: ‸") == ["vi-giay-to"]
    assert words(f"{HEAD}  - say: chao\n    src: ‸") == ["[S84]"]


def test_within_braces():
    quiz = f"{HEAD}  - quiz: hoi\n    options:\n      - "
    assert words(f'{quiz}{{id: a, text: "Một, hai", next: ‸') == ["chao", "hoi"]
    assert words(f"{quiz}{{id: a, next: h‸, right: true}}") == ["hoi"]
    assert {"text: ", "right: "} <= set(words(f"{quiz}{{id: a, ‸"))
    assert "id: " not in words(f"{quiz}{{id: a, ‸")
    assert words(f'{quiz}{{id: a, text: "Một, next: ‸') == [], "a sentence, though it looks like one"
    assert words(f"{HEAD}  - say: chao\n    image: {{scene: ‸") == ["vi-giay-to"]


@pytest.mark.parametrize("text", ["‸", "lesson: thu\n# ghi ‸", "title: Một câu ‸", "  - {id: ‸", "steps: [‸", "a:‸"])
def test_nothing_where_nothing_fits(text: str):
    assert words(text) == [] or text == "‸"


def test_it_may_be_asked_anywhere():
    for line in (-1, 0, 1, 99):
        for col in (-1, 0, 1, 99):
            offers(HEAD, line, col, KNOWN)
