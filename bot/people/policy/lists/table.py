"""The text of a CSV file to a page of cells: whatever stands between them, whatever stands above the heads."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from bot.people.policy.lists import fonts, heads
from bot.people.policy.lists.sheet import ListFault, ListTable, PeopleList
from flows.saying import say

SAMPLE = 80  # records that are looked at to learn what stands between cells
_HINT = re.compile(r'"?sep=(.)"?[,;\t| ]*', re.IGNORECASE)  # a spreadsheet's word to itself


def page_of(text: str, sheet: PeopleList) -> ListTable:
    """All its cells; a fault is added where quotes or sizes stop the reading."""
    first, _, rest = text.partition("\n")
    hint = _HINT.fullmatch(first)
    skipped = 1 if hint else 0
    body = rest if hint else text
    delimiter = hint[1] if hint else _delimiter(body)
    return ListTable("", list(_records(body, delimiter, skipped, sheet)))


def _delimiter(text: str) -> str:
    """The one under which most heads are known; without any, the one that parts the most."""

    def known(delimiter: str) -> tuple[int, int]:
        page = fonts.restore(ListTable("", list(islice(_records(text, delimiter, 0, PeopleList()), SAMPLE)))).page
        found = heads.find(page)
        return (len(found.columns) if found else 0), sum(len(cells) - 1 for _, cells in page.rows)

    return max(",;\t|", key=known)


def _records(text: str, delimiter: str, skipped: int, sheet: PeopleList) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error:
            said = say("dấu ngoặc kép mở mà không đóng, hoặc ô quá dài; các dòng sau đó chưa đọc được")
            sheet.faults.append(ListFault(line, "", said))
            return
