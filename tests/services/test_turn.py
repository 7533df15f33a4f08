"""In a turn: texts of one turn become few bubbles, buttons stay with what asks, the address follows her."""

from __future__ import annotations

from bot.channels.base import Button
from bot.tutor import lessons
from bot.tutor.state import ConversationState
from bot.tutor.turn import JOIN_UP_TO, Person, TurnContext
from flows import Run, Sprint
from flows import events as ev
from tests.support.builders import real_book
from tests.support.world import universe


def turn(state: ConversationState | None = None) -> TurnContext:
    return TurnContext(
        real_book(), universe(), Person("p1", "Lan", "chị/em", "agreed"), state or ConversationState(), "telegram:1"
    )


def test_texts_of_one_turn_are_one_bubble():
    one = turn()
    for text in ("Đúng rồi.", "", "Câu hỏi?"):
        one.say(text)
    one.ask("Chọn đi", [Button("s:1:a", "A")])
    (reply,) = one.replies
    assert reply.text == "Đúng rồi.\n\nCâu hỏi?\n\nChọn đi" and reply.buttons == (Button("s:1:a", "A"),)


def test_nothing_is_joined_to_what_already_asks():
    one = turn()
    one.ask("Chọn", [Button("s:1:a", "A")])
    one.say("Thêm")
    assert [reply.text for reply in one.replies] == ["Chọn", "Thêm"]


def test_a_bubble_has_a_length():
    one = turn()
    one.say("a" * (JOIN_UP_TO - 10))
    one.say("b" * 20)
    assert len(one.replies) == 2


def test_buttons_without_a_text_go_under_what_was_said():
    one = turn()
    one.say("Dạ")
    one.offer("", (("g:menu", "Danh sách bài"),))
    (reply,) = one.replies
    assert reply.text == "Dạ" and reply.buttons[0].token == "g:menu"
    assert one.state.offer == (("g:menu", "Danh sách bài"),)


def test_a_prompt_of_a_lesson_closes_the_tutors_own_question():
    one = turn(ConversationState(offer=(("d:yes", "Xóa hết"),), pending="delete", seq=3))
    run = Run("r", "m0-khoi-dong", 1, "mo_dau", seq=4)
    asked = ev.Asked("x", 4, "Hỏi", (ev.Choice("next", "Tiếp"),))
    lessons.take_over(one, Sprint(run, (ev.Said("x", "Chào"), asked)))
    assert (one.state.offer, one.state.pending, one.state.seq) == ((), "", 4)
    assert one.replies[-1].buttons == (Button("s:4:next", "Tiếp"),)


def test_tokens_fit_sixty_four_bytes_for_every_button_of_the_real_lessons():
    for lesson in real_book().versions.values():
        for step in lesson.steps:
            for option in getattr(step, "options", ()):
                assert len(f"s:{10**9}:{option.id}".encode()) <= 64
        assert len(f"m:{lesson.id}".encode()) <= 64


def test_a_new_address_reaches_the_open_lesson_and_the_parked_ones():
    run = Run("r", "m0-khoi-dong", 1, "mo_dau")
    one = turn(ConversationState(run=run, parked=(run,)))
    one.set_person(address="bà/con", name="Sáu")
    assert one.state.run is not None
    assert {(each.address, each.name) for each in (one.state.run, *one.state.parked)} == {("bà/con", "Sáu")}


def test_a_lesson_that_is_gone_is_called_by_its_id():
    assert turn().lesson_title("khong-co") == "khong-co"
