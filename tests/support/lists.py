"""Lists as officers have them: the same made-up women in ten layouts and more, as CSV and as Excel writes them."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import xlsxwriter
import xlwt

from bot.people.policy.lists.fonts import TCVN3, VNI

Cells = list[str]
Grid = list[Cells]
Merge = tuple[int, int, int, int]  # row, column, last row, last column, from 0


@dataclass(frozen=True)
class Member:
    family: str
    given: str
    born: str  # d/m/yyyy
    ward: str
    branch: str
    group: str = ""
    post: str = "Hội viên"

    @property
    def name(self) -> str:
        return f"{self.family} {self.given}"

    @property
    def year(self) -> str:
        return self.born[-4:]


WARD, OTHER = "Xã Lộc Thành", "Xã Lộc Thạnh"
MEMBERS = (
    Member("Nguyễn Thị", "Lan", "5/3/1962", WARD, "Ấp 1", post="Chi hội trưởng"),
    Member("Nguyễn Thị", "Lan", "12/11/1970", WARD, "Ấp 1"),
    Member("Trần Thị Mỹ", "Thủy", "1/1/1958", WARD, "Ấp 1", post="Chi hội phó"),
    Member("Trần Thị Mỹ", "Thúy", "1/1/1958", WARD, "Ấp 1"),
    Member("Lê Thị", "Hoa", "30/4/1981", WARD, "Ấp 1"),
    Member("Lê Thị", "Hòa", "2/9/1969", WARD, "Ấp 1"),
    Member("Đặng Thị", "Bé", "8/8/1949", WARD, "Ấp 2", post="Tổ trưởng"),
    Member("Tống Thị", "Ngày", "20/10/1965", WARD, "Ấp 2"),
    Member("Phạm Thị Ngọc", "Hương", "7/7/1990", WARD, "Ấp 2"),
    Member("Hồ Thị", "Tổ", "15/5/1955", WARD, "Ấp 2"),
    Member("Công Tằng Tôn Nữ Quỳnh", "Như", "3/2/1977", WARD, "Khu phố Hoa Sen"),
    Member("Thị", "K'Mai", "9/9/1988", WARD, "Khu phố Hoa Sen"),
    Member("Võ Thị", "Phượng", "11/6/1973", WARD, "Khu phố Hoa Sen"),
)
ABROAD = (  # of the commune whose name differs by one tone
    Member("Nguyễn Thị", "Lan", "5/3/1962", OTHER, "Ấp 1"),
    Member("Huỳnh Thị", "Yến", "4/4/1964", OTHER, "Ấp 1"),
    Member("Ngô Thị", "Út", "6/6/1966", OTHER, "Ấp 1"),
)


@dataclass(frozen=True)
class Layout:
    name: str
    rows: Grid
    members: Sequence[Member]
    into: str = ""
    merged: Sequence[Merge] = ()
    pages: dict[str, Grid] = field(default_factory=dict)  # of the workbook, where it has several
    encode: Callable[[str], bytes] = str.encode
    delimiter: str = ","
    font: Callable[[str], str] = str


# --- writers -----------------------------------------------------------------------------------------


def as_csv(layout: Layout) -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=layout.delimiter, lineterminator="\r\n").writerows(_in_font(layout, layout.rows))
    return layout.encode(written.getvalue())


def as_xlsx(layout: Layout) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        for name, rows in (layout.pages or {"Danh sách": layout.rows}).items():
            sheet = book.add_worksheet(name)
            for at, cells in enumerate(_in_font(layout, rows)):
                for column, cell in enumerate(cells):
                    if cell.isdigit():
                        sheet.write_number(at, column, int(cell))  # as Excel keeps "1" and "912345678"
                    elif cell:
                        sheet.write_string(at, column, cell)
            for top, left, last, right in layout.merged:
                sheet.merge_range(top, left, last, right, _in_font(layout, rows)[top][left])
        book.add_worksheet("Sheet2")
    return written.getvalue()


def as_xls(layout: Layout) -> bytes:
    written = io.BytesIO()
    book = xlwt.Workbook(encoding="utf-8")
    for name, rows in (layout.pages or {"Danh sách": layout.rows}).items():
        sheet = book.add_sheet(name, cell_overwrite_ok=True)
        for at, cells in enumerate(_in_font(layout, rows)):
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write(at, column, int(cell) if cell.isdigit() else cell)
        for top, left, last, right in layout.merged:
            sheet.merge(top, last, left, right)
    book.save(written)
    return written.getvalue()


WRITERS = {"csv": as_csv, "xlsx": as_xlsx, "xls": as_xls}


def _in_font(layout: Layout, rows: Grid) -> Grid:
    return [[layout.font(cell) for cell in cells] for cells in rows]


# --- letters of other ages ---------------------------------------------------------------------------

_TO_TCVN3 = {ord(letter): chr(code) for code, letter in TCVN3.items()}
_TO_VNI = {new: old for old, new in VNI.items()}
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def tcvn3(text: str) -> str:
    """Its capitals have no tones: a font of capitals shows the small ones, so the small ones are what is stored."""
    stored = (
        each if ord(each) in _TO_TCVN3 else each.lower() if ord(each.lower()) in _TO_TCVN3 else each for each in text
    )
    return "".join(stored).translate(_TO_TCVN3)


def vni(text: str) -> str:
    def one(letter: str) -> str:
        sign = _TO_VNI.get(letter.lower())
        return letter if sign is None else sign.upper() if letter != letter.lower() else sign

    return "".join(map(one, text))


def latin(text: str) -> bytes:
    return text.encode("cp1252")


def windows_1258(text: str) -> bytes:
    """Windows keeps a vowel with its hat in one byte and the tone in another."""
    out = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(each for each in parts if each in _TONES)
        rest = unicodedata.normalize("NFC", "".join(each for each in parts if each not in _TONES))
        out += (rest + tone).encode("cp1258")
    return out


def twice(text: str) -> bytes:
    """UTF-8 taken for Windows-1252 by a program that was not asked."""
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in text.encode()).encode()


def old_mac(text: str) -> bytes:
    return text.replace("\r\n", "\r").encode()


def utf16(text: str) -> bytes:
    return text.encode("utf-16")


def bom(text: str) -> bytes:
    return text.encode("utf-8-sig")


# --- layouts -----------------------------------------------------------------------------------------

TITLE: Grid = [
    ["HỘI LIÊN HIỆP PHỤ NỮ VIỆT NAM", "", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["BAN CHẤP HÀNH", "", "", "", "Độc lập - Tự do - Hạnh phúc"],
    [],
    ["", "DANH SÁCH HỘI VIÊN NĂM 2026"],
    [],
]
SIGNED: Grid = [
    ["", "Tổng cộng: 13 hội viên"],
    [],
    ["", "", "", "Lộc Thành, ngày 20 tháng 10 năm 2026"],
    ["", "NGƯỜI LẬP BẢNG", "", "TM. BAN THƯỜNG VỤ"],
    ["", "(Ký, ghi rõ họ tên)", "", "CHỦ TỊCH"],
    [],
    ["", "Bùi Thị Thu Nguyệt", "", "Đoàn Thị Kim Sang"],
]


def by_branch(members: Sequence[Member]) -> list[tuple[str, list[Member]]]:
    return [(branch, list(each)) for branch, each in groupby(members, key=lambda member: member.branch)]


def two_name_columns() -> Layout:
    heads = ["STT", "Họ và tên đệm", "Tên", "Năm sinh", "Chi hội", "Xã/phường", "Ghi chú"]
    rows = [[str(n), m.family, m.given, m.year, m.branch, m.ward, ""] for n, m in enumerate(MEMBERS, 1)]
    return Layout("họ và tên hai cột", [*TITLE, heads, *rows, *SIGNED], MEMBERS, encode=bom)


def sections() -> Layout:
    rows: Grid = []
    for number, (branch, members) in enumerate(by_branch(MEMBERS), 1):
        rows.append([f"{'I' * number}. CHI HỘI {branch.upper()} ({len(members)} hội viên)"])
        rows += [[str(n), m.name.upper(), m.year, m.post, "0912345678"] for n, m in enumerate(members, 1)]
        rows.append(["", f"Cộng: {len(members)}"])
    heads = ["TT", "HỌ VÀ TÊN", "NĂM SINH", "CHỨC VỤ", "SỐ ĐIỆN THOẠI"]
    return Layout("từng chi hội một mục", [*TITLE, heads, ["1", "2", "3", "4", "5"], *rows, *SIGNED], MEMBERS, WARD)


def merged_head() -> Layout:
    heads = ["TT", "Họ và tên", "", "Ngày tháng\nnăm sinh", "Ấp/KP", "Xã, phường"]
    rows = [[str(n), m.family, m.given, m.born, m.branch, f"{m.ward}, tỉnh Đồng Nai"] for n, m in enumerate(MEMBERS, 1)]
    at = len(TITLE)
    merged = [(at, 1, at, 2), (3, 1, 3, 4)]
    return Layout("đầu cột gộp", [*TITLE, heads, *rows, *SIGNED], MEMBERS, merged=merged, delimiter=";")


def two_lines_of_heads() -> Layout:
    heads = [["Số TT", "Họ và tên", "", "Năm sinh", "", "Nơi ở", ""], ["", "Họ đệm", "Tên", "Nam", "Nữ", "Ấp", "Xã"]]
    rows = [[str(n), m.family, m.given, "", m.year, m.branch, m.ward] for n, m in enumerate(MEMBERS, 1)]
    at = len(TITLE)
    merged = [(at, 0, at + 1, 0), (at, 1, at, 2), (at, 3, at, 4), (at, 5, at, 6)]
    return Layout(
        "đầu cột hai dòng", [*TITLE, *heads, *rows, *SIGNED], MEMBERS, merged=merged, delimiter="\t", encode=utf16
    )


def old_font(font: Callable[[str], str], name: str) -> Layout:
    heads = ["STT", "Họ và tên", "Năm sinh", "Chi hội", "Xã phường", "Chức vụ"]
    rows = [[str(n), m.name, m.year, m.branch, m.ward, m.post] for n, m in enumerate(MEMBERS, 1)]
    return Layout(name, [*TITLE, heads, *rows, *SIGNED], MEMBERS, font=font, encode=latin)


def capitals() -> Layout:
    heads = ["HỌ TÊN", "CHI HỘI", "ĐỊA PHƯƠNG", "SINH NĂM"]
    place = f"{WARD.upper()}, HUYỆN LỘC NINH, TỈNH ĐỒNG NAI"
    rows = [[m.name.upper(), f"CH {m.branch.upper()}", place, m.year] for m in MEMBERS]
    return Layout("chữ hoa, dòng kiểu Mac", [heads, *rows], MEMBERS, encode=old_mac)


def merged_branches() -> Layout:
    heads = ["Chi hội", "STT", "Họ và tên hội viên", "Năm sinh", "Xã"]
    rows, merged, at = [], [], len(TITLE) + 1
    for branch, members in by_branch((*MEMBERS[:6], *MEMBERS[6:])):
        rows += [[branch if not n else "", str(n + 1), m.name, m.year, m.ward] for n, m in enumerate(members)]
        merged.append((at, 0, at + len(members) - 1, 0))
        at += len(members)
    return Layout("chi hội gộp dọc", [*TITLE, heads, *rows, *SIGNED], MEMBERS, merged=merged)


def two_communes() -> Layout:
    heads = ["stt", "họ tên", "ngày sinh", "vai trò", "CCCD", "Số ĐT", "chi hội", "xã"]
    rows = [
        [
            str(n),
            m.name,
            m.born,
            {"Hội viên": "HV"}.get(m.post, m.post),
            "075163001234",
            "84912345678",
            m.branch,
            m.ward[3:],
        ]
        for n, m in enumerate((*MEMBERS, *ABROAD), 1)
    ]
    return Layout("hai xã khác một dấu", [heads, *rows], (*MEMBERS, *ABROAD), delimiter=";", encode=bom)


def titles_only() -> Layout:
    title = [["HỘI LHPN XÃ LỘC THÀNH"], ["DANH SÁCH HỘI VIÊN QUÝ IV/2026"]]
    heads = ["STT", "Họ và tên", "Năm sinh", "Chi hội"]
    rows = [[str(n), m.name, m.year, m.branch] for n, m in enumerate(MEMBERS, 1)]
    pages = {
        branch: [*title, heads[:3], *([str(n), m.name, m.year] for n, m in enumerate(members, 1)), *SIGNED]
        for branch, members in by_branch(MEMBERS)
    }
    return Layout("xã ở dòng tựa", [*title, heads, *rows, *SIGNED], MEMBERS, pages=pages)


def ten() -> list[Layout]:
    return [
        two_name_columns(), sections(), merged_head(), two_lines_of_heads(), old_font(tcvn3, "phông TCVN3"),
        old_font(vni, "phông VNI"), capitals(), merged_branches(), two_communes(), titles_only(),
    ]  # fmt: skip


# --- thought up after the reader was written ---------------------------------------------------------


def sections_of_groups() -> Layout:
    """Groups within branches, numbered anew in each; the posts give away nothing."""
    women = tuple(replace(m, group=f"Tổ {1 + (n % 2)}") for n, m in enumerate(sorted(MEMBERS, key=lambda m: m.branch)))
    rows: Grid = []
    for branch, members in by_branch(women):
        rows.append(["", f"CHI HỘI {branch.upper()}"])
        for group in ("Tổ 1", "Tổ 2"):
            inside = [m for m in members if m.group == group]
            rows.append(["", f"{group} ({len(inside)} HV)"])
            rows += [[str(n), m.name, m.born, m.post] for n, m in enumerate(inside, 1)]
    heads = ["STT", "HỌ VÀ TÊN HỘI VIÊN", "NGÀY, THÁNG, NĂM SINH", "CHỨC DANH"]
    return Layout("tổ trong chi hội", [*TITLE, heads, *rows, *SIGNED], women, WARD)


def heads_on_every_page() -> Layout:
    heads = ["TT", "Họ và tên", "N.Sinh", "Năm sinh", "Sinh hoạt chi hội", "Địa chỉ"]
    rows: Grid = []
    for n, m in enumerate(MEMBERS, 1):
        rows.append([f"{n}.", m.name, "", m.year, m.branch, f"Tổ 3, {m.branch}, {m.ward}, Đồng Nai"])
        if n % 5 == 0:
            rows += [[], ["", "", "Trang 2"], heads]
    return Layout("đầu cột mỗi trang", [*TITLE, heads, *rows], MEMBERS)


def three_name_columns() -> Layout:
    heads = ["", "STT", "Họ", "Chữ lót", "Tên", "Ngày", "Tháng", "Năm sinh", "Đơn vị"]
    rows = []
    for n, m in enumerate(MEMBERS, 1):
        family, _, middle = m.family.partition(" ")
        day, month, year = m.born.split("/")
        rows.append(["", str(n), family, middle, m.given, day, month, year, f"Chi hội {m.branch} - {m.ward}"])
    return Layout("họ, lót, tên riêng", [[], [], heads, *rows], MEMBERS, encode=bom, delimiter="\t")


def without_numbers() -> Layout:
    """No STT, no year: namesakes told apart by a mark; closed by totals and two names."""
    women = (replace(MEMBERS[0], given="Lan A"), replace(MEMBERS[1], given="Lan B"), *MEMBERS[2:])
    rows = [[m.name, m.branch, m.ward] for m in women]
    end = [["Tổng số: 13 chị", "", ""], ["Người lập", "", "Chủ tịch"], ["Bùi Thị Ký", "", "Cao Thị Duyệt"]]
    return Layout("không số thứ tự", [["Họ tên", "Chi hội", "Xã phường"], *rows, *end], women, encode=windows_1258)


def mixed_fonts() -> Layout:
    """Half of the names pasted from an old file."""
    heads = ["STT", "Họ và tên", "Năm sinh", "Chi hội", "Xã"]
    rows = [[str(n), tcvn3(m.name) if n % 2 else m.name, m.year, m.branch, m.ward] for n, m in enumerate(MEMBERS, 1)]
    return Layout("nửa phông cũ", [heads, *rows], MEMBERS)


def upper_tcvn3() -> Layout:
    layout = old_font(tcvn3, "phông hoa TCVN3")
    return replace(layout, font=lambda text: tcvn3(text.upper()))


def icelandic() -> Layout:
    layout = two_name_columns()
    return replace(layout, name="chữ Ð", font=lambda text: text.replace("Đ", "Ð"))


def garbled_twice() -> Layout:
    return replace(two_name_columns(), name="đổi mã hai lần", encode=twice, font=str)


def ditto() -> Layout:
    heads = ["STT", "Họ và tên", "Sinh năm", "Chi hội", "Xã/Phường"]
    rows: Grid = []
    for _, members in by_branch(MEMBERS):
        for n, m in enumerate(members):
            rows.append([str(len(rows) + 1), m.name, m.year, "nt" if n else m.branch, "nt" if rows else m.ward])
    return Layout(
        "nt", [heads, *rows, *SIGNED], MEMBERS, delimiter=";", encode=lambda text: ("sep=;\r\n" + text).encode()
    )


def more() -> list[Layout]:
    return [
        sections_of_groups(), heads_on_every_page(), three_name_columns(), without_numbers(), mixed_fonts(),
        upper_tcvn3(), icelandic(), garbled_twice(), ditto(),
    ]  # fmt: skip
