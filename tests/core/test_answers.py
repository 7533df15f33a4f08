"""The answers of the folder: each is read by itself, and what is wrong with one hides no other."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from flows.model import Problem
from flows.reading.answers import MOST_LETTERS, read_answers
from flows.reading.loader import load_files

ASK = "\n".join(f"    - mã này để làm chi {each}" for each in range(10))
GOOD = f"- id: t1-ma\n  outline: T1\n  src: [S1]\n  say: Mã đó chỉ mình {{chị}} biết.\n  ask:\n{ASK}\n"
SOURCES = {"S1": "chinhphu.vn, 2026"}


def read(*rows: str, sources: Mapping[str, str] = SOURCES) -> tuple[list[str], list[Problem]]:
    problems: list[Problem] = []
    found = read_answers({"l/answers/t.yaml": "".join(rows).encode()}, sources, ("so_hoi",), problems)
    return [each.id for each in found], problems


def test_a_good_answer_is_cited():
    problems: list[Problem] = []
    (answer,) = read_answers({"l/answers/t.yaml": GOOD.encode()}, SOURCES, (), problems)
    assert (answer.outline, answer.cited, len(answer.ask), problems) == ("T1", "chinhphu.vn, 2026", 10, [])


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("outline: T1", "outline: Z9", "outline"),
        ("src: [S1]", "src: [S9]", "sources.yaml"),
        ("  src: [S1]\n", "", "src"),
        ("biết.", "biết. Một. Hai. Ba.", "câu"),
        ("biết.", "biết" + " nhé" * MOST_LETTERS, "ký tự"),
        ("biết.", "biết {gi_do}.", "gi_do"),
        ("{chị} biết.", "{chị biết.", "“{chị” thiếu dấu đóng ngoặc"),
        ("    - mã này để làm chi 9\n", "", "10"),
        ("    - mã này để làm chi 9", "    - mã này để làm chi 8", "10"),
        ("  say: Mã đó chỉ mình {chị} biết.\n", "", "say"),
    ],
)
def test_a_fault_is_told_and_the_others_are_served(was: str, becomes: str, told: str):
    assert was in GOOD
    other = GOOD.replace("t1-ma", "t1-khac").replace("làm chi", "làm gì")
    ids, problems = read(GOOD.replace(was, becomes), other)
    assert ids == ["t1-khac"]
    assert told in " ".join(f"{each.message} {each.hint}" for each in problems)
    assert all(each.place.line for each in problems)


def test_two_of_one_id_or_one_question_are_one():
    assert read(GOOD, GOOD)[0] == ["t1-ma"]
    ids, problems = read(GOOD, GOOD.replace("t1-ma", "t1-hai"))
    assert (ids, bool(problems)) == (["t1-ma"], True)


def test_what_is_unproven_is_not_cited():
    files = {
        "l/sources.yaml": b"- {id: S1, title: a, grade: A}\n- {id: S2, title: b, grade: C}\n",
        "l/answers/t.yaml": GOOD.replace("[S1]", "[S2]").encode(),
    }
    library = load_files(files, {})
    assert (set(library.sources), library.answers) == ({"S1"}, ())
    assert ("E003", "l/sources.yaml", 2) in {(each.code, each.place.path, each.place.line) for each in library.problems}


@pytest.mark.parametrize("raw", [b"", b"camtay-ear\t1\t3\tabc\n%from", b"camtay-ear\t99\t0\tx\n", b"\xff\xfe"])
def test_a_model_that_cannot_be_used_is_told_and_the_rest_is_served(raw: bytes):
    library = load_files({"l/ear.model": raw, "l/answers/t.yaml": GOOD.encode()}, {})
    assert library.model is None
    assert [(each.code, each.place.path) for each in library.problems] == [("E009", "l/ear.model")]
    assert len(library.answers) == 1
