"""Is this the list I mean? Ends in: everybody of it in, or nothing at all.

A file is read in a thread, workbooks in a process of their own. Until the yes nobody of it is written down; what was
read waits sealed (see `uploads`), and what it comes to is looked up again for each look and for the yes.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from functools import partial

from bot import workbooks
from bot.desk.areas import area_choice
from bot.desk.naming import ROLES
from bot.desk.services import DeskServices
from bot.desk.uploads import BroughtList
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.errors import CamtayError, NotAllowed
from bot.people import importing
from bot.people.importing import ImportPlan
from flows.saying import said_by, say
from storage.desk import people as kept
from storage.people.areas import AreaRow
from storage.people.naming import place_key

FILE_BYTES = 5_000_000
LINES = 5_000
"""Of one list: the largest commune's. What the whole province has at once is for the command line, beside the chat."""
SHOWN, SHOWN_FAULTS = 50, 200
WITHIN_S = 60.0
COLUMNS = {
    "stt": say("số thứ tự"), "loai": say("loại dòng"), "ten": say("tên"), "ho": say("họ"), "dem": say("tên đệm"),
    "sinh": say("ngày hay năm sinh"), "vai": say("vai"), "chuc_vu": say("chức vụ"), "xa_phuong": say("xã, phường"),
    "don_vi": say("đơn vị"), "dia_chi": say("địa chỉ"), "chi_hoi": say("chi hội"), "ap": say("ấp, khu phố"),
    "to": say("tổ"), "suc_chua": say("nhận được mấy người"), "chu_de": say("nhóm bài"), "tieng": say("tiếng"),
    "gio": say("giờ"),
}  # fmt: skip
GONE = say("Danh sách này không còn được giữ (quá một ngày, hay đã nhập hoặc bỏ). Hãy chọn tệp lần nữa.")
_reading = asyncio.Semaphore(1)


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The form for a file."""
    choice = await area_choice(desk, visit, "import", visit.form.get("khu", ""))
    return PageShown("import.html", {"choice": choice, "lines": LINES})


async def bring(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Read a file. Raises CamtayError with what is wrong with it."""
    choice = await area_choice(desk, visit, "import", visit.form.get("khu", ""))
    file = visit.files.get("file")
    if file is None or not file.body:
        why = say("Chưa chọn tệp nào.") if file is None or not file.name else say("Tệp này trống. Chọn tệp khác.")
        raise CamtayError(why)
    if len(file.body) > FILE_BYTES:
        raise CamtayError(say("Tệp nặng quá {most} MB; hãy chia ra hoặc bỏ bớt hình.", most=FILE_BYTES // 1_000_000))
    read = partial(workbooks.read_list, file.body, placed=bool(choice.chosen), within_s=WITHIN_S, most_lines=LINES)
    async with _reading:
        sheet = await asyncio.to_thread(read)
    brought = BroughtList(sheet, choice.chosen_id, file.name[:120])
    await planned(desk, visit, brought)
    await desk.uploads.keep(visit.who, brought)
    return Redirect("import/check")


async def show_check(desk: DeskServices, visit: Visit) -> PageAnswer:
    """What was understood, and what is asked; where nothing is kept any more, the form for a file."""
    brought = await desk.uploads.of(visit.who)
    if brought is None:
        return Redirect("import", GONE)
    found = await planned(desk, visit, brought)
    people = found.invitees[:SHOWN]
    made = {area.area_id: area for area in found.areas}
    known = await desk.officers.database.read(
        lambda c: kept.area_names(c, (*(row.area_id for row in people), *(area.parent_id for area in found.areas)))
    )
    rows = [
        {"line": found.lines.get(row.invitee_id, ""), "name": row.name, "role": ROLES.get(row.role, row.role),
         "area": _named(row.area_id, made, known)}
        for row in people
    ]  # fmt: skip
    faults = [
        {"line": each.line, "column": COLUMNS.get(each.column, each.column), "message": each.message}
        for each in found.faults[:SHOWN_FAULTS]
    ]
    questions = [
        (each.short or each.text, each.lines, visit.form.get(f"q{at}", "")) for at, each in enumerate(found.questions)
    ]
    is_sent = any(answer for _, _, answer in questions)
    first = next((at for at, (_, _, answer) in enumerate(questions) if is_sent and answer not in ("yes", "no")), None)
    has_lines = bool(brought.sheet.rows) or any(each.line for each in found.faults)
    columns = [(word, COLUMNS.get(taken, "")) for word, taken in brought.sheet.columns]
    return PageShown("check.html", {
        "brought": brought.name, "counts": importing.summary(found), "people": rows, "columns": columns,
        "areas": sorted((_named(each, made, known) for each in made), key=place_key),
        "faults": faults, "all_faults": len(found.faults),
        "notes": found.notes, "questions": questions, "first_open": first,
        "has_lines": has_lines, "stamp": _stamp(found),
        "more": len(found.invitees) - len(people),
    })  # fmt: skip


async def decide(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Take it in, or forget it. Raises CamtayError where something is still open or has changed meanwhile."""
    brought, form = await desk.uploads.of(visit.who), visit.form
    if brought is None:
        return Redirect("import", GONE)
    if form.get("act") == "drop":
        await desk.uploads.drop(visit.who)
        return Redirect("import", say("Đã bỏ, chưa ghi gì."))
    found = await planned(desk, visit, brought)
    if found.faults:
        raise CamtayError(say("Danh sách còn chỗ cần sửa; sửa trong tệp rồi chọn lại."))
    if form.get("stamp") != _stamp(found):
        raise CamtayError(say("Có điều vừa đổi trong lúc chị xem; hãy xem lại rồi bấm nhập."))
    answers = [form.get(f"q{at}", "") for at in range(len(found.questions))]
    if not all(answer in ("yes", "no") for answer in answers):
        raise CamtayError(say("Còn câu chưa trả lời."))
    said = zip(found.questions, answers, strict=True)
    if not all(importing.answered(found, each, answer == "yes") for each, answer in said):
        raise CamtayError(say("Có điều chưa đúng như chị trả lời, nên chưa nhập gì. Sửa lại tệp rồi chọn lần nữa."))
    await importing.carry_out(desk.officers.people, visit.who.actor, found)
    await desk.uploads.drop(visit.who)
    counts = importing.summary(found)
    return Redirect(
        f"people?khu={brought.into}" if brought.into else "people",
        say("Đã nhập: {people} người mới, {areas} chi hội hay tổ mới, {known} người đã có.", **counts),
    )


async def planned(desk: DeskServices, visit: Visit, brought: BroughtList) -> ImportPlan:
    """What taking it in would do now. Raises CamtayError where a line of it is not hers to bring."""
    try:
        return await importing.plan(desk.officers.people, visit.who.actor, brought.sheet, brought.into)
    except NotAllowed as refusal:
        raise CamtayError(said_by(refusal)) from None


def _named(area_id: str, made: Mapping[str, AreaRow], known: Mapping[str | None, str]) -> str:
    """An area of the list, a group with its branch, whether it is there or would be made."""
    area = made.get(area_id)
    if area is None:
        return known.get(area_id, "")
    above = made.get(area.parent_id or "")
    return (
        f"{area.name}, {above.name if above else known.get(area.parent_id, '')}" if area.kind == "group" else area.name
    )


def _stamp(found: ImportPlan) -> str:
    """What was shown, in a few letters: another plan has others."""
    told = repr(([str(each.text) for each in found.questions], importing.summary(found)))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
