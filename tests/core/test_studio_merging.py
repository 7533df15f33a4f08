"""Two edits of one lesson put together: nothing of either is lost, and what cannot be decided is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.publishing.policy.texts import FileLayout, in_force, is_too_long, layout_of, plain
from bot.studio.policy.choosing import chosen, in_words, two_texts
from bot.studio.policy.merging import BETWEEN, OURS, THEIRS, conflicts_in, merge
from flows.yaml import strictyaml

BASE = "a\nb\nc\nd\ne\nf\n"
lines = st.lists(st.sampled_from(["a", "b", "c", "d", "", "  e"]), max_size=12).map(lambda found: "\n".join(found))


def test_edits_of_different_places_stand_side_by_side():
    assert merge(BASE, "a\nB\nc\nd\ne\nf\n", "a\nb\nc\nd\nE\nf\ng\n").text == "a\nB\nc\nd\nE\nf\ng\n"
    assert merge(BASE, "b\nc\nd\ne\nf\n", "a\nb\nc\nd\ne\nf\nx\n").text == "b\nc\nd\ne\nf\nx\n"


def test_the_same_edit_twice_is_one():
    assert merge(BASE, "a\nB\nc\nd\ne\nf\n", "a\nB\nc\nd\nE\nf\n") == merge(BASE, "a\nB\nc\nd\nE\nf\n", BASE)


def test_where_both_changed_the_same_both_stand():
    merged = merge(BASE, "a\nb\nmine\nd\ne\nf\n", "a\nb\ntheirs\nd\ne\nf\n")
    assert merged.conflicts == 1
    assert merged.text == f"a\nb\n{OURS}\nmine\n{BETWEEN}\ntheirs\n{THEIRS}\nd\ne\nf\n"
    (told,) = conflicts_in(merged.text, "x/lesson.yaml")
    assert (told.severity, told.place.line) == ("error", 3)


def test_a_mark_that_was_left_is_told():
    (told,) = conflicts_in(f"a\n{BETWEEN}\nb\n", "x/lesson.yaml")
    assert told.place.line == 2
    assert not conflicts_in("a: '======='\nb: <<<<<<<\n", "x/lesson.yaml")


@given(lines, lines)
def test_an_edit_beside_nothing_is_that_edit(base: str, edited: str):
    for merged in (merge(base, edited, base), merge(base, base, edited), merge(base, edited, edited)):
        assert (merged.text, merged.conflicts) == (edited, 0)


@given(lines, lines, lines)
def test_no_line_of_either_is_lost(base: str, mine: str, theirs: str):
    found = merge(base, mine, theirs).text.split("\n")
    for line in {*mine.split("\n"), *theirs.split("\n")} - set(base.split("\n")):
        assert line in found
    assert merge(base, mine, theirs).conflicts == sum(line == OURS for line in found)


def test_ten_thousand_equal_lines_are_no_matter():
    base = "a\n" * 9_000
    assert merge(base, f"x\n{base}", f"{base}y\n").text == f"x\n{base}y\n"


def test_no_lesson_can_be_read_with_a_conflict_in_it():
    steps = "steps:\n  - say: a\n    text: {}\n  - end: b\n    text: xong\n"
    merged = merge(
        f"lesson: x\n{steps.format('một')}", f"lesson: x\n{steps.format('hai')}", f"lesson: x\n{steps.format('ba')}"
    )
    assert any(each.code == "E001" for each in strictyaml.read(merged.text, "").problems)


def test_a_file_keeps_its_line_ends_and_its_mark():
    raw = b"\xef\xbb\xbfa: 1\r\nb: 2\r\n"
    assert plain(raw) == "a: 1\nb: 2\n"
    assert layout_of(raw).written(plain(raw)) == raw
    assert layout_of(b"a\n").written("a\n") == b"a\n"
    assert layout_of(b"a\r\nb\n") == FileLayout(), "of both kinds: newlines from now on"
    assert plain("a\x00\ud800\r\rb") == "a\ufffd\ufffd\n\nb"


def test_what_is_in_force():
    assert in_force("new file", "live", {"live", "old"}) == "new file"
    assert in_force("old", "live", {"live", "old"}) == "live", "published since, in no file"
    assert in_force("file", None, ()) == "file"


def test_five_megabytes_are_too_long():
    assert is_too_long("x" * 5_000_000)
    assert is_too_long("ế" * 50_000), "bytes count"
    assert not is_too_long("x" * 131_072)


def test_of_two_texts_one_stays_at_each_place():
    base = 'steps:\n  - say: a\n    text: "U."\n  - say: b\n    text: "V."\n'
    one, two = base.replace("U.", "X1").replace("V.", "Y1"), base.replace("U.", "X2").replace("V.", "Y2")
    merged = merge(base, one, two).text
    first, second = two_texts(merged)
    assert [(each.step, in_words(each.mine), in_words(each.theirs)) for each in (first, second)] == [
        ("a", "X1", "X2"), ("b", "Y1", "Y2"),
    ]  # fmt: skip
    half = chosen(merged, first.line, mine=True)
    (left,) = two_texts(half)
    assert chosen(half, left.line, mine=False) == base.replace("U.", "X1").replace("V.", "Y2")
    assert chosen(base, 2, mine=True) == base
    (told,) = conflicts_in(merged, "x/lesson.yaml")
    assert (told.message, told.place.line) == ("còn 2 chỗ phải chọn", first.line)
    assert {each.whose for each in two_texts(merge(base, one, two, "f4e846bf9372").text)} == {"f4e846bf9372"}
    assert {each.whose for each in two_texts(merged)} == {""}


@given(lines, lines, lines)
def test_choosing_everywhere_gives_either_text_back(base: str, mine: str, theirs: str):
    text = merge(base, mine, theirs).text
    for is_mine in (True, False):
        found = text
        for each in reversed(two_texts(text)):
            found = chosen(found, each.line, mine=is_mine)
        assert not two_texts(found)
        kept = set(mine.split("\n") if is_mine else theirs.split("\n"))
        assert kept - set(base.split("\n")) <= set(found.split("\n"))
