"""A play from a list of deeds, and why it went where it went."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import Lesson
from flows.engine.buttons import OTHER
from flows.play.notes import spell
from flows.play.playing import Deed, Play, Setup, play
from flows.play.trail import Passed, new_steps
from flows.reading.loader import LessonSet, read_draft
from flows.rules.rule import Script
from tests.support.builders import book, facts, lesson, real_book

STEPS = """
- say: chao
  text: "Chào {chị} {ten}"
- choose: tuoi
  text: "Tuổi?"
  save: nhom
  options:
    - {id: tre, text: "Trẻ"}
    - {id: gia, text: "Già"}
- quiz: hoi
  checkpoint: true
  text: "Hỏi?"
  tries: 2
  options:
    - {id: dung, text: "Đúng", right: true, say: "Giỏi."}
    - {id: sai, text: "Sai", say: "Không."}
- say: rieng
  when: "nhom == 'gia' and score >= 1"
  text: "Riêng cho người già."
- set: ghi
  values: {dau: "x"}
- branch: re
  cases:
    - {when: "score >= 1 and nhom == 'tre'", go: gioi}
    - {when: "dau == 'x'", go: tap}
  else: xong
- say: gioi
  text: "Giỏi lắm"
  wait_tap: "Tiếp"
  next: xong
- task: tap
  text: "Tập"
  later: {remind: 1h, times: 2, text: "Nhớ tập"}
- ask: so
  text: "Mấy?"
  type: number
  save: may
  check: "value > 3"
- end: xong
  text: "Xong."
"""


def script_of(one: Lesson) -> Script:
    library = LessonSet(lessons={one.id: one}, problems=(), facts=facts())
    return Script(read_draft(one.source.encode(), "thu/lesson.yaml", facts()), library)


def played(*deeds: tuple[str, str], setup: Setup | None = None) -> Play:
    return play(book(lesson(STEPS)), script_of, setup or Setup("thu"), [Deed(*deed) for deed in deeds])


def way(passed: tuple[Passed, ...]) -> list[str]:
    return [step.step if step.entered else f"({step.step})" for step in passed]


def test_from_the_beginning_to_the_end() -> None:
    done = played(("tap", "tre"), ("tap", "sai"), ("tap", "dung"), ("tap", "next"))
    assert done.over
    assert done.run.score == 1
    assert [turn.said for turn in done.turns] == ["", "Trẻ", "Sai", "Đúng", "Tiếp"]
    assert done.turns[0].messages[0].text == "Chào chị Lan\n\nTuổi?"
    assert not done.choices
    assert [way(turn.trail) for turn in done.turns] == [
        ["chao", "tuoi"],
        ["hoi"],
        [],
        ["(rieng)", "ghi", "re", "gioi"],
        ["xong"],
    ]


def test_why_a_branch_was_taken() -> None:
    done = played(("tap", "gia"), ("tap", "dung"))
    trail = {step.step: step for step in done.turns[-1].trail}
    assert trail["rieng"].entered
    assert [part.value for part in trail["rieng"].checks[0].parts] == ["", "nhom = 'gia'", "score = 1"]
    first, second, otherwise = trail["re"].checks
    assert (first.result, first.taken) == (False, False)
    assert [(part.text, part.result) for part in first.parts[1:]] == [("score >= 1", True), ("nhom == 'tre'", False)]
    assert (second.result, second.taken, second.go) == (True, True, "tap")
    assert second.parts[0].value == "dau = 'x'"  # saved by a step of the same sprint
    assert not otherwise.taken


def test_a_check_shows_the_value_it_saw() -> None:
    done = played(("say", "2"), ("say", "5"), setup=Setup("thu", step="so"))
    assert done.turns[-1].trail[0].checks[0].parts[0] == ("value > 3", "value = '5'", True, 0)
    assert done.over


def test_any_step_is_reached_directly() -> None:
    given_values = Setup("thu", step="re", points=2, values={"nhom": "tre"}, address="bà/con", name="Bảy")
    done = played(setup=given_values)
    assert done.run.step == "gioi"
    assert done.run.score == 2
    assert done.run.checkpoint == ""
    assert way(done.turns[0].trail) == ["re", "gioi"]
    assert done.turns[0].messages[0].text == "Bà giỏi lắm" or "Giỏi lắm" in done.turns[0].messages[0].text


@pytest.mark.parametrize("step", [step.id for step in lesson(STEPS).steps])
def test_from_every_step_something_is_said(step: str) -> None:
    done = played(setup=Setup("thu", step=step))
    assert done.run.path[0] == step or step == "rieng"
    assert done.prompt is not None
    assert not any(note.startswith("bài có lỗi") for turn in done.turns for note in turn.notes)


def test_a_step_that_is_not_there_begins_at_the_beginning() -> None:
    done = played(setup=Setup("thu", step="khong_co"))
    assert done.run.step == "tuoi"
    assert "khong_co" in done.turns[0].fault


def test_time_jumps() -> None:
    until_due = played(("wait", "due"), setup=Setup("thu", step="tap"))
    assert until_due.now - until_due.setup.at == timedelta(hours=1)
    assert "Nhớ tập" in until_due.turns[-1].messages[0].text
    week = played(("wait", "604800"), setup=Setup("thu", step="tap"))
    assert week.now - week.setup.at == timedelta(days=7)
    assert week.run.reminded == 2
    assert played(("wait", "60")).turns[-1].said == "— 1 phút sau —"


def test_an_edit_ends_the_play_where_it_no_longer_fits() -> None:
    done = played(("tap", "tre"), ("tap", "bo_roi"), ("tap", "dung"))
    assert "bo_roi" in done.turns[-1].fault
    assert done.run.step == "hoi"
    assert [choice.id for choice in done.choices] == ["dung", "sai", OTHER]


def test_back_enters_one_step_again() -> None:
    done = played(("tap", "tre"), ("say", "quay lại"))
    assert done.run.step == "tuoi"
    assert way(done.turns[-1].trail) == ["tuoi"]


def test_new_steps_of_a_path() -> None:
    assert new_steps((), ("a", "b")) == ("a", "b")
    assert new_steps(("a",), ("a", "b")) == ("b",)
    assert new_steps(("a", "b", "c"), ("a", "b")) == ("b",)
    long = tuple(f"s{at}" for at in range(200))
    assert new_steps(long, (*long[2:], "x", "y")) == ("x", "y")


def test_a_span_in_words() -> None:
    assert spell(timedelta(days=1, hours=2, seconds=20)) == "1 ngày 2 giờ"
    assert spell(timedelta()) == "0 phút"


@given(
    st.lists(
        st.tuples(st.sampled_from(["tap", "say", "send", "wait", "?"]), st.text(max_size=20) | st.just("due")),
        max_size=8,
    )
)
def test_no_deed_breaks_a_play(deeds: list[tuple[str, str]]) -> None:
    done = play(real_book(), lambda _: None, Setup("l1-cham-ma-chac"), [Deed(*deed) for deed in deeds])
    assert done.turns[0].messages


OUTER = """
- say: chao
  text: "Chào"
