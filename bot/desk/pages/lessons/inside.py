"""Who stands where in lessons, as pages show it: counted of all lessons at once, beside the pages, with its time.

What is published is decided by a count of that very moment (`bot.publishing.service.look`), never by this one.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.pages.areas import wants_anew
from bot.desk.pages.lessons.rooms import titled
from bot.desk.services import DeskServices
from bot.desk.visit import PageShown, Visit
from bot.desk.words import counted as in_words
from bot.kept_counts import Counted
from bot.publishing.service import inside
from flows.rules.changes import Inside

INSIDE = "learners inside lessons"
"""Under which name the count is kept."""

CountedInside = Counted[Mapping[str, Inside]]


async def learners_inside(desk: DeskServices, visit: Visit) -> CountedInside | None:
    """Lesson → who is where; None while it is counted. Where a form was typed it waits, however long that takes."""
    return await desk.counts.of(INSIDE, inside, awaited=bool(visit.form), again=wants_anew(visit))


def counting(desk: DeskServices, visit: Visit, name: str) -> PageShown:
    """The page that opens itself again until the count is there; `name` is that of the page."""
    return PageShown("counting.html", {"title": titled(desk, visit, name), "of_lessons": True})


def time_of(counted: CountedInside, desk: DeskServices) -> dict[str, object]:
    """When it was counted, as pages tell it."""
    return {"counted": in_words(counted.at, desk.now(), desk.zone)}
