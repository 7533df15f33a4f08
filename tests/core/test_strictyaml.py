"""What teachers will really type: each fault is told with code, line, column and what to do; none is raised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.yaml.strictyaml import MAX_BYTES, MAX_PROBLEMS, MAX_STRAYS, Document, Mapping, Scalar, Sequence, read

QUOTES = "hãy đặt trong dấu ngoặc kép"


def faults(source: bytes | str) -> list[tuple[str, int, int]]:
    return [(p.code, p.place.line, p.place.col) for p in read(source, "f").problems]


def text_at(document: Document, key: str) -> str:
    assert isinstance(document.root, Mapping)
    node = document.root.get(key)
    assert isinstance(node, Scalar)
    return node.text


@pytest.mark.parametrize("text", ["no", "010", "20:00", "113", "~", "1e3", "2026-11-22", "true", ".5"])
def test_every_scalar_is_the_text_of_the_file(text):
    assert text_at(read(f"a: {text}\n", "f"), "a") == text


def test_places_count_from_one():
    root = read("steps:\n  - say: chào\n    text: 'x'\n", "f").root
    assert isinstance(root, Mapping)
    steps = root.get("steps")
    assert isinstance(steps, Sequence)
    first = steps.items[0]
    assert isinstance(first, Mapping)
    assert (first.place.line, first.place.col) == (2, 5)
    assert (first.key_place("text").line, first.key_place("text").col) == (3, 5)
    value = first.get("text")
    assert isinstance(value, Scalar)
    assert (value.line, value.col, value.quoted) == (3, 11, True)
    said = first.get("say")
    assert isinstance(said, Scalar)
    assert not said.quoted


NEEDS_QUOTES = [
    ("text: {chị}\n", 1, 7),
    ("a: b\ntext: {chị} ơi\n", 2, 7),
    ("text: {chị} chào {em}\n", 1, 7),
    ("text: [Xong] rồi\n", 1, 7),
    ("text: Mã OTP: đừng\n", 1, 7),
    ("- {chị} ơi\n- b\n", 1, 3),
    ("text: *Đừng* đọc mã\n", 1, 7),
    ("text: !Chú ý\n", 1, 7),
    ("text: & nhớ\n", 1, 7),
    ("text: @zalo\n", 1, 7),
    ("text: %\n", 1, 7),
    ("text: > x\n", 1, 7),
    ("text: - x\n", 1, 7),
    ('text: "Dạ" chị\n', 1, 7),
    ("text: {{chị}}\n", 1, 8),
    ("- {id: a, text: Không, cảm ơn}\n", 1, 24),
    ("- {id: a, text: Mã OTP: đừng}\n", 1, 17),
    ("- {id: a, text: {chị}}\n", 1, 17),
    ("text: câu dài\n  mã OTP: đừng\n", 2, 9),
]


@pytest.mark.parametrize(("source", "line", "col"), NEEDS_QUOTES)
def test_what_needs_quotes_is_told_so(source, line, col):
    problems = read(source, "f").problems
    assert [(p.code, p.place.line, p.place.col) for p in problems] == [("E001", line, col)]
    assert QUOTES in problems[0].hint


def test_straight_quotes_within_a_sentence_are_told_how_to_be_written():
    (problem,) = read('a: "Bấm nút "Gửi" nhé"\n', "f").problems
    assert problem.code == "E001"
    assert "trong câu thì dùng dấu “ ”" in problem.hint


def test_many_faults_of_grammar_in_one_go():
    document = read("a: {chị} ơi\nb: Mã OTP: đừng\nc: [Xong] rồi\nd: tốt\n", "f")
    assert [p.place.line for p in document.problems] == [1, 2, 3]
    assert text_at(document, "a") == "{chị} ơi"
    assert text_at(document, "d") == "tốt"


FAULTS = [
    ("a: 1\nb: 2\na: 3\n", [("E001", 3, 1)]),
    ("a:\n\tb: 1\n", [("E001", 2, 1)]),
    ("a: b\tc\n", [("E001", 1, 5)]),
    ("a: &x 1\n", [("E001", 1, 4)]),
    ("a: 1\nb: *x\n", [("E001", 2, 4)]),
    ("a: !!python/object:os.system 1\n", [("E001", 1, 4)]),
    ("a: !!python/object/apply:os.system ['true']\n", [("E001", 1, 4)]),
    ("<<: {a: 1}\n", [("E001", 1, 1)]),
    ("a: 1\n---\nb: 2\n", [("E001", 2, 1)]),
    ("", [("E001", 1, 1)]),
    ("# chỉ có ghi chú\n", [("E001", 1, 1)]),
    ("---\n", [("E001", 1, 1)]),
    ('a: 1\nb: "mở\n', [("E001", 2, 4)]),
    ("a: 1\n b: 2\n", [("E001", 2, 2)]),
    ("- a\nb: c\n", [("E001", 2, 1)]),
    ("a: [b, c\nd: e\n", [("E001", 1, 4)]),
    ("? [a, b]\n: c\n", [("E001", 1, 3)]),
    (b"\xef\xbb\xbfa: 1\n", [("W006", 1, 1)]),
    ("a: 1\n".encode("utf-16"), [("E001", 1, 1)]),
    ("a: 1\n".encode("utf-16-be"), [("E001", 1, 1)]),
    (b"a: 1\nb: \xc3(\n", [("E001", 2, 4)]),
    ("a: \ud800\n", [("E001", 1, 4)]),
    ("a: x\u200by\n", [("W006", 1, 5)]),
    ("a: x\x07y\n", [("W006", 1, 5)]),
    ("a: x\u2028y\n", [("W006", 1, 5)]),
    ('a: "x\\0y"\n', [("W006", 1, 4)]),
    ("a: chi\u0323\n", [("W006", 1, 4)]),
]


@pytest.mark.parametrize(("source", "expected"), FAULTS)
def test_faults(source, expected):
    assert faults(source) == expected


def test_strays_are_taken_out_and_accents_put_together():
    document = read('a: x\u200by\nb: chi\u0323\nc: "x\\0y"\nd: gia đình 👩\u200d👧\n', "f")
    assert [text_at(document, key) for key in "abcd"] == ["xy", "chị", "xy", "gia đình 👩\u200d👧"]


def test_windows_line_ends_do_not_move_lines():
    assert faults("a: 1\r\nb: 2\r\na: 3\r\n") == [("E001", 3, 1)]


def test_a_mapping_of_bare_words_is_read_as_the_text_that_was_meant():
    assert text_at(read("text: {chị}\n", "f"), "text") == "{chị}"


BOMBS = [
    "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"b{i}: &b{i} [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n" for i in range(3_000)),
    "a: " + "x" * 10_000_000,
    "a: " + "[" * 200_000,
    "{a: " * 60_000,
    "- " * 100_000 + "a",
    "? " * 100_000,
    "a: !x\n" + "".join(f"k{i}: {{chị}} ơi\n" for i in range(10_000)),
]


@pytest.mark.parametrize("source", BOMBS, ids=range(len(BOMBS)))
def test_bombs_are_refused(source):
    problems = read(source, "f").problems
    assert 0 < len(problems) <= MAX_PROBLEMS + MAX_STRAYS


def test_caps_have_their_own_code():
    assert faults("a: " + "x" * MAX_BYTES) == [("E005", 1, 1)]
    assert faults("[" * 30) == [("E005", 1, 21)]


@given(st.one_of(st.text(), st.binary(), st.text(alphabet="ab: {}[]\n-\"'|>?&*!#,%@`\t\\0u é\u200b\ufeff\u2028\x85")))
def test_nothing_is_ever_raised(source):
    document = read(source, "f")
    assert document.root is not None or document.problems
    for problem in document.problems:
        assert problem.place.line >= 1
        assert problem.place.col >= 1
        assert problem.code in {"E001", "E005", "W006"}
