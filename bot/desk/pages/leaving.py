"""What will be gone? Ends in: her consent taken back, or everything of her deleted, once the page was read."""

from __future__ import annotations

from bot.desk.areas import about
from bot.desk.full_names import names_on
from bot.desk.services import DeskServices
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.errors import CamtayError, NotAllowed
from bot.people.export import in_words
from flows.saying import Sentence, said_by, say
from storage.engine.database import Connection
from storage.people.areas import AreaRow

UNSURE = say("Chưa làm gì cả: đánh dấu ô “chính chị ấy đã xin” rồi bấm lại.")
WITHDRAWN = (
    say("Tên gọi, câu trả lời, điểm và việc học của chị ấy bị xóa ngay."),
    say("Vai, dòng trong danh sách, đôi 1+1 và điều đã nhờ cũng bị xóa."),
    say("Chị ấy vẫn học tiếp được mà không ai biết tên, và được báo."),
)
DELETED = (
    say("Mọi thứ của chị ấy bị xóa ngay và mãi mãi, trong mọi bản sao lưu phục hồi về sau."),
    say("Người đang học với chị ấy được tìm người khác."),
    say("Chỉ còn lại bằng chứng đã từng đồng ý, dưới một bí danh không dẫn tới ai."),
)


async def show_withdraw(desk: DeskServices, visit: Visit) -> PageAnswer:
    """What taking her consent back comes to. Raises NobodyThere."""
    return await _shown(desk, visit, WITHDRAWN, "withdraw", say("Rút lời đồng ý"))


async def show_delete(desk: DeskServices, visit: Visit) -> PageAnswer:
    """What deleting her comes to. Raises NobodyThere."""
    return await _shown(desk, visit, DELETED, "delete", say("Xóa hết"))


async def withdraw(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Take her consent back. Raises NobodyThere, CamtayError."""
    person_id = await _sure(desk, visit)
    try:
        await desk.officers.people.withdraw(visit.who.actor, person_id)
    except NotAllowed as refusal:
        raise CamtayError(said_by(refusal)) from None
    return Redirect("people", say("Đã rút lời đồng ý. Chị ấy được báo."))


async def delete(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Delete everything of her. Raises NobodyThere, CamtayError."""
    person_id = await _sure(desk, visit)
    try:
        await desk.officers.people.delete(visit.who.actor, person_id)
    except NotAllowed as refusal:
        raise CamtayError(said_by(refusal)) from None
    return Redirect("people", say("Đã xóa hết dữ liệu của người này."))


async def _shown(desk: DeskServices, visit: Visit, goes: tuple[Sentence, ...], act: str, label: Sentence) -> PageAnswer:
    person_id = visit.path["person"]

    def look(connection: Connection, place: AreaRow) -> tuple[str, dict[str, str]]:
        return names_on(visit, connection, [person_id])[person_id], in_words(connection, person_id)

    name, held = await about(desk, visit, person_id, look)
    return PageShown("leaving.html", {
        "id": person_id, "name": name, "held": held, "goes": goes, "act": act, "label": label,
    })  # fmt: skip


async def _sure(desk: DeskServices, visit: Visit) -> str:
    person_id = visit.path["person"]
    await about(desk, visit, person_id, lambda connection, place: None)
    if "sure" not in visit.form:
        raise CamtayError(UNSURE)
    return person_id
