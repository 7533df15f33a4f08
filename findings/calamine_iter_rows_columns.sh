#!/bin/sh
# python-calamine 0.9.1, a list that begins in cell B3 (title rows and a margin, as offices write them).
# Guess: `iter_rows()` gives the rows of `to_python(skip_empty_area=False)`, one by one; or those of `to_python()`.
# Seen: neither. Empty rows at the top are kept and empty columns at the left are dropped, so row numbers are those of
# the sheet and column numbers are not: a fault told as "line 4, column B" points at the wrong cell.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/v"
"$room/v/bin/pip" install -q --disable-pip-version-check python-calamine==0.9.1 openpyxl==3.1.5
"$room/v/bin/python" - <<'PY'
import io
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

book = Workbook()
book.active["B3"], book.active["C3"], book.active["B4"], book.active["C4"] = "Ten", "Nam sinh", "Hoa", 1962
file = io.BytesIO()
book.save(file)
sheet = CalamineWorkbook.from_filelike(io.BytesIO(file.getvalue())).get_sheet_by_index(0)
rows, whole, used = list(sheet.iter_rows()), sheet.to_python(skip_empty_area=False), sheet.to_python()
print("iter_rows()                       ", rows)
print("to_python(skip_empty_area=False)  ", whole)
print("to_python()                       ", used)
assert rows == [["", ""], ["", ""], ["Ten", "Nam sinh"], ["Hoa", 1962.0]]
assert whole == [["", "", ""], ["", "", ""], ["", "Ten", "Nam sinh"], ["", "Hoa", 1962.0]]
assert used == [["Ten", "Nam sinh"], ["Hoa", 1962.0]]
PY
