"""The kinds that reach further: call, wait, help, pair, review, award; split, check-in, proof, rating, patterns."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

import flows
from bot.tutor.quiet_hours import QuietHours
from flows import Book
from flows import events as ev
from flows.cards import LONG_AGO, Card
from tests.support.builders import book, lesson
from tests.support.scene import Scene
from tests.support.world import START


def scene(steps: str, header: str = "", **learner: str) -> Scene:
    return Scene(book(lesson(steps, header=header)), "thu", **learner)


def with_lessons(**others: str) -> Book:
    """A book of lessons by id (underscores for hyphens), each given by its steps."""
    return book(*(lesson(steps, lesson_id=each.replace("_", "-")) for each, steps in others.items()))


# --- call --------------------------------------------------------------------------------------------

OUTER = """
    - say: chao
      text: Ngoài
    - call: vao
      lesson: trong
      with: {ai: "{ten}"}
      save: ket_qua
    - branch: xem
      cases: [{when: "ket_qua == 'stopped'", go: dung}]
      else: xong
    - end: dung
      text: "Dừng, {ket_qua}"
      outcome: stopped
    - end: xong
      text: "Xong, {ket_qua}, {ai}"
"""
INNER = """
    - set: bat_dau
      values: {diem: "0"}
    - quiz: hoi
      checkpoint: true
      text: "Trong, {ai}?"
      options:
        - {id: phai, text: Phải, right: true, say: Đúng}
        - {id: khong, text: Không, say: Chưa, next: nghi}
      next: het
    - end: nghi
      outcome: stopped
    - end: het
      text: Hết bài trong
"""


def called() -> Scene:
    return Scene(with_lessons(ngoai=OUTER, trong=INNER), "ngoai")


def test_a_called_lesson_gets_values_and_gives_back_its_outcome_and_points():
    one = called()
    assert "Trong, Lan?" in one.said
    assert one.run.lesson == "trong" and one.run.home == ("ngoai", 1)
    assert one.one(ev.Called) == ev.Called("trong", 1, "ngoai")
    one.tap("phai")
    graded, ended = one.one(ev.AnswerGraded), one.one(ev.RunEnded)
    assert (graded.lesson, graded.step, graded.points) == ("trong", "hoi", 1)
    assert (ended.lesson, ended.outcome, ended.points) == ("ngoai", "completed", 1)
    assert "Hết bài trong" in one.said and "Xong, completed, …" in one.said, "its own variables stay inside"


def test_a_called_lesson_that_was_stopped_says_so():
    assert "Dừng, stopped" in called().tap("khong").said


def test_a_session_inside_a_called_lesson_survives_json():
    one = called()
    again = flows.load(flows.dump(one.run))
    assert again == replace(one.run, cards=again.cards, learner=again.learner)


def test_without_consent_the_frames_keep_the_places_only():
    one = called()
    bare = one.run.bare()
    assert bare.home == ("ngoai", 1) and bare.stack[0].step == "vao"
    assert not bare.stack[0].vars and not bare.vars


def test_a_call_that_cannot_be_made_is_told_and_passed_over():
    alone = Scene(with_lessons(ngoai=OUTER), "ngoai")
    assert alone.one(ev.RunFailed).code == "call"
    assert alone.one(ev.RunEnded).outcome == "completed"


def test_lessons_do_not_call_themselves_for_ever():
    round_about = "- call: lai\n  lesson: {}\n- end: het\n"
    one = Scene(with_lessons(mot=round_about.format("hai"), hai=round_about.format("mot")), "mot")
    assert one.one(ev.RunFailed).code == "call"
    assert one.one(ev.RunEnded).lesson == "mot"


def test_handing_over_ends_this_lesson():
    one = Scene(with_lessons(mot="- call: sang\n  lesson: hai\n  return: false\n", hai="- end: het\n"), "mot")
    assert one.one(ev.RunEnded).lesson == "mot"
    assert one.one(ev.RunEnded).handed_over_to == "hai"


def test_a_caller_that_is_gone_does_not_strand_her():
    one = called()
    one.book = replace(one.book, versions={key: at for key, at in one.book.versions.items() if key[0] != "ngoai"})
    assert one.tap("phai").one(ev.RunEnded).outcome == "completed"


def test_a_lost_called_lesson_rewinds_into_its_caller():
    one = called()
    gone = replace(one.book, versions={key: at for key, at in one.book.versions.items() if key[0] != "trong"})
    sprint = flows.rewind(gone, one.run, one.universe())
    assert sprint.run.home[0] == "ngoai"


# --- wait --------------------------------------------------------------------------------------------


def test_a_wait_goes_on_when_its_time_has_come():
    one = scene("- wait: nghi\n  for: 2d\n- end: het\n  text: Hết")
    assert one.run.remind_at == START + timedelta(days=2)
    assert not one.passes(days=1, hours=23).events
    assert "Hết" in one.passes(hours=2).said


def test_a_wait_is_not_prolonged_by_what_she_writes():
    one = scene("- wait: nghi\n  for: 2d\n- end: het\n")
    one.passes(days=1).say("lâu quá à")
    assert one.run.remind_at == START + timedelta(days=2)


def test_whoever_does_not_want_to_wait_goes_on():
    one = scene("- wait: nghi\n  for: 2d\n- end: het\n  text: Hết")
    assert one.labels == ("Học tiếp",)
    assert "Hết" in one.say("tiếp tục").said or "Hết" in one.tap("next").said


@pytest.mark.parametrize(
    ("fields", "hours"),
    [
        ("until: 20:00", 12),
        ("until: 07:30", 23.5),
        ("until: 2026-01-06", 16),
        ("until: 2026-01-06 09:15", 25.25),
        ("for: 30m\n  window: 09:00-17:00", 1),
        ("for: 14h\n  window: 09:00-17:00", 25),
        ("for: 2h\n  window: 09:00-17:00", 2),
    ],
)
def test_until_and_window_are_local_time(fields: str, hours: float):
    one = scene(f"- wait: nghi\n  {fields}\n- end: het\n")
    assert one.run.remind_at == START + timedelta(hours=hours)


@pytest.mark.parametrize(("header", "hour"), [("", "08:00 06/01"), ("emergency: true\n", "22:00 05/01")])
def test_no_hour_is_promised_at_which_nothing_is_said(header: str, hour: str):
    quiet = QuietHours(time(20), time(8), ZoneInfo("Asia/Ho_Chi_Minh"))
    of_night = replace(book(lesson("- wait: nghi\n  for: 14h\n- end: het\n", header=header)), awake=quiet.shift)
    assert hour in Scene(of_night, "thu").said


@pytest.mark.parametrize("fields", ["until: 2026-01-05 07:00", "for: 1d\n  skip_if: channel == 'web'"])
def test_a_wait_that_is_over_or_not_wanted_is_passed(fields: str):
    assert scene(f"- wait: nghi\n  {fields}\n- end: het\n").happened(ev.RunEnded)


# --- help and pair -----------------------------------------------------------------------------------

HELP = """
    - help: nho
      kind: safety
      topic: lua_dao
      sla: 15m
      fallback: tu_lam
      text: "{Chị} đừng chuyển tiền."
      next: xong
    - end: tu_lam
      text: Tự làm
      outcome: referred
    - end: xong
      text: Xong
