"""Answers in numbers at the steps that ask for them: read as people say them, asked back where in doubt, a way out."""

from __future__ import annotations

from datetime import timedelta

import pytest

import flows
from flows import events as ev
from flows.cards import LONG_AGO, Card
from flows.words.masking import MASK
from tests.support.builders import book, lesson
from tests.support.scene import Scene


def asked(kind: str, more: str = "", **learner: str) -> Scene:
    steps = f'- {{ask: hoi, type: {kind}, text: Hỏi, save: x{more}}}\n- {{say: xong, text: "Có {{x}}"}}\n- end: het'
    return Scene(book(lesson(steps)), "thu", **learner)


def quizzed(accept: str, more: str = "") -> Scene:
    steps = f"- {{quiz: so, type: number, text: Mấy?, accept: ['{accept}'], say: Phải rồi{more}}}\n- end: het"
    return Scene(book(lesson(steps)), "thu")


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("number", "3 năm", "3"),
        ("number", "khoảng 3 năm", "3"),
        ("number", "dạ 3 nha con", "3"),
        ("number", "3.", "3"),
        ("number", "ba", "3"),
        ("number", "số 3", "3"),
        ("number", "350000", "350000"),
        ("date", "05/03/62", "1962-03-05"),
        ("date", "05 03 62", "1962-03-05"),
        ("date", "5/3/1962 ạ", "1962-03-05"),
        ("date", "15 tháng 3 năm 1962", "1962-03-15"),
        ("date", "1962", "1962"),
        ("date", "15031962", "1962-03-15"),
        ("date", "1962-03-15", "1962-03-15"),
        ("phone_vn", "84901234567", "0901234567"),
        ("phone_vn", "+84 0901234567", "0901234567"),
        ("phone_vn", "0084901234567", "0901234567"),
        ("phone_vn", "901234567", "0901234567"),
        ("phone_vn", "0901–234–567 nha con", "0901234567"),
        ("phone_vn", "0251 3822 222", "02513822222"),
    ],
)
def test_what_is_sure_is_saved_at_once(kind: str, typed: str, value: str):
    one = asked(kind).say(typed)
    assert one.one(ev.ValueSaved).value == value
    assert not one.happened(ev.SecretMasked)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("number", "ba mươi mấy"),
        ("number", "2-3"),
        ("date", "15/03/2062"),
        ("date", "01/01/0001"),
        ("date", "67 tuổi"),
        ("phone_vn", "09012345678"),
        ("phone_vn", "0401234567"),
        ("phone_vn", "0901234567 0912345678"),
    ],
)
def test_what_is_open_or_false_is_asked_again(kind: str, typed: str):
    one = asked(kind).say(typed)
    assert not one.happened(ev.ValueSaved)
    assert one.run.waiting


def test_today_is_hers_not_the_machines():
    """At 01:00 UTC of the 5th it is 08:00 there; at 20:00 UTC it is the 6th."""
    one = asked("date")
    assert not one.say("6/1/2026").happened(ev.ValueSaved)
    one.now += timedelta(hours=19)
    assert one.say("6/1/2026").one(ev.ValueSaved).value == "2026-01-06"


# --- in doubt ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "shown", "value"),
    [
        ("number", "sáu hai", "62", "62"),
        ("date", "62", "1962", "1962"),
        ("date", "5 tháng giêng 1962", "05/01/1962", "1962-01-05"),
    ],
)
@pytest.mark.parametrize("yes", ["tap", "đúng rồi", "dạ phải", "ừ"])
def test_doubt_is_asked_back_and_a_yes_takes_it(kind: str, typed: str, shown: str, value: str, yes: str):
    one = asked(kind).say(typed)
    assert f"{shown}, phải không chị?" in one.said
    assert one.labels == ("Đúng rồi", "Không phải")
    assert not one.happened(ev.ValueSaved)
    _ = one.tap("yes") if yes == "tap" else one.say(yes)
    assert one.one(ev.ValueSaved).value == value
    assert one.said == f"Có {value}"


@pytest.mark.parametrize("no", ["tap", "không phải", "dạ không"])
def test_a_no_asks_again_and_keeps_the_place(no: str):
    one = asked("number").say("sáu hai")
    _ = one.tap("no") if no == "tap" else one.say(no)
    assert one.prompt.text == "Hỏi" and one.choices == ()
    assert one.run.step == "hoi"
    assert one.say("26").one(ev.ValueSaved).value == "26"


def test_another_number_takes_the_place_of_the_doubtful_one():
    """A "2" there is a number, not the second button."""
    assert asked("number").say("sáu hai").say("2").one(ev.ValueSaved).value == "2"


def test_the_question_stands_over_json_and_a_break():
    one = asked("number").say("sáu hai")
    one.run = flows.load(flows.dump(one.run))
    one.does(ev.Reoffered("reoffer"))
    assert "62, phải không chị?" in one.said
    assert one.tap("yes").one(ev.ValueSaved).value == "62"


def test_a_cry_for_help_is_heard_in_it():
    assert asked("number").say("sáu hai").say("tui bị lừa mất tiền rồi").happened(ev.EmergencyRaised)


