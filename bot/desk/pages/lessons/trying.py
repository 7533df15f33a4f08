"""What would the tutor answer to this sentence? Ends in the way to what answers it better. It is not kept."""

from __future__ import annotations

import asyncio

from bot.conversation.understanding import Overheard
from bot.desk.pages.lessons.heard import answerable, said_in, told
from bot.desk.pages.lessons.rooms import rooms
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.studio.hearing import heard, table_in
from bot.web.preview.hear_page import why_page
from flows.shelf.shelf import WORDS


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A sentence, what is answered to it in the tutor's own words, and why, for whoever keeps the machine."""
    room, (said, at) = rooms(desk), said_in(visit)
    lying, book = await room.studio.open(visit.who.actor, WORDS), room.studio.library.book
    table = await asyncio.to_thread(table_in, lying.base)
    meaning = (visit.form or visit.query).get("meaning", "")
    shown: dict[str, object] = {
        "sentence": said, "at_step": at, "meaning": meaning, "answerable": answerable(book, table),
        "heard": None, "replies": [], "why": "",
    }  # fmt: skip
    if said:
        shown |= await asyncio.to_thread(_tried, Overheard(book, desk.now()), said, at, meaning)
    return PageShown("lessons/hear.html", shown)


def _tried(overheard: Overheard, said: str, at: str, meaning: str) -> dict[str, object]:
    found = told(overheard.book, overheard, said, at, meaning)
    here = found.at if found else ""
    report = heard(overheard.book, overheard, said, here)
    return {"heard": found, "replies": overheard.replies(said, here), "why": why_page(report) if report else ""}