"""


def test_help_says_the_safe_thing_asks_for_a_person_and_waits():
    one = scene(HELP)
    asked = one.one(ev.HelpRequested)
    assert (asked.step, asked.need, asked.topic, asked.sla_s) == ("nho", "safety", "lua_dao", 900)
    assert one.said.startswith("Chị đừng chuyển tiền.")
    assert "Xong" in one.tap("next").said


def test_nobody_in_time_leads_to_the_fallback():
    assert "Tự làm" in scene(HELP).passes(minutes=15).said


def test_help_may_be_offered_first():
    one = scene("- help: nho\n  text: Để nhờ\n  offer: Nhờ người chỉ không?\n- end: het\n  text: Hết")
    assert one.prompt.text == "Nhờ người chỉ không?"
    assert not one.happened(ev.HelpRequested)
    assert one.tap("yes").one(ev.HelpRequested).step == "nho"
    one = scene("- help: nho\n  text: Để nhờ\n  offer: Nhờ người chỉ không?\n- end: het\n  text: Hết")
    assert "Hết" in one.tap("no").said


PAIR = (
    "- pair: ghep\n  text: Ghép đôi\n  match: [ward, topic]\n  accept_in: 4h\n  on_none: xong\n- end: bo\n- end: xong\n"
)


def test_pair_waits_for_a_person_and_goes_on_when_there_is_one():
    one = scene(PAIR)
    assert one.one(ev.PairingWished).match == ("ward", "topic")
    assert not one.happened(ev.RunEnded)
    assert one.does(ev.Met()).happened(ev.RunEnded)


def test_pair_goes_on_at_on_none_when_nobody_comes_in_time():
    one = scene(PAIR)
    assert not one.passes(hours=3).happened(ev.RunEnded)
    one.does(ev.Reoffered(""))
    assert one.passes(hours=1, minutes=1).happened(ev.RunEnded)


def test_pair_lets_her_go_on_without():
    assert scene(PAIR).tap("next").happened(ev.RunEnded)


# --- review ------------------------------------------------------------------------------------------

EARLIER = INNER.replace("{ai}", "{chị}")
REVIEW = "- review: on\n  text: Ôn nào\n  max: 2\n  empty: Không có gì\n- end: het\n  text: Hết\n"


def reviewing(**cards: Card) -> Scene:
    shelf = with_lessons(cu=EARLIER, nay=REVIEW)
    held = {f"cu/{step}": card for step, card in cards.items()}
    one = Scene.__new__(Scene)
    Scene.__init__(one, shelf, "nay")
    one._take(flows.start(shelf, flows.Trigger("nay", cards=held), one.universe()))
    return one


def test_nothing_due_is_said_and_passed():
    one = reviewing(hoi=Card((START + timedelta(days=1)).date()))
    assert "Không có gì" in one.said and "Hết" in one.said


def test_a_due_question_is_asked_and_graded_as_itself():
    one = reviewing(hoi=Card(LONG_AGO))
    assert "Ôn nào" in one.said and one.prompt.text == "Trong, chị?"
    one.tap("khong")
    graded = one.one(ev.AnswerGraded)
    assert (graded.lesson, graded.step, graded.right, graded.points) == ("cu", "hoi", False, 0)
    assert one.run.lesson == "nay" and one.run.step == "on"
    one.tap("phai")
    assert one.one(ev.AnswerGraded).right and "Hết" in one.said


def test_a_review_survives_json_in_the_middle():
    one = reviewing(hoi=Card(LONG_AGO))
    one.run = flows.load(flows.dump(one.run))
    assert "Hết" in one.say("phải").said


def test_a_question_that_is_gone_is_passed_over():
    assert "Không có gì" in reviewing(khong_con=Card(LONG_AGO)).said


# --- award -------------------------------------------------------------------------------------------


def test_badge_and_certificate():
    one = scene("""
        - award: thuong
          badge: Giữ chắc OTP
          certificate: {template: chung-nhan, requires: score >= 1}
        - end: het
    """)
    (badge,) = one.happened(ev.Awarded)
    assert (badge.kind, badge.name, badge.lesson, badge.version, badge.points) == (
        "badge",
        "Giữ chắc OTP",
        "thu",
        1,
        0,
    )
    assert "“Giữ chắc OTP”" in one.said


# --- the smaller ones --------------------------------------------------------------------------------


def test_split_sends_one_learner_always_the_same_way():
    shelf = book(lesson("- branch: chia\n  split: {a: 50, b: 50}\n- end: a\n  text: A\n- end: b\n  text: B\n"))

    def way(learner: str) -> str:
        sprint = flows.start(shelf, flows.Trigger("thu", learner=learner), Scene(shelf, "thu").universe())
        return next(event.text for event in sprint.events if isinstance(event, ev.Said))

    ways = {learner: way(learner) for learner in map(str, range(40))}
    assert set(ways.values()) == {"A", "B"}
    assert all(way(learner) == went for learner, went in ways.items())


TASK = "- task: lam\n  text: Làm\n  {}\n- end: het\n"


def test_a_check_in_is_planned_when_the_task_is_done():
    one = scene(TASK.format("checkin: 1d")).tap("done")
    assert one.one(ev.CheckinPlanned) == ev.CheckinPlanned("thu", 1, "lam", START + timedelta(days=1))


def test_a_photo_is_asked_for_once_and_never_insisted_on():
    one = scene(TASK.format("proof: photo")).tap("done")
    assert not one.happened(ev.TaskDone) and "chụp" in one.said
    assert one.tap("done").happened(ev.TaskDone)
    assert scene(TASK.format("proof: photo")).does(ev.Sent("photo")).happened(ev.TaskDone)
    assert not scene(TASK.format("proof: self")).does(ev.Sent("photo")).happened(ev.TaskDone)


@pytest.mark.parametrize("kind", ["photo", "voice", "place"])
def test_of_what_is_no_text_only_that_it_came_is_kept(kind: str):
    one = scene(f"- ask: gui\n  type: {kind}\n  text: Gửi đi\n  save: co_gui\n- end: het\n")
    one.does(ev.Sent("sticker"))
    assert one.run.waiting
    assert one.does(ev.Sent(kind)).one(ev.ValueSaved).value == "co"


def test_words_where_a_photo_is_asked_for_are_answered_kindly():
    one = scene("- ask: gui\n  type: photo\n  text: Gửi đi\n  save: co_gui\n- end: het\n").say("gửi sao em")
    assert "ảnh" in one.said and one.run.waiting


def test_the_end_says_how_many_stars_to_ask_for():
    assert scene("- end: het\n  rate: 1-5\n").one(ev.RunEnded).rate == 5


def test_a_guard_finds_phrases_with_gaps():
    guards = "guards:\n  - {pattern: bị … lừa/gạt, go: khan}\n"
    one = scene("- ask: ke\n  text: Kể đi\n  save: ke_gi\n- end: het\n- end: khan\n  text: Khẩn\n", guards)
    assert "Khẩn" in one.say("hàng xóm bi no gat hoài").said


def test_pictures_are_told_in_words():
    one = scene('- say: xem\n  text: "Nhìn nè"\n  image: {src: a.jpg, alt: "Nút đỏ"}\n- end: het\n')
    assert one.said == "Nhìn nè\n🖼 Nút đỏ"


# --- how long ago ------------------------------------------------------------------------------------

AGO = """
    - say: mot
      text: Một
      wait_tap: Tiếp
    - wait: nghi
      for: 3d
    - branch: xem
      cases:
        - {when: "days_since(mot) >= 3 and days_since == 3", go: lau}
      else: moi
    - end: moi
      text: Mới đây
    - end: lau
      text: Lâu rồi
