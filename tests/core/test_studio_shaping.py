"""Hints, options, steps more or less, by the gentle form: read back, nothing else of the file changed."""

from __future__ import annotations

import pytest

from bot.studio.policy.adding import with_item, with_step, without_item
from bot.studio.policy.fields import form_of
from bot.studio.policy.shaping import (
    HINTS,
    first_of_option,
    is_hint,
    new_id,
    with_hint,
    with_new_step,
    with_option,
    without_field,
    without_step,
)
from bot.studio.policy.splicing import texts_of
from flows.engine.kinds.table import kind_of
from flows.reading.loader import lesson_files, read_draft
from tests.core.test_studio_adding import FORMS
from tests.support.builders import LESSONS

TEMPLATE = (LESSONS / "_template" / "lesson.yaml").read_text("utf-8")


def form(text: str):
    return form_of(read_draft(text.encode(), "", ()))


def field(text: str, name: str):
    return next(each for step in form(text) for each in step.fields if each.name == name)


def errors(text: str) -> int:
    return sum(each.severity == "error" for each in read_draft(text.encode(), "", ()).problems)


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        (("steps", 0, "options", 0), ("steps", 0, "options")), (("steps", 1, "options", 0), ()),
        (("steps", 1, "options", 1), ()), (("steps", 1, "options", 1, "ways", 0), ("steps", 1, "options", 1, "ways")),
        (("steps", 2, "ways", 1), ()), (("steps", 2, "ways", 0), ()), (("steps", 0), ()), (("steps", 1), ()),
    ],
)  # fmt: skip
def test_what_is_left_out_is_gone_and_nothing_else(path, gone):
    found = without_item(FORMS, path)
    assert found is not None
    before, under = texts_of(FORMS), gone or path
    kept = [str(each) for at, each in before.items() if at[: len(under)] != under]
    assert sorted(map(str, texts_of(found).values())) == sorted(kept)


@pytest.mark.parametrize("text", ["", "a", "a: [", "- a\n- b", "a: {b: c"])
def test_what_cannot_be_left_out_is_refused(text: str):
    assert without_item(text, ("steps", 0)) is None
    assert with_step(text, 0, "- say: x\n") is None


def test_an_item_may_be_a_table():
    found = with_item(FORMS, ("steps", 1, "options"), {"id": "c", "text": "Cũng: được"})
    assert found is not None
    assert texts_of(found)["steps", 1, "options", 2, "text"] == "Cũng: được"


def test_hints_options_and_steps_come_and_go():
    text = with_hint(TEMPLATE, "xem_tin", "Nhìn kỹ: hàng dưới cùng")
    assert text is not None
    assert field(text, "xem_tin.stuck.hints.1").value == "Nhìn kỹ: hàng dưới cùng"
    assert without_field(text, field(text, "xem_tin.stuck.hints.1")) == TEMPLATE
    text = with_option(TEMPLATE, "hoi_otp", "Hỏi con", "Hỏi con cũng hay.")
    assert text is not None
    assert errors(text) == 0
    assert field(text, "hoi_otp.options.hoi_con.say").value == "Hỏi con cũng hay."
    assert without_field(text, field(text, "hoi_otp.options.hoi_con.text")) == TEMPLATE
    for kind, right, wrong in (("say", "", ""), ("quiz", "Cúp máy", "Đọc")):
        text = with_new_step(TEMPLATE, "hoi_otp", kind, "{Chị} nhớ: không đọc mã", right, wrong)
        assert text is not None
        assert errors(text) == 0
        assert [step.id for step in form(text)][4:6] == ["hoi_otp", "nho_khong_doc_ma"]
        gone = without_step(text, "nho_khong_doc_ma")
        assert gone is not None
        assert texts_of(gone) == texts_of(TEMPLATE)


def test_a_question_keeps_two_options_and_nothing_is_added_empty():
    assert without_field(TEMPLATE, field(TEMPLATE, "hoi_otp.options.doc.text")) is None
    assert with_hint(TEMPLATE, "hoi_otp", "  ") is None
    assert with_hint(TEMPLATE, "mo_dau", "x") is None, "what only tells has no hints"
    assert with_option(TEMPLATE, "xem_tin", "x", "y") is None
    assert with_new_step(TEMPLATE, "hoi_otp", "quiz", "Hỏi", "Một đáp án", "") is None
    assert with_new_step(TEMPLATE, "hoi_otp", "task", "Làm", "", "") is None
    assert with_new_step(TEMPLATE, "khong_co", "say", "Nói", "", "") is None


def test_ids_are_new_and_an_id():
    assert new_id("{Chị} Đọc mã", ()) == "doc_ma"
    assert new_id("Đọc mã", {"doc_ma", "doc_ma_2"}) == "doc_ma_3"
    assert (new_id("…", ()), new_id("3 lần", ())) == ("moi", "b_3_lan")


def test_in_every_lesson_what_is_added_can_be_taken_out_again():
    tried = 0
    for path in lesson_files(LESSONS)[::11]:
        text = path.read_text("utf-8")
        draft = read_draft(text.encode(), str(path), ())
        assert draft.lesson is not None
        for step in draft.lesson.steps[:-1:4]:
            added = with_new_step(text, step.id, "say", "Câu mới toanh", "", "")
            assert added is not None, (path, step.id)
            gone = without_step(added, "cau_moi_toanh")
            assert gone is not None
            assert texts_of(gone) == texts_of(text)
            if kind_of(step).name in HINTS:
                hinted = with_hint(text, step.id, "Một gợi ý nữa")
                assert hinted is not None
                last = next(
                    each for at in form(hinted) if at.id == step.id for each in reversed(at.fields) if is_hint(each)
                )
                assert without_field(hinted, last) in (text, text.replace("[]", ""))
                tried += 1
    assert tried


def test_the_first_field_of_an_option_is_known():
    step = next(each for each in form(TEMPLATE) if each.id == "hoi_otp")
    assert [each.name for each in step.fields if first_of_option(step, each)] == [
        "hoi_otp.options.doc.text", "hoi_otp.options.cup.text"
    ]  # fmt: skip
