"""Excel files to pages of cells. A child process reads them: a broken or hostile file ends the child, never the import.

Some workbooks end python-calamine's whole process, past any `except`, so it works in `child.py`, with limits of memory
and time, and the parent only looks at what can be told beforehand. Macros are not read; a formula's last value is.
"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

from bot.errors import CamtayError
from bot.people.policy import people_file
from bot.people.policy.people_file import ListFault, ListTable, PeopleList
from flows.saying import said_by, say

LARGEST = 30_000_000  # bytes of a file
UNPACKED = 200_000_000  # bytes of all its parts
READ_WITHIN_S = 600.0  # on the wall: the child counts its own work, and a busy machine is no fault of a file
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOF, _FILEPASS = 0x0809, 0x002F
_SIGKILL, _SIGXCPU = 9, 24  # by these the system ends the child: for want of memory; for too much work
_CHILD = Path(__file__).parent / "child.py"

TOO_LARGE = say("Sổ tính này mở ra quá lớn; hãy chép riêng bảng danh sách sang một tệp mới rồi nhập tệp ấy.")
LOCKED = say("Sổ tính này có mật khẩu; hãy mở bằng Excel, bỏ mật khẩu, lưu lại rồi nhập.")
BROKEN = say("Không đọc được sổ tính này: tệp hỏng, cắt dở hoặc quá lớn. Hãy mở bằng Excel rồi lưu lại dạng .xlsx.")
BUSY = say("Máy đang quá tải nên chưa đọc được sổ tính này; tệp không có lỗi. Lát nữa hãy nhập lại.")
TOO_LONG = "Danh sách dài hơn {most} dòng; hãy chia theo chi hội, hoặc nhờ người giữ máy nhập."
OTHER = say("Tệp này không phải là sổ tính Excel; hãy mở bằng Excel, chọn Lưu thành, kiểu Excel (.xlsx).")


class WorkbookRefused(CamtayError):
    """Không đọc được sổ tính này."""


def is_workbook(source: bytes) -> bool:
    """Whether it says of itself that it is one, whatever its name."""
    return source.startswith((_ZIP, _OLE))


def read_list(
    source: bytes, *, placed: bool = False, within_s: float = READ_WITHIN_S, most_lines: int = sys.maxsize
) -> PeopleList:
    """The rows of a list of people, a workbook or CSV by what is in it; `placed` where the ward is known from
    elsewhere. What cannot be read at all, or has more than `most_lines`, is a fault of the file."""
    too_long = PeopleList(faults=[ListFault(0, "", say(TOO_LONG, most=most_lines))])
    if not is_workbook(source):
        is_long = max(source.count(each) for each in (b"\n", b"\r")) > most_lines
        return too_long if is_long else people_file.read(source, placed=placed)
    try:
        pages = pages_of(source, within_s=within_s)
    except WorkbookRefused as refused:
        return PeopleList(faults=[ListFault(0, "", said_by(refused))])
    is_long = sum(len(page.rows) for page in pages) > most_lines
    return too_long if is_long else people_file.read_pages(pages, placed=placed)


def pages_of(source: bytes, reader: Path = _CHILD, within_s: float = READ_WITHIN_S) -> list[ListTable]:
    """The visible sheets and all that is in them, as the script `reader` tells them. Raises Refused, one sentence."""
    if len(source) > LARGEST:
        raise WorkbookRefused(TOO_LARGE)
    if source.startswith(_ZIP):
        _look_into_zip(source)
    elif _is_locked(source):
        raise WorkbookRefused(LOCKED)
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(reader)], input=source, capture_output=True, timeout=within_s, check=False
        )
    except subprocess.TimeoutExpired:
        raise WorkbookRefused(TOO_LARGE) from None
    if done.returncode == -_SIGKILL:
        raise WorkbookRefused(BUSY)
    if done.returncode == -_SIGXCPU:
        raise WorkbookRefused(TOO_LARGE)
    if done.returncode:
        raise WorkbookRefused(BROKEN)
    return _pages(done.stdout)


def _look_into_zip(source: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as file:
            parts = file.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise WorkbookRefused(BROKEN) from None
    if sum(part.file_size for part in parts) > UNPACKED:
        raise WorkbookRefused(TOO_LARGE)
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookRefused(LOCKED)
    if "xl/workbook.xml" not in {part.filename.lower().lstrip("/").replace("\\", "/") for part in parts}:
        raise WorkbookRefused(OTHER)


def _is_locked(source: bytes) -> bool:
    """An .xlsx with a password is an encrypted package within an OLE file; an .xls says so among its first records."""
    if "EncryptedPackage".encode("utf-16-le") in source:
        return True
    at = source.find(struct.pack("<H", _BOF))
    for _ in range(8):
        if at < 0 or at + 4 > len(source):
            break
        kind, length = struct.unpack_from("<HH", source, at)
        if kind == _FILEPASS:
            return True
        at += 4 + length
    return False


def _pages(told: bytes) -> list[ListTable]:
    pages: list[ListTable] = []
    for line in told.decode("utf-8").splitlines():
        said = json.loads(line)
        if isinstance(said, dict):
            pages.append(ListTable(said["page"], [], [tuple(each) for each in said["merged"]]))
        else:
            pages[-1].rows.append((said[0], said[1]))
    return pages
