"""YAML as teachers may write it: text, lists and mappings with their places; every fault is told, none is raised.

Stricter than YAML on purpose: no anchors, tags, merge keys, tabs or second documents, and every scalar is the text of
the file, so `no`, `010` and `20:00` stay what was typed. The parser's events are read directly (libyaml's where
present), so an alias bomb is refused at its first anchor and a deep nest at its twenty-first level.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from flows.model import Place, Problem

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_REPAIRS = 20  # faults of grammar that are told in one go

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

QUOTE_HINT = "hãy đặt trong dấu ngoặc kép"

# Characters that YAML cannot read or takes for a line break; a space stands in, so that columns stay true.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
# Characters nobody sees: zero-width spaces, direction marks. The joiner U+200D stays, families of emoji need it.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200c\u200e\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]"
)
_STRAY = re.compile(f"{_UNREADABLE.pattern}|{_INVISIBLE.pattern}")


@dataclass(slots=True)
class Node:
    """Where a node begins; line and column count from 1."""

    path: str
    line: int
    col: int

    @property
    def place(self) -> Place:
        return Place(self.path, self.line, self.col)


@dataclass(slots=True)
class Scalar(Node):
    """A text exactly as in the file, NFC; `quoted` tells an empty text from a value left out."""

    text: str
    quoted: bool = False


@dataclass(slots=True)
class Sequence(Node):
    items: list[Node]
    flow: bool = False


@dataclass(slots=True)
class Mapping(Node):
    """Keys in file order; each entry keeps its key as well, for the key's own place."""

    entries: dict[str, tuple[Scalar, Node]]
    flow: bool = False

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return None if entry is None else entry[1]

    def key_place(self, key: str) -> Place:
        entry = self.entries.get(key)
        return self.place if entry is None else entry[0].place


@dataclass(frozen=True, slots=True)
class Document:
    """`root` is None when there is nothing usable; it can be there beside problems, so that more faults are found."""

    root: Node | None
    problems: tuple[Problem, ...]


def read(source: bytes | str, path: str) -> Document:
    """Read one YAML file. Never raises for bad input; problems carry E001, E005 or W006."""
    problems: list[Problem] = []
    text = _decode(source, path, problems)
    if text is None:
        return Document(None, tuple(problems))
    text = _without_strays(_without_tabs(text, path, problems), path, problems)
    tabbed = any(problem.code == "E001" for problem in problems)
    root: Node | None = None
    for _ in range(MAX_REPAIRS):
        attempt = _Attempt(text, path)
        try:
            root = attempt.document()
        except _Refused:
            pass
        except yaml.MarkedYAMLError as fault:
            if tabbed:  # most likely its echo
                break
            problem, repaired = _explain(fault, text, path)
            problems.append(problem)
            if repaired is not None:
                text = repaired
                continue
        problems.extend(attempt.problems)
        break
    return Document(root, tuple(sorted(set(problems), key=lambda p: (p.place.line, p.place.col, p.message))))


# --- from bytes to clean text ------------------------------------------------------------------------


def _decode(source: bytes | str, path: str, problems: list[Problem]) -> str | None:
    def refuse(code: str, message: str, hint: str, line: int = 1, col: int = 1) -> None:
        problems.append(Problem(code, Place(path, line, col), message, hint))

    raw = source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        refuse("E005", f"tệp dài {len(raw) // 1024} kB, nhiều nhất {MAX_BYTES // 1024} kB", "hãy tách thành nhiều bài")
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw[:4]:
        refuse("E001", "tệp được lưu bằng mã UTF-16", "hãy lưu lại với mã UTF-8")
        return None
    if raw.startswith(b"\xef\xbb\xbf"):
        refuse("W006", "đầu tệp có dấu BOM", "hãy lưu lại với mã UTF-8, không BOM")
        raw = raw[3:]
    try:
        return raw.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as fault:
        before = raw[: fault.start].decode("utf-8", "replace")
        line, col = _line_and_col(before, len(before))
        refuse("E001", "chữ ở đây không phải mã UTF-8", "hãy lưu lại với mã UTF-8", line, col)
        return None


def _without_strays(text: str, path: str, problems: list[Problem]) -> str:
    found = list(_STRAY.finditer(text))
    for match in found[:MAX_REPAIRS]:
        place = Place(path, *_line_and_col(text, match.start()))
        problems.append(Problem("W006", place, f"có ký tự lạ không nhìn thấy (U+{ord(match[0]):04X})", "hãy xóa nó đi"))
    return _UNREADABLE.sub(" ", text) if found else text


def _without_tabs(text: str, path: str, problems: list[Problem]) -> str:
    if "\t" not in text:
        return text
    tabs = ((number, line.index("\t")) for number, line in enumerate(text.split("\n")) if "\t" in line)
    problems.extend(_problem(path, number, col, "ở đây có phím Tab", "hãy dùng dấu cách") for number, col in tabs)
    return text.replace("\t", " ")


