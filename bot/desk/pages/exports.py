"""Which figures do I take along? Ends in: a file for a spreadsheet, or the month on paper."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial

from bot.desk.language import teller
from bot.desk.places import home, own_areas, year_of
from bot.desk.services import DeskServices
from bot.desk.visit import FileSent, PageAnswer, PageShown, Visit
from bot.desk.words import day
from bot.errors import CamtayError
from bot.people.service import NobodyThere
from bot.reports.policy.table import CellValue, ReportArea, Table
from bot.sheets.making import xlsx
from bot.sheets.tables import MARK, Translate, csv_lines, safe, safe_lines
from flows.saying import Sentence, say
from storage.desk import lists
from storage.desk.lists import ListedRow
from storage.desk.people import area_names
from storage.engine.database import Connection
from storage.people import areas
from storage.people.areas import AreaRow
from storage.people.naming import place_key, words_of

REPORTS = {"targets": say("Chỉ tiêu"), "pairs": say("Đôi 1+1"), "progress": say("Việc học")}
PEOPLE = "people"
FILES = {"targets": "chi-tieu", "pairs": "doi-1-1", "progress": "viec-hoc", PEOPLE: "danh-sach"}
ROLES = {
    "learner": say("hội viên"), "instructor": say("người chỉ"), "officer": say("cán bộ"), "editor": say("soạn bài"),
    "admin": say("quản trị"),
}  # fmt: skip
STATES = {"active": say("đang hoạt động"), "suspended": say("tạm dừng"), "asked": say("xin chỉ bài"),
          "invited": say("trong danh sách, chưa vào")}  # fmt: skip
KINDS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
A_SLICE = 200  # rows: so long nobody who chats is answered
IN_A_BRANCH = 4  # areas on the way to a group: province, ward, branch, itself
LIST_HEADS = ("ho_ten", "chi_hoi_cua", "to_cua", "vai", "tinh_trang", "lan_cuoi")


async def show(desk: DeskServices, visit: Visit) -> PageAnswer:
    """The reports and the list, of one of the own areas (`?o=`) and a year."""
    actor, now = visit.who.actor, desk.now().astimezone(desk.zone)
    ids = own_areas(desk, actor, "report") or [home(actor)]
    wanted = visit.query.get("o", "") or ids[0]

    def look(connection: Connection) -> tuple[list[AreaRow], AreaRow | None]:
        return [found for each in ids if (found := areas.get(connection, each))], areas.get(connection, wanted)

    mine, place = await desk.officers.database.read(look)
    if place is None or not (actor.may("report", place.path) or place in mine):
        raise NobodyThere
    values = {
        "areas": [(each.area_id, each.name) for each in (mine if place in mine else [*mine, place])],
        "area_id": place.area_id, "area": place.name, "year": year_of(visit, now.year),
        "years": list(range(2025, now.year + 1)), "reports": REPORTS, "lists": actor.may("see_people", place.path),
        "months": actor.may("report", place.path), "this_month": f"{now:%Y-%m}", "kinds": list(KINDS),
    }  # fmt: skip
    return PageShown("exports.html", values)


async def send(desk: DeskServices, visit: Visit) -> PageAnswer:
    """`?o=` area, `?nam=` year, `?dang=` csv or xlsx. Raises NotAllowed, NobodyThere, CamtayError."""
    what, area_id, kind = visit.path["what"], visit.query.get("o", ""), visit.query.get("dang", "csv")
    if what not in FILES or kind not in KINDS:
        raise NobodyThere
    tell, year = _teller(visit.lang), year_of(visit, desk.now().astimezone(desk.zone).year)
    if what == PEOPLE:
        place = await _listed(desk, visit, area_id)
        wide = place.kind == "province"
        heads: tuple[str, ...] = (LIST_HEADS[0], "xa_phuong", *LIST_HEADS[1:]) if wide else LIST_HEADS
        slices = _people(desk, place.path, tell, wide=wide)
        title = tell(say("Danh sách"))
    else:
        counted = await desk.counts.of((what, year), desk.officers.reports.counter(what, year))
        if counted is None:
            raise CamtayError(say("Đang đếm số; vài giây nữa bấm tải lại."))
        table = await desk.officers.reports.view(visit.who.actor, what, area_id, counted.value)
        slices, heads = _once(_places_told(table, counted.value.places), tell), table.heads[1:]
        title = tell(REPORTS[what])
    name = await _file_name(desk, what, area_id, year, kind)
    (said,) = safe_lines(heads, (), tell)
    if kind == "xlsx":
        return FileSent(await xlsx(title[:31], [str(each) for each in said], slices), KINDS[kind], name)
    body = (MARK + csv_lines([said])).encode()
    parts = [csv_lines(some).encode() async for some in slices]
    return FileSent(body + b"".join(parts), KINDS[kind], name)


def _places_told(table: Table, places: Sequence[ReportArea]) -> list[tuple[CellValue, ...]]:
    """Its rows without the ids that they begin with; a group is told with its branch."""
    names, ways = {each.area_id: each.name for each in places}, {each.area_id: each.above for each in places}
    rows: list[tuple[CellValue, ...]] = []
    for area_id, name, *rest in table.rows:
        way = ways[str(area_id)]
        rows.append((f"{name}, {names[way[-2]]}" if len(way) == IN_A_BRANCH else name, *rest))
    return rows


async def _file_name(desk: DeskServices, what: str, area_id: str, year: int, kind: str) -> str:
    """What it is, of where, in words: "chi-tieu-phuong-tran-bien-2026.xlsx"."""
    place = (await desk.officers.database.read(lambda c: area_names(c, [area_id]))).get(area_id, "")
    return f"{'-'.join([FILES[what], *words_of(place), str(year)])}.{kind}"


async def _listed(desk: DeskServices, visit: Visit, area_id: str) -> AreaRow:
    """That a list was taken along is in the audit."""
    service, actor = desk.officers.people, visit.who.actor

    def note(connection: Connection, place: AreaRow) -> AreaRow:
        service.note(connection, actor, "exported_list", "", place.area_id)
        return place

    return await service.act(actor, "see_people", area_id, note)


async def _people(
    desk: DeskServices, path: str, tell: Translate, *, wide: bool
) -> AsyncIterator[list[list[CellValue]]]:
    """Of a ward or less in the order of the tree and of Vietnamese lists; a province's is too long to be sorted."""
    everybody: list[ListedRow] = []
    async for rows in _listed_rows(desk, path):
        if wide:
            names = await _names(desk, rows)
            yield [_line(desk, row, names, tell, wide=True) for row in rows]
        everybody += [] if wide else rows
    names = await _names(desk, everybody)
    everybody.sort(key=lambda row: ([place_key(name) for name in _places(row, names)], row.order_key, row.learner_id))
    for at in range(0, len(everybody), A_SLICE):
        yield [_line(desk, row, names, tell, wide=False) for row in everybody[at : at + A_SLICE]]


