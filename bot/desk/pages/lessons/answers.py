"""What does the tutor answer to a question beside the lessons? Ends in an answer put right, or begun."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from itertools import groupby
from urllib.parse import urlencode

from bot.conversation.policy.answering import lesson_of
from bot.conversation.understanding import Overheard
from bot.desk.language import teller
from bot.desk.pages.lessons.heard import said_in, told
from bot.desk.pages.lessons.rooms import faults, rooms
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.studio.answering import nearest
from flows.reading.answers import WAYS
from flows.run import Book
from flows.saying import say
from flows.words.ear.voices import OUTLINES
from flows.yaml.fields import NO_SOURCE

NEAR = 5  # answers that are offered for a sentence


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A sentence with what is answered to it and what else might be, and all answers."""
    room, (said, _) = rooms(desk), said_in(visit)
    draft = await room.answers.open(visit.who.actor)
    book = await room.answers.book(draft)
    heard = await asyncio.to_thread(told, book, Overheard(book, desk.now()), said, "")
    ids = await asyncio.to_thread(nearest, book, said, NEAR) if said else []
    by_id = {each.id: each for each in draft.entries}
    shown = {
        "sentence": said, "heard": heard, "near": [by_id[each] for each in ids if each in by_id],
        "groups": [
            {"outline": outline, "title": _title(book, outline), "entries": list(found)}
            for outline, found in groupby(draft.entries, key=lambda each: each.outline)
        ],
        "changed": [name.partition("/")[2].removesuffix(".yaml") for name, d in draft.desks.items() if d.is_changed],
        "count": len(draft.entries),
    }  # fmt: skip
    return PageShown("lessons/answers.html", shown)


async def add(desk: DeskServices, visit: Visit) -> PageAnswer:
    """One more way of asking for an answer, in the draft. Raises CamtayError."""
    said, _ = said_in(visit)
    await rooms(desk).answers.add_way(visit.who.actor, visit.form.get("id", ""), said)
    return Redirect(f"answers?{urlencode({'said': said})}", say("Đã thêm vào nháp. Xem máy đáp gì ngay bên dưới."))


async def show_one(desk: DeskServices, visit: Visit) -> PageAnswer:
    """One answer to be put right; what was typed, where it could not be kept. Raises NobodyThere."""
    room, form = rooms(desk), visit.form
    draft = await room.answers.open(visit.who.actor)
    entry = draft.entry(visit.path["answer"])
    lying = draft.desks[entry.table]
    found = await room.studio.faults(visit.who.actor, entry.table, lying.text)
    own = [each for each in found if entry.lines[0] <= each.place.line < entry.lines[1]]
    shown = {
        "title": teller(visit.lang)(say("Một lời đáp")), "entry": entry, "is_changed": lying.is_changed,
        "faults": faults(own, visit, str(lying.path)), "others": len(found) - len(own),
        "lesson_title": _title(room.studio.library.book, entry.outline), "outlines": [],
        **_fields(form, entry.say, entry.ask, entry.sources), **_about(desk, entry.table),
    }  # fmt: skip
    return PageShown("lessons/answer.html", shown)


async def save_one(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Keep what was written of an answer. Raises CamtayError."""
    words, ask, sources = _written(visit.form)
    await rooms(desk).answers.write(visit.who.actor, visit.path["answer"], words, ask, sources)
    return Redirect(f"answer/{visit.path['answer']}", say("Đã lưu nháp."))


async def show_new(desk: DeskServices, visit: Visit) -> PageAnswer:
    """An answer to be begun, for a question that somebody has asked."""
    room, (said, _) = rooms(desk), said_in(visit)
    room.studio.admit(visit.who.actor)
    book = room.studio.library.book
    shown = {
        "title": teller(visit.lang)(say("Lời đáp mới")), "entry": None, "is_changed": False, "faults": [], "others": 0,
        "lesson_title": "", "outlines": [(each, _title(book, each)) for each in OUTLINES],
        "chosen": visit.form.get("outline", ""), **_fields(visit.form, "", (said,) if said else (), ()),
        **_about(desk, ""),
    }  # fmt: skip
    return PageShown("lessons/answer.html", shown)


async def begin(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A new answer in the draft. Raises CamtayError."""
    made = await rooms(desk).answers.begin(visit.who.actor, visit.form.get("outline", ""), *_written(visit.form))
    return Redirect(f"answer/{made.id}", say("Đã thêm vào nháp."))


def _fields(form: Mapping[str, str], words: str, ask: tuple[str, ...], sources: tuple[str, ...]) -> dict[str, object]:
    cited = ", ".join(sources) or (NO_SOURCE if words else "")
    return {
        "words": form.get("say", words), "ask": form.get("ask", "\n".join(ask)), "cited": form.get("src", cited),
        "wanted": WAYS,
    }  # fmt: skip


def _about(desk: DeskServices, table: str) -> dict[str, object]:
    return {"cited_as": rooms(desk).studio.library.shelf.sources, "table": table.removesuffix(".yaml")}


def _written(form: Mapping[str, str]) -> tuple[str, list[str], list[str]]:
    cited = [each for each in re.split(r"[\s,;\[\]]+", form.get("src", "")) if each and each.lower() != NO_SOURCE]
    return form.get("say", ""), form.get("ask", "").splitlines(), cited


def _title(book: Book, outline: str) -> str:
    lesson = lesson_of(book, outline)
    found = book.lesson(lesson) if lesson else None
    return found.title if found else ""
