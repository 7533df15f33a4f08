"""A hint, an option or a step more or less: what a button of the gentle form asks for, as a new text of the lesson."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import CamtayError
from bot.studio.policy.fields import FormField, form_of
from bot.studio.policy.shaping import (
    STEPS,
    with_hint,
    with_new_step,
    with_option,
    without_field,
    without_step,
)
from flows.reading.loader import read_draft
from flows.saying import say

NEW = "new:"
"""Begins the names of the fields for what is added: new:WHAT:STEP."""
KINDS = dict(zip(STEPS, (say("câu nói, có nút Tiếp"), say("câu hỏi, có đáp án")), strict=True))
NOTHING = say("Ghi chữ vào ô trống ngay trên nút ấy trước.")
NOT_DONE = say(
    "Chưa làm được ở đây: câu hỏi cần ít nhất hai lựa chọn, hoặc bài đang có lỗi lối viết. Sửa ở trang Chữ của bài."
)


def shaped(text: str, form: Mapping[str, str]) -> str:
    """The lesson as the button `go` (ACT SUBJECT) of the form asks for. Blocking. Raises CamtayError."""
    act, _, subject = form.get("go", "").partition(" ")

    def new(what: str) -> str:
        typed = form.get(f"{NEW}{what}:{subject}", "")
        if not typed.strip():
            raise CamtayError(NOTHING)
        return typed

    found: str | None = None
    match act:
        case "hint":
            found = with_hint(text, subject, new("hint"))
        case "option":
            found = with_option(text, subject, new("option"), form.get(f"{NEW}reply:{subject}", ""))
        case "step" if form.get(f"{NEW}kind:{subject}") == "quiz":
            found = with_new_step(text, subject, "quiz", new("words"), new("right"), new("wrong"))
        case "step":
            found = with_new_step(text, subject, "say", new("words"), "", "")
        case "drop":
            field = _field(text, subject)
            found = without_field(text, field) if field else None
        case "drop-step":
            found = without_step(text, subject)
    if found is None:
        raise CamtayError(NOT_DONE)
    return found


def _field(text: str, name: str) -> FormField | None:
    form = form_of(read_draft(text.encode(), "", ()))
    return next((each for step in form for each in step.fields if each.name == name), None)
