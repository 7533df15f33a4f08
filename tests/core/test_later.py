""" "Để sau" is understood wherever a lesson waits, as the learner's guide promises, and takes no answer's place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.conversation.understanding import Overheard
from flows import events as ev
from flows.engine.kinds.table import KINDS, kind_of
from flows.model import Branch, End, Set, Step
from flows.words.understand import Answered, Own, understand
from tests.support.builders import book, lesson, real_book
from tests.support.scene import Scene

SAYINGS = (
    "để sau", "de sau", "Để sau nha con", "dạ thôi để sau", "lát nữa", "hồi nữa nghen", "thôi để mai", "bận quá",
)  # fmt: skip
WAITING = {
    "say": "- {say: q, text: Một, wait_tap: Tiếp}",
    "choose": "- {choose: q, text: Hỏi, options: [{id: a1, text: Cam}, {id: b1, text: Quýt}]}",
    "quiz": "- {quiz: q, text: Hỏi, options: [{id: a1, text: Sai}, {id: b1, text: Phải, right: true}]}",
    "quiz, many": "- {quiz: q, type: many, text: Hỏi, options: [{id: a1, text: A, right: true}, {id: b1, text: B}]}",
    "quiz, number": "- {quiz: q, type: number, text: Bao nhiêu?, accept: ['5']}",
    "quiz, text": "- {quiz: q, type: text, text: Gõ chữ mẹ, accept: [mẹ]}",
    "task": "- {task: q, text: Làm}",
    "pair": "- {pair: q, text: Ghép, match: [ward], accept_in: 4h, on_none: het}",
    "wait": "- {wait: q, for: 2d}",
    "help": "- {help: q, kind: tech, topic: a, offer: Nhờ người nha?, sla: 2h, fallback: het, text: Nhờ}",
    "ask": "- {ask: q, type: text, text: Tên con là gì?, save: x}",
    "ask, number": "- {ask: q, type: number, text: Mấy?, save: x}",
}


@pytest.mark.parametrize("kind", WAITING)
def test_later_is_understood_at_every_kind_of_step_that_waits(kind: str):
    script = book(lesson(f"{WAITING[kind]}\n- end: het"))
    is_written = kind in ("ask", "quiz, text")
    for said in SAYINGS[:5] if is_written else SAYINGS:  # where words are asked for, the rest may be an answer
        one = Scene(script, "thu")
        assert one.run.step == "q", "it waits here"
        one.say(said)
        assert not one.happened(ev.NotUnderstood), said
        assert not one.happened(ev.AnswerGraded) and not one.happened(ev.ValueSaved), said
        stops = [each.command for each in one.happened(ev.Commanded)] == ["stop"]
        assert stops or one.happened(ev.TaskPostponed) or one.run.step != "q" or not one.run.waiting, said


def test_every_kind_that_waits_is_tried():
    tried = {kind.partition(",")[0] for kind in WAITING}
    silent = {"branch", "set", "call", "award", "end", "review"}  # a review asks quizzes, or nothing
    assert tried == {kind.name for kind in KINDS.values()} - silent


def test_a_cry_is_not_put_off():
    script = book(lesson(f"{WAITING['quiz']}\n- end: het", header="emergency: true\n"))
    assert not Scene(script, "thu").say("để sau").happened(ev.Commanded)


def test_who_thinks_aloud_says_no_good_bye():
    one = Scene(book(lesson(f"{WAITING['quiz, number']}\n- end: het")), "thu").say("để tui tính đã")
    assert not one.happened(ev.Commanded)


def test_no_option_is_shadowed():
    real = real_book()
    overheard = Overheard(real, datetime(2026, 6, 1, 8, tzinfo=UTC))
    later, tried = (Own("", real.words.answers["later"]),), 0
    for each in filter(None, map(real.lesson, real.current)):
        for step in each.steps:
            for said, option in _answers(step):
                if isinstance(understand(real.words, said, later, numbered=False), Answered):
                    tried += 1
                    assert overheard.does(f"{each.id}/{step.id}", said) in (option, "right", "wrong"), said
    assert tried, "some options say later themselves"


def _answers(step: Step) -> list[tuple[str, str]]:
    if isinstance(step, Branch | End | Set):
        return []
    return [(said, each.id) for each in kind_of(step).options(step) for said in (each.text, *each.ways)]
