"""The real yaml-language-server with our schema: what a teacher sees while she writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.engine.kinds.table import NAMED
from flows.reading.schema import lesson_schema
from tests.support.builders import LESSONS, PROJECT
from tests.support.environment import find_language_server, leave_out
from tests.support.language_server import LanguageServer, running

HEAD = "# yaml-language-server: $schema=../../schema.json\nlesson: thu\ntitle: Thử\n"
FOLDER = LESSONS / "m" / "thu"


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    command = find_language_server() or leave_out("không có yaml-language-server (cần node; .ci/run cài giúp)")
    with running(command, PROJECT) as started:
        yield started


def at_mark(steps: str, head: str = HEAD) -> tuple[str, int, int]:
    """The text without its ►, and the line and column from 0 where it stood."""
    before, _, after = f"{head}{steps}".partition("►")
    return before + after, before.count("\n"), len(before) - (before.rfind("\n") + 1)


def offered(server: LanguageServer, steps: str) -> dict[str, dict[str, Any]]:
    text, line, col = at_mark(steps)
    uri, _ = server.open(FOLDER, text)
    return {item["label"]: item for item in server.complete(uri, line, col)}


def red(server: LanguageServer, steps: str) -> list[tuple[int, int, str]]:
    """Red lines as (line, column, message), counted from 0."""
    _, found = server.open(FOLDER, HEAD + steps)
    return sorted((d["range"]["start"]["line"], d["range"]["start"]["character"], d["message"]) for d in found)


@pytest.mark.parametrize("path", sorted(LESSONS.glob("*/**/lesson.yaml")), ids=lambda path: path.parent.name)
def test_no_lesson_has_a_red_line(server: LanguageServer, path: Path) -> None:
    assert server.open(path.parent, path.read_text("utf-8"))[1] == []


@pytest.mark.parametrize(
    "steps",
    [
        "steps:\n  - ►\n",
        "steps:\n  - q►\n",
        "steps:\n  - say: a\n    text: A\n  - ►\n  - end: het\n",
        "steps:\n  - say: a\n    text: A\n  - qu►\n",
    ],
)
def test_a_new_step_offers_the_kinds_ready_to_fill_in(server: LanguageServer, steps: str) -> None:
    found = offered(server, steps)
    assert set(found) == set(NAMED)
    assert found["quiz"]["insertText"].startswith('quiz: ${1:ma_buoc}\n  text: "${2:Câu hỏi?}"\n  options:\n')
    assert "Câu hỏi có đáp án" in str(found["quiz"]["documentation"])


@pytest.mark.parametrize("kind", NAMED)
def test_what_a_kind_offers_has_no_red_line(server: LanguageServer, kind: str) -> None:
    """Its places filled in with the words that stand there."""
    text = offered(server, "steps:\n  - ►\n")[kind]["insertText"]
    filled = re.sub(r"\$\{\d+:((?:[^\\}]|\\.)*)\}", lambda found: found[1].replace("\\", ""), text)
    indented = filled.replace("\n", "\n  ")
    assert red(server, f"steps:\n  - {indented}\n") == []


def test_a_quiz_offers_what_a_quiz_has(server: LanguageServer) -> None:
    found = offered(server, "steps:\n  - quiz: otp\n    text: Ai?\n    ►\n    hints: [A]\n")
    assert {"options", "accept", "tries", "out_of_tries", "next", "voice"} <= set(found)
    assert not {"quiz", "text", "hints", "wait_tap", "steps", "choose", "cases"} & set(found)
    assert found["tries"]["documentation"] == "Hết thì sang out_of_tries; 0: không giới hạn."


def test_allowed_values_are_offered_with_their_meaning(server: LanguageServer) -> None:
    found = offered(server, "steps:\n  - quiz: otp\n    text: Ai?\n    type: ►\n")
    assert list(found) == ["one", "many", "true_false", "order", "number", "text"]
    assert found["many"]["documentation"]["value"] == "Nhiều đáp án đúng, gõ các số."
    assert set(offered(server, "steps:\n  - say: a\n    text: A\n    checkpoint: ►\n")) == {"true", "false"}
    assert offered(server, "steps:\n  - say: a\n    text: ►\n") == {}


def test_hover_speaks_vietnamese(server: LanguageServer) -> None:
    for steps, said in (
        ("steps:\n  - q►uiz: a\n    text: A\n", "Câu hỏi có đáp án"),
        ("steps:\n  - quiz: a\n    te►xt: A\n", "Lời nói"),
        ("steps:\n  - quiz: a\n    text: A\n    options: [{id: b, ri►ght: true}]\n", "Đáp án đúng"),
        ("min►utes: 5\n", "Học trơn mấy phút"),
    ):
        text, line, col = at_mark(steps)
        uri, _ = server.open(FOLDER, text)
        assert said in server.hover(uri, line, col)


def test_red_lines_stand_where_the_fault_is(server: LanguageServer) -> None:
    wrong = "Bước say: không có mục này, hoặc còn thiếu một trong: say, text."
    assert red(server, "steps:\n  - say: a\n    text: A\n    bubbles: b\n") == [(6, 4, wrong)]
    assert red(server, "steps:\n  - say: a\n  - end: het\n") == [(4, 4, wrong)]
    kinds = "Bước phải mở đầu bằng loại của nó: " + ", ".join(NAMED) + "."
    assert red(server, "steps:\n  - sai: a\n") == [(4, 4, kinds)]
    one = "Chọn một trong: one, many, true_false, order, number, text."
    assert red(server, "steps:\n  - quiz: a\n    text: A\n    type: ons\n") == [(6, 10, one)]
    assert red(server, "steps:\n  - wait: a\n    for: 1 ngày\n") == [
        (5, 9, "Viết 30m (phút), 2h (giờ) hoặc 1d (ngày).")
    ]
    assert red(server, "steps:\n  - say: a\n    text:\n") == [(5, 9, "Viết một câu, đặt trong dấu ngoặc kép.")]


def test_with_the_schema_of_one_lesson_its_steps_are_offered(server: LanguageServer, tmp_path: Path) -> None:
    """./camtay schema BÀI > schema.json"""
    (tmp_path / "schema.json").write_text(json.dumps(lesson_schema(["chao", "hoi_otp", "xong"])), "utf-8")
    text, line, col = at_mark("steps:\n  - say: chao\n    text: A\n    next: ►\n", HEAD.replace("../../", ""))
    uri, _ = server.open(tmp_path, text)
    assert {item["label"] for item in server.complete(uri, line, col)} == {"chao", "hoi_otp", "xong"}
    other = text.replace("next: ", "next: buoc_dang_viet")
    assert server.open(tmp_path, other)[1] == []
