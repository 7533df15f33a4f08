"""What would publishing this table change, what was published of it? Ends in the table that everybody is heard with."""

from __future__ import annotations

import asyncio

from bot.desk.language import teller
from bot.desk.pages.lessons.heard import meaning_in_words
from bot.desk.pages.lessons.publishing import diff_lines, entry_of, number_of
from bot.desk.pages.lessons.rooms import authors, faults, lesson_of, place_of, rooms
from bot.desk.pages.lessons.writing import shown_text
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.studio.hearing import table_in
from bot.studio.policy.answers import entries_of
from bot.studio.policy.table_changes import answer_changes, words_changes
from bot.studio.tables import TableReview
from flows.saying import say
from flows.shelf.shelf import WORDS


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A table of answers as it is written. (That of words has a page of its own.)"""
    title = teller(visit.lang)(say("Chữ của bảng lời đáp"))
    return PageShown(
        "lessons/table_text.html", {**await shown_text(desk, visit), "title": title, "table": place_of(visit)}
    )


async def show_publish(desk: DeskServices, visit: Visit) -> PageAnswer:
    """What publishing the draft would change."""
    review = await rooms(desk).tables.review(visit.who.actor, lesson_of(visit))
    return await asyncio.to_thread(
        _review, review, visit, say("Phát hành bảng từ") if _hears(visit) else say("Phát hành bảng lời đáp")
    )


async def publish(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Publish what was looked at. Raises CamtayError."""
    row = await rooms(desk).tables.publish(visit.who.actor, lesson_of(visit), visit.form.get("stamp", ""))
    done = say("Đã phát hành bản {version}. Máy theo bảng này trong vài giây.", version=row.version)
    return Redirect(f"{place_of(visit)}/history", done)


async def show_history(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Every publication of the table, the newest first."""
    entries = await rooms(desk).publisher.history(visit.who.actor, lesson_of(visit))
    title = teller(visit.lang)(say("Các bản của bảng từ") if _hears(visit) else say("Các bản của bảng lời đáp"))
    names = await authors(desk)
    shown = [{**entry_of(each, names, desk, visit), "inside": None} for each in entries]
    about = {"title": title, "lesson": lesson_of(visit), "table": place_of(visit), "entries": shown}
    return PageShown("lessons/history.html", about)


async def show_rollback(desk: DeskServices, visit: Visit) -> PageAnswer:
    """What going back to a version would change."""
    number = number_of(visit)
    review = await rooms(desk).tables.review_rollback(visit.who.actor, lesson_of(visit), number)
    return await asyncio.to_thread(_review, review, visit, say("Quay lại bản {number} của bảng", number=number))


async def roll_back(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Go back to a version. Raises CamtayError."""
    stamp, number = visit.form.get("stamp", ""), number_of(visit)
    row = await rooms(desk).tables.publish(visit.who.actor, lesson_of(visit), stamp, number)
    done = say("Đã quay lại bản {version}. Máy theo bảng này trong vài giây.", version=row.version)
    return Redirect(f"{place_of(visit)}/history", done)


def _hears(visit: Visit) -> bool:
    return lesson_of(visit) == WORDS


def _review(review: TableReview, visit: Visit, title: str) -> PageShown:
    told_ = faults(review.problems, visit, str(review.desk.path))
    shown = {
        "title": teller(visit.lang)(title), "lesson": review.desk.lesson, "table": place_of(visit),
        "diff_lines": diff_lines(review.diff), "faults": told_, "is_ready": review.is_ready,
        "stamp": review.stamp, "number": review.number, **_changes(review, _hears(visit)),
    }  # fmt: skip
    return PageShown("lessons/table_publish.html", shown)


def _changes(review: TableReview, hears: bool) -> dict[str, object]:
    """What comes in and goes out in words; nothing where one of both texts cannot be read."""
    before, after = review.desk.base, review.text
    if not hears:
        return {"answers": answer_changes(entries_of("", before), entries_of("", after)), "words": ()}
    found = words_changes(table_in(before), table_in(after))
    return {"answers": (), "words": [(meaning_in_words(each.group, each.name), each) for each in found]}
