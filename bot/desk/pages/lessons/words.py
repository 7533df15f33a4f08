"""How does the commonest change get into a lesson without its file being touched by hand? Ends in a draft."""

from __future__ import annotations

import asyncio

from bot.desk.pages.lessons.rooms import lesson_of, rooms, titled
from bot.desk.pages.lessons.writing import outcome
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.errors import CamtayError
from bot.studio.policy.fields import FormStep, apply, form_of
from bot.studio.policy.texts import plain
from bot.studio.policy.ways import choices_at
from flows.reading.loader import read_draft
from flows.saying import say

FIELD = "="  # begins the names of a lesson's own fields in the form


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Sentences and pictures of a lesson as fields."""
    room, lesson = rooms(desk), lesson_of(visit)
    lying = await room.studio.open(visit.who.actor, lesson)
    text = plain(visit.form.get("began", lying.text))
    draft = await asyncio.to_thread(read_draft, text.encode(), str(lying.path), ())
    steps = await asyncio.to_thread(form_of, draft)
    typed = {field.name: visit.form.get(FIELD + field.name, field.value) for step in steps for field in step.fields}
    media = sorted(path.name for path in (lying.path.parent / "media").glob("*"))
    scenes = (await asyncio.to_thread(room.studio.checker.known)).scenes
    return PageShown(
        "lessons/words.html",
        {
            "title": titled(desk, visit, say("Sửa lời, sửa hình")),
            "lesson": lesson,
            "steps": steps,
            "typed": typed,
            "began": text,
            "media": media,
            "scenes": scenes,
            "spoken": {step.id for step in steps if choices_at(draft, step.id)},
        },
    )


async def save(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Write what was changed where it stands. Raises CamtayError where something cannot be written."""
    room, lesson = rooms(desk), lesson_of(visit)
    room.studio.admit(visit.who.actor)
    began = plain(visit.form.get("began", ""))
    typed = {name.removeprefix(FIELD): value for name, value in visit.form.items() if name.startswith(FIELD)}
    text, refused = await asyncio.to_thread(_applied, began, typed)
    if refused:
        raise CamtayError(say("Chưa lưu, vì có ô bị bỏ trống hay không ghi được: {names}.", names=", ".join(refused)))
    saved = await room.studio.save(visit.who.actor, lesson, began, text)
    return Redirect(f"lessons/{lesson}/words", outcome(saved))


def _form(text: str, path: str) -> tuple[FormStep, ...]:
    return form_of(read_draft(text.encode(), path, ()))


def _applied(text: str, typed: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    return apply(text, _form(text, ""), typed)
