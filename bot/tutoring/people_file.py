"""A list of people or areas as officers have it, from bytes to rows, every fault with its line and column. Pure.

Whatever a spreadsheet writes: UTF-8 with or without BOM, UTF-16, Windows-1258; commas, semicolons or tabs; Vietnamese
or English heads. Of a person only name, role and area are taken: she has not agreed to anything yet.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.tutoring import instructing

MAX_NAME = 60  # characters
MAX_ROWS = 1_000_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would execute

HEADS: Mapping[str, tuple[str, ...]] = {
    "loai": ("loai", "loai dong", "kind", "type"),
    "ten": ("ten", "ho ten", "ho va ten", "ten goi", "name", "full name"),
    "vai": ("vai", "vai tro", "role"),
    "xa_phuong": ("xa phuong", "xa", "phuong", "ward", "commune", "ma xa"),
    "chi_hoi": ("chi hoi", "branch"),
    "to": ("to", "to hoi", "group"),
    "suc_chua": ("suc chua", "so nguoi", "capacity"),
    "chu_de": ("chu de", "nhom bai", "topics"),
    "tieng": ("tieng", "ngon ngu", "languages"),
    "gio": ("gio", "hours"),
}
AREA, PERSON = "area", "person"
KINDS = {
    "": PERSON, "nguoi": PERSON, "person": PERSON, "hoi vien": PERSON, "member": PERSON, "hoc vien": PERSON,
    "khu vuc": AREA, "dia ban": AREA, "area": AREA, "chi hoi": AREA, "branch": AREA, "to": AREA, "group": AREA,
}  # fmt: skip
ROLES = {
    "": "learner", "hoi vien": "learner", "hoc vien": "learner", "member": "learner", "learner": "learner",
    "nguoi chi": "instructor", "nguoi chi bai": "instructor", "huong dan vien": "instructor",
    "instructor": "instructor", "can bo": "officer", "officer": "officer",
}  # fmt: skip
ROLES_OF_KIND = {"hoi vien": "learner", "member": "learner", "hoc vien": "learner"}
_SET_BY_HERSELF = ("suc_chua", "chu_de", "tieng", "gio")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: `line` counts from 1 as an editor does (0: the file itself), `column` is a head or ""."""

    line: int
    column: str
    message: str

    def at(self, file: str) -> str:
        place = ":".join(filter(None, (file, str(self.line or ""), self.column)))
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Row:
    """One sound line, names not looked up yet; `kind` is area or person, `role` "" for an area."""

    line: int
    kind: str
    name: str
    role: str
    ward: str
    branch: str
    group: str


@dataclass(slots=True)
class Sheet:
    """What a file holds. With any fault nothing of it is to be imported; notes are told and hinder nothing."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(source: bytes) -> Sheet:
    """The rows of a file."""
    sheet = Sheet()
    text = _decode(source, sheet)
    if text is None or sheet.faults:
        return sheet
    if "\0" in text:
        sheet.faults.append(Fault(0, "", "tệp này không phải là bảng chữ; hãy lưu lại dạng CSV UTF-8"))
        return sheet
    _read_table(text, sheet)
    if not sheet.rows and not sheet.faults:
        sheet.faults.append(Fault(0, "", "tệp không có dòng nào"))
    return sheet


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """For comparing: no case, no diacritics, no punctuation, single blanks."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(each for each in decomposed if not unicodedata.combining(each))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split())


