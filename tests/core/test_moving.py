"""Edits that take learners along: where she lands, what she keeps, what she is told; and edits that leave her alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

import flows
from flows import Book, Lesson
from flows import events as ev
from flows.engine.moving import carried, place_for
from flows.engine.sprint import move
from flows.run import Route
from tests.support.builders import book, lesson
from tests.support.scene import Scene

STEPS = """
    - say: mot
      checkpoint: true
      text: Một
      wait_tap: Tiếp
    - quiz: hai
      text: "Hai, bản A?"
      options:
        - {id: phai, text: Phải, right: true, say: Đúng}
        - {id: khong, text: Không, say: Chưa}
      tries: 3
    - choose: ba
      checkpoint: true
      text: Ba, bản A
      options:
        - {id: x, text: Xanh}
        - {id: y, text: Vàng}
      save: mau
    - ask: bon
      text: Bốn
      save: ten_khac
    - end: het
      text: Hết
"""


def edited(old: Lesson, new: Lesson, how: str, decisions: Mapping[str, str] | None = None) -> Book:
    both = book(new, older={("thu", 1): old})
    return replace(both, routes={("thu", 1): Route(2, how, decisions or {})})  # type: ignore[arg-type]


class Edit:
    """Somebody walks into the old version; then it is edited under her."""

    def __init__(self, change: tuple[str, str] | str, *, how: str = "urgent", **decisions: str) -> None:
        self.old = lesson(STEPS)
        steps = STEPS.replace(*change) if isinstance(change, tuple) else change
        self.new = lesson(steps)
        self.book = edited(self.old, self.new, how, decisions)

    def at(self, step: str) -> Scene:
        one = Scene(book(self.old), "thu")
        for answer in ("next", "phai", "x"):
            if one.run.step != step:
                one.tap(answer)
        assert one.run.step == step
        one.book = self.book
        return one


def told(one: Scene) -> bool:
    return "vừa được sửa" in one.said


@pytest.mark.parametrize(
    ("change", "at", "lands", "how"),
    [
        (("bản A?", "bản B?"), "hai", "hai", "same"),
        (("quiz: hai", "quiz: hai_moi\n      was: hai"), "hai", "hai_moi", "was"),
        (("quiz: hai", "quiz: khac"), "hai", "mot", "checkpoint"),
        (("ask: bon", "ask: bon_khac"), "bon", "ba", "checkpoint"),
        (("choose: ba\n      checkpoint: true", "choose: ba"), "ba", "ba", "same"),
        (("say: mot\n      checkpoint: true", "say: khac"), "mot", "khac", "start"),
    ],
)
def test_where_she_lands(change: tuple[str, str], at: str, lands: str, how: str):
    one = Edit(change).at(at)
    before = one.run
    one._take(move(one.book, before, one.universe()))
    moved = one.one(ev.Moved)
    assert (moved.from_version, moved.to_version, moved.from_step, moved.to_step, moved.how) == (1, 2, at, lands, how)
    assert one.run.step == lands and one.run.version == 2 and one.run.waiting
    assert told(one) and one.prompt.step == lands
    assert one.run.score == before.score and one.run.vars == before.vars
    one._take(move(one.book, one.run, one.universe()))
    assert not one.events, "nobody is moved or told twice"


@pytest.mark.parametrize(
    ("decision", "lands"), [("ba", "ba"), ("start", "mot"), ("checkpoint", "mot"), ("gibt_es_nicht", "mot")]
)
def test_the_author_decides_for_a_step_that_is_gone(decision: str, lands: str):
    one = Edit(("quiz: hai", "quiz: khac"), hai=decision).at("hai")
    one._take(move(one.book, one.run, one.universe()))
    assert one.run.step == lands


def test_a_kind_that_changed_is_no_longer_the_same_step():
    old = lesson(STEPS)
    told_instead = "say: bon\n      text: Bốn"
    new = lesson(STEPS.replace("ask: bon\n      text: Bốn\n      save: ten_khac", told_instead))
    assert place_for(old, new, "bon", ("mot", "hai", "ba", "bon"), "ba", {}) == ("ba", "checkpoint")
    heir = lesson(STEPS.replace("ask: bon\n      text: Bốn\n      save: ten_khac", f"{told_instead}\n      was: hai"))
    assert place_for(old, heir, "hai", ("mot", "hai"), "mot", {}) == ("hai", "same"), "its own step goes first"


def test_points_follow_a_renamed_step_and_are_not_earned_twice():
    one = Edit(("quiz: hai", "quiz: hai_moi\n      was: hai")).at("ba")
    assert one.run.earned == {"hai": 1}
    one._take(move(one.book, one.run, one.universe()))
    assert one.run.earned == {"hai_moi": 1}


def test_a_step_that_did_not_change_still_hears_the_button_that_was_shown():
    one = Edit(("text: Bốn", "text: Bốn, bản B")).at("hai")
    one.tap("phai")
    assert one.run.version == 2 and one.one(ev.AnswerGraded).right and told(one)
    assert one.run.step == "ba"


def test_an_old_button_of_a_step_that_changed_does_nothing_but_show_the_new_one():
    one = Edit(("bản A?", "bản B?")).at("hai")
    one.tap("phai")
    assert not one.happened(ev.AnswerGraded) and "bản B" in one.said and told(one)
    one.tap("phai")
    assert one.one(ev.AnswerGraded).version == 2


def test_help_is_heard_also_in_the_moment_of_moving():
    one = Edit(("quiz: hai", "quiz: khac")).at("hai")
    one.say("giúp tôi với")
    assert told(one) and one.happened(ev.HelpRequested)
    one = Edit(("quiz: hai", "quiz: khac")).at("hai")
    one.say("con tôi nó nói là phải")
    assert told(one) and one.happened(ev.Heard) and one.run.step == "mot"


def test_a_reminder_that_comes_due_moves_and_tells():
    one = Edit(("quiz: hai", "quiz: khac")).at("hai")
    one.passes(days=1)
    assert told(one) and one.run.step == "mot"


def test_new_words_are_there_at_the_next_prompt_and_nothing_is_said_about_it():
    one = Edit(("Ba, bản A", "Ba, bản B"), how="text").at("hai")
    one.tap("khong")
    assert one.run.version == 2 and not told(one)
    assert one.one(ev.AnswerGraded).version == 1, "graded by what she was shown"
    one.tap("phai")
    assert "Ba, bản B" in one.said


def test_old_buttons_mean_what_they_meant_after_new_words():
    one = Edit(("text: Phải", "text: Phải đó"), how="text").at("hai")
    assert one.say("nói lại").run.version == 2
    one.tap("phai")
    assert one.one(ev.AnswerGraded).right


def test_at_a_checkpoint_she_changes_over_and_is_told():
    one = Edit(("Ba, bản A", "Ba, bản B"), how="checkpoint").at("hai")
    assert one.tap("khong").run.version == 1
    one.tap("phai")
    assert one.run.version == 2 and one.run.step == "ba" and "Ba, bản B" in one.said and told(one)
    assert one.one(ev.Moved).how == "crossed"


def test_a_checkpoint_that_is_gone_keeps_her_on_her_version():
    one = Edit(("choose: ba\n      checkpoint: true", "choose: ba_moi\n      checkpoint: true"), how="checkpoint").at(
        "hai"
    )
    one.tap("phai")
    assert one.run.version == 1 and one.run.step == "ba"


def test_an_urgent_edit_of_the_caller_reaches_her_when_the_called_lesson_is_over():
    outer = "- call: vao\n  lesson: trong\n  save: ra\n- say: sau\n  text: Sau, bản {}\n  wait_tap: Tiếp\n- end: het\n"
    inner = lesson("- say: noi\n  text: Nói\n  wait_tap: Tiếp\n- end: xong\n", lesson_id="trong")
    old, new = lesson(outer.format("A")), lesson(outer.format("B"))
    one = Scene(book(old, inner), "thu")
    both = book(new, inner, older={("thu", 1): old})
    one.book = replace(both, routes={("thu", 1): Route(2, "urgent")})
    one.tap("next")
    assert "Sau, bản B" in one.said and told(one) and one.run.version == 2


def test_a_session_without_consent_is_moved_by_its_place_alone():
    one = Edit(("quiz: hai", "quiz: hai_moi\n      was: hai")).at("hai")
    one.run = one.run.bare()
    one._take(move(one.book, one.run, one.universe()))
    assert one.run.step == "hai_moi"


def test_a_pause_keeps_its_end_when_its_words_change():
    steps = "- wait: nghi\n  for: 2d\n  text: Nghỉ {}\n- end: het\n"
    old, new = lesson(steps.format("A")), lesson(steps.format("B"))
    one = Scene(book(old), "thu")
    ends_at: Any = one.run.remind_at
    one.book = edited(old, new, "urgent")
    one.passes(days=1)
    one._take(move(one.book, one.run, one.universe()))
    assert "Nghỉ B" in one.said and one.run.remind_at == ends_at


def test_dump_and_load_know_nothing_of_routes():
    one = Edit(("bản A?", "bản B?")).at("hai")
    one._take(move(one.book, one.run, one.universe()))
    assert flows.load(flows.dump(one.run)).version == 2


def test_two_questions_that_became_one_were_still_two_answers():
    new = lesson(STEPS.replace("choose: ba\n", "choose: ba\n      was: hai\n").replace("quiz: hai", "quiz: khac"))
    assert sum(carried({"hai": 5, "ba": 3}, new).values()) == 8
    assert sum(carried({"ba": 3, "hai": 5}, new).values()) == 8
    assert carried({"hai": 5}, new) == {"ba": 5}


def test_of_two_heirs_the_first_is_the_one():
    old = lesson("- say: cu\n  text: Cũ\n  wait_tap: Tiếp\n- end: het\n")
    heirs = "".join(f"- say: {each}\n  was: cu\n  text: {each}\n  wait_tap: Tiếp\n" for each in "xy")
    new = lesson(f"{heirs}- end: het\n")
    assert place_for(old, new, "cu", ("cu",), "", {}) == ("x", "was")


def test_a_new_way_of_saying_counts_for_the_question_that_stands():
    """The editor has just taught it: the very next try is understood, though the question is still the old one."""
    change = ("{id: phai, text: Phải,", '{id: phai, text: Phải, ways: ["gật đầu cái rụp"],')
    for how, hears in (("text", True), ("checkpoint", False)):
        one = Edit(change, how=how).at("hai")
        one.say("gật đầu cái rụp")
        assert bool(one.happened(ev.AnswerGraded)) == hears
