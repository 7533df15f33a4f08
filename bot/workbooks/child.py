"""A process of its own: a workbook on standard input, its visible sheets on standard output, a line of JSON each.

`{"page": name, "merged": [[line, column, last line, last column]…]}`, then `[line, [cell…]]` for each line that holds
anything. Lines count from 1 as Excel does, columns from 0. Stands alone, so that it starts in a twentieth of a second.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from datetime import date, time
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MEMORY = 1_500_000_000  # bytes
CPU_S = 90
COLUMNS = 256
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*\bt="e"[^>]*>')
_AT = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Errors = dict[tuple[int, int], str]


def main() -> None:
    """Whatever is wrong ends the process with an exception: the parent has one sentence for it."""
    _limit()
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    source = sys.stdin.buffer.read()
    book = CalamineWorkbook.from_filelike(io.BytesIO(source))
    errors = _errors(source) if source.startswith(b"PK") else {}
    for sheet in book.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            _write(book.get_sheet_by_name(sheet.name), sheet.name, errors.get(sheet.name, {}))


def _limit() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 5))  # at the first it is told from what others end
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(sheet: CalamineSheet, name: str, errors: Errors) -> None:
    ranges = sheet.merged_cell_ranges or []
    merged = [[top + 1, column, last + 1, right] for (top, column), (last, right) in ranges]
    print(json.dumps({"page": name, "merged": merged}))
    # With `skip_empty_area` the numbers of lines and columns would be lost; iter_rows() loses those of columns.
    for at, row in enumerate(sheet.to_python(skip_empty_area=False)):
        cells = [_text(cell) for cell in row[:COLUMNS]]
        for column, cell in enumerate(cells):
            if not cell and (at, column) in errors:
                cells[column] = errors[at, column]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            print(json.dumps([at + 1, cells]))


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def _errors(source: bytes) -> dict[str, Errors]:
    """Cells whose formula failed, by sheet: calamine gives them as empty."""
    found: dict[str, Errors] = {}
    with zipfile.ZipFile(io.BytesIO(source)) as file:
        files = {name.lower(): name for name in file.namelist()}
        book = ElementTree.fromstring(file.read(files["xl/workbook.xml"]))
        relations = ElementTree.fromstring(file.read(files["xl/_rels/workbook.xml.rels"]))
        targets = {each.get("Id"): each.get("Target", "") for each in relations}
        for sheet in book.iter():
            target = targets.get(sheet.get(_RELATION)) if sheet.tag.endswith("}sheet") else None
            path = files.get(f"xl/{target}".lower()) or files.get(str(target).lower().lstrip("/"))
            if target and path:
                found[sheet.get("name", "")] = _errors_of(file.read(path))
    return found


def _errors_of(sheet: bytes) -> Errors:
    errors: Errors = {}
    for cell in _CELL.finditer(sheet):
        if (at := _AT.search(cell[0])) is not None:
            value = re.compile(rb"<(?:\w+:)?v>([^<]*)<").search(sheet, cell.end(), cell.end() + 2_000)
            column = 0
            for letter in at[1]:
                column = column * 26 + letter - 64
            errors[int(at[2]) - 1, column - 1] = value[1].decode("utf-8", "replace") if value else "#N/A"
    return errors


if __name__ == "__main__":
    main()