def harmless(cell: str) -> str:
    """A cell as it may be written into a CSV file: what a spreadsheet would execute becomes text."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


# --- bytes to text -----------------------------------------------------------------------------------


def _decode(source: bytes, sheet: Sheet) -> str | None:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if source.startswith(mark):
            return _strictly(source, encoding, sheet)
    if source[1:200:2].count(0) > len(source[1:200:2]) // 3:
        return _strictly(source, "utf-16-le", sheet)
    if source[0:200:2].count(0) > len(source[0:200:2]) // 3:
        return _strictly(source, "utf-16-be", sheet)
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(source, sheet)


def _strictly(source: bytes, encoding: str, sheet: Sheet) -> str | None:
    try:
        return source.decode(encoding)
    except UnicodeDecodeError:
        sheet.faults.append(Fault(0, "", "tệp bị cắt dở hoặc hỏng chữ; hãy lưu lại dạng CSV UTF-8"))
        return None


def _not_utf8(source: bytes, sheet: Sheet) -> str | None:
    """All in Windows-1258: read it and say so. Some lines so and some in UTF-8: name each, guess nothing."""
    lines = source.split(b"\n")
    foreign = [number for number, line in enumerate(lines, 1) if not _is(line, "utf-8")]
    if any(not line.isascii() for number, line in enumerate(lines, 1) if number not in set(foreign)):
        said = "dòng này ghi bằng bảng mã khác với các dòng kia; hãy lưu lại cả tệp dạng CSV UTF-8"
        sheet.faults += [Fault(number, "", said) for number in foreign]
        return None
    if not _is(source, "cp1258"):
        sheet.faults.append(Fault(0, "", "không đọc được bảng mã của tệp; hãy lưu lại dạng CSV UTF-8"))
        return None
    sheet.notes.append("Tệp ghi bằng bảng mã cũ (Windows-1258), đã đọc được. Lần sau hãy lưu dạng CSV UTF-8.")
    return source.decode("cp1258")


def _is(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


# --- text to rows ------------------------------------------------------------------------------------


def _read_table(text: str, sheet: Sheet) -> None:
    text, skipped = _without_hint(unicodedata.normalize("NFC", text.lstrip("\ufeff")))
    heads, delimiter = _heads(text)
    if "ten" not in heads.values() and "chi_hoi" not in heads.values():
        known = ", ".join(HEADS)
        sheet.faults.append(Fault(1 + skipped, "", f"dòng đầu phải là tên cột, ví dụ: {known}"))
        return
    _note_unknown(text, heads, delimiter, sheet)
    for line, cells in _lines(text, delimiter, skipped, sheet):
        if line > skipped + 1 and any(cell.strip() for cell in cells):
            _row(line, cells, heads, sheet)
    named = {name for name in heads.values() if name in _SET_BY_HERSELF}
    if named and not sheet.faults:
        columns = ", ".join(sorted(named))
        sheet.notes.append(
            f"Cột {columns} không được lưu: chị ấy tự đặt khi nhận lời. Danh sách chỉ giữ tên và địa bàn."
        )


def _without_hint(text: str) -> tuple[str, int]:
    """A first line `sep=;` is a spreadsheet's hint to itself."""
    first, _, rest = text.partition("\n")
    return (rest, 1) if re.fullmatch(r"sep=.\r?", first, re.IGNORECASE) else (text, 0)


def _heads(text: str) -> tuple[dict[int, str], str]:
    """Which column is what, and the delimiter under which most heads are known."""
    first = text.split("\n", 1)[0].rstrip("\r")
    known = {way: name for name, ways in HEADS.items() for way in ways}
    best: tuple[dict[int, str], str] = ({}, ",")
    for delimiter in ",;\t":
        cells = next(csv.reader([first], delimiter=delimiter), [])
        found = {at: known[fold(cell)] for at, cell in enumerate(cells) if fold(cell) in known}
        best = max(best, (found, delimiter), key=lambda pair: len(pair[0]))
    return best


def _note_unknown(text: str, heads: Mapping[int, str], delimiter: str, sheet: Sheet) -> None:
    cells = next(csv.reader([text.split("\n", 1)[0].rstrip("\r")], delimiter=delimiter), [])
    unknown = [cell.strip() for at, cell in enumerate(cells) if at not in heads and cell.strip()]
    if unknown:
        named = ", ".join(f"“{each[:30]}”" for each in unknown[:10])
        sheet.notes.append(f"Cột {named} không đọc, không lưu. Xin đừng để giấy tờ hay số điện thoại trong tệp.")
    twice = {name for name in heads.values() if list(heads.values()).count(name) > 1}
    sheet.faults += [Fault(1, name, "có hai cột cùng nghĩa này") for name in sorted(twice)]


