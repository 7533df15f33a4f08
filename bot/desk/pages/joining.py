"""Are these two one woman, and what becomes one then? Ends in: a code that she types on the phone that joins."""

from __future__ import annotations

from bot.desk.areas import about
from bot.desk.naming import ROLES
from bot.desk.pages.invite import code_once
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Visit
from bot.desk.words import ago
from bot.errors import CamtayError, NotAllowed
from bot.people.full_names import NAMELESS
from bot.people.joining import JoinPreview, JoinSide, preview
from bot.people.service import NobodyThere
from flows.saying import said_by, say


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Both side by side, and what joining comes to. Raises NobodyThere, CamtayError."""
    found = await _both(desk, visit)
    sides = [_told(desk, found.stays), _told(desk, found.goes)]
    values = {"id": visit.path["person"], "other": visit.path["other"], "sides": sides, "lines": found.lines}
    return PageShown("joining.html", {**values, "against": found.against})


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """A code for the one who stays, to be typed on the other's phone. Raises NobodyThere, CamtayError."""
    found = await _both(desk, visit)
    if found.against:
        raise CamtayError(found.against)
    if "sure" not in visit.form:
        raise CamtayError(say("Chưa làm gì cả: đọc điều sẽ gộp, đánh dấu ô “đúng là một người” rồi bấm lại."))
    try:
        code = await desk.officers.people.code_back(visit.who.actor, found.stays.learner_id)
    except NotAllowed as refusal:
        raise CamtayError(said_by(refusal)) from None
    how = say(
        "Gõ mã này trên máy mà Cầm Tay gọi là {goes}, khi chị ấy ngồi trước mặt: máy hỏi lại rồi mới gộp vào {stays}.",
        goes=found.goes.name, stays=found.stays.name,
    )  # fmt: skip
    back = f"person/{found.stays.learner_id}"
    return code_once(visit, code, how, back)


async def _both(desk: DeskServices, visit: Visit) -> JoinPreview:
    person_id, other_id = visit.path["person"], visit.path["other"]
    for each in (person_id, other_id):
        await about(desk, visit, each, lambda connection, place: None)
    try:
        return await preview(desk.officers.people, visit.who.actor, person_id, other_id)
    except NotAllowed:
        raise NobodyThere from None


def _told(desk: DeskServices, side: JoinSide) -> dict[str, object]:
    sheet = side.sheet
    lesson = desk.officers.book().lesson(sheet.lesson) if sheet.lesson else None
    return {
        "id": side.learner_id, "name": side.name, "called": sheet.name, "area": side.area,
        "roles": [ROLES[role] for role, _, _ in sheet.detail.roles], "done": len(side.done),
        "inside": lesson.title if lesson else sheet.lesson, "guides": [each.name or NAMELESS for each in side.guides],
        "seen": ago(sheet.detail.seen_at, desk.now()), "asks": sum(each.state != "closed" for each in sheet.requests),
    }  # fmt: skip
