"""Is this line of the list right? Ends in: it is put right, or stays out; the file itself is not touched."""

from __future__ import annotations

from bot.desk.naming import ROLES
from bot.desk.pages.bringing import GONE, planned
from bot.desk.services import DeskServices
from bot.desk.uploads import BroughtList
from bot.desk.visit import PageAnswer, PageShown, Redirect, Visit
from bot.errors import CamtayError
from bot.people.policy.lists import mending
from bot.people.policy.lists.sheet import PERSON, ListRow
from bot.people.policy.people_file import PeopleList
from flows.saying import say

BROUGHT_AS = ("learner", "instructor", "officer")
TYPED = ("name", "vai", "xa", "chi_hoi", "to")


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The lines that `?dong=` means, a number or a name, each with its form."""
    brought = await desk.uploads.of(visit.who)
    if brought is None:
        return Redirect("import", GONE)
    asked = (visit.form.get("dong") or visit.query.get("dong", "")).strip()[:80]
    lines = [_shown(visit, brought.sheet, at, row) for at, row in mending.looked_for(brought.sheet, asked)]
    return PageShown(
        "line.html", {"asked": asked, "lines": lines, "roles": [(each, ROLES[each]) for each in BROUGHT_AS]}
    )


async def do(desk: DeskServices, visit: Visit) -> PageAnswer:
    """Leave the line out, or put it right. Raises CamtayError with what is wrong."""
    brought, form = await desk.uploads.of(visit.who), visit.form
    if brought is None:
        return Redirect("import", GONE)
    at, row = _meant(brought.sheet, form.get("o", ""), form.get("dong", ""), form.get("la", ""))
    match form.get("act", ""):
        case "drop":
            sheet = mending.left_out(brought.sheet, at, row.line)
        case "fix" if form.get("vai", row.role) in (*BROUGHT_AS, row.role):
            name, role, *places = (form.get(key, "") for key in TYPED)
            made = mending.typed(row, name, role or row.role, *places)
            if fault := mending.fault_of(made):
                raise CamtayError(fault)
            sheet = mending.put_right(brought.sheet, at, made)
        case _:
            raise CamtayError(say("Chưa rõ chị muốn làm gì; chọn lại một nút trên trang."))
    changed = BroughtList(sheet, brought.into, brought.name)
    await planned(desk, visit, changed)
    await desk.uploads.keep(visit.who, changed)
    return Redirect("import/check", say("Đã sửa trong bản xem trước; tệp của chị vẫn như cũ."))


def _meant(sheet: PeopleList, at: str, line: str, name: str) -> mending.FoundLine:
    """The row that a form is about, as long as it is still what the form showed. Raises CamtayError."""
    found = {str(n): row for n, row in mending.looked_for(sheet, line)}
    row = found.get(at)
    if row is None or row.name != name:
        raise CamtayError(say("Dòng này vừa đổi; xem lại rồi làm tiếp."))
    return int(at), row


def _shown(visit: Visit, sheet: PeopleList, at: int, row: ListRow) -> dict[str, object]:
    kept = dict(zip(TYPED, (row.name, row.role, row.ward, row.branch, row.group), strict=True))
    is_typed = visit.form.get("act") == "fix" and visit.form.get("o") == str(at)
    return {
        "at": at, "line": row.line, "was": row.name, "is_person": row.kind == PERSON,
        "faults": [fault.message for fault in sheet.faults if fault.line == row.line],
        **(kept | {key: visit.form.get(key, "") for key in TYPED} if is_typed else kept),
    }  # fmt: skip
