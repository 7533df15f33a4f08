"""What is said, chosen and graded: answers, hints, ways out, taps, commands."""

from __future__ import annotations

import pytest

import flows
from flows import events as ev
from tests.support.builders import book, lesson
from tests.support.engine_scene import QUIZ, scene
from tests.support.scene import Scene
from tests.support.world import universe

# --- say ---------------------------------------------------------------------------------------------


def test_say_tells_and_goes_on_to_the_end():
    one = scene("""
        - say: chao
          text: "Chào {chị} {ten}"
          more: ["Hai", "Ba"]
        - end: het
          text: "Hết"
    """)
    assert one.said == "Chào chị Lan\nHai\nBa\nHết"
    ended = one.one(ev.RunEnded)
    assert (ended.outcome, ended.points, ended.passed) == ("completed", 0, True)
    assert not one.run.waiting


def test_say_with_a_button_waits_and_joins_its_bubbles():
    one = scene("""
        - say: chao
          text: Một
          more: [Hai]
          wait_tap: Tiếp
        - end: het
    """)
    assert one.prompt.text == "Một\n\nHai"
    assert one.labels == ("Tiếp",)
    assert one.tap("next").one(ev.RunEnded).outcome == "completed"


def test_a_lesson_without_end_step_ends_below_its_last():
    assert scene("- say: chao\n  text: Chào").one(ev.RunEnded).outcome == "completed"


def test_start_of_an_unknown_lesson_is_a_key_error():
    with pytest.raises(KeyError):
        flows.start(book(), flows.Trigger("khong-co"), universe())


# --- choose, branch, set, when -----------------------------------------------------------------------

CHOOSE = """
    - choose: may
      text: "Máy gì?"
      save: loai
      options:
        - {id: ip, text: iPhone, icon: "🍎", set: {kho: App Store}}
        - {id: an, text: Android, next: rieng, say: "Hay quá", set: {kho: "CH Play"}}
    - say: chung
      text: "Chung {kho}"
      next: het
    - say: rieng
      text: "Riêng {loai} {kho}"
    - end: het
"""


def test_choose_saves_the_option_and_what_it_sets():
    one = scene(CHOOSE)
    assert one.labels == ("🍎 iPhone", "Android")
    one.tap("ip")
    assert one.said == "Chung App Store"
    assert [(e.name, e.value) for e in one.happened(ev.ValueSaved)] == [("loai", "ip"), ("kho", "App Store")]


def test_choose_option_says_and_leads_elsewhere():
    assert scene(CHOOSE).tap("an").said == "Hay quá\nRiêng an CH Play"


def test_branch_takes_the_first_true_case_else_the_otherwise():
    steps = """
        - choose: so
          text: Chọn
          save: x
          options: [{id: a1, text: Một}, {id: b2, text: Hai}, {id: c3, text: Ba}]
        - branch: re
          cases: [{when: "x == 'a1'", go: mot}, {when: "x == 'a1' or x == 'b2'", go: hai}]
          else: ba
        - {say: mot, text: Nhánh một, next: het}
        - {say: hai, text: Nhánh hai, next: het}
        - {say: ba, text: Nhánh ba}
        - end: het
    """
    assert [scene(steps).tap(o).said for o in ("a1", "b2", "c3")] == ["Nhánh một", "Nhánh hai", "Nhánh ba"]


def test_set_remembers_and_when_skips():
    one = scene("""
        - set: dat
          values: {xa: "Tân Phú"}
        - {say: an, text: Không hiện, when: "xa == 'Long Khánh'"}
        - {say: hien, text: "Xã {xa}", when: "xa != '' and channel == 'web'"}
        - end: het
    """)
    assert one.said == "Xã Tân Phú"


# --- quiz --------------------------------------------------------------------------------------------


def test_quiz_right_answer_earns_its_points_once():
    one = scene(QUIZ, header="mastery: {pass: 2}\n")
    assert one.one(ev.CheckpointPassed).step == "otp"
    one.tap("khong")
    assert one.said == "Đúng, không đọc.\nHết"
    assert one.one(ev.AnswerGraded) == ev.AnswerGraded("thu", 1, "otp", "khong", True, 1, 2, "giu_ma")
    ended = one.one(ev.RunEnded)
    assert (ended.points, ended.passed) == (2, True)


def test_quiz_wrong_answers_explain_hint_and_lead_out():
    one = scene(QUIZ, header="mastery: {pass: 2}\n")
    assert one.tap("doc").said == "Nguy hiểm.\nGợi ý: Gợi ý một\nAi hỏi mã OTP?"
    assert one.tap("doc").said == "Nguy hiểm.\nGợi ý: Gợi ý hai\nAi hỏi mã OTP?"
    one.tap("doc")
    assert one.said == "Nguy hiểm.\nGiải thích\nHết"
    assert [e.tries for e in one.all_events if isinstance(e, ev.AnswerGraded)] == [1, 2, 3]
    assert not one.one(ev.RunEnded).passed


