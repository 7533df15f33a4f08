"""A table as text for a screen, as CSV and as XLSX. What a spreadsheet would execute is text in each."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Sequence

from bot.cli.language import shown
from bot.reports.policy.table import CellValue, Table
from bot.sheets import tables
from bot.sheets.book import book_of
from bot.sheets.tables import HEADS, safe, safe_lines


def _said(heads: Sequence[str]) -> list[str]:
    return [str(safe(HEADS.get(head, head), shown)) for head in heads]


def as_text(table: Table) -> str:
    """Aligned columns, numbers to the right; names are indented by how deep an area lies."""
    rows = [[str(_shown(cell)) for cell in row] for row in table.rows]
    for cells, depth in zip(rows, table.depths, strict=True):
        cells[1] = f"{'  ' * depth}{cells[1]}"
    words = {at for at, head in enumerate(table.heads) if head in ("ma", "dia_ban", "cap", "con_thieu")}
    return "\n".join(aligned([_said(table.heads), *rows], words))


def aligned(lines: Sequence[Sequence[str]], to_left: Collection[int]) -> list[str]:
    """Lines of one table, its columns below one another: those of words `to_left`, those of numbers to the right."""
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(_padded(line, widths, to_left)).rstrip() for line in lines]


def _padded(cells: Sequence[str], widths: Sequence[int], to_left: Collection[int]) -> Iterator[str]:
    for at, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (width - _width(cell))
        yield cell + space if at in to_left else space + cell


def _width(text: str) -> int:
    return sum(not unicodedata.combining(each) for each in text)


def as_csv(heads: Sequence[str], rows: Sequence[Sequence[CellValue]]) -> str:
    """See `bot.sheets.tables`; in the language of the terminal."""
    return tables.as_csv(heads, rows, shown)


def as_xlsx(heads: Sequence[str], rows: Sequence[Sequence[CellValue]], title: str) -> bytes:
    """One sheet; every text is written as a text, never as a formula or link."""
    head, *lines = safe_lines(heads, rows, shown)
    return book_of(title, [str(each) for each in head], lines)


def _shown(cell: CellValue) -> CellValue:
    return shown(cell) if isinstance(cell, str) else cell
