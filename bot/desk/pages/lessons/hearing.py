"""What do learners type, and what does it mean? Ends in a table that hears it, in a draft."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode

from bot.conversation.understanding import Overheard
from bot.desk.language import teller
from bot.desk.pages.lessons.heard import answerable, meaning_in_words, meanings, said_in, told
from bot.desk.pages.lessons.rooms import rooms
from bot.desk.pages.lessons.writing import shown_text
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.errors import CamtayError
from bot.studio.hearing import meanings_of, table_in
from flows.saying import say
from flows.shelf.shelf import WORDS
from flows.words.understand import Words

EXAMPLES = 12  # ways of saying a thing that are shown of it


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A sentence with what is heard of it, what it may mean, and the whole table."""
    room, (said, at) = rooms(desk), said_in(visit)
    lying = await room.studio.open(visit.who.actor, WORDS)
    book = await room.words.book(lying)
    meaning = (visit.form or visit.query).get("meaning", "")
    heard = await asyncio.to_thread(told, book, Overheard(book, desk.now()), said, at, meaning)
    table = await asyncio.to_thread(table_in, lying.text)
    shown = {
        "sentence": said, "at_step": at, "heard": heard, "meanings": meanings(table),
        "answerable": answerable(book, table),
        "meaning": meaning, "means_more": _more(book.words, table, visit.form), "way": visit.form.get("way", said),
        "typed": visit.form.get("typed", ""),
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
        lying = await room.studio.open(visit.who.actor, WORDS)
        table = await asyncio.to_thread(table_in, lying.text)
        more = _more(room.studio.library.book.words, table, form)
        if more and form.get("go") != "also":
            meant = ", ".join(f"“{each}”" for each in more)
            raise CamtayError(say("“{way}” đã có nghĩa {meant}. Vẫn thêm nghĩa này nữa?", way=form["way"], meant=meant))
        await room.words.add(visit.who.actor, form.get("meaning", ""), form.get("way", ""))
    said, at = said_in(visit)
    where = meaning if (meaning := form.get("meaning", "")).startswith("answers/") and not at else ""
    kept = {"said": said or form.get("way", ""), "at": at, "meaning": where}
    back = urlencode({name: value for name, value in kept.items() if value})
    return Redirect(f"words?{back}", say("Đã thêm vào nháp. Xem máy nghe ra gì ngay bên dưới."))


def _more(words: Words, table: Mapping[str, object], form: Mapping[str, str]) -> list[str]:
    """What a way that is to be added means already, beside what it shall mean."""
    group, _, name = form.get("meaning", "").partition("/")
    found = meanings_of(words, table, form["way"]) if form.get("way", "").strip() else []
    return [meaning_in_words(*each) for each in found if each != (group, name)]
