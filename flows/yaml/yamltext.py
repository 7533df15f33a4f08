"""The text of a YAML file: decoded, with what YAML cannot read taken out, every fault told. The size comes first."""

from __future__ import annotations

import re
from itertools import islice

from flows.model import Problem, SourcePosition
from flows.saying import say

MAX_BYTES = 128 * 1024  # ten times what a lesson of thirty steps has
MAX_LINES = 10_000
MAX_STRAYS = 50  # tabs and invisible characters that are told one by one

# Characters that YAML cannot read or takes for a line break; a space stands in, so that columns stay true.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
# Characters nobody sees: zero-width spaces, direction marks. The joiner U+200D stays, families of emoji need it.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200c\u200e\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]"
)
# A blank that does not break, where it is no part of a sentence.
_HARD_BLANK = re.compile("(?m)^[ \xa0-]*?(\xa0)[ \xa0-]*|(?<=[:-])(\xa0)[ \xa0]*")
STRAY = re.compile(f"{_UNREADABLE.pattern}|{INVISIBLE.pattern}")


def decode(source: bytes | str, path: str, problems: list[Problem]) -> str | None:
    """The text of a file with a newline as line end; None where it is refused: too large, too long or not UTF-8."""

    def refuse(code: str, message: str, hint: str, line: int = 1, col: int = 1) -> None:
        problems.append(Problem(code, SourcePosition(path, line, col), message, hint))

    size = len(source)  # of characters where it is text: never more than its bytes
    raw = b"" if size > MAX_BYTES else source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
    if max(size, len(raw)) > MAX_BYTES:
        message = say("tệp dài hơn {most} kB", most=MAX_BYTES // 1024)
        refuse("E005", message, say("hãy tách thành nhiều bài"))
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw[:4]:
        refuse("E001", say("tệp được lưu bằng mã UTF-16"), say("hãy lưu lại với mã UTF-8"))
        return None
    if raw.startswith(b"\xef\xbb\xbf"):
        refuse("W006", say("đầu tệp có dấu BOM"), say("hãy lưu lại với mã UTF-8, không BOM"))
        raw = raw[3:]
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as fault:
        before = raw[: fault.start].decode("utf-8", "replace")
        line, col = _line_and_col(before, len(before))
        refuse("E001", say("chữ ở đây không phải mã UTF-8"), say("hãy lưu lại với mã UTF-8"), line, col)
        return None
    if text.count("\n") > MAX_LINES:
        refuse("E005", say("tệp có quá {most} dòng", most=MAX_LINES), say("hãy tách thành nhiều bài"))
        return None
    return text


def without_strays(text: str, path: str, problems: list[Problem]) -> str:
    """The text with invisible characters as blanks; the first `MAX_STRAYS` of them are told."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    for match in islice(STRAY.finditer(text), MAX_STRAYS):
        place = SourcePosition(path, *_line_and_col(text, match.start()))
        message = say("có ký tự lạ không nhìn thấy (U+{code})", code=f"{ord(match[0]):04X}")
        problems.append(Problem("W006", place, message, say("hãy xóa nó đi")))
    if "\xa0" in text:
        for match in islice(_HARD_BLANK.finditer(text), MAX_STRAYS):
            place = SourcePosition(path, *_line_and_col(text, match.start(match.lastindex or 0)))
            message = say("có dấu cách lạ (U+00A0), thường do chép từ Word hay Zalo")
            problems.append(Problem("W006", place, message, say("hãy xóa nó rồi gõ lại dấu cách")))
        text = _HARD_BLANK.sub(lambda found: found[0].replace("\xa0", " "), text)
    return _UNREADABLE.sub(" ", text)


def without_tabs(text: str, path: str, problems: list[Problem]) -> str:
    """The text with a blank for each tab; the first `MAX_STRAYS` lines that have any are told."""
    if "\t" not in text:
        return text
    tabs = ((number, line.index("\t")) for number, line in enumerate(text.split("\n")) if "\t" in line)
    for number, col in islice(tabs, MAX_STRAYS):
        place = SourcePosition(path, number + 1, col + 1)
        problems.append(Problem("E001", place, say("ở đây có phím Tab"), say("hãy dùng dấu cách")))
    return text.replace("\t", " ")


def _line_and_col(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
