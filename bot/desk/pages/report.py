"""What was reported or kept back between these two? Ends in: both asked after, somebody suspended, seen to."""

from __future__ import annotations

from bot.desk.full_names import names_on
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import day_and_hour
from bot.errors import CamtayError
from bot.people.full_names import NAMELESS
from flows.saying import say
from storage.engine.instants import from_ms


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Who, when, of what kind; never the words. Raises NotAllowed, NobodyThere."""
    found = await desk.officers.reported.look(visit.who.actor, visit.who.learner_id, visit.path["id"])
    both = [each for each in (found.learner.learner_id, found.other.learner_id) if each]
    names = await desk.officers.database.read(lambda c: names_on(visit, c, both))
    lines = [
        {"at": day_and_hour(from_ms(at), desk.zone), "who": who or NAMELESS, "whom": whom or NAMELESS,
         "reported": what == "reported", "kind": "" if what == "reported" else _kind(desk, what)}
        for at, who, whom, what in found.found
    ]  # fmt: skip
    values = {
        "title": names[found.learner.learner_id], "id": found.line_id, "area": found.area,
        "both": [(each, names[each]) for each in both], "lines": lines,
    }  # fmt: skip
    return PageShown("report.html", values)


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """It was seen to. Raises NotAllowed, NobodyThere, CamtayError."""
    if visit.form.get("act") != "seen":
        raise CamtayError(say("Chưa rõ chị muốn làm gì; chọn lại một nút trên trang."))
    await desk.officers.reported.seen_to(visit.who.actor, visit.who.learner_id, visit.path["id"])
    return Redirect("", say("Đã ghi là đã xem và lo rồi."))


def _kind(desk: DeskServices, finding: str) -> str:
    book, phrase = desk.officers.book(), finding.replace("relay_", "found_", 1)
    return book.phrase(phrase if phrase in book.phrases else "found_other")
