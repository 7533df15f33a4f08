"""What is asked of her, and tasks; mistakes of authors."""

from __future__ import annotations

import pytest

import flows
from flows import events as ev
from tests.support.engine_scene import QUIZ, scene
from tests.support.scene import Scene

# --- ask ---------------------------------------------------------------------------------------------


def asked(kind: str, more: str = "") -> Scene:
    return scene(
        f'- {{ask: hoi, type: {kind}, text: Hỏi, save: x{more}}}\n- {{say: xong, text: "Có {{x}}"}}\n- end: het'
    )


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", "  hai   con gà ", "hai con gà"),
        ("place", "ấp 3, xã Phú Lý", "ấp 3, xã Phú Lý"),
        ("number", "50 000 đ", "50000"),
        ("number", "2 triệu", "2000000"),
        ("date", "20/11/1962", "1962-11-20"),
        ("date", "1-2-1980", "1980-02-01"),
        ("phone_vn", "0912 345 678", "0912345678"),
        ("phone_vn", "+84912345678", "0912345678"),
    ],
)
def test_ask_reads_and_normalises(kind: str, typed: str, value: str):
    one = asked(kind).say(typed)
    assert one.one(ev.ValueSaved).value == value
    assert one.said == f"Có {value}"


@pytest.mark.parametrize(
    ("kind", "typed", "phrase"),
    [
        ("number", "nhiều lắm", "một con số"),
        ("date", "31/2/1980", "20/11/1962"),
        ("date", "hôm qua nè", "20/11/1962"),
        ("phone_vn", "12345", "0912 345 678"),
        ("text", "a" * 300, "viết lại"),
    ],
)
def test_ask_asks_again(kind: str, typed: str, phrase: str):
    one = asked(kind).say(typed)
    assert not one.happened(ev.ValueSaved)
    assert phrase in one.said and one.run.waiting


def test_ask_checks_its_condition_and_says_its_own_words():
    one = asked("number", ', check: "value >= 18 and value < 120", retry_text: "Tuổi thật nhé"')
    assert one.say("7").said == "Tuổi thật nhé\nHỏi"
    assert one.say("60").said == "Có 60"


def test_a_private_answer_is_in_no_event_and_no_session():
    one = asked("text", ", private: true").say("nhà ở hẻm 12 hoa sữa")
    kept = repr(one.events) + repr(flows.dump(one.run))
    assert "hoa sữa" not in kept
    assert one.said == "Có •"


# --- task --------------------------------------------------------------------------------------------

TASK = """
    - task: mo
      text: "{Chị} mở VNeID"
      steps: ["Bấm hình", "Nhìn"]
      done: "Mở rồi"
      stuck: {hints: ["Vuốt qua"], go: nho}
      later: {remind: 2h, times: 2, text: "{Chị} mở chưa?"}
      verify: kiem
    - {say: nho, text: "Nhờ người", next: het}
    - quiz: kiem
      text: "Thấy gì?"
      options: [{id: a1, text: Thẻ, right: true}, {id: b1, text: Chữ}]
    - end: het
"""


def test_task_shows_its_steps_and_its_buttons():
    one = scene(TASK)
    assert one.prompt.text == "Chị mở VNeID\n1. Bấm hình\n2. Nhìn"
    assert one.labels == ("Mở rồi", "Chưa thấy", "Nói lại")


def test_task_done_asks_the_verifying_question():
    one = scene(TASK).tap("done")
    assert one.one(ev.TaskDone).step == "mo"
    assert one.prompt.step == "kiem"


def test_task_stuck_gives_hints_then_leads_out():
    one = scene(TASK).tap("stuck")
    assert one.said == "Vuốt qua\nGiờ chị thử lại nha."
    one.tap("stuck")
    assert one.said == "Nhờ người"
    assert one.one(ev.TaskStuck).times == 2


def test_task_stuck_without_a_way_out_asks_for_a_person():
    one = scene("- {task: lam, text: Làm, done: Rồi}\n- end: het").tap("stuck")
    assert one.one(ev.HelpRequested) == ev.HelpRequested("thu", 1, "lam", 1)
    assert "cô Hoa" in one.said and one.run.waiting


def test_task_later_reminds_as_often_as_it_says_and_no_more():
    one = scene(TASK).tap("later")
    assert one.one(ev.TaskPostponed).remind_at == one.run.remind_at
    assert one.passes(hours=1).said == ""
    assert one.passes(hours=1).said.startswith("Chị mở chưa?\nChị mở VNeID")
    assert one.passes(hours=2).said.startswith("Chị mở chưa?")
    assert one.run.remind_at is None
    assert one.passes(days=30).said == ""


def test_task_can_be_put_off_again_after_it_was_shown_again():
    one = scene(TASK).tap("later").does(ev.Reoffered("resume"))
    one.tap("later")
    assert one.happened(ev.TaskPostponed), "the second Để sau must not fall silent"


def test_other_steps_remind_twice_a_day_apart():
    one = scene("- {say: s, text: Chào, wait_tap: Tiếp}\n- end: het")
    assert one.passes(hours=23).said == ""
    assert "còn chưa xong" in one.passes(hours=1).said
    assert "còn chưa xong" in one.passes(days=1).said
    assert one.passes(days=9).said == ""


def test_a_late_timer_of_an_earlier_wait_is_harmless():
    one = scene(TASK)
    old = one.run.wait_id
    one.tap("done")
    before = one.run
    assert one.does(ev.Due(old)).events == ()
    assert one.run == before


def test_the_reminders_buttons_act_and_the_older_ones_do_not():
    one = scene(TASK).tap("later")
    old = one.run.seq
    one.passes(hours=2)
    assert one.run.seq == old + 1
    assert one.does(ev.Tapped(old, "done")).one(ev.TapIgnored).why == "stale"
    assert one.tap("done").happened(ev.TaskDone)


# --- mistakes of authors -----------------------------------------------------------------------------


def test_a_missing_step_is_an_event_and_she_keeps_her_place():
    one = scene(QUIZ).set(step="khong_co")
    before = one.run
    failed = one.tap("khong").one(ev.RunFailed)
    assert failed.code == "place_missing" and one.run == before


def test_a_loop_without_a_wait_is_an_event():
    one = scene("- {say: a1, text: A, next: b1}\n- {say: b1, text: B, next: a1}\n- end: het")
    assert one.one(ev.RunFailed).code == "loop"


def test_an_edge_into_nothing_is_an_event_and_she_may_answer_again():
    one = scene("- {say: a1, text: A, wait_tap: Tiếp, next: mat}\n- end: het").tap("next")
    assert one.one(ev.RunFailed).code == "step_missing"
    assert one.run.step == "a1" and one.run.waiting


def test_rewind_goes_to_the_checkpoint_that_still_stands_and_keeps_points():
    steps = "- {say: m, text: Một, wait_tap: Tiếp}\n- {say: h, text: Hai, wait_tap: Tiếp, checkpoint: true}\n- end: het"
    one = scene(steps).tap("next").set(step="mat", earned={"q": 3})
    sprint = flows.rewind(one.book, one.run, one.universe())
    assert sprint.run.step == "h" and sprint.run.score == 3
    sprint = flows.rewind(one.book, one.set(checkpoint="mat").run, one.universe())
    assert sprint.run.step == "m"
    sprint = flows.rewind(one.book, one.set(lesson="mat").run, one.universe())
    assert not sprint.run.waiting
