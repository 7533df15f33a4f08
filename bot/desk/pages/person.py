"""Who is she, where does she stand, and what may I do for her? Ends in: approved, suspended, let act again, confirmed,
invited, let in on a new phone, signed out; the pages behind it put data right and take them away.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.desk.areas import about, area_choice
from bot.desk.full_names import names_on, titled
from bot.desk.naming import CONSENTS, LANGUAGES, NEEDS, REQUEST_STATES, REQUESTS, ROLES, STATES
from bot.desk.pages.invite import code_once
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.desk.words import ago, day
from bot.errors import CamtayError, NotAllowed
from bot.people.full_names import NAMELESS
from bot.people.granting import bars, grants_of, may_restore
from bot.people.policy.reach import REACHES, reach_of
from bot.people.service import NobodyThere
from flows.saying import said_by, say
from storage.desk import person as kept
from storage.desk.people import area_names
from storage.desk.person import SheetRow
from storage.engine.database import Connection
from storage.people import invitees
from storage.people.areas import AreaRow

ENTRY = "i-"  # how ids of entries of lists begin
INVITED_AS = ("instructor", "officer")


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The page of a person; of an entry of a list what is known of it. Raises NobodyThere."""
    person_id = visit.path["person"]
    if person_id.startswith(ENTRY):
        return await _show_entry(desk, visit, person_id)
    actor = visit.who.actor

    def look(connection: Connection, place: AreaRow) -> dict[str, Any]:
        held = grants_of(connection, person_id)
        may = {
            act: actor.may(act, place.path) for act in ("suspend", "approve", "vouch", "correct", "export", "delete")
        }
        vouched = actor.may_vouch(place.path, held, guides=False)
        names = desk.officers.services.names
        barred = sorted({row.role for row in bars(connection, names, person_id, "instructor")})
        ended = {
            grant.role for grant in held if not actor.may_end(grant.role, [g for g in held if g.role == grant.role])
        }
        row = kept.sheet(connection, person_id)
        who = names_on(visit, connection, (each.learner_id for each in row.partners))
        return {
            **_told(desk, row, ended, who),
            "place": area_names(connection, [place.area_id]).get(place.area_id, ""),
            "place_id": place.area_id,
            "may": may,
            "held": {*barred, *(grant.role for grant in held)},
            "vouched": vouched,
            "barred": [ROLES[role] for role in barred],
            "may_lift": bool(barred) and may_restore(connection, names, actor, person_id),
        }

    found = await about(desk, visit, person_id, look)
    choice = await area_choice(desk, visit, "invite_learner", "")
    may_bring = [role for role in INVITED_AS if any(actor.may(f"invite_{role}", path) for path in choice.paths)]
    more = {
        "title": titled(visit, str(found["title"]), str(found["place"])), "id": person_id, "choice": choice,
        "invited_as": [(role, ROLES[role]) for role in may_bring if role not in found["held"]],
    }  # fmt: skip
    return PageShown("person.html", {**found, **more})


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Carry out what her page was asked for. Raises NobodyThere, CamtayError."""
    person_id = visit.path["person"]
    await about(desk, visit, person_id, lambda connection, place: None)
    act = DEEDS.get(visit.form.get("act", ""))
    if act is None:
        raise CamtayError(say("Không rõ việc phải làm; hãy bấm lại một nút trên trang."))
    try:
        return await act(desk, visit, person_id)
    except NotAllowed as refusal:  # she may be seen, this may not be done: the page says why
        raise CamtayError(said_by(refusal)) from None


async def _suspend(desk: DeskServices, visit: Visit, person_id: str) -> PageAnswer:
    role = visit.form.get("role", "instructor")
    if role not in ROLES or role == "learner":
        raise CamtayError(say("Không rõ tạm dừng vai nào."))
    await desk.officers.people.suspend(visit.who.actor, person_id, role)
    return Redirect(f"person/{person_id}", say("Đã tạm dừng, có hiệu lực ngay."))


async def _lift(desk: DeskServices, visit: Visit, person_id: str) -> PageAnswer:
    back = await desk.officers.people.lift(visit.who.actor, person_id)
    if not back:
        return Redirect(f"person/{person_id}", say("Đã mở lại. Muốn giao vai thì mời chị ấy bằng mã."))
    return Redirect(
        f"person/{person_id}", say("Đã mở lại vai. Đôi cũ không tự trở lại: có người cần thì máy hỏi chị ấy.")
    )


async def _approve(desk: DeskServices, visit: Visit, person_id: str) -> PageAnswer:
    await desk.officers.people.approve(visit.who.actor, person_id)
    return Redirect(
        f"person/{person_id}", say("Đã duyệt. Cầm Tay đã báo chị ấy đọc quy tắc; chị ấy nhận rồi mới có người học.")
    )


async def _confirm(desk: DeskServices, visit: Visit, person_id: str) -> PageAnswer:
    choice = await area_choice(desk, visit, "invite_learner", visit.form.get("khu", ""))
    if choice.chosen is None:
        raise CamtayError(say("Chưa chọn địa bàn."))
    await desk.officers.requests.confirm(visit.who.actor, person_id, choice.chosen_id)
    return Redirect(f"person/{person_id}", say("Đã xác nhận là hội viên ở {area}.", area=choice.chosen.name))


async def _code_back(desk: DeskServices, visit: Visit, person_id: str) -> PageAnswer:
    code = await desk.officers.people.code_back(visit.who.actor, person_id)
    how = say("Dùng một lần, trong một ngày. Chỉ đưa tận tay, hay đọc khi nghe đúng tiếng chị ấy; gõ trên máy mới.")
    return code_once(visit, code, how, f"person/{person_id}")


async def _sign_out(desk: DeskServices, visit: Visit, person_id: str) -> PageAnswer:
    phones = await desk.officers.people.sign_out(visit.who.actor, person_id)
    return Redirect(f"person/{person_id}", say("Đã cho thoát {phones} máy. Vào lại bằng mã đổi máy.", phones=phones))


DEEDS: dict[str, Callable[[DeskServices, Visit, str], Awaitable[PageAnswer]]] = {
    "suspend": _suspend, "lift": _lift, "approve": _approve, "confirm": _confirm, "code_back": _code_back,
    "sign_out": _sign_out,
}  # fmt: skip


async def _show_entry(desk: DeskServices, visit: Visit, invitee_id: str) -> PageAnswer:
    entry = await desk.officers.database.read(lambda c: invitees.get(c, invitee_id))
    if entry is None:
        raise NobodyThere
    try:
        place = await desk.officers.people.act(visit.who.actor, "see_people", entry.area_id, lambda c, place: place)
    except NotAllowed:
        raise NobodyThere from None
    if entry.claimed_by is not None:
        return Redirect(f"person/{entry.claimed_by}")
    may = visit.who.actor.may(f"invite_{entry.role}", place.path)
    return PageShown(
        "entry.html", {"title": entry.name, "entry": entry, "place": place, "role": ROLES[entry.role], "may": may}
    )


def _told(desk: DeskServices, row: SheetRow, beyond: set[str], who: Mapping[str, str]) -> dict[str, object]:
    now, zone, book, detail = desk.now(), desk.zone, desk.officers.book(), row.detail

    def title(lesson_id: str) -> str:
        lesson = book.lesson(lesson_id)
        return lesson.title if lesson else lesson_id

    roles = [
        {"id": role, "name": ROLES[role], "state": state, "said": STATES[state], "area": area, "beyond": role in beyond}
        for role, state, area in detail.roles
    ]
    lessons = [{"title": title(each.lesson), "done": day(each.done_at, zone)} for each in row.lessons]
    partners = [
        {"id": each.learner_id, "name": who[each.learner_id], "guides": each.guides, "since": day(each.since_at, zone)}
        for each in row.partners
    ]
    requests = [
        {"kind": REQUESTS.get(each.kind, each.kind), "state": REQUEST_STATES.get(each.state, each.state),
         "since": ago(each.since_at, now)}
        for each in row.requests
    ]  # fmt: skip
    return {
        "title": ", ".join(detail.listed) or row.name or NAMELESS, "called": row.name,
        "address": row.address, "tongue": LANGUAGES.get(row.lang, row.lang),
        "needs": [NEEDS.get(each, each) for each in row.needs],
        "consent": CONSENTS.get(detail.consent, say("chưa trả lời")), "agreed": detail.consent == "agreed",
        "since": day(row.created_at, zone), "seen": ago(detail.seen_at, now),
        "reach": REACHES[reach_of(detail.channel, away=detail.away, rings=detail.rings)],
        "inside": title(row.lesson) if row.lesson else "",
        "roles": roles, "lessons": lessons,
        "member_of": next((area for role, state, area in detail.roles if (role, state) == ("learner", "active")), ""),
        "partners": partners, "requests": requests,
        "waits": any(each["id"] == "instructor" and each["state"] == "asked" for each in roles),
    }  # fmt: skip
