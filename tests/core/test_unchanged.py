"""What was read without a fault is not read again; what has a fault is told every time, with its own place."""

from __future__ import annotations

from flows.model import Problem, SourcePosition
from flows.reading.unchanged import KEPT, read_once
from flows.reading.wish_rules import wishes_of
from tests.support.builders import LESSONS

READ: list[tuple[str, bytes] | None] = []


@read_once
def _text(file: tuple[str, bytes], beside: tuple[str, bytes] | None, problems: list[Problem]) -> str:
    READ.append(file)
    if b"!" in file[1]:
        problems.append(Problem("E001", SourcePosition(file[0], 1, 1), "!", ""))
    return file[1].decode() + (beside[1].decode() if beside else "")


def test_the_same_bytes_are_read_once_wherever_they_lie():
    READ.clear()
    problems: list[Problem] = []
    assert _text(("a.yaml", b"one"), None, problems) == _text(("b.yaml", b"one"), None, problems) == "one"
    assert READ == [("a.yaml", b"one")] and not problems


def test_each_file_counts():
    problems: list[Problem] = []
    beside = [_text(("a.yaml", b"x"), each, problems) for each in (None, ("b.yaml", b"y"), ("b.yaml", b"z"))]
    assert beside == ["x", "xy", "xz"]


def test_a_fault_is_told_every_time_and_where():
    READ.clear()
    told: list[Problem] = []
    for path in ("a.yaml", "a.yaml", "b.yaml"):
        assert _text((path, b"two!"), None, told) == "two!"
    assert [each.place.path for each in told] == ["a.yaml", "a.yaml", "b.yaml"] and len(READ) == 3


def test_few_are_kept():
    problems: list[Problem] = []
    for number in (*range(KEPT + 1), 0):
        _text(("a.yaml", b"kept %d" % number), None, problems)
    assert READ[-1] == ("a.yaml", b"kept 0"), "the oldest went"


def test_a_table_of_the_lessons_is_the_same_object_while_it_is_the_same_file():
    raw, problems = (LESSONS / "relay.yaml").read_bytes(), list[Problem]()
    first = wishes_of(("here/relay.yaml", raw), problems)
    assert first is wishes_of(("there/relay.yaml", bytes(bytearray(raw))), problems) and not problems
    faulty = raw + b"unknown: 1\n"
    assert wishes_of(("there/relay.yaml", faulty), problems) is not first
    assert {each.place.path for each in problems} == {"there/relay.yaml"}
