"""What an edit changes and what it does to those inside: rules E801 to I805."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from flows import Lesson
from flows.engine.moving import place_for
from flows.model import Quiz
from flows.rules.changes import Impact, compare, impact
from tests.support.builders import lesson

STEPS = """
- say: chao
  text: "Chào {chị}."
  wait_tap: "Tiếp"
- ask: so_nam
  checkpoint: true
  type: number
  save: nam
  text: "Năm nay là năm nào?"
- quiz: otp
  text: "Ai xin mã thì {chị} làm gì?"
  options:
    - {id: doc, text: "Đọc", say: "Đừng đọc."}
    - {id: khong, text: "Không đọc", right: true, say: "Đúng rồi."}
- end: xong
"""
OLD = lesson(STEPS)


def edited(*changes: tuple[str, str]) -> Lesson:
    steps = STEPS
    for old, new in changes:
        assert old in steps, old
        steps = steps.replace(old, new)
    return lesson(steps)


def of(
    new: Lesson,
    inside: Mapping[tuple[int, str], int],
    urgent: bool = False,
    decisions: Mapping[str, str] | None = None,
    settled: tuple[int, ...] = (),
) -> Impact:
    return impact({1: OLD}, new, inside, decisions or {}, urgent, settled)


def codes(found: Impact) -> list[str]:
    return [problem.code for problem in found.problems if problem.severity != "info"]


# --- what changed ------------------------------------------------------------------------------------


def test_nothing():
    assert compare(OLD, lesson(STEPS)).none


def test_words_alone_are_no_graph():
    changes = compare(OLD, edited(("Ai xin mã", "Nếu ai xin mã")))
    assert changes.text and not changes.graph


def test_right_answers_and_points_are_graph():
    assert compare(OLD, edited(('Đọc", say', 'Đọc", right: true, say'), ('đọc", right: true', 'đọc"'))).graph
    assert compare(OLD, edited(("- quiz: otp", "- quiz: otp\n  points: 2"))).graph


def test_steps_added_removed_renamed_and_of_another_kind():
    changes = compare(
        OLD, edited(("quiz: otp\n", "quiz: ma\n  was: otp\n"), ("- end", '- say: them\n  text: "A."\n- end'))
    )
    assert dict(changes.renamed) == {"otp": "ma"} and changes.added == ("them",) and not changes.removed
    changes = compare(OLD, edited(("quiz: otp", "quiz: ma")))
    assert changes.removed == ("otp",) and changes.added == ("ma",)
    changes = compare(OLD, edited(("wait_tap:", "more: ["), ('"Tiếp"', '"Tiếp"]'), ("say: chao", "say: chao")))
    assert not changes.rekinded
    new = lesson('- ask: chao\n  save: ten_goi\n  text: "Tên {chị}?"\n- end: xong')
    assert dict(compare(OLD, new).rekinded) == {"chao": ("say", "ask")}


def test_checkpoints_that_are_gone():
    assert compare(OLD, edited(("  checkpoint: true\n", ""))).checkpoints_gone == ("so_nam",)
    renamed = edited(("ask: so_nam", "ask: nam_nay\n  was: so_nam"))
    assert compare(OLD, renamed).checkpoints_gone == ()


def test_variables_of_another_type():
    assert dict(compare(OLD, edited(("type: number", "type: text"))).retyped) == {"nam": ("number", "text")}
    assert not compare(OLD, edited(("save: nam", "save: nam_sinh"))).retyped, "a new name is no other type"


# --- who stays, who moves, who needs a decision --------------------------------------------------------


def test_nobody_inside_is_never_a_problem():
    for urgent in (False, True):
        found = of(lesson("- end: het"), {}, urgent)
        assert not found.problems and not found.blocked and found.total == 0


def test_words_reach_everybody():
    found = of(edited(("Ai xin mã", "Nếu ai xin mã")), {(1, "otp"): 5, (1, "chao"): 2})
    assert (found.count("words"), found.count("stay"), found.blocked) == (7, 0, False)
    assert found.problems[0].code == "I805" and found.problems[0].severity == "info"
    assert "7 người đang học: 7 ở lại (7 nhận lời mới)" in found.problems[0].message
    assert of(OLD, {(1, "otp"): 5}).count("words") == 5, "another translation or picture reaches them as well"


def test_the_sentence_of_the_issue():
    inside = {(1, "chao"): 31, (1, "so_nam"): 5, (1, "otp"): 1}
    found = of(edited(("quiz: otp", "quiz: ma")), inside, urgent=True)
    assert found.problems[0].message == "37 người đang học: 0 ở lại, 36 chuyển, 1 cần quyết định (bước “otp” đã bỏ)"
    found = of(edited(("quiz: otp", "quiz: ma")), inside)
    assert found.problems[0].message == "37 người đang học: 36 ở lại, 1 cần quyết định (bước “otp” đã bỏ)"


@pytest.mark.parametrize("urgent", [False, True])
def test_a_step_that_is_gone_under_somebody(urgent: bool):
    found = of(edited(("quiz: otp", "quiz: ma")), {(1, "otp"): 1}, urgent)
    assert codes(found) == ["E801"] and found.blocked
    place = next(problem.place for problem in found.problems if problem.code == "E801")
    assert (place.line, place.col) == (6, 1), "the header's `steps`"


@pytest.mark.parametrize("urgent", [False, True])
def test_a_kind_that_changes_under_somebody(urgent: bool):
    new = lesson(STEPS.replace("- say: chao", "- ask: chao\n  save: ten_goi").replace('  wait_tap: "Tiếp"\n', ""))
    found = of(new, {(1, "chao"): 2, (1, "otp"): 1}, urgent)
    assert codes(found) == ["E802"] and found.blocked
    problem = next(problem for problem in found.problems if problem.code == "E802")
    assert (problem.place.line, problem.place.col) == (7, 5) and "vốn là say, nay là ask" in problem.message


@pytest.mark.parametrize("urgent", [False, True])
def test_was_or_a_decision_unblocks(urgent: bool):
    assert not of(edited(("quiz: otp", "quiz: ma\n  was: otp")), {(1, "otp"): 1}, urgent).blocked
    for decision in ("checkpoint", "start", "ma", *([] if urgent else ["stay"])):
        found = of(edited(("quiz: otp", "quiz: ma")), {(1, "otp"): 1}, urgent, {"otp": decision})
        assert not found.blocked
        assert found.stands[0].fate == ("move" if urgent else "stay")


def test_those_left_in_an_older_version_are_not_asked_about_again():
    new = edited(("quiz: otp", "quiz: ma"))
    assert of(new, {(1, "otp"): 1}).blocked
    assert not of(new, {(1, "otp"): 1}, settled=(1,)).blocked


def test_those_left_behind_are_asked_about_when_their_step_goes_only_now():
    current = edited(("- say: chao", "- set: dau\n  values: {a: b}\n- say: chao"))
    gone = edited(("- say: chao", "- set: dau\n  values: {a: b}\n- say: chao"), ("quiz: otp", "quiz: ma"))
    assert impact({1: OLD}, gone, {(1, "otp"): 1}, {}, False, (1,), current).blocked
    assert not impact({1: OLD}, gone, {(1, "otp"): 1}, {}, False, (1,), gone).blocked


def test_a_version_that_cannot_be_read_keeps_its_learners():
    found = of(edited(("quiz: otp", "quiz: ma")), {(7, "otp"): 3})
    assert found.count("stay") == 3 and not found.blocked


def test_a_variable_of_another_type_matters_to_whoever_is_moved():
    new = edited(("type: number", "type: text"))
    assert codes(of(new, {(1, "otp"): 1})) == []
    found = of(new, {(1, "otp"): 1}, urgent=True)
    assert codes(found) == ["E803"]
    assert next(problem for problem in found.problems if problem.code == "E803").place == new.steps[1].place


def test_a_checkpoint_that_is_gone_is_a_warning():
    found = of(edited(("  checkpoint: true\n", "")), {(1, "otp"): 1}, urgent=True)
    assert codes(found) == ["W804"] and not found.blocked


def test_the_plan_is_what_the_engine_will_do():
    """Where the impact names a step, the mover puts her there."""
    news = [
        edited(("quiz: otp", "quiz: ma\n  was: otp")),
        edited(("quiz: otp", "quiz: ma"), ("say: chao", "say: mo_dau\n  was: chao")),
        edited(("Ai xin mã", "KHẨN: ai xin mã")),
    ]
    for new in news:
        for step in ("chao", "so_nam", "otp"):
            for decisions in ({}, {"otp": "xong"}):
                stand = of(new, {(1, step): 1}, True, decisions).stands[0]
                if stand.fate == "move":
                    spot = place_for(OLD, new, step, ("chao",), "", decisions)
                    assert spot.step == stand.to


def test_the_hints_say_exactly_what_to_type():
    problem = of(edited(("quiz: otp", "quiz: ma")), {(1, "otp"): 1}).problems
    hint = next(each.hint for each in problem if each.code == "E801")
    assert "was: otp" in hint and "--decide otp=stay)" in f"{hint})"
    assert isinstance(OLD.step("otp"), Quiz)