- set: ghi
  values: {nhom: "gia"}
- call: goi
  lesson: con
  with: {ai: "{nhom}"}
  save: ket_qua
- branch: sau
  cases:
    - {when: "ket_qua == 'completed' and nhom == 'gia'", go: cho}
  else: het
- wait: cho
  for: 2h
  skip_if: "nhom == 'tre'"
- branch: chia
  split: {mot: 50, hai: 50}
- say: mot
  text: "Một"
  next: thuong
- say: hai
  text: "Hai"
- award: thuong
  text: "Giỏi"
  badge: "Ngôi sao"
  certificate: {template: giay, requires: "score >= 1"}
- end: het
"""
INNER = """
- branch: xem
  cases:
    - {when: "ai == 'gia'", go: hoi}
  else: thoi
- quiz: hoi
  text: "Hỏi?"
  options:
    - {id: dung, text: "Đúng", right: true}
    - {id: sai, text: "Sai"}
- end: thoi
"""


def test_lessons_inside_one_another() -> None:
    lessons = book(lesson(OUTER), lesson(INNER, lesson_id="con"))
    deeds = [Deed("tap", "dung"), Deed("wait", "due")]
    done = play(lessons, script_of, Setup("thu"), deeds)
    assert done.over
    assert way(done.turns[0].trail) == ["chao", "ghi", "goi", "xem", "hoi"]
    assert done.turns[0].trail[3].checks[0].parts[0].value == "ai = 'gia'"
    back = {step.step: step for step in done.turns[1].trail}
    assert list(back) == ["sau", "cho"]
    assert back["sau"].checks[0].taken
    assert back["sau"].checks[0].parts[1].value == "ket_qua = 'completed'"
    assert [(check.what, check.result) for check in back["cho"].checks] == [("skip_if", False)]
    assert done.now - done.setup.at == timedelta(hours=2)
    drawn, *others = [step for step in done.turns[2].trail if step.step != "chia"]
    (split,) = [step for step in done.turns[2].trail if step.step == "chia"]
    assert [check.go for check in split.checks if check.taken] == [drawn.step]
    assert others[0].checks[0].parts[0] == ("score >= 1", "score = 1", True, 0)
    assert any("giấy chứng nhận giay" in note for note in done.turns[2].notes)


def test_chance_may_fall_otherwise_for_another_name() -> None:
    lessons = book(lesson(OUTER), lesson(INNER, lesson_id="con"))
    names = ["Lan", "Hoa", "Bảy", "Tư", "Năm", "Sáu", "Út", "Hai"]
    drawn = {play(lessons, script_of, Setup("thu", name=name, step="chia"), ()).run.path[1] for name in names}
    assert drawn == {"mot", "hai"}


def test_a_review_asks_the_questions_of_other_lessons() -> None:
    lessons = book(lesson('- review: on\n  max: 2\n  text: "Ôn"\n- end: het\n'), lesson(INNER, lesson_id="con"))
    done = play(lessons, script_of, Setup("thu"), [Deed("tap", "dung")])
    assert done.turns[0].messages[-1].text == "Ôn\n\nHỏi?"
    assert done.over


def test_a_secret_is_not_shown_again() -> None:
    done = played(("say", "mật khẩu là abc123 nhé"), setup=Setup("thu", step="tuoi"))
    assert "abc123" not in done.turns[-1].said
    assert any("giữ kín" in note for note in done.turns[-1].notes)


def test_days_since_a_step_are_told_as_the_engine_counts_them() -> None:
    steps = """
    - say: a
      text: "Chào"
      wait_tap: "Tiếp"
    - branch: b
      cases:
        - {when: "days_since(a) >= 2", go: c}
      else: d
    - say: c
      text: "Lâu rồi"
    - end: d
    """
    done = play(book(lesson(steps)), script_of, Setup("thu"), [Deed("wait", "259200"), Deed("tap", "next")])
    decided = next(step for step in done.turns[-1].trail if step.step == "b")
    check = decided.checks[0]
    assert (check.taken, check.parts[0].value) == (True, "days_since(a) = 3")
