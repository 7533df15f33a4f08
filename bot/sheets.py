"""A table as text for a screen, as CSV and as XLSX. What a spreadsheet would execute is text in each."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence

from bot.tutoring.lists.words import harmless
from bot.tutoring.reporting import Table, Value


def as_text(table: Table) -> str:
    """Aligned columns, numbers to the right; names are indented by how deep an area lies."""
    rows = [[str(cell) for cell in row] for row in table.rows]
    for cells, depth in zip(rows, table.depths, strict=True):
        cells[1] = f"{'  ' * depth}{cells[1]}"
    lines = [list(table.heads), *rows]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    words = {at for at, head in enumerate(table.heads) if head in ("ma", "dia_ban", "cap", "con_thieu")}
    return "\n".join(_line(line, widths, words) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int], words: set[int]) -> str:
    padded = []
    for at, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (width - _width(cell))
        padded.append(cell + space if at in words else space + cell)
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    return sum(not unicodedata.combining(each) for each in text)


def as_csv(heads: Sequence[str], rows: Sequence[Sequence[Value]]) -> str:
    """As a spreadsheet set to Vietnamese opens it by a double click: semicolons, a decimal comma, the mark of UTF-8.

    With commas it would be one column there, and 1.5 the first of May.
    """
    written = io.StringIO("\ufeff")
    written.seek(1)
    lines = ([_local(_safe(cell)) for cell in row] for row in (heads, *rows))
    csv.writer(written, delimiter=";", lineterminator="\n").writerows(lines)
    return written.getvalue()


def _local(cell: Value) -> Value:
    return str(cell).replace(".", ",") if isinstance(cell, float) else cell


def as_xlsx(heads: Sequence[str], rows: Sequence[Sequence[Value]], title: str) -> bytes:
    """One sheet; every text is written as a text, never as a formula or link."""
    import xlsxwriter  # 40 ms, for those who want a workbook

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 2)
        sheet.set_column(1, 1, 34)
        bold = book.add_format({"bold": True})
        for at, head in enumerate(heads):
            sheet.write_string(0, at, str(_safe(head)), bold)
        for line, row in enumerate(rows, 1):
            for at, cell in enumerate(map(_safe, row)):
                if isinstance(cell, str):
                    sheet.write_string(line, at, cell)
                else:
                    sheet.write_number(line, at, cell)
    return written.getvalue()


def _safe(cell: Value) -> Value:
    """One line of text: a break within a cell would begin another one, which may be a formula."""
    return harmless(" ".join(cell.split())) if isinstance(cell, str) else cell
