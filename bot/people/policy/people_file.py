"""A list of people or areas as officers have it, from bytes to rows, every fault with its line and column. Pure.

Whatever a spreadsheet writes, whatever stands above, between and below the people; the rooms of `lists/` do one step
each. Of a person only name, role and area are kept: nobody listed has agreed to anything yet.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.people.policy.lists import filling, fonts, heads, places, reading
from bot.people.policy.lists.decoding import decode
from bot.people.policy.lists.sheet import AREA, PERSON, ListFault, ListRow, ListTable, PeopleList
from bot.people.policy.lists.table import page_of
from bot.people.policy.lists.words import short
from flows.saying import joined, say

__all__ = ["AREA", "PERSON", "ListFault", "ListRow", "ListTable", "PeopleList", "read", "read_pages"]

SHOWN = 5  # converted texts in one question


def read(source: bytes, *, placed: bool = False) -> PeopleList:
    """The rows of a CSV file; `placed` where the ward is known from elsewhere."""
    sheet = PeopleList()
    text = decode(source, sheet)
    if text is None or sheet.faults:
        return sheet
    page = page_of(text, sheet)
    return _read([page], sheet, placed)


def read_pages(pages: Sequence[ListTable], *, placed: bool = False) -> PeopleList:
    """The rows of a workbook's pages: of all that have a line of heads."""
    return _read(pages, PeopleList(), placed)


def _read(pages: Sequence[ListTable], sheet: PeopleList, placed: bool) -> PeopleList:
    restored = [fonts.restore(page) for page in pages]
    lists = [(each.page, found) for each in restored if (found := heads.find(each.page))]
    if not lists and not sheet.faults:
        why = say("không thấy dòng tên cột. Dòng đầu cần tên cột: {known}", known=joined(heads.TOLD))
        sheet.faults.append(ListFault(1 if len(pages) == 1 else 0, "", why))
        return sheet
    _ask_fonts(restored, sheet)
    if len(lists) > 1:
        named = joined(f"“{page.name}”" for page, _ in lists[:10])
        ask = "Tệp có {count} trang là danh sách ({named}): đọc tất cả?"
        sheet.questions.append(say(ask, count=len(lists), named=named))
    for page, found in lists:
        _read_page(page, found, sheet, placed, several=len(lists) > 1)
    if not sheet.rows and not sheet.faults:
        sheet.faults.append(ListFault(0, "", say("tệp không có dòng nào")))
    return sheet


def _read_page(page: ListTable, found: heads.Heads, sheet: PeopleList, placed: bool, *, several: bool) -> None:
    above = [cell for _, cells in page.rows[: found.first] for cell in cells if cell.strip()]
    sheet.titles += above
    names = [at for at in found.of("ten") if found.words.get(at)]
    if len(names) > 1 and not found.of("ho"):
        line = page.rows[found.last][0]
        sheet.faults.append(ListFault(line, "ten", say("có hai cột cùng nghĩa này")))
    sheet.columns += [(word, found.names(at)) for at, word in sorted(found.words.items())]
    page, found = filling.filled(page, found, sheet)
    reader = reading.Reader(page, found, sheet, placed, say("trang “{page.name}”: ", page=page) if several else "")
    if several and not found.of("chi_hoi"):
        reader.section = places.section(page.name)
    reader.read()
    reading.finish(reader, several)


def _ask_fonts(restored: Sequence[fonts.Restored], sheet: PeopleList) -> None:
    for way in fonts.WAYS:
        shown = {old: new for each in restored for old, new in each.shown.get(way, {}).items()}
        if shown:
            some = list(shown.items())[-SHOWN:]
            told = joined((f"“{short(old, 40)}” → “{short(new, 40)}”" for old, new in some), "; ")
            ask = "{count} chỗ ghi bằng {way}, đã đổi ra, ví dụ {told}. Đúng chưa?"
            sheet.questions.append(say(ask, count=len(shown), way=say(way), told=told))