async def _listed_rows(desk: DeskServices, path: str) -> AsyncIterator[list[ListedRow]]:
    """Who has a role, then who stands in a list and has not come."""
    read, mark = desk.officers.database.read, ("", "", "")
    while rows := await read(partial(lists.people, path=path, after=mark, limit=A_SLICE)):
        mark = rows[-1].learner_id, rows[-1].role, rows[-1].area_id
        yield rows
    last = ""
    while rows := await read(partial(lists.not_come, path=path, after=last, limit=A_SLICE)):
        last = rows[-1].learner_id
        yield rows


async def _names(desk: DeskServices, rows: Sequence[ListedRow]) -> dict[str, str]:
    ids = {each for row in rows for each in row.path.split("/")[2:5] if each}
    return await desk.officers.database.read(lambda c: areas.names_of(c, ids))


def _places(row: ListedRow, names: Mapping[str, str]) -> list[str]:
    """Ward, branch and group, "" for none."""
    ids = [*row.path.strip("/").split("/")[1:4], "", "", ""][:3]
    return [names.get(each, "") for each in ids]


def _line(
    desk: DeskServices, row: ListedRow, names: Mapping[str, str], tell: Translate, *, wide: bool
) -> list[CellValue]:
    ward, *small = _places(row, names)
    where = [ward, *small] if wide else small
    told = ROLES.get(row.role, row.role), STATES.get(row.state, row.state), day(row.seen_at, desk.zone)
    return [safe(cell, tell) for cell in (row.name, *where, *told)]


async def _once(rows: Sequence[Sequence[CellValue]], tell: Translate) -> AsyncIterator[list[list[CellValue]]]:
    """In slices, between which whoever chats is answered."""
    for at in range(0, len(rows), A_SLICE):
        yield [[safe(cell, tell) for cell in row] for row in rows[at : at + A_SLICE]]
        await asyncio.sleep(0)


def _teller(lang: str) -> Translate:
    """Sentences in the reader's language; a name that reads like one stays a name."""
    tell = teller(lang)
    return lambda text: tell(text) if isinstance(text, Sentence) else text
