"""Who is at this meeting? Ends in: the roll written down, the meeting over; of one that was held who was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.desk.full_names import name_on
from bot.desk.pages.meetings import title_of, told
from bot.desk.services import DeskServices
from bot.desk.squares import square
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import day_and_hour
from bot.errors import CamtayError
from bot.meetings.service import MeetingRoll
from bot.people.service import NobodyThere
from flows.saying import say
from storage.desk import meetings
from storage.desk.meetings import CameRow, MeetingRow
from storage.engine.database import Connection
from storage.people.called import CalledRow, called
from storage.people.naming import order_key, words_of

MOST_WORDS = 8


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The roll to tick while it is on (`?q=` of a name), else who was there. Raises NotAllowed, NobodyThere."""
    event_id, typed = visit.path["id"], visit.query.get("q", "").strip()[:80]
    roll = await desk.officers.meetings.roll(visit.who.actor, event_id, words_of(typed)[:MOST_WORDS])
    if roll is None or (roll.row.ended_at is not None and "sua" not in visit.query and not visit.form):
        return await _held(desk, visit, event_id, mends=roll is not None)
    who = await desk.officers.database.read(lambda c: called(c, (each.who for each in roll.listed)))
    return _on(desk, visit, roll, typed, who)


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Write down what was ticked and unticked on the page; end it. Raises NotAllowed, NobodyThere, CamtayError."""
    event_id, form, service = visit.path["id"], visit.form, desk.officers.meetings
    here, was = set(form.get("here", "").split()), set(form.get("was", "").split())
    await service.tick(visit.who.actor, event_id, here - was, was - here)
    match form.get("act", ""):
        case "tick":
            return Redirect(f"meeting/{event_id}", say("Đã ghi điểm danh."))  # of one that is over: who was there
        case "end":
            came = await service.end(visit.who.actor, event_id)
            return Redirect("meetings", say("Buổi họp đã kết thúc, {n} người có mặt.", n=came))
    raise CamtayError(say("Chưa rõ chị muốn làm gì; chọn lại một nút trên trang."))


def _on(desk: DeskServices, visit: Visit, roll: MeetingRoll, typed: str, who: Mapping[str, CalledRow]) -> PageAnswer:
    """Of an entry of a list its name stands in the roll already."""
    listed = [
        {"who": each.who, "name": name_on(visit, who[each.who]) if each.who in who else each.name, "here": each.here,
         "area": each.area}
        for each in roll.listed
    ]  # fmt: skip
    address = desk.address or visit.here
    values = {
        "title": roll.place.name, "id": roll.row.event_id, "area_id": roll.place.area_id,
        "lesson": title_of(desk, roll.row.lesson), "at_hour": day_and_hour(roll.row.begun_at, desk.zone),
        "came": roll.here, "listed": listed, "was": " ".join(each.who for each in roll.listed if each.here),
        "more": roll.more, "q": typed, "address": address, "ended": roll.row.ended_at is not None,
        "picture": square(address) if address else "",
    }  # fmt: skip
    return PageShown("meeting_on.html", values)


async def _held(desk: DeskServices, visit: Visit, event_id: str, *, mends: bool) -> PageAnswer:
    paths = visit.who.actor.paths("meet")

    def look(c: Connection) -> tuple[list[MeetingRow], list[CameRow], dict[str, CalledRow]]:
        came = meetings.came(c, event_id)
        return meetings.held(c, paths, 1, event_id), came, called(c, (each.learner_id for each in came))

    rows, came, who = await desk.officers.database.read(look)
    if not rows:
        raise NobodyThere
    people = [_came(visit, each, who.get(each.learner_id)) for each in _in_order(came, who)]
    values = {
        "title": rows[0].area, "meeting": told(desk, rows[0]), "people": people, "gone": len(came) - len(people),
        "mends": mends, "id": event_id,
    }  # fmt: skip
    return PageShown("meeting.html", values)


def _in_order(came: Sequence[CameRow], who: Mapping[str, CalledRow]) -> list[CameRow]:
    """Those who are still here, by given name."""
    keys = {each: row.order_key for each, row in who.items()}
    here = [each for each in came if each.learner_id in who or each.name]
    return sorted(here, key=lambda each: keys.get(each.learner_id) or order_key(each.name))


def _came(visit: Visit, row: CameRow, who: CalledRow | None) -> dict[str, str]:
    return {"learner_id": row.learner_id, "name": name_on(visit, who) if who else row.name}
