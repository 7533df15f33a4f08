"""What of her data is wrong? Ends in: name, form of address, area or needs put right, and she is told."""

from __future__ import annotations

import flows
from bot.desk.areas import about, area_choice
from bot.desk.naming import NEEDS
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.errors import CamtayError, NotAllowed
from bot.people.profile import Correction
from flows.saying import said_by, say
from storage.desk import person as kept
from storage.desk.person import SheetRow
from storage.engine.database import Connection
from storage.people.areas import AreaRow


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The form, with what is kept now, or with what was typed. Raises NobodyThere."""
    person_id, form = visit.path["person"], visit.form
    row, place = await _now(desk, visit, person_id)
    choice = await area_choice(desk, visit, "correct", "")
    values = {"name": row.name, "address": row.address, "khu": "", **form}
    ticked = form.get("needs", "").split("\n") if form else list(row.needs)
    return PageShown("correct.html", {
        "id": person_id, "typed": values, "ticked": ticked, "needs": NEEDS, "addresses": list(flows.ADDRESSES),
        "choice": choice, "place": place.name, "agreed": "agreed" in form,
    })  # fmt: skip


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Put right what differs from what is kept. Raises NobodyThere, CamtayError."""
    person_id, form = visit.path["person"], visit.form
    row, _ = await _now(desk, visit, person_id)
    choice = await area_choice(desk, visit, "correct", form.get("khu", ""))
    name, address = " ".join(form.get("name", "").split()), form.get("address", "")
    needs = tuple(each for each in form.get("needs", "").split("\n") if each)
    correction = Correction(
        name if name and name != row.name else None,
        address if address and address != row.address else None,
        choice.chosen_id or None,
        needs if sorted(needs) != sorted(row.needs) else None,
        "agreed" in form,
    )
    if not correction.words():
        raise CamtayError(say("Chưa có gì khác với điều đang giữ."))
    if correction.needs and not correction.agreed:
        raise CamtayError(say("Điều Hội nên biết chỉ ghi khi chính chị ấy đã đồng ý: đánh dấu ô dưới cùng."))
    try:
        await desk.officers.people.correct(visit.who.actor, person_id, correction)
    except NotAllowed as refusal:
        raise CamtayError(said_by(refusal)) from None
    return Redirect(f"person/{person_id}", say("Đã sửa. Chị ấy được báo, và sửa lại được bằng “sửa thông tin”."))


async def _now(desk: DeskServices, visit: Visit, person_id: str) -> tuple[SheetRow, AreaRow]:
    def look(connection: Connection, place: AreaRow) -> tuple[SheetRow, AreaRow]:
        return kept.sheet(connection, person_id), place

    return await about(desk, visit, person_id, look)
