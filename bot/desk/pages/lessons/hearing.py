"""What do learners type, and what does it mean? Ends in a table that hears it, in a draft."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from bot.conversation.understanding import Overheard
from bot.desk.language import teller
from bot.desk.pages.lessons.heard import meanings, said_in, told
from bot.desk.pages.lessons.rooms import rooms
from bot.desk.pages.lessons.writing import shown_text
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.studio.hearing import table_in
from flows.saying import say
from flows.shelf.shelf import WORDS

EXAMPLES = 12  # ways of saying a thing that are shown of it


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A sentence with what is heard of it, what it may mean, and the whole table."""
    room, (said, at) = rooms(desk), said_in(visit)
    lying = await room.studio.open(visit.who.actor, WORDS)
    book = await room.words.book(lying)
    heard = await asyncio.to_thread(told, book, Overheard(book, desk.now()), said, at)
    table = await asyncio.to_thread(table_in, lying.text)
    shown = {
        "sentence": said, "at_step": at, "heard": heard, "meanings": meanings(table),
        "meaning": visit.form.get("meaning", ""), "typed": visit.form.get("typed", ""),
        "means": visit.form.get("means", ""), "lesson": WORDS,
    }  # fmt: skip
    title = teller(visit.lang)(say("Bảng từ máy nghe"))
    return PageShown("lessons/table.html", {**await shown_text(desk, visit), **shown, "title": title})


async def add(desk: DeskServices, visit: Visit) -> PageAnswer:
    """One more way of saying something, or one more spelling, in the draft. Raises CamtayError."""
    room, form = rooms(desk), visit.form
    if "typed" in form:
        await room.words.spell(visit.who.actor, form.get("typed", ""), form.get("means", ""))
    else:
        await room.words.add(visit.who.actor, form.get("meaning", ""), form.get("way", ""))
    said, at = said_in(visit)
    back = urlencode({name: value for name, value in (("said", said or form.get("way", "")), ("at", at)) if value})
    return Redirect(f"words?{back}", say("Đã thêm vào nháp. Xem máy nghe ra gì ngay bên dưới."))
