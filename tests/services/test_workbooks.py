"""Workbooks that are no plain list: each gets one sentence, none a traceback, and line numbers are those of Excel."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from bot import workbooks
from bot.people.policy.people_file import read_pages
from tests.support.lists import as_xls, as_xlsx, two_name_columns


def book(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as made:
        fill(made)
    return written.getvalue()


def plain(made: xlsxwriter.Workbook) -> None:
    made.add_worksheet("DS").write_column("A1", ["Họ tên", "Lan", "Hoa"])


def with_parts(source: bytes, **parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name, old.read(name)))
        for name, part in parts.items():
            new.writestr(name, part)
    return written.getvalue()


def names(source: bytes) -> list[str]:
    return [row.name for row in read_pages(workbooks.pages_of(source), placed=True).rows]


def with_password() -> bytes:
    """What Excel writes for a workbook with a password: an OLE file with the encrypted package inside."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512


def old_with_password() -> bytes:
    """FILEPASS in the place of a record of the same length or more, right behind the beginning."""
    source = bytearray(as_xls(two_name_columns()))
    at = source.find(struct.pack("<HH", 0x0809, 16)) + 20
    while struct.unpack_from("<HH", source, at)[1] < 6:
        at += 4 + struct.unpack_from("<HH", source, at)[1]
    source[at : at + 2] = struct.pack("<H", 0x002F)
    return bytes(source)


def bomb() -> bytes:
    return with_parts(book(plain), **{"xl/worksheets/sheet1.xml": b" " * (workbooks.UNPACKED + 1)})


def other_office(name: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr(name, "x")
    return written.getvalue()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (with_password, "mật khẩu"),
        (old_with_password, "mật khẩu"),
        (bomb, "quá lớn"),
        (lambda: other_office("word/document.xml"), "không phải là sổ tính"),
        (lambda: other_office("content.xml"), "không phải là sổ tính"),
        (lambda: book(plain)[:-200], "hỏng"),
        (lambda: b"PK\x03\x04" + b"\0" * 200, "hỏng"),
        (lambda: with_parts(book(plain), **{"xl/workbook.xml": b"<x"}), "hỏng"),
        (lambda: b"PK\x03\x04" + b"\0" * workbooks.LARGEST, "quá lớn"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(source: Callable[[], bytes], said: str):
    made = source()
    assert workbooks.is_workbook(made)
    with pytest.raises(workbooks.WorkbookRefused, match=said) as refused:
        workbooks.pages_of(made)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("script", "said", "within_s"),
    [
        ("import os; os._exit(134)", "hỏng", 600),
        ("raise MemoryError", "hỏng", 600),
        ("import time; time.sleep(60)", "quá lớn", 0.5),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "tệp không có lỗi", 600),
        ("import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 5))\nwhile True: pass", "quá lớn", 600),
    ],
)
def test_a_reader_that_breaks_down_never_ends_the_import(tmp_path: Path, script: str, said: str, within_s: float):
    reader = tmp_path / "reader.py"
    reader.write_text(script, "utf-8")
    with pytest.raises(workbooks.WorkbookRefused, match=said):
        workbooks.pages_of(book(plain), reader, within_s)


def test_macros_are_not_read_and_formulas_are_what_they_last_said():
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet("DS")
        sheet.write_row("C4", ["Họ tên", "Chi hội", "Ghi chú"])
        sheet.write_formula("C5", '="Nguyễn Thị "&"Lan"', None, "Nguyễn Thị Lan")
        sheet.write_formula("D6", "=VLOOKUP(1,A:B,2)", None, "#N/A")
        sheet.write("C6", "Trần Thị Hoa")
        sheet.write("D5", 3)

    source = with_parts(book(fill), **{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 Sub AutoOpen()"})
    sheet = read_pages(workbooks.pages_of(source), placed=True)
    assert next((row.line, row.name, row.branch) for row in sheet.rows) == (5, "Nguyễn Thị Lan", "Chi hội 3")
    assert [(fault.line, fault.column) for fault in sheet.faults] == [(6, "chi_hoi")]


def test_a_hundred_sheets_of_which_one_is_the_list_and_hidden_ones_do_not_count():
    def fill(made: xlsxwriter.Workbook) -> None:
        for number in range(100):
            sheet = made.add_worksheet(f"Trang {number}")
            sheet.write("A1", "Báo cáo")
            if number == 40:
                sheet.write_column("B3", ["Họ và tên", "Lan", "Hoa"])
            if number == 41:
                sheet.write_column("A1", ["Họ và tên", "Danh sách cũ"])
                sheet.hide()

    assert names(book(fill)) == ["Lan", "Hoa"]


def test_a_stray_cell_far_below_does_no_harm():
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet("DS")
        sheet.write_column("A1", ["STT", "1"])
        sheet.write_column("B1", ["Họ tên", "Lan"])
        sheet.write("C200000", " ")

    assert names(book(fill)) == ["Lan"]


def test_dates_and_numbers_as_excel_keeps_them():
    written = io.BytesIO()
    made = xlwt.Workbook()
    sheet = made.add_sheet("DS")
    for at, head in enumerate(("STT", "Họ tên", "Ngày sinh", "Điện thoại")):
        sheet.write(2, at, head)
    for at, cell in enumerate((1.0, "Lan", datetime(1962, 3, 5), 84912345678.0)):
        sheet.write(3, at, cell, xlwt.easyxf(num_format_str="dd/mm/yyyy") if at == 2 else xlwt.easyxf())
    made.save(written)
    rows = read_pages(workbooks.pages_of(written.getvalue()), placed=True).rows
    assert [(row.line, row.name, row.born) for row in rows] == [(4, "Lan", "1962-03-05")]


def test_the_pages_of_either_format_are_the_same():
    layout = two_name_columns()
    old, new = workbooks.pages_of(as_xls(layout))[0].rows, workbooks.pages_of(as_xlsx(layout))[0].rows
    assert old == new and len(new) > len(layout.members)
