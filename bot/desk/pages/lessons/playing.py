"""How does the draft feel in a learner's hand? The preview that plays files, with the draft in their place."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping

from bot.desk.pages.lessons.inside import learners_inside
from bot.desk.pages.lessons.mending import mended_at
from bot.desk.pages.lessons.rooms import lesson_of, rooms
from bot.desk.pages.lessons.steps import at_steps
from bot.desk.services import DeskServices
from bot.desk.visit import Fragment, PageAnswer, Visit
from bot.people.service import NobodyThere
from bot.studio.previews import DraftPreview
from bot.web.preview import showing
from bot.web.preview.frame import EditorsView, policy
from flows.saying import say

_NEXT_DEED = re.compile(r"\n(?=(?:tap|say|send|wait):)")  # a form's deeds come as one text, a line each


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The phone, played as the address says, or a form where that is long."""
    return await _played(desk, visit, phone_only=False)


async def show_phone(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The same with nothing around it: to stand beside a text."""
    return await _played(desk, visit, phone_only=True)


async def _played(desk: DeskServices, visit: Visit, *, phone_only: bool) -> PageAnswer:
    lesson = lesson_of(visit)
    previews = await rooms(desk).previews.of(visit.who.actor, lesson)
    pairs: list[tuple[str, object]] = list(visit.asked)
    for name, value in visit.form.items():
        pairs += ((name, deed) for deed in (_NEXT_DEED.split(value) if name == "a" else [value]))
    carried = [("form_key", visit.who.form_key)]
    reading = await asyncio.to_thread(previews.reading, lesson, rooms(desk).studio.library.book)
    mend = await mended_at(previews.desk, reading.errors if reading else (), visit)
    faults = [(_told(each), f"{visit.at}{each['mend'] or f'lessons/{lesson}'}") for each in mend]
    back = (f"{visit.at}lessons/{lesson}/words", "Sửa lời, sửa hình"), (f"{visit.at}lessons/{lesson}", "Chữ của bài")
    view = EditorsView(faults, back, phone_only)
    page = await asyncio.to_thread(showing.page, previews, lesson, pairs, desk.title, back[0], carried, view)
    return Fragment(_there(page).encode("utf-8", "replace"), "text/html", policy("'self'"))


def _told(each: Mapping[str, object]) -> str:
    step = f"{say('Bước')} {each['step']}: " if each.get("step") else ""
    hint = f" ({each['hint']})" if each["hint"] else ""
    return f"{step}{each['message']}{hint}."


async def state(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A stamp that changes with the draft."""
    lesson = lesson_of(visit)
    previews = await rooms(desk).previews.of(visit.who.actor, lesson)
    return Fragment(json.dumps({"stamp": previews.stamp(lesson)}).encode(), "application/json")


async def graph(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The steps drawn, with who is at each as soon as that is counted: a picture cannot open itself again."""
    lesson = lesson_of(visit)
    previews = await rooms(desk).previews.of(visit.who.actor, lesson)
    counted = await learners_inside(desk, visit)
    here = at_steps(counted.value, lesson) if counted else {}
    drawn = _there(await asyncio.to_thread(showing.graph, previews, lesson, here))
    return Fragment(drawn.encode(), "image/svg+xml", showing.svg_policy("'self'"))


async def media(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A picture or recording beside the lesson, a drawn screen as it is now."""
    lesson = lesson_of(visit)
    previews = await rooms(desk).previews.of(visit.who.actor, lesson)
    found = await asyncio.to_thread(_file, previews, lesson, visit.path.get("file", ""))
    if found is None:
        raise NobodyThere
    return Fragment(*found)


async def scene(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A practice screen drawn, to be seen where it is chosen."""
    room, name = rooms(desk), visit.path.get("file", "")
    room.studio.admit(visit.who.actor)
    drawn = await asyncio.to_thread(room.studio.checker.drawing, name, visit.query.get("ring", "")[:40])
    return Fragment(_there(drawn).encode(), "image/svg+xml", showing.svg_policy())


def _file(previews: DraftPreview, lesson: str, name: str) -> tuple[bytes, str] | None:
    found = showing.file(previews, lesson, name)
    return None if found is None else (found[0] if isinstance(found[0], bytes) else found[0].read_bytes(), found[1])


def _there(page: str | None) -> str:
    if not page:
        raise NobodyThere
    return page