def test_going_back_leaves_no_question_behind():
    steps = "- {say: a, text: Một, wait_tap: Tiếp}\n- {ask: hoi, type: number, text: Hỏi, save: x}\n- end: het"
    one = Scene(book(lesson(steps)), "thu").tap("next").say("sáu hai").say("quay lại")
    assert one.tap("next").prompt.text == "Hỏi"


@pytest.mark.parametrize("kept", [True, False])
def test_nothing_doubtful_of_hers_is_kept_where_nothing_may_be(kept: bool):
    one = asked("number", ", private: true" if kept else "").set(keeps=kept).say("sáu hai")
    assert "62" not in repr(flows.dump(one.run)) and "62" not in one.said
    assert one.run.waiting


def test_who_withdraws_leaves_no_value_behind():
    assert asked("number").say("sáu hai").run.bare().sub == ""


# --- a way out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["number", "date", "phone_vn", "photo", "voice"])
@pytest.mark.parametrize(
    "typed",
    ["không biết", "dạ không biết", "bỏ qua", "để sau", "hổng biết nữa con", "thôi bỏ qua đi", "quên rồi con ơi"],
)
def test_who_cannot_answer_goes_on(kind: str, typed: str):
    one = asked(kind).say(typed)
    assert one.said == "Dạ không sao chị, em qua câu này.\nCó …"
    assert not one.happened(ev.ValueSaved)


@pytest.mark.parametrize("kind", ["number", "date", "phone_vn", "photo", "voice"])
def test_nobody_is_asked_for_ever(kind: str):
    one = asked(kind).say("nhiều lắm")
    assert not one.labels
    one.say("nhiều lắm đó")
    assert set(one.labels) == {"Bỏ qua"}
    assert "qua câu này" in one.tap("skip").said


def test_words_that_never_fit_a_check_are_no_prison_either():
    one = asked("text", ", check: \"value == 'a'\"").say("b").say("c")
    assert one.say("bỏ qua").said.startswith("Dạ không sao")


def test_a_number_is_still_an_answer_when_the_way_out_is_offered():
    one = asked("number").say("nhiều lắm").say("nhiều lắm")
    assert one.say("1").one(ev.ValueSaved).value == "1"


# --- secrets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["number", "date", "phone_vn"])
@pytest.mark.parametrize("typed", ["482913", "079163001234", "số của tui 079163001234"])
def test_a_code_and_a_citizen_id_are_hidden_whatever_is_asked(kind: str, typed: str):
    one = asked(kind).say(typed)
    assert one.happened(ev.SecretMasked) and MASK in one.one(ev.Heard).text
    assert not one.happened(ev.ValueSaved)


# --- quiz --------------------------------------------------------------------------------------------

SUMS = ["1,5 triệu", "1.5 triệu", "1tr5", "1 triệu rưỡi", "1.500.000₫", "dạ 1500000", "1500000 đồng ạ", "triệu rưỡi"]


@pytest.mark.parametrize(
    ("accept", "typed", "right"),
    [
        *(("1500000", typed, True) for typed in SUMS),
        ("2500000", "2 triệu 500", True),
        ("5000000000", "5 tỉ", True),
        ("20000", "20k/ngày", True),
        ("50000", "năm chục ngàn", True),
        ("50000", "năm chục", True),
        ("50", "năm chục", True),
        ("50.000 đồng", "50k", True),
        ("12", "mười hai số", True),
        ("50000", "năm ngàn", False),
        ("50000", "5", False),
    ],
)
def test_a_number_is_graded_as_it_is_said(accept: str, typed: str, right: bool):
    assert quizzed(accept).say(typed).one(ev.AnswerGraded).right is right


@pytest.mark.parametrize(("choice", "right"), [("yes", [True]), ("no", [])])
def test_a_doubtful_number_is_asked_back_before_it_is_graded(choice: str, right: list[bool]):
    one = quizzed("50000").say("50")
    assert "50.000 đồng, phải không chị?" in one.said
    assert not one.happened(ev.AnswerGraded)
    assert [graded.right for graded in one.tap(choice).happened(ev.AnswerGraded)] == right


def test_a_doubtful_wrong_number_counts_only_after_her_yes():
    one = quizzed("60").say("sáu hai")
    assert one.run.tries == 0
    assert not one.tap("yes").one(ev.AnswerGraded).right
    assert one.run.tries == 1 and one.prompt.text == "Mấy?"


def test_a_review_asks_back_too():
    earlier = lesson("- {quiz: so, type: number, text: Mấy?, accept: ['62']}\n- end: het", lesson_id="cu")
    now = lesson("- {review: on, text: Ôn nào, max: 1}\n- {end: het, text: Hết}", lesson_id="nay")
    shelf = book(earlier, now)
    one = Scene(shelf, "nay")
    cards = {"cu/so": Card(LONG_AGO)}
    one._take(flows.start(shelf, flows.Trigger("nay", cards=cards), one.universe()))
    assert "62, phải không" in one.say("sáu hai").said
    assert one.tap("yes").one(ev.AnswerGraded).right
    assert "Hết" in one.said