def _line_and_col(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


# --- from text to nodes ------------------------------------------------------------------------------


class _Refused(Exception):
    """What follows is not worth reading; the reason is among the problems."""


class _Attempt:
    """One pass over the parser's events."""

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._text = text
        self._lines: list[str] | None = None
        self._events = _events(text)

    def document(self) -> Node | None:
        """The root of the only document."""
        root: Node | None = None
        documents = 0
        for event in self._events:
            kind = type(event)
            if kind is DocumentStartEvent:
                documents += 1
                if documents == 2:
                    self._tell(event, "tệp có nhiều phần cách nhau bằng ---", "hãy để mỗi bài một tệp")
                    raise _Refused
            elif kind is StreamEndEvent:
                break
            elif kind in _CONTENT:
                root = self._node(event, 1)
        if root is None or (isinstance(root, Scalar) and not root.text):
            place = Place(self.path, 1, 1)
            self.problems.append(Problem("E001", place, "tệp trống", "hãy chép lessons/_template rồi sửa"))
            return None
        return root

    def _node(self, event: Any, depth: int) -> Node:
        kind = type(event)
        if kind is ScalarEvent and event.anchor is None and event.tag is None:
            return self._scalar(event)
        if depth > MAX_DEPTH:
            self._tell(event, f"lồng nhau quá {MAX_DEPTH} tầng", "hãy viết đơn giản lại", "E005")
            raise _Refused
        self._refuse_marks(event)
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is SequenceStartEvent:
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _refuse_marks(self, event: Any) -> None:
        if type(event) is AliasEvent:
            self._tell(event, "dấu * ở đầu là lối viết tắt không dùng ở đây", QUOTE_HINT)
            raise _Refused
        if event.anchor is not None:
            self._tell(event, "dấu & ở đầu là lối viết tắt không dùng ở đây", QUOTE_HINT)
            raise _Refused
        if event.tag is not None:
            self._tell(event, "dấu ! ở đầu là lối viết không dùng ở đây", QUOTE_HINT)

    def _scalar(self, event: Any) -> Scalar:
        mark = event.start_mark
        text = event.value
        if _INVISIBLE.search(text):
            if event.style == '"' and not _STRAY.search(self._source_of(event)):
                self._tell(event, "có ký tự lạ không nhìn thấy", "hãy xóa nó đi", "W006")
            text = _INVISIBLE.sub("", text)
        if not text.isascii() and not unicodedata.is_normalized("NFC", text):
            self._tell(event, "dấu tiếng Việt bị gõ tách rời khỏi chữ", "hãy gõ lại bằng Unicode dựng sẵn", "W006")
            text = unicodedata.normalize("NFC", text)
        return Scalar(self.path, mark.line + 1, mark.column + 1, text, event.style is not None and event.style != "")

    def _source_of(self, event: Any) -> str:
        lines = self._source_lines()[event.start_mark.line : event.end_mark.line + 1]
        return "\n".join(lines)

    def _sequence(self, start: Any, depth: int) -> Sequence:
        mark = start.start_mark
        items: list[Node] = []
        for event in self._events:
            if type(event) is SequenceEndEvent:
                break
            items.append(self._node(event, depth + 1))
        return Sequence(self.path, mark.line + 1, mark.column + 1, items, bool(start.flow_style))

    def _mapping(self, start: Any, depth: int) -> Node:
        mark = start.start_mark
        entries: dict[str, tuple[Scalar, Node]] = {}
        bare: list[Scalar] = []
        for event in self._events:
            if type(event) is MappingEndEvent:
                break
            alone = start.flow_style and self._stands_alone(event)
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                self._tell(event, "chữ trong { } hay [ ] không thể là tên mục", QUOTE_HINT)
            elif alone:
                bare.append(key)
            elif self._may_enter(key, entries):
                entries[key.text] = (key, value)
        if bare:
            return self._meant_as_text(start, entries, bare)
        return Mapping(self.path, mark.line + 1, mark.column + 1, entries, bool(start.flow_style))

    def _may_enter(self, key: Scalar, entries: dict[str, tuple[Scalar, Node]]) -> bool:
        if key.text == "<<" and not key.quoted:
            self.problems.append(Problem("E001", key.place, "lối gộp << không dùng ở đây", "hãy viết đủ từng mục"))
            return False
        if key.text in entries:
            first = entries[key.text][0].line
            message = f"mục “{key.text}” có hai lần, lần đầu ở dòng {first}"
            self.problems.append(Problem("E001", key.place, message, "hãy bỏ một"))
            return False
        return True

    def _stands_alone(self, event: Any) -> bool:
        """Whether a key of {…} has no colon, as in `{chị}` or after the comma of `{text: Không, cảm ơn}`."""
        if type(event) is not ScalarEvent or event.style:
            return False
        end: Any = event.end_mark
        return self._source_lines()[end.line][end.column :].lstrip()[:1] in ("}", ",")

    def _meant_as_text(self, start: Any, entries: dict[str, tuple[Scalar, Node]], bare: list[Scalar]) -> Node:
        mark = start.start_mark
        line, col = mark.line + 1, mark.column + 1
        if entries:
            for key in bare:
                message = f"“{key.text}” bị dấu phẩy hay dấu {{ tách rời"
                self.problems.append(Problem("E001", key.place, message, QUOTE_HINT))
            return Mapping(self.path, line, col, entries, True)
        text = "{" + ", ".join(key.text for key in bare) + "}"
        self._tell(start, f"“{text}” mở đầu bằng dấu {{", QUOTE_HINT)
        return Scalar(self.path, line, col, text, True)

    def _source_lines(self) -> list[str]:
        if self._lines is None:
            self._lines = self._text.split("\n")
        return self._lines

    def _tell(self, event: Any, message: str, hint: str, code: str = "E001") -> None:
        mark = event.start_mark
        self.problems.append(Problem(code, Place(self.path, mark.line + 1, mark.column + 1), message, hint))


_CONTENT = (ScalarEvent, SequenceStartEvent, MappingStartEvent, AliasEvent)


def _events(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


# --- faults of grammar, in a teacher's words ---------------------------------------------------------

# "   - key: value": what leads to a value on its own line
_LINE = re.compile(r"^(?P<lead>\s*(?:-\s+)*(?:[A-Za-z_]\w*:\s+)?)(?P<value>\S.*?)\s*$")
_SPECIAL_START = tuple("{[*&!%@`|>?-,]}\"'")
_CLOSING = {"{": "}", "[": "]"}

# what the parser says → the sentence and what to do
_SENTENCES = (
    ("quoted scalar", "dấu ngoặc kép mở ở đây mà không đóng", "hãy đóng ngoặc kép"),
    ("mapping values are not allowed", "dấu hai chấm ở đây làm máy hiểu nhầm, hoặc dòng thụt sai", QUOTE_HINT),
    ("flow", "trong { } hay [ ] thiếu dấu phẩy hoặc dấu đóng", "chữ có dấu { } [ ] , : " + QUOTE_HINT),
    ("block scalar", "sau dấu | hay > phải xuống dòng", QUOTE_HINT),
    ("tag", "dấu ! ở đầu là lối viết không dùng ở đây", QUOTE_HINT),
    ("cannot start any token", "ký tự này không thể mở đầu một câu", QUOTE_HINT),
    ("block collection", "dòng này thụt vào chưa đúng", "hãy để các dấu - thẳng cột"),
    ("simple key", "dòng này thiếu dấu hai chấm hoặc dấu ngoặc kép", "viết “tên: giá trị”"),
    ("block mapping", "dòng này thụt vào chưa đúng hoặc thiếu dấu ngoặc kép", "hãy để các mục thẳng cột"),
)


def _explain(fault: yaml.MarkedYAMLError, text: str, path: str) -> tuple[Problem, str | None]:
    """The fault as a problem, and the text with that line repaired (None: no use reading on)."""
    said = f"{fault.context or ''} | {fault.problem or ''}"
    opened = "quoted scalar" in said and fault.context_mark is not None
    mark: Any = fault.context_mark if opened else fault.problem_mark
    lines = text.split("\n")
    at, col = min(mark.line, len(lines) - 1), mark.column
    line = lines[at]
    start = _unquoted_text(line)
    if start is not None:
        value = line[start:].rstrip()
        lines[at] = line[:start] + "'" + value.replace("'", "''") + "'"
        shown = value if len(value) <= 40 else value[:39] + "…"
        return _problem(path, at, start, f"“{shown}” có dấu làm máy hiểu nhầm", QUOTE_HINT), "\n".join(lines)
    for part, message, hint in _SENTENCES:
        if part in said:
            return _problem(path, at, col, message, hint), None
    return _problem(path, at, col, "máy không đọc được dòng này", "hãy xem lại dấu : , dấu ngoặc, thụt dòng"), None


def _problem(path: str, line: int, col: int, message: str, hint: str) -> Problem:
    return Problem("E001", Place(path, line + 1, col + 1), message, hint)


def _unquoted_text(line: str) -> int | None:
    """Where a sentence without its quotes begins, as in `text: {chị} ơi`, `text: Mã OTP: đừng`; None: not that."""
    match = _LINE.match(line)
    if match is None or not match["lead"].strip():
        return None
    value = match["value"]
    if value[0] in _CLOSING:
        meant = _closes_early(value)
    elif value[0] in "\"'":
        meant = 0 < value.find(value[0], 1) < len(value) - 1
    else:
        meant = value.startswith(_SPECIAL_START) or ": " in value or value.endswith(":")
    return match.start("value") if meant else None


def _closes_early(value: str) -> bool:
    """Whether the bracket that opens a value closes before its end."""
    opening, closing = value[0], _CLOSING[value[0]]
    depth = 0
    for at, character in enumerate(value):
        depth += (character == opening) - (character == closing)
        if depth == 0:
            return at < len(value) - 1
    return False
