"""Which meetings were held, and who was there? Ends in: the roll of one; the next one, which begins in the chat."""

from __future__ import annotations

from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.desk.words import day_and_hour
from bot.people.service import NobodyThere
from storage.desk import meetings
from storage.desk.meetings import MeetingRow
from storage.people.naming import order_key

MOST = 60


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The latest meetings in the areas of whoever looks."""
    paths = visit.who.actor.paths("meet")
    rows = await desk.officers.database.read(lambda c: meetings.held(c, paths, MOST))
    return PageShown("meetings.html", {"held": [_meeting(desk, row) for row in rows], "cut": len(rows) == MOST})


async def show_roll(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Who was at one meeting. Raises NobodyThere for one of another area as for none."""
    paths, event_id = visit.who.actor.paths("meet"), visit.path["id"]
    rows, came = await desk.officers.database.read(
        lambda c: (meetings.held(c, paths, 1, event_id), meetings.came(c, event_id))
    )
    if not rows:
        raise NobodyThere
    people = sorted((each for each in came if each.name), key=lambda each: order_key(each.name))
    values = {
        "title": rows[0].area,
        "meeting": _meeting(desk, rows[0]),
        "people": people,
        "gone": len(came) - len(people),
    }
    return PageShown("meeting.html", values)


def _meeting(desk: DeskServices, row: MeetingRow) -> dict[str, object]:
    lesson = desk.officers.book().lesson(row.lesson)
    return {
        "id": row.event_id, "area_id": row.area_id, "area": row.area, "lesson": lesson.title if lesson else row.lesson,
        "at": day_and_hour(row.at, desk.zone), "came": row.came,
    }  # fmt: skip
