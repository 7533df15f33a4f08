"""Who belongs to a model? Ends in: somebody joins, leaves, the model ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from bot.desk.areas import area_choice
from bot.desk.full_names import name_on
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.errors import CamtayError
from bot.people.service import NobodyThere
from bot.reports.programs import KINDS
from flows.saying import say
from storage.desk import members
from storage.engine.database import Connection
from storage.people import areas
from storage.people.areas import AreaRow
from storage.people.called import CalledRow, called
from storage.programs import programs as kept
from storage.programs.records import ProgramRow

T = TypeVar("T", bound=tuple[str, ...])

MOST = 300  # of an area who are offered by name: a branch has about a hundred


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Its members, and who of its area could join."""
    model_id, programs = visit.path["id"], desk.officers.programs
    inside = await programs.members(visit.who.actor, model_id)

    def look(connection: Connection) -> tuple[ProgramRow, AreaRow, list[tuple[str, str, str]], dict[str, CalledRow]]:
        row = kept.get(connection, model_id)
        place = areas.get(connection, row.area_id) if row else None
        if row is None or place is None:
            raise NobodyThere
        others = members.could_join(connection, model_id, place.path, MOST)
        ids = (*(each[0] for each in inside), *(each[0] for each in others))
        return row, place, others, called(connection, ids)

    row, place, others, who = await desk.officers.database.read(look)
    choice = await area_choice(desk, visit, "models", place.area_id)
    values = {
        "choice": choice, "typed": visit.form.get("name", row.name),
        "title": row.name, "id": model_id, "kind": KINDS[row.kind], "year": row.year, "ended": row.ended_at is not None,
        "area_id": place.area_id, "area": place.name,
        "inside": [(each, name_on(visit, who[each])) for each, _ in _in_order(inside, who)],
        "others": [(each, name_on(visit, who[each]), where) for each, _, where in _in_order(others, who)],
        "cut": len(others) == MOST,
    }  # fmt: skip
    return PageShown("model.html", values)


def _in_order(people: Iterable[T], who: Mapping[str, CalledRow]) -> list[T]:
    """By given name; an id stands first in each."""
    return sorted(people, key=lambda each: who[each[0]].order_key)


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Somebody joins or leaves, the model moves, is renamed or ends. Raises CamtayError, NotAllowed, NobodyThere."""
    answer = await _done(desk, visit)
    desk.counts.outdate()
    return answer


async def _done(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Raises CamtayError, NotAllowed, NobodyThere."""
    actor, model_id, person = visit.who.actor, visit.path["id"], visit.form.get("person", "")
    programs, here = desk.officers.programs, f"model/{visit.path['id']}"
    match visit.form.get("act", ""):
        case "join" if person:
            await programs.join(actor, model_id, person)
            twice = await programs.other_families(actor, model_id, person)
            if twice:
                why = "Đã thêm. Chị ấy cũng ở {other}: một đôi 1+1 chỉ tính cho một gia đình, gia đình của người học."
                return Redirect(here, say(why, other=", ".join(f"“{name}”" for name in twice)))
            return Redirect(here, say("Đã thêm vào mô hình."))
        case "leave" if person:
            await programs.leave(actor, model_id, person)
            return Redirect(here, say("Đã rút khỏi mô hình."))
        case "move":
            choice = await area_choice(desk, visit, "models", visit.form.get("khu", ""))
            if choice.chosen is None:
                raise CamtayError(say("Chưa chọn địa bàn."))
            await programs.move(actor, model_id, choice.chosen_id)
            return Redirect(here, say("Đã chuyển mô hình sang {area}.", area=choice.chosen.name))
        case "rename":
            await programs.rename(actor, model_id, visit.form.get("name", "")[:200])
            return Redirect(here, say("Đã đổi tên mô hình."))
        case "end":
            await programs.end(actor, model_id)
            return Redirect(here, say("Mô hình đã kết thúc."))
    raise CamtayError(say("Chưa chọn ai; chọn một người rồi bấm lại."))
