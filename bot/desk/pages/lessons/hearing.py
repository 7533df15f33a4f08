"""What do learners type, and what does it mean? Ends in a table that hears it, published for everybody."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from bot.conversation.understanding import Overheard
from bot.desk.language import teller
from bot.desk.pages.lessons.heard import meanings, said_in, told
from bot.desk.pages.lessons.publishing import authors, diff_lines, entry_of, number_of
from bot.desk.pages.lessons.rooms import faults, rooms
from bot.desk.pages.lessons.writing import shown_text
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.publishing.tables import WORDS
from bot.studio.hearing import WordsReview, table_in
from flows.saying import say

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


async def show_publish(desk: DeskServices, visit: Visit) -> PageAnswer:
    """What publishing the draft would change."""
    return _review(await rooms(desk).words.review(visit.who.actor), visit, say("Phát hành bảng từ"))


async def publish(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Publish what was looked at. Raises CamtayError."""
    row = await rooms(desk).words.publish(visit.who.actor, visit.form.get("stamp", ""))
    done = say("Đã phát hành bản {version}. Máy nghe theo bảng này trong vài giây.", version=row.version)
    return Redirect("words/history", done)


async def show_history(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Every publication of the table, the newest first."""
    entries = await rooms(desk).publisher.history(visit.who.actor, WORDS)
    title, names = teller(visit.lang)(say("Các bản của bảng từ")), await authors(desk)
    shown = [{**entry_of(each, names, desk, visit), "inside": None} for each in entries]
    return PageShown("lessons/history.html", {"title": title, "lesson": WORDS, "entries": shown})


async def show_rollback(desk: DeskServices, visit: Visit) -> PageAnswer:
    """What going back to a version would change."""
    number = number_of(visit)
    review = await rooms(desk).words.review_rollback(visit.who.actor, number)
    return _review(review, visit, say("Quay lại bản {number} của bảng từ", number=number))


async def roll_back(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Go back to a version. Raises CamtayError."""
    row = await rooms(desk).words.publish(visit.who.actor, visit.form.get("stamp", ""), number_of(visit))
    done = say("Đã quay lại bản {version}. Máy nghe theo bảng này trong vài giây.", version=row.version)
    return Redirect("words/history", done)


def _review(review: WordsReview, visit: Visit, title: str) -> PageShown:
    told_ = faults(review.problems, visit, str(review.desk.path))
    shown = {
        "title": teller(visit.lang)(title), "lesson": WORDS, "diff_lines": diff_lines(review.diff),
        "faults": told_, "is_ready": review.is_ready, "stamp": review.stamp, "number": review.number,
    }  # fmt: skip
    return PageShown("lessons/table_publish.html", shown)
