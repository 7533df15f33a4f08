"""The button that every prompt of a lesson ends with, and what it opens: the place is kept whatever is chosen."""

from __future__ import annotations

import pytest

from flows import events as ev
from flows.engine import buttons
from tests.support.builders import book, lesson
from tests.support.scene import Scene

STEPS = """
- {say: chao, text: Chào, wait_tap: Tiếp}
- choose: chon
  text: Chọn gì?
  options:
    - {id: a, text: Táo}
    - {id: b, text: Mận}
- task: mo
  text: "{Chị} bấm hình bánh răng."
  later: {remind: 2h, times: 1, text: "Bánh răng đâu rồi?"}
  stuck: {hints: [Hình tròn, Có răng, Màu xám]}
- ask: tuoi
  text: Mấy tuổi?
  type: number
  save: tuoi
- end: het
"""
MENU = ("Nói lại", "Quay lại", "Cần người giúp", "Nghỉ chút", "Chữ to")


def at(step: str, channel: str = "web", header: str = "") -> Scene:
    one = Scene(book(lesson(STEPS, header=header)), "thu", channel=channel)
    for act in ("next", "a", "done"):
        if one.run.step == step:
            break
        one.tap(act)
    if step == "tuoi" and one.run.step == "mo":
        one.tap("done")
    assert one.run.step == step
    return one


@pytest.mark.parametrize("step", ["chao", "chon", "mo", "tuoi"])
def test_every_prompt_ends_with_it_and_it_opens_the_five(step: str) -> None:
    one = at(step)
    assert one.prompt.choices[-1].id == buttons.OTHER
    before = one.run
    one.tap(buttons.OTHER)
    assert tuple(choice.label for choice in one.prompt.choices) == MENU
    assert (one.run, one.prompt.seq) == (before, before.seq)


@pytest.mark.parametrize("step", ["chao", "chon", "mo"])
@pytest.mark.parametrize(
    ("choice", "typed"),
    [
        (buttons.REPEAT, "nói lại"), (buttons.BACK, "quay lại"), (buttons.HUMAN, "cần người giúp"),
        (buttons.BIGGER, "chữ to"),
    ],
)  # fmt: skip
def test_each_does_what_is_typed(step: str, choice: str, typed: str) -> None:
    tapped = at(step).tap(buttons.OTHER).tap(choice)
    said = at(step).say(typed)
    assert [type(event) for event in tapped.events if not isinstance(event, ev.Heard)] == [
        type(event) for event in said.events if not isinstance(event, ev.Heard)
    ]
    assert tapped.said == said.said and tapped.run == said.run
    assert tapped.prompt.choices[-1].id == buttons.OTHER


def test_a_rest_is_the_later_of_a_task_and_a_stop_elsewhere() -> None:
    one = at("mo").tap(buttons.OTHER).tap(buttons.REST)
    assert one.one(ev.TaskPostponed).remind_at is not None and one.run.step == "mo"
    assert "Bánh răng đâu rồi?" in one.passes(hours=2).said
    assert at("mo").say("để sau").happened(ev.TaskPostponed)
    assert at("chon").tap(buttons.OTHER).tap(buttons.REST).one(ev.Commanded).command == "stop"


def test_the_buttons_above_stay_good() -> None:
    one = at("chon").tap(buttons.OTHER).tap("b")
    assert one.run.step == "mo"


def test_a_button_of_former_days_still_puts_the_task_off() -> None:
    assert at("mo").tap("later").happened(ev.TaskPostponed)


def test_a_person_is_offered_after_two_that_found_nothing() -> None:
    one = at("mo")
    assert one.labels == ("Xong rồi", "Chưa thấy", "Nói lại")
    assert one.tap("stuck").labels == ("Xong rồi", "Chưa thấy", "Nói lại")
    assert one.tap("stuck").labels == ("Xong rồi", "Chưa thấy", "Cần người giúp", "Nói lại")
    assert one.tap(buttons.HUMAN).one(ev.HelpRequested).need == "learning" and one.run.step == "mo"


def test_letters_get_bigger_where_they_are_read() -> None:
    assert "Aa" in at("chon", "web").tap(buttons.BIGGER).said
    assert "Cài đặt" in at("chon", "telegram:42").tap(buttons.BIGGER).said
    assert "Aa" not in at("chon", "zalo_bot:7").tap(buttons.BIGGER).said


def test_who_is_robbed_has_a_person_at_once_and_no_list() -> None:
    one = at("mo", header="emergency: true\n")
    assert one.labels == ("Xong rồi", "Chưa thấy", "Để sau", "Cần người giúp")
    assert one.tap(buttons.OTHER).happened(ev.TapIgnored)
    assert one.tap(buttons.HUMAN).one(ev.HelpRequested).need == "safety"
