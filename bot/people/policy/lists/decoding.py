"""The bytes of a list to text: UTF-8 with or without BOM, UTF-16, Windows-1258, and the one-byte fonts before it."""

from __future__ import annotations

import re
import unicodedata

from bot.people.policy.lists.fonts import best_reading, from_tcvn3, from_vni
from bot.people.policy.lists.sheet import ListFault, PeopleList
from flows.saying import say

OLD_WINDOWS = say(
    "Tệp ghi bằng bảng mã cũ (Windows-1258), đã đọc được. Lần sau mở bằng Excel, chọn Lưu thành, kiểu Excel (.xlsx)."
)
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", say("văn bản Word")),
    (b"\xff\xd8\xff", say("ảnh chụp")),
    (b"\x89PNG", say("ảnh chụp")),
    (b"GIF8", say("ảnh")),
    (b"\0\0\0\x18ftyp", say("ảnh hay video")),
    (b"\0\0\0\x20ftyp", say("ảnh hay video")),
    (b"\0\0\0\x24ftyp", say("ảnh hay video")),
)
_WEB_PAGE = re.compile(r"\s*(<!doctype|<html|<table|<\?xml|<meta|<body)", re.IGNORECASE)


def decode(source: bytes, sheet: PeopleList) -> str | None:
    """The text with plain line ends; None with a fault added."""
    if other := _other(source):
        said = say(
            "tệp này là {other} chứ không phải bảng; hãy xin lại danh sách dạng Excel (.xlsx) hay CSV", other=other
        )
        sheet.faults.append(ListFault(0, "", said))
        return None
    text = _decode(source, sheet)
    if text is None:
        return None
    if "\0" in text:
        sheet.faults.append(
            ListFault(
                0, "", say("tệp này không phải là bảng chữ; hãy mở bằng Excel, chọn Lưu thành, kiểu Excel (.xlsx)")
            )
        )
        return None
    if _WEB_PAGE.match(text.lstrip("\ufeff")):
        said = say("tệp này là trang web hay XML chứ không phải bảng; hãy mở bằng Excel rồi lưu lại dạng .xlsx")
        sheet.faults.append(ListFault(0, "", said))
        return None
    return re.sub("\r\r\n|\r\n|\r", "\n", text.lstrip("\ufeff"))


def _other(source: bytes) -> str:
    """What a file is whose first bytes say so and that is no table; else empty."""
    return next((what for mark, what in _OTHERS if source.startswith(mark)), "")


def _decode(source: bytes, sheet: PeopleList) -> str | None:
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


def _strictly(source: bytes, encoding: str, sheet: PeopleList) -> str | None:
    try:
        return source.decode(encoding)
    except UnicodeDecodeError:
        sheet.faults.append(
            ListFault(0, "", say("tệp bị cắt dở hoặc hỏng chữ; hãy mở bằng Excel, chọn Lưu thành, kiểu Excel (.xlsx)"))
        )
        return None


def _not_utf8(source: bytes, sheet: PeopleList) -> str | None:
    """All in one old encoding: read it. Some lines so and some in UTF-8: name each, guess nothing."""
    lines = re.split(b"\r\n|\n|\r", source)
    foreign = [number for number, line in enumerate(lines, 1) if not _is(line, "utf-8")]
    if any(not line.isascii() for number, line in enumerate(lines, 1) if number not in set(foreign)):
        said = say(
            "dòng này ghi bằng bảng mã khác với các dòng kia; hãy mở bằng Excel, chọn Lưu thành, kiểu Excel (.xlsx)"
        )
        sheet.faults += [ListFault(number, "", said) for number in foreign]
        return None
    bytewise = "".join(bytes([each]).decode("cp1252") if _is(bytes([each]), "cp1252") else chr(each) for each in source)
    readings = {"tcvn3": from_tcvn3(bytewise), "vni": from_vni(bytewise)}
    if _is(source, "cp1258"):
        readings["cp1258"] = unicodedata.normalize("NFC", source.decode("cp1258"))
    best = best_reading(readings)
    if best in ("tcvn3", "vni"):
        return bytewise  # as the font's letters stand; `fonts.restore` converts and shows them
    if "cp1258" not in readings:
        sheet.faults.append(
            ListFault(
                0, "", say("không đọc được bảng mã của tệp; hãy mở bằng Excel, chọn Lưu thành, kiểu Excel (.xlsx)")
            )
        )
        return None
    sheet.notes.append(OLD_WINDOWS)
    return readings["cp1258"]


def _is(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