"""


def test_a_condition_may_ask_how_many_days_ago_she_went_through_a_step():
    one = scene(AGO).tap("next")
    assert "Mới đây" in one.tap("next").said
    one = scene(AGO).tap("next")
    one.run = flows.load(flows.dump(one.run))
    assert "Lâu rồi" in one.passes(days=3).said


# --- what a hostile reviewer found -------------------------------------------------------------------


def test_a_review_grades_by_the_words_she_was_shown():
    one = reviewing(hoi=Card(LONG_AGO))
    turned = INNER.replace("right: true, ", "").replace("text: Không,", "text: Không, right: true,")
    newer = lesson(turned.replace("{ai}", "{chị}"), lesson_id="cu")
    one.book = replace(
        one.book, versions={**one.book.versions, ("cu", 2): newer}, current={**one.book.current, "cu": 2}
    )
    one.tap("phai")
    graded = one.one(ev.AnswerGraded)
    assert graded.right and graded.version == 1


def test_a_review_whose_question_has_gone_lets_her_go_on():
    one = reviewing(hoi=Card(LONG_AGO))
    one.book = replace(one.book, versions={key: at for key, at in one.book.versions.items() if key[0] != "cu"})
    assert one.say("nói lại").labels == ("Học tiếp",)
    assert "Hết" in one.tap("next").said


def test_a_guard_of_the_calling_lesson_is_heard_in_the_called_one():
    outer = lesson(
        OUTER + "    - end: khan\n      text: Khẩn\n",
        lesson_id="ngoai",
        header="guards:\n  - {words: [chó cắn], go: khan}\n",
    )
    one = Scene(book(outer, lesson(INNER, lesson_id="trong")), "ngoai")
    assert one.run.lesson == "trong"
    one.say("chó cắn tôi")
    assert "Khẩn" in one.said and one.one(ev.RunEnded).lesson == "ngoai"


def test_handing_over_inside_a_called_lesson_opens_the_third():
    one = Scene(
        with_lessons(
            mot="- call: vao\n  lesson: hai\n- end: het\n  text: Hết một\n",
            hai="- call: sang\n  lesson: ba\n  return: false\n",
            ba="- say: s\n  text: Ba đây\n  wait_tap: Tiếp\n- end: xong\n",
        ),
        "mot",
    )
    assert "Ba đây" in one.said
    assert "Hết một" in one.tap("next").said


def test_a_pause_that_is_over_promises_no_time_that_has_passed():
    one = scene("- wait: nghi\n  for: 3h\n- end: het\n")
    one.now += timedelta(hours=5)
    assert "Tới giờ hẹn" in one.does(ev.Reoffered("")).said


def test_without_consent_nothing_is_given_that_is_not_kept():
    shelf = book(lesson("- award: thuong\n  badge: Giỏi\n- end: het\n  text: Hết\n"))
    sprint = flows.start(shelf, flows.Trigger("thu", keeps=False), Scene(shelf, "thu").universe())
    assert not any(isinstance(event, ev.Awarded) for event in sprint.events)
    assert [event.text for event in sprint.events if isinstance(event, ev.Said)] == ["Hết"]


def test_an_offer_of_help_is_reminded_of():
    one = scene("- help: nho\n  text: Để nhờ\n  offer: Nhờ người chỉ không?\n- end: het\n")
    assert "Nhờ người chỉ không?" in one.passes(days=1).said
