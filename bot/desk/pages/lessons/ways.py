"""What did a learner say at this step, and which button did she mean? Ends in a draft in which it is heard."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from bot.conversation.understanding import Overheard
from bot.desk.pages.lessons.heard import SentenceHeard, said_in, told
from bot.desk.pages.lessons.rooms import lesson_of, rooms, titled
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.errors import CamtayError
from bot.studio.policy.splicing import cleaned
from bot.studio.policy.ways import SpokenChoice, choices_at, with_way
from bot.studio.previews import DraftPreview
from flows.reading.loader import LessonDraft, read_draft
from flows.saying import say


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The buttons of a step with the ways they can be said, and what is heard of a sentence there."""
    room, lesson = rooms(desk), lesson_of(visit)
    lying = await room.studio.open(visit.who.actor, lesson)
    draft = await asyncio.to_thread(_read, lying.text)
    step = (visit.form or visit.query).get("step", "")
    said, _ = said_in(visit)
    choices = choices_at(draft, step)
    previews = await room.previews.of(visit.who.actor, lesson)
    heard = await asyncio.to_thread(_heard, previews, desk, lesson, step, said)
    shown = {
        "lesson": lesson, "step": step, "sentence": said, "choices": choices, "heard": heard,
        "chosen": visit.form.get("choice", ""), "is_changed": lying.is_changed,
        "text": _text(draft, step), "steps": [] if choices else _steps(draft),
    }  # fmt: skip
    return PageShown("lessons/ways.html", {"title": titled(desk, visit, say("Thêm cách nói")), **shown})


async def add(desk: DeskServices, visit: Visit) -> PageAnswer:
    """One more way of saying a button, in the draft. Raises CamtayError."""
    room, lesson, form = rooms(desk), lesson_of(visit), visit.form
    lying = await room.studio.open(visit.who.actor, lesson)
    step, way = form.get("step", ""), " ".join(cleaned(form.get("way", "")).split())
    choices = choices_at(await asyncio.to_thread(_read, lying.text), step)
    choice = next((each for each in choices if each.id == form.get("choice")), None)
    if choice is None or not way:
        raise CamtayError(say("Chọn nút, rồi ghi câu học viên nói."))
    text = await asyncio.to_thread(_added, lying.text, choice, way)
    if text is None:
        raise CamtayError(say("Chưa ghi được vào bài: bài đang có lỗi lối viết, hãy sửa ở trang chữ của bài trước."))
    await room.studio.save(visit.who.actor, lesson, lying.text, text)
    back = urlencode({"step": step, "said": form.get("said", "") or way})
    return Redirect(f"lessons/{lesson}/ways?{back}", say("Đã thêm vào nháp: “{way}”.", way=way))


def _read(text: str) -> LessonDraft:
    return read_draft(text.encode(), "", ())


def _added(text: str, choice: SpokenChoice, way: str) -> str | None:
    return text if way in choice.ways else with_way(text, choice, way)


def _text(draft: LessonDraft, step: str) -> str:
    lesson = draft.lesson
    return lesson.steps[lesson.index[step]].text if lesson and step in lesson.index else ""


def _steps(draft: LessonDraft) -> list[tuple[str, str]]:
    """The steps at which something can be said, to choose from."""
    lesson = draft.lesson
    return [(step.id, step.text[:60]) for step in lesson.steps if choices_at(draft, step.id)] if lesson else []


def _heard(previews: DraftPreview, desk: DeskServices, lesson: str, step: str, said: str) -> SentenceHeard | None:
    look = previews.look(lesson) if said and step else None
    if look is None or look.lesson is None:
        return None
    return told(look.book, Overheard(look.book, desk.now()), said, f"{lesson}/{step}")
