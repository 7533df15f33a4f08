"""What shall a new lesson be called, and where does it belong? Ends in a draft that no learner sees."""

from __future__ import annotations

import asyncio

from bot.desk.pages.lessons.rooms import rooms
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from flows.saying import say


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The form: from what it is copied, its code, its name, its track."""
    room, form = rooms(desk), visit.form or visit.query
    lines = await room.studio.tree(visit.who.actor)
    library = await asyncio.to_thread(room.studio.checker.library)
    shown = {
        "sources": [(each.lesson, each.title) for each in lines if each.state != "broken"],
        "tracks": [(each.id, each.title) for each in library.tracks],
        "typed": {name: form.get(name, "") for name in ("source", "code", "name", "track")},
    }  # fmt: skip
    return PageShown("lessons/begin.html", shown)


async def begin(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Begin it. Raises CamtayError."""
    form = visit.form
    named = form.get("code", "").strip(), form.get("track", ""), form.get("name", "")
    desk_text = await rooms(desk).studio.begin(visit.who.actor, *named, form.get("source", ""))
    done = say("Đã mở bài mới. Đây là nháp: học viên chưa thấy cho tới khi phát hành.")
    return Redirect(f"lessons/{desk_text.lesson}/words", done)
