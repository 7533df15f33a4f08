"""One sheet of a workbook, line by line: what has been written is no longer in memory.

As a process of its own (`making`) it reads a line of JSON each: the title, the heads, then the rows; and writes the
workbook to its output. Stands alone, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable, Sequence


def book_of(title: str, heads: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> bytes:
    """The workbook; every text is written as a text, never as a formula or link."""
    import xlsxwriter  # 40 ms, for those who want a workbook

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 2)
        sheet.set_column(1, 1, 34)
        bold = book.add_format({"bold": True})
        for at, head in enumerate(heads):
            sheet.write_string(0, at, head, bold)
        for line, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, at, cell)
                else:
                    sheet.write_number(line, at, cell)
    return written.getvalue()


def main() -> None:
    """A fault ends the process: the parent has one sentence for it. Whoever chats goes first."""
    if hasattr(os, "nice"):
        os.nice(10)
    lines = map(json.loads, sys.stdin.buffer)
    sys.stdout.buffer.write(book_of(next(lines), next(lines), lines))


if __name__ == "__main__":
    main()
