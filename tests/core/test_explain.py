"""Why a condition was true or false, part by part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.conditions import ConditionInvalid, holds, parse
from flows.play.explain import UNKNOWN, days_named, explain, told


def test_a_comparison_shows_what_it_saw() -> None:
    (part,) = explain("score >= 2", {"score": 3})
    assert part == ("score >= 2", "score = 3", True, 0)


def test_texts_are_shown_as_they_are_written_and_unknown_names_say_so() -> None:
    (part,) = explain("nhom == phuong", {"nhom": "già"})
    assert part.value == f"nhom = 'già', phuong = {UNKNOWN}"
    assert not part.result


def test_parts_stand_below_their_whole_in_reading_order() -> None:
    parts = explain("score >= 1 and not (nhom == 'gia' or tries > 2)", {"score": 1, "nhom": "tre", "tries": 0})
    assert [(part.text, part.depth, part.result) for part in parts] == [
        ("score >= 1 and not (nhom == 'gia' or tries > 2)", 0, True),
        ("score >= 1", 1, True),
        ("not (nhom == 'gia' or tries > 2)", 1, True),
        ("nhom == 'gia' or tries > 2", 2, False),
        ("nhom == 'gia'", 3, False),
        ("tries > 2", 3, False),
    ]
    assert parts[0].value == ""


def test_what_and_would_not_look_at_is_told_as_well() -> None:
    parts = explain("score > 9 and nhom == 'gia'", {"score": 1, "nhom": "gia"})
    assert [part.result for part in parts] == [False, False, True]


def test_letters_before_a_part_do_not_shift_it() -> None:
    parts = explain("  ten == 'Nguyễn Thị 😀' and score > 0 ", {"ten": "Lan", "score": 1})
    assert [part.text for part in parts][1:] == ["ten == 'Nguyễn Thị 😀'", "score > 0"]


def test_a_condition_that_cannot_be_read() -> None:
    with pytest.raises(ConditionInvalid):
        explain("score >>> 2", {})
    parts, fault = told("score >>> 2", {})
    assert not parts
    assert "điều kiện" in fault


@given(
    st.recursive(
        st.sampled_from(["a", "b == 1", "c != 'x'", "1 < b < 3", "-b < 0", "'x'"]),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(lambda t: f"({t[0]}){t[1]}({t[2]})"),
            inner.map(lambda text: f"not ({text})"),
        ),
        max_leaves=6,
    ).filter(lambda text: len(text) < 180),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "x", "1", 0, 2, True])),
)
def test_the_whole_says_what_the_engine_says(text: str, values: dict[str, str | int | bool]) -> None:
    parts = explain(text, values)
    assert parts[0].result == holds(parse(text), values)
    for part in parts:
        assert part.result == holds(parse(part.text), values)


def test_the_steps_whose_days_are_asked_for() -> None:
    assert days_named("days_since( otp ) > 2 and days_since < 9") == {"otp", ""}


def test_days_are_shown_where_they_are_known() -> None:
    seen: dict[str, str | int] = {"days_since(2otp)": 3, "days_since": 0, "nhom": "gia"}
    parts = explain("days_since(2otp) > 2 and (nhom in ('gia', 'tre') or days_since < 1)", {**seen}, lambda _: True)
    assert [part.value for part in parts if part.value] == ["days_since(2otp) = 3", "nhom = 'gia'", "days_since = 0"]