def test_quiz_wrong_option_with_its_own_way_out_goes_it():
    assert scene(QUIZ).tap("hoi").said.endswith("Hỏi con cũng hay\nHết")


def test_quiz_without_edge_reveals_the_answer_and_goes_on():
    one = scene("""
        - quiz: q
          text: Hỏi
          options: [{id: a1, text: Sai}, {id: b1, text: Đúng, right: true}]
          tries: 1
        - end: het
    """)
    assert "Đáp án là: Đúng" in one.tap("a1").said


def test_quiz_with_no_end_of_tries_asks_for_ever():
    one = scene("""
        - quiz: q
          text: Hỏi
          options: [{id: a1, text: Sai}, {id: b1, text: Đúng, right: true}]
          tries: 0
        - end: het
    """)
    for _ in range(50):
        one.tap("a1")
    assert one.run.waiting and one.run.tries == 50


def test_points_are_earned_once_even_when_she_goes_back():
    one = scene("""
        - quiz: q
          text: Hỏi
          options: [{id: a1, text: Sai}, {id: b1, text: Đúng, right: true}]
        - {say: giua, text: Giữa, wait_tap: Tiếp}
        - end: het
    """)
    one.tap("b1").say("quay lại")
    one.tap("b1")
    assert one.one(ev.AnswerGraded).points == 0
    assert one.tap("next").one(ev.RunEnded).points == 1


@pytest.mark.parametrize(
    ("typed", "right"),
    [("500000", True), ("500.000 đ", True), ("500k", True), ("500 nghìn", True), ("50000", False), ("5", False)],
)
def test_number_quiz_reads_money_as_people_write_it(typed: str, right: bool):
    one = scene("""
        - quiz: tien
          type: number
          text: "Trả bao nhiêu?"
          accept: ["500000"]
          say: "Đúng số rồi"
        - end: het
    """)
    one.say(typed)
    assert one.one(ev.AnswerGraded).right is right
    assert not one.happened(ev.SecretMasked), "a bare number that answers the question is no code"


def test_number_quiz_asks_for_a_number_where_words_came():
    one = scene("- {quiz: tien, type: number, text: Bao nhiêu?, accept: ['5']}\n- end: het")
    one.say("để tui tính đã")
    assert not one.happened(ev.AnswerGraded)
    assert "một con số" in one.said


@pytest.mark.parametrize("typed", ["xong", "XONG", "xonggg", "dạ xong", "xg"])
def test_text_quiz_accepts_spellings(typed: str):
    one = scene("- {quiz: go, type: text, text: Gõ xong, accept: [xong], say: Đọc được rồi}\n- end: het")
    assert one.say(typed).one(ev.AnswerGraded).right


MANY = """
    - quiz: q
      type: many
      text: Chọn
      options: [{id: a1, text: A, right: true}, {id: b1, text: B}, {id: c1, text: C, right: true}]
    - end: het
"""


@pytest.mark.parametrize(
    ("typed", "right"), [("1 3", True), ("3,1", True), ("13", True), ("1 và 3", True), ("1", False)]
)
def test_many_takes_numbers_in_any_order(typed: str, right: bool):
    assert scene(MANY).say(typed).one(ev.AnswerGraded).right is right


@pytest.mark.parametrize("typed", ["1 4", "0", "1 1", "một con hai", "99999999999"])
def test_many_does_not_grade_what_is_no_answer(typed: str):
    assert not scene(MANY).say(typed).happened(ev.AnswerGraded)


def test_order_is_shuffled_stays_the_same_and_is_graded_by_the_written_order():
    one = scene("""
        - quiz: q
          type: order
          text: Xếp
          options: [{id: a1, text: Nhất}, {id: b1, text: Nhì}, {id: c1, text: Ba}]
          tries: 5
        - end: het
    """)
    shown = one.prompt.text
    assert one.say("nhắc lại").prompt.text == shown
    at = {line.split(". ")[1]: line.split(". ")[0] for line in shown.splitlines() if ". " in line}
    assert [at[word] for word in ("Nhất", "Nhì", "Ba")] != ["1", "2", "3"]
    one.say(" ".join(at[word] for word in ("Ba", "Nhì", "Nhất")))
    assert not one.one(ev.AnswerGraded).right
    one.say(" ".join(at[word] for word in ("Nhất", "Nhì", "Ba")))
    assert one.one(ev.AnswerGraded).right


# --- taps --------------------------------------------------------------------------------------------


def test_a_second_tap_on_the_same_button_changes_nothing():
    one = scene(QUIZ)
    seq = one.run.seq
    one.tap("doc")
    before = one.run
    one.does(ev.Tapped(seq, "doc"))
    assert one.events == (ev.TapIgnored("repeated"),) and one.run == before