def _lines(text: str, delimiter: str, skipped: int, sheet: Sheet) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error:
            said = "dấu ngoặc kép mở mà không đóng, hoặc ô quá dài; các dòng sau đó chưa đọc được"
            sheet.faults.append(Fault(line, "", said))
            return


def _row(line: int, cells: Sequence[str], heads: Mapping[int, str], sheet: Sheet) -> None:
    values = {name: " ".join(cells[at].split()) for at, name in heads.items() if at < len(cells)}
    faults = sheet.faults
    said = fold(values.get("loai", ""))
    kind = KINDS.get(said)
    if kind is None and said in ROLES:
        kind = PERSON
    if kind is None:
        faults.append(
            Fault(line, "loai", f"không biết loại “{_short(values['loai'])}”; ghi: chi hội, tổ, hội viên, người chỉ")
        )
        return
    name, role = values.get("ten", ""), ""
    if kind == PERSON:
        role = _role(line, said, values, faults)
        _check_name(line, name, faults)
        _check_settings(line, values, faults)
    else:
        _name_area(said, values)
    if not values.get("xa_phuong"):
        faults.append(Fault(line, "xa_phuong", "thiếu xã, phường"))
    if values.get("to") and not values.get("chi_hoi"):
        faults.append(Fault(line, "chi_hoi", "có tổ thì phải có chi hội"))
    if kind == AREA and not values.get("chi_hoi"):
        faults.append(Fault(line, "chi_hoi", "thiếu tên chi hội"))
    for column in ("chi_hoi", "to"):
        _check_text(line, column, values.get(column, ""), faults)
    if values.get("xa_phuong"):  # even of a faulty line: what is wrong with its place is told at the same time
        place = (values.get("xa_phuong", ""), values.get("chi_hoi", ""), values.get("to", ""))
        sheet.rows.append(Row(line, kind, "" if kind == AREA else name, role, *place))


def _name_area(said: str, values: dict[str, str]) -> None:
    """`chi hội, Hoa Sen`: the name column may stand for the area's own."""
    column = "to" if said in ("to", "group") else "chi_hoi"
    if not values.get(column):
        values[column] = values.get("ten", "")


def _role(line: int, kind: str, values: Mapping[str, str], faults: list[Fault]) -> str:
    said = fold(values.get("vai", "")) or (kind if kind in ROLES else "")
    if said not in ROLES:
        faults.append(Fault(line, "vai", f"không biết vai “{_short(values['vai'])}”; ghi: hội viên, người chỉ, cán bộ"))
    return ROLES.get(said, "")


def _check_name(line: int, name: str, faults: list[Fault]) -> None:
    if not name:
        faults.append(Fault(line, "ten", "thiếu tên"))
    elif len(name) > MAX_NAME:
        faults.append(Fault(line, "ten", f"tên dài quá {MAX_NAME} chữ"))
    elif name.startswith(FORMULA):
        faults.append(Fault(line, "ten", f"tên bắt đầu bằng “{name[0]}” trông như công thức"))
    elif not any(each.isalpha() for each in name) or any(each.isdigit() for each in name):
        faults.append(Fault(line, "ten", "tên chỉ gồm chữ; đừng ghi số giấy tờ hay số điện thoại ở đây"))


def _check_text(line: int, column: str, text: str, faults: list[Fault]) -> None:
    if len(text) > MAX_NAME:
        faults.append(Fault(line, column, f"dài quá {MAX_NAME} chữ"))
    elif text.startswith(FORMULA):
        faults.append(Fault(line, column, f"bắt đầu bằng “{text[0]}” trông như công thức"))


def _check_settings(line: int, values: Mapping[str, str], faults: list[Fault]) -> None:
    capacity = values.get("suc_chua", "")
    if capacity and capacity not in map(str, range(1, instructing.MOST + 1)):
        faults.append(
            Fault(line, "suc_chua", f"phải là số từ 1 tới {instructing.MOST}, không phải “{_short(capacity)}”")
        )
    hours = values.get("gio", "")
    if hours and not instructing.hours_are_sound(hours.replace(" ", "").replace("–", "-")):
        faults.append(Fault(line, "gio", "phải là giờ, ví dụ 08:00-20:00"))


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"
