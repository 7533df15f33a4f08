"""One line of a list that was read is left out, or put right by hand, before the list comes in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.people.policy.lists import people
from bot.people.policy.lists.sheet import PERSON, ListRow, PeopleList
from bot.people.policy.lists.words import fold, tidy
from flows.saying import say

FOUND = 10  # lines at most that one search shows

FoundLine = tuple[int, ListRow]
"""The place of a row in the list, -1 for a line of which nothing but a fault was read; and the row."""


def looked_for(sheet: PeopleList, asked: str) -> Sequence[FoundLine]:
    """The lines of this number, or of people whose name has all these words, marks or none."""
    said = fold(asked)
    if said.isdecimal():
        line = int(said) if len(said) < 9 else -1
        found = [(at, row) for at, row in enumerate(sheet.rows) if row.line == line]
        if not found and any(fault.line == line for fault in sheet.faults):
            found = [(-1, ListRow(line, PERSON, "", "learner", "", "", ""))]
        return found[:FOUND]
    words = said.split()
    called = ((at, row) for at, row in enumerate(sheet.rows) if words and set(words) <= set(fold(row.name).split()))
    return [each for each, _ in zip(called, range(FOUND), strict=False)]


def left_out(sheet: PeopleList, at: int, line: int) -> PeopleList:
    """The list without this line and what was wrong with it; a note tells."""
    name = sheet.rows[at].name if at >= 0 else ""
    rows = [row for n, row in enumerate(sheet.rows) if n != at]
    told = say("đã bỏ dòng {line} (“{name}”)", line=line, name=name) if name else say("đã bỏ dòng {line}", line=line)
    return _changed(sheet, rows, line, told)


def put_right(sheet: PeopleList, at: int, row: ListRow) -> PeopleList:
    """The list with this row there instead, its faults with it; a note tells. See `fault_of` for what is refused."""
    rows = [*sheet.rows, row] if at < 0 else [row if n == at else each for n, each in enumerate(sheet.rows)]
    return _changed(
        sheet, sorted(rows, key=lambda each: each.line) if at < 0 else rows, row.line,
        say("đã sửa dòng {line} thành “{name}”", line=row.line, name=row.name or row.group or row.branch or row.ward),
    )  # fmt: skip


def typed(row: ListRow, name: str, role: str, ward: str, branch: str, group: str) -> ListRow:
    """The row as it was typed, written as the reader writes it."""
    said = people.in_case(tidy(name)) if row.kind == PERSON else row.name
    return replace(row, name=said, role=role, ward=tidy(ward), branch=tidy(branch), group=tidy(group))


def fault_of(row: ListRow) -> str:
    """What is wrong with a row that was typed, in a sentence; "" for a sound one."""
    if row.kind == PERSON and (fault := people.fault_of(row.name)):
        return fault
    if max(map(len, (row.ward, row.branch, row.group))) > people.MAX_NAME:
        return say("dài quá {most} chữ", most=people.MAX_NAME)
    return ""


def _changed(sheet: PeopleList, rows: list[ListRow], line: int, told: str) -> PeopleList:
    """Of two pages' lines of one number nobody knows whose fault it is: then faults stay."""
    alone = sum(row.line == line for row in sheet.rows) <= 1
    faults = [fault for fault in sheet.faults if not alone or fault.line != line]
    return replace(sheet, rows=rows, faults=faults, notes=[*sheet.notes, told])
