"""Which meetings were held, which is on? Ends in: one begun, or looked at (see `meeting`)."""

from __future__ import annotations

from bot.desk.areas import area_choice
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import day_and_hour
from bot.errors import CamtayError
from flows.saying import say
from storage.desk import meetings, people
from storage.desk.meetings import MeetingRow
from storage.engine.database import Connection
from storage.meetings import meetings as kept
from storage.meetings.meetings import HeldMeetingRow

MOST, MOST_ON = 60, 20


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The form, the meetings that are on and the latest that were held, in the areas of whoever looks."""
    paths = visit.who.actor.paths("meet")
    choice = await area_choice(desk, visit, "meet", visit.form.get("khu") or visit.query.get("khu", ""))

    def look(c: Connection) -> tuple[list[HeldMeetingRow], dict[str | None, str], list[MeetingRow]]:
        on = kept.on(c, paths, MOST_ON)
        return on, people.area_names(c, (row.area_id for row in on)), meetings.held(c, paths, MOST)

    on, names, held = await desk.officers.database.read(look)
    going = {row.event_id for row in on}
    values = {
        "choice": choice, "lessons": [(each.id, each.title) for each in desk.officers.meetings.lessons()],
        "lesson": visit.form.get("bai", ""),
        "on": [
            {"id": row.event_id, "area": names.get(row.area_id, ""), "lesson": title_of(desk, row.lesson),
             "at": day_and_hour(row.begun_at, desk.zone)}
            for row in on
        ],
        "held": [told(desk, row) for row in held if row.event_id not in going], "cut": len(held) == MOST,
    }  # fmt: skip
    return PageShown("meetings.html", values)


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Begin one. Raises NobodyThere, NotAllowed, CamtayError."""
    choice = await area_choice(desk, visit, "meet", visit.form.get("khu", ""))
    if choice.chosen is None:
        raise CamtayError(say("Chọn địa bàn họp."))
    event_id = await desk.officers.meetings.begin(visit.who.actor, choice.chosen_id, visit.form.get("bai", ""))
    return Redirect(f"meeting/{event_id}", say("Buổi họp bắt đầu. Đánh dấu ai có mặt, rồi bấm ghi."))


def told(desk: DeskServices, row: MeetingRow) -> dict[str, object]:
    """A meeting that was held, as pages tell it."""
    return {
        "id": row.event_id, "area_id": row.area_id, "area": row.area, "lesson": title_of(desk, row.lesson),
        "at": day_and_hour(row.at, desk.zone), "came": row.came,
    }  # fmt: skip


def title_of(desk: DeskServices, lesson_id: str) -> str:
    """What a lesson is called now; of one that is gone its id."""
    lesson = desk.officers.book().lesson(lesson_id)
    return lesson.title if lesson else lesson_id
