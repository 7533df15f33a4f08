"""One more way of saying something written into a file: it is read back, and no other byte has changed."""

from __future__ import annotations

from difflib import ndiff

import pytest

from bot.studio.policy.adding import with_item, with_key
from bot.studio.policy.splicing import texts_of
from bot.studio.policy.ways import choices_at, with_way
from flows.reading.loader import lesson_files, read_draft
from tests.core.test_splicing import AWKWARD
from tests.support.builders import LESSONS

TABLE = (LESSONS / "words.yaml").read_text("utf-8")
FORMS = """\
# đầu tệp
steps:
  - {choose: mot, options: [{id: a, text: A}]}   # trong ngoặc
  - choose: hai
    options:
      - id: a
        text: |
          nhiều
          dòng
        # ghi chú ở cuối

      - id: b # ghi chú
        ways: một cách
        text: B
  - task: ba
    ways:
      - một
      - hai  # ghi chú
    stuck: {ways: []}
"""
PLACES = [
    ("steps", 0, "options", 0, "ways"), ("steps", 1, "options", 0, "ways"), ("steps", 1, "options", 1, "ways"),
    ("steps", 2, "ways"), ("steps", 2, "stuck", "ways"),
]  # fmt: skip


def changed(before: str, after: str) -> list[str]:
    return [line for line in ndiff(before.split("\n"), after.split("\n")) if line[:1] in "+-"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", ["bấm rồi nè", "no", *(each for each in AWKWARD if "\n" not in each)])
def test_one_more_item_wherever_lists_stand(place, value):
    found = with_item(FORMS, place, value)
    assert found is not None
    assert value in [text for path, text in texts_of(found).items() if path[:-1] == place]
    assert len(changed(FORMS, found)) in (1, 2), "one line is new, or one has become longer"
    assert found.count("#") - value.count("#") == FORMS.count("#"), "every note is still there"


def test_the_table_takes_more():
    found = with_item(TABLE, ("commands", "menu"), "cho coi bài")
    assert found is not None
    assert len(changed(TABLE, found)) == 2
    found = with_key(TABLE, ("spelling",), "tía", "cha")
    assert found is not None
    assert changed(TABLE, found) == ["+   tía: cha"]
    assert with_key(TABLE, ("spelling",), "ko", "không") is None, "it is there already"


@pytest.mark.parametrize("text", ["", "a", "a: [", "- a\n- b", "a: {b: c"])
def test_what_cannot_be_written_is_refused(text: str):
    assert with_item(text, ("commands", "menu"), "x") is None
    assert with_key(text, ("spelling",), "x", "y") is None


def test_every_choice_of_every_lesson_takes_a_way():
    """The first and the last choice of every step, in the files as they are."""
    seen = 0
    for path in lesson_files(LESSONS)[::9]:
        text = path.read_text("utf-8")
        draft = read_draft(text.encode(), str(path), ())
        assert draft.lesson is not None
        steps = [step.id for step in draft.lesson.steps if choices_at(draft, step.id)]
        for step in {steps[0], steps[-1]}:
            choice = choices_at(draft, step)[-1]
            found = with_way(text, choice, "câu mới của bà Sáu")
            assert found is not None, (path, step)
            again = choices_at(read_draft(found.encode(), str(path), ()), step)[-1]
            assert again.ways == (*choice.ways, "câu mới của bà Sáu")
            seen += 1
    assert seen > 8


def test_a_step_without_buttons_has_no_choices():
    draft = read_draft(b"lesson: a\nsteps:\n  - say: chao\n    text: A\n  - end: het\n    text: B\n", "", ())
    assert choices_at(draft, "chao") == ()
    assert choices_at(draft, "khong_co") == ()
