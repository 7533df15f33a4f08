"""Lists as officers have them: encodings, delimiters, heads, and every fault with its place."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.policy.lists.words import fold, harmless
from bot.people.policy.people_file import ListFault, ListRow, read

PLAIN = "loại,tên,vai,xã phường,chi hội,tổ\n,Nguyễn Thị Lan,hội viên,Trấn Biên,Hoa Sen,Tổ 1\n"
LAN = ListRow(2, "person", "Nguyễn Thị Lan", "learner", "Trấn Biên", "Hoa Sen", "Tổ 1")


@pytest.mark.parametrize(
    "source",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode("utf-16"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("Nguyễn Thị Lan", '" Nguyễn  Thị Lan "').encode(),
        PLAIN.replace("loại,tên,vai,xã phường,chi hội,tổ", "type,full name,Role,WARD,Branch,group").encode(),
    ],
)
def test_whatever_a_spreadsheet_writes(source: bytes):
    sheet = read(source)
    assert (sheet.rows, sheet.faults) == ([LAN], [])


def windows_1258(text: str) -> bytes:
    """Windows keeps a vowel with its hat in one byte and the tone in another."""
    import unicodedata

    tones = "\u0300\u0301\u0303\u0309\u0323"
    out = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(each for each in parts if each in tones)
        rest = unicodedata.normalize("NFC", "".join(each for each in parts if each not in tones))
        out += (rest + tone).encode("cp1258")
    return out


def test_the_old_windows_encoding_is_read_and_said():
    sheet = read(windows_1258(PLAIN))
    assert sheet.rows == [LAN] and not sheet.faults
    assert any("Windows-1258" in note for note in sheet.notes)


def test_lines_of_two_encodings_are_named_and_none_is_guessed():
    sheet = read(PLAIN.encode() + windows_1258(",Trần Thị Hoa,hội viên,Trấn Biên,,\n"))
    assert not sheet.rows
    assert [(fault.line, "bảng mã khác" in fault.message) for fault in sheet.faults] == [(3, True)]


def test_a_hint_of_the_spreadsheet_to_itself_is_no_head():
    sheet = read(b"sep=;\r\nten;xa_phuong\r\nHoa;Tam Hi\xe1\xbb\x87p\r\n")
    assert [(row.line, row.name) for row in sheet.rows] == [(3, "Hoa")]


def test_all_faults_at_once_with_line_and_column():
    source = """ten,vai,xa_phuong,chi_hoi,to,suc_chua,gio
,hội viên,Trấn Biên,,,,
=HYPERLINK(1),hội viên,Trấn Biên,,,,
0912345678,hội viên,Trấn Biên,,,,
Hoa,sếp,,,Tổ 1,99,8h

"Mai
Lan",hội viên,Trấn Biên,,,,
"""
    sheet = read(source.encode())
    assert [(fault.line, fault.column) for fault in sheet.faults] == [
        (2, "ten"), (3, "ten"), (4, "ten"), (5, "suc_chua"), (5, "gio"), (5, "xa_phuong"), (5, "chi_hoi"),
    ]  # fmt: skip
    assert sheet.questions == ["Vai “sếp” (1 dòng) không có trong Cầm Tay: ghi là hội viên?"]
    assert sheet.rows[-1].name == "Mai Lan" and sheet.rows[-1].line == 7, "a cell over two lines counts from its first"
    assert sheet.faults[0].at("ds.csv") == "ds.csv:2:ten: thiếu tên"


def test_lines_that_are_areas():
    sheet = read("loai,ten,xa_phuong,chi_hoi,to\nchi hội,Hoa Sen,Trấn Biên,,\ntổ,Tổ 1,Trấn Biên,Hoa Sen,\n".encode())
    assert [(row.kind, row.branch, row.group) for row in sheet.rows] == [
        ("area", "Hoa Sen", ""),
        ("area", "Hoa Sen", "Tổ 1"),
    ]
    faults = read("loai,ten,xa_phuong\nchi hội,,Trấn Biên\nhuyện,Long Thành,\n".encode()).faults
    assert [(fault.line, fault.column) for fault in faults] == [(2, "chi_hoi"), (3, "loai")]


def test_columns_that_nobody_asked_for_are_neither_read_nor_kept():
    sheet = read("ten,xa_phuong,CCCD,Điện thoại,sức chứa\nHoa,Tam Hiệp,079163001234,0912345678,3\n".encode())
    assert "079163001234" not in str(sheet.rows) and not sheet.faults
    assert "“CCCD”, “Điện thoại”" in sheet.notes[0] and "suc_chua" in sheet.notes[1]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"", "tên cột"),
        (b"abc,def\n1,2\n", "tên cột"),
        (b"ten,xa_phuong\n", "không có dòng nào"),
        (b"\x00\x01\x02\x03" * 50, "tên cột"),
        (b"ten,xa_phuong\nHoa,\xd2\x8a\xff\n", "bảng mã"),
        (b"\xff\xfet\x00e", "hỏng"),
        (b'ten,xa_phuong\n"Hoa,Tam\n', "ngoặc kép"),
        (b"ten,ho ten,xa_phuong\nHoa,Hoa,Tam\n", "hai cột"),
        (b"PK\x03\x04\x00\x00\x00\x00" + b"\x00" * 100, "kiểu Excel (.xlsx)"),
    ],
)
def test_files_that_are_no_lists(source: bytes, said: str):
    sheet = read(source)
    assert any(said in fault.message for fault in sheet.faults), sheet.faults


@given(st.binary(max_size=300))
def test_no_bytes_make_it_stumble(source: bytes):
    sheet = read(source)
    assert sheet.rows or sheet.faults


@given(st.text(max_size=60))
def test_what_is_written_out_is_never_a_formula(cell: str):
    written = unicodedata.normalize("NFKC", harmless(cell))
    shown = written.lstrip("".join(c for c in set(written) if unicodedata.category(c)[0] in "CZ"))
    assert not shown.startswith(("=", "+", "-", "@", "|", "%")) and not written.startswith(("\t", "\r", "\n"))
    assert harmless(cell).endswith(cell)


@pytest.mark.parametrize("before", ["", " ", "\u200b", "\ufeff", "\u00a0", "\t", "\r", "\n", "\x00"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%"])
def test_every_cell_that_a_spreadsheet_might_run_is_text(before: str, sign: str):
    assert harmless(f"{before}{sign}1").startswith("'")


@pytest.mark.parametrize("cell", ["Lan", "1", "Hội viên", "5/3/1962", "", "'=1", "(a)", "H'Bia"])
def test_what_is_plainly_text_stays_as_it_is(cell: str):
    assert harmless(cell) == cell


def test_folding_and_places():
    assert fold("  P. Trấn-BIÊN ") == "p tran bien"
    assert ListFault(0, "", "hỏng").at("a.csv") == "a.csv: hỏng"
