"""What a book remembers of its prompts is nobody's own: who comes later reads what she would have read alone."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from flows import Book, events
from flows.engine.kinds.kind import MOST_PROMPTS
from flows.play.dialogue import Act, DialogueHead
from flows.play.transcript import Player
from flows.reading.loader import load_lesson
from tests.support.arbitrary import lesson_sources
from tests.support.builders import book, facts, lesson
from tests.support.scene import Scene

LEARNERS = (("Lan", "chị/em"), ("", "chị/em"), ("Sáu", "bà/con"), ("Mai", "chị/em"), ("Thu", "bạn/mình"))
DEEDS = st.lists(
    st.sampled_from([0, 0, 0, 1, 2, "xong", "chưa thấy", "không biết", "5", "cam", "nói lại", "2 1"]), max_size=10
)

STEPS = """
- choose: may
  text: "{Chị} dùng máy gì?"
  save: may
  options: [{id: a, text: "Máy của {chị}"}, {id: b, text: iPhone}]
- say: chao
  text: "Chào {chị} {ten}."
  wait_tap: Tiếp
- choose: mau
  text: "Chọn màu."
  options: [{id: x, text: "Màu của {may}"}, {id: y, text: "Màu của {ten}"}]
- task: lam
  text: "{Chị} mở máy."
  stuck: {hints: [Một, Hai, Ba]}
- end: het
  text: Hết.
"""


def dialogue(shelf: Book, lesson_id: str, learner: tuple[str, str], deeds: list[str | int]) -> str:
    """What somebody and the tutor say to each other; a number is a tap on one of the buttons."""
    player = Player(shelf, DialogueHead(lesson_id, *learner))
    player.begin()
    for deed in deeds:
        labels = list(player.buttons)
        if isinstance(deed, str):
            player.do(Act("say", deed))
        elif labels:
            player.do(Act("tap", labels[deed % len(labels)]))
    return str(player.transcript)


@given(lesson_sources(), DEEDS)
def test_nobody_reads_what_is_anothers(source: str, deeds: list[str | int]):
    read, problems = load_lesson(source.encode(), "a/lesson.yaml", facts())
    assert read is not None, problems
    shared = book(read)
    for learner in (*LEARNERS, LEARNERS[0]):
        assert dialogue(shared, read.id, learner, deeds) == dialogue(book(read), read.id, learner, deeds)


def test_a_label_may_be_ones_own():
    shelf = book(lesson(STEPS))
    for name, phone, label in (("Lan", "a", "a"), ("Mai", "b", "b"), ("Lan", "b", "b")):
        one = Scene(shelf, "thu", name=name).tap(phone)
        assert one.said == f"Chào chị {name}."
        assert one.tap("next").labels == (f"Màu của {label}", f"Màu của {name}")
        assert one.tap("y").happened(events.Heard) == [events.Heard(f"Màu của {name}")]


def test_what_all_are_shown_is_made_once():
    shelf = book(lesson(STEPS))
    first, second = Scene(shelf, "thu"), Scene(shelf, "thu", name="Mai")
    assert first.prompt.choices is second.prompt.choices
    elder = Scene(shelf, "thu", address="bà/con")
    assert (elder.prompt.text, elder.labels[0]) == ("Bà dùng máy gì?", "Máy của bà")


def test_who_is_stuck_is_offered_a_person_and_nobody_else_is():
    shelf = book(lesson(STEPS))
    stuck, fresh = (Scene(shelf, "thu").tap("a").tap("next").tap("x") for _ in range(2))
    usual = stuck.labels
    stuck.tap("stuck").tap("stuck").does(events.Reoffered(""))
    assert {*stuck.labels} - {*usual} == {"Cần người giúp"}
    assert fresh.does(events.Reoffered("")).labels == usual


def test_who_is_not_understood_is_offered_a_way_past_and_nobody_else_is():
    shelf = book(lesson("- {ask: tuoi, type: number, save: tuoi, text: Mấy tuổi?}\n- {end: het, text: Hết.}"))
    lost, fresh = Scene(shelf, "thu"), Scene(shelf, "thu")
    assert lost.say("xyz").say("xyz").does(events.Reoffered("")).labels == ("Bỏ qua",)
    assert fresh.does(events.Reoffered("")).labels == ()


def test_a_step_that_two_lessons_share_is_shown_as_each_has_it():
    usual = lesson(STEPS)
    urgent = replace(usual, emergency=True)
    alone = Scene(book(urgent), "thu").prompt.choices
    shelf = book(usual, older={("thu", 1): urgent})
    for version, choices in ((2, Scene(shelf, "thu").prompt.choices), (1, alone)):
        inside = Scene(shelf, "thu").set(version=version).does(events.Reoffered(""))
        assert inside.prompt.choices == choices


def test_a_book_remembers_so_many_and_no_more():
    shelf = book(lesson(STEPS))
    shelf.prompts.update({(at, "", True, ""): None for at in range(MOST_PROMPTS)})
    one = Scene(shelf, "thu")
    assert len(shelf.prompts) == 1
    assert one.tap("a").said == "Chào chị Lan."