@pytest.mark.parametrize(("seq", "option"), [(0, "khong"), (99, "khong"), (1, "la"), (-1, "")])
def test_foreign_taps_change_nothing(seq: int, option: str):
    one = scene(QUIZ)
    before = one.run
    assert one.does(ev.Tapped(seq, option)).events == (ev.TapIgnored("stale"),)
    assert one.run == before


def test_after_the_end_nothing_acts():
    one = scene(QUIZ).tap("khong")
    for signal in (ev.Tapped(1, "doc"), ev.Typed("xong"), ev.Due("x"), ev.Sent("photo"), ev.Reoffered("")):
        assert one.does(signal).events == (ev.TapIgnored("stale"),)


# --- words that hold everywhere ----------------------------------------------------------------------


def test_repeat_shows_the_prompt_again_with_the_same_number():
    one = scene(QUIZ)
    seq = one.run.seq
    assert one.say("nghe lại").prompt.seq == seq
    assert one.say("noi lai").prompt.text == "Ai hỏi mã OTP?"


def test_back_goes_one_waiting_step_back_and_says_so_at_the_start():
    one = scene(
        "- {say: m, text: Một, wait_tap: Tiếp}\n- {say: h, text: Hai}\n- {say: b, text: Ba, wait_tap: Tiếp}\n- end: het"
    )
    one.tap("next")
    assert one.say("quay lai").prompt.text == "Một"
    assert "đầu bài" in one.say("quay lại").said


def test_help_names_the_helper_and_keeps_the_place():
    one = scene(QUIZ)
    one.say("giúp tôi với")
    assert one.one(ev.HelpRequested) == ev.HelpRequested("thu", 1, "otp", 0)
    assert "cô Hoa, số 0912 345 678" in one.said
    assert one.prompt.step == "otp"


def test_help_without_a_helper_still_says_what_to_do():
    one = Scene(book(lesson(QUIZ), helper={"nguoi_giup": "", "so_nguoi_giup": ""}), "thu")
    assert "nhờ thêm người nhà" in one.say("giúp").said


@pytest.mark.parametrize(
    ("typed", "command"),
    [("menu", "menu"), ("dừng", "stop"), ("xoa du lieu", "delete_data"), ("doi cach goi", "change_address")],
)
def test_other_global_words_are_for_the_shell(typed: str, command: str):
    one = scene(QUIZ)
    before = one.run
    one.say(typed)
    assert one.one(ev.Commanded).command == command
    assert one.run == before


def test_emergency_words_come_before_everything():
    assert scene(QUIZ).say("toi bi lua roi").happened(ev.EmergencyRaised)


def test_guard_words_lead_out_of_the_lesson_wherever_she_is():
    one = scene(
        """
        - {say: m, text: Một, wait_tap: Tiếp}
        - {end: het, text: Hết}
        - {say: quen, text: Bấm quên mật khẩu, next: het}
        """,
        header="guards:\n  - {words: [quên mật khẩu], go: quen}\n",
    )
    assert one.say("chị lỡ quen mat khau rồi em").said == "Bấm quên mật khẩu\nHết"


def test_not_understood_is_kind_then_offers_a_person():
    one = scene(QUIZ)
    assert "chưa hiểu ý chị" in one.say("con gà cục tác").said
    second = one.say("ờ thì cái đó đó")
    assert second.one(ev.NotUnderstood).times == 2
    assert "giúp" in second.said and second.prompt.step == "otp"


@pytest.mark.parametrize("kind", ["sticker", "photo", "voice", "video", "file", "place", "contact", "other", "lạ hoắc"])
def test_media_is_answered_and_the_prompt_comes_again(kind: str):
    one = scene(QUIZ).does(ev.Sent(kind))
    heard = {"voice": "chưa nghe được", "sticker": "nhận được hình"}.get(kind, "chưa xem được")
    assert heard in one.said and one.prompt.step == "otp"


def test_a_text_of_100_kilobytes_is_answered_shortly():
    one = scene("- {ask: hoi, text: Hỏi, save: x}\n- end: het").say("à lố " * 20_000)
    assert "dài quá" in one.said and one.run.waiting
    assert all(len(e.text) <= 2000 for e in one.happened(ev.Heard))


@pytest.mark.parametrize("junk", ["", "   ", "\x00\x07\u200b\u202e", "🎉" * 3000, "\ud800", "ﷺ", "a\u0301" * 1000])
def test_junk_is_no_answer_and_no_exception(junk: str):
    one = scene(QUIZ).say(junk)
    assert not one.happened(ev.AnswerGraded)
    assert one.run.waiting and one.said
    for event in one.happened(ev.Heard):
        event.text.encode()
        assert "\x00" not in event.text
