"""Faults of grammar as a teacher makes them: told in her words, and mended so that the rest of the file is read too.

Two looks at a file. `Mending.look` goes over the lines before the parser does, for what the parser would swallow in
silence or tell at the wrong place: no blank after a colon, a quote never closed, curly quotes. `Mending.explain` takes
what the parser could not read. Every mending is remembered, so that places stay those of the file as written.
"""

from __future__ import annotations

import re
from typing import Any

from flows.model import Place, Problem
from flows.saying import Sentence, say
from flows.yamllines import CLOSING, IN_QUOTES, KEYS, LINE, is_sound, unquoted_text

QUOTE_HINT = say("hãy đặt trong dấu ngoặc kép")

MOST_TOLD = 100  # faults that are told before the parser reads
LONGEST_LINE = 3_000  # characters; a longer one is left to the parser

_KEY = re.compile(r"(?P<lead>\s*(?:-\s+)*)(?P<key>[A-Za-z_]+)(?P<rest>.*)")
_ITEM = re.compile(r"\s*-(?:\s|$)")
_KEY_LINE = re.compile(r"\s*(?:-\s+)*[A-Za-z_]\w*\s*:(?:\s|$)")
_BULLET = re.compile(r"\s*(?P<mark>[–—•*])\s+(?=[a-z_]+\s*:(?:\s|$)|[{\"'])")
_WIDE_COLON = re.compile(r"\s*(?:-\s+)*(?P<key>[a-z_]+)\s*(?P<mark>：)")
_DASH_KEY = re.compile(r"(\s*-)(?=[a-z_]+:(?:\s|$)|\{)")
# A line without anything that these looks are for: key and plain or quoted value, or a list of such in braces.
_VALUE = r"(?:\"[^\"\\]*\"|[^\s\"'\[\]{}|>#:,&*!%@`“”„‟«»‘’-][^\"'\[\]{}#:,“”„‟«»‘’\n]*)"
_CLEAN = re.compile(
    rf"\s*(?:- )?(?P<key>[a-z_]+|\{{(?:[a-z_]+: {_VALUE}(?:, |(?=\}})))+\}}$)(?:(?<=\}})|:(?:\s*$| {_VALUE}$))"
)
_BLOCK = re.compile(r"(?:^|:\s|-\s)\s*[|>][+-]?\d?[+-]?\s*(?:#.*)?$")
_TIGHT_IN_FLOW = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'|(?<=[{,\s])(?P<key>[a-z_]+):(?=[^\s,}\]])")
_CURLY = re.compile(r"(?P<lead>(?:^|[:\-])\s+)(?P<text>[“”„‟«‘’][^\"“”„‟«»]*[“”„‟»‘’])(?=\s*(?:[,}]|#|$))")
_KEY_IN_FLOW = re.compile(r"(?<=[{,\s])(?P<key>[a-z_]+)\s*:\s+")


_INDENT = say("dòng này thụt vào chưa đúng"), say("hãy để các mục thẳng cột, các dấu - thẳng cột")
_NO_COLON = say("dòng này thiếu dấu hai chấm hoặc dấu ngoặc kép"), say("viết “tên: giá trị”")

_TOLD_WHERE_BEGUN = ("quoted scalar", "simple key", "directive")

# what the parser says → the sentence and what to do
_SENTENCES: tuple[tuple[str, tuple[Sentence, Sentence]], ...] = (
    ("quoted scalar", (say("dấu ngoặc kép mở ở đây mà không đóng"), say("hãy đóng ngoặc kép"))),
    ("flow", (say("trong {{ }} hay [ ] thiếu dấu phẩy hoặc dấu đóng"), QUOTE_HINT)),
    ("block scalar", (say("sau dấu | hay > phải xuống dòng"), QUOTE_HINT)),
    ("tag", (say("dấu ! ở đầu là lối viết không dùng ở đây"), QUOTE_HINT)),
    ("cannot start any token", (say("ký tự này không thể mở đầu một câu"), QUOTE_HINT)),
    ("simple key", _NO_COLON),
    ("mapping values are not allowed", _INDENT),
    ("block", _INDENT),
)


class Mending:
    """The lines of a file, what was found in them, and how they were changed."""

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.lines = text.split("\n")
        self.guessed = False  # something was left out: what is missing may be its echo
        self._written = list(self.lines)
        self._edits: dict[int, list[tuple[int, int]]] = {}
        self._last = (-1, -1)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def unchanged(self) -> bool:
        return not self._edits

    def back(self, line: int, col: int) -> tuple[int, int]:
        """Line and column as written, of those in `text`; all count from 0."""
        for at, delta in reversed(self._edits.get(line, ())):
            if col > at:
                col = max(at, col - delta)
        return line, col

    def was_quote(self, line: int, col: int) -> bool:
        written = self._written[line] if line < len(self._written) else ""
        return written[col : col + 1] in ("'", '"')

    def _tell(self, line: int, col: int, message: str, hint: str) -> None:
        line, col = self.back(line, col)
        self.problems.append(Problem("E001", Place(self.path, line + 1, col + 1), message, hint))

    def _put(self, line: int, col: int, text: str, instead: int = 0) -> None:
        """Write `text` at a column in place of so many characters."""
        was = self.lines[line]
        self.lines[line] = was[:col] + text + was[col + instead :]
        if len(text) != instead:
            self._edits.setdefault(line, []).append((col, len(text) - instead))

    def _quote(self, line: int, start: int, value: str) -> None:
        """A text as it should have been written."""
        self._put(line, start + len(value), "'")
        for at in range(len(value) - 1, -1, -1):
            if value[at] == "'":
                self._put(line, start + at, "'")
        self._put(line, start, "'")

    # --- before the parser -----------------------------------------------------------------------------

    def look(self) -> None:
        """One pass over the lines that are no part of a text of several lines."""
        block, depth, columns = -1, 0, -1
        at = 0
        while at < len(self.lines) and len(self.problems) < MOST_TOLD:
            line = self.lines[at]
            indent = len(line) - len(line.lstrip())
            nothing = not line.strip() or line.lstrip().startswith("#") or len(line) > LONGEST_LINE
            if nothing or (block >= 0 and indent > block):
                at += 1
                continue
            block = -1
            if depth == 0 and (clean := _CLEAN.match(line)):
                columns = clean.start("key")
                at += 1
                continue
            if depth == 0:
                columns = self._look_at_line(at, columns)
            self._look_inside_flow(at)
            line = self.lines[at]
            if _BLOCK.search(line):
                block = indent
            elif depth == 0 and (end := self._open_quote(at)) is not None:
                at = end
            bare = IN_QUOTES.sub("", self.lines[at])
            depth = max(0, depth + bare.count("{") + bare.count("[") - bare.count("}") - bare.count("]"))
            if depth and (_ITEM.match(self.lines[at + 1]) if at + 1 < len(self.lines) else True):
                depth = 0  # a bracket without its end does not hide the next item
            at += 1

    def _look_at_line(self, at: int, columns: int) -> int:
        """The column of this line's key, for the next one."""
        if found := _BULLET.match(self.lines[at]):
            message = say("“{mark}” không phải là dấu gạch đầu dòng của máy", mark=found["mark"])
            self._tell(at, found.start("mark"), message, say("hãy gõ dấu trừ: -"))
            self._put(at, found.start("mark"), "-", 1)
        if (found := _WIDE_COLON.match(self.lines[at])) and found["key"] in KEYS:
            message = say("“{mark}” không phải là dấu hai chấm của máy", mark=found["mark"])
            self._tell(at, found.start("mark"), message, say("viết “tên: giá trị”"))
            self._put(at, found.start("mark"), ": ", 1)
        if found := _DASH_KEY.match(self.lines[at]):
            self._tell(at, found.end(), say("sau dấu - thiếu dấu cách"), say("viết “- ” rồi mới tới chữ"))
            self._put(at, found.end(), " ")
        found = _KEY.match(self.lines[at])
        if found is None or found["key"] not in KEYS:
            return columns if found is None else found.start("key")
        key, rest, end = found["key"], found["rest"], found.end("key")
        if rest.startswith(":") and rest[1:2].strip():
            message = say("sau “{key}:” thiếu dấu cách", key=key)
            self._tell(at, end + 1, message, say("viết “tên: giá trị”, có dấu cách sau dấu hai chấm"))
            self._put(at, end + 1, " ")
        elif rest[:1].isspace() and rest.strip() and not rest.lstrip().startswith((":", "#")):
            sibling = found.start("key") == columns or "-" in found["lead"]
            if sibling and not re.match(r"[^\"'{]*:\s", rest):
                self._tell(at, end, say("sau “{key}” thiếu dấu hai chấm", key=key), say("viết “tên: giá trị”"))
                self._put(at, end, ":")
        return found.start("key")

    def _look_inside_flow(self, at: int) -> None:
        line = self.lines[at]
        if "{" in line:
            tight = [found for found in _TIGHT_IN_FLOW.finditer(line) if found["key"] in KEYS]
            for found in reversed(tight):
                message = say("sau “{key}:” thiếu dấu cách", key=found["key"])
                self._tell(at, found.end(), message, say("viết “tên: giá trị”, có dấu cách sau dấu hai chấm"))
                self._put(at, found.end(), " ")
        if any(mark in line for mark in "“”„«‘’"):
            masked = IN_QUOTES.sub(lambda quoted: "x" * len(quoted[0]), self.lines[at])
            for found in reversed(list(_CURLY.finditer(masked))):
                inside = found["text"][1:-1]
                hint = say('hãy gõ dấu ngoặc kép thẳng: "…"')
                self._tell(at, found.start("text"), say("dấu ngoặc cong không phải là dấu ngoặc kép của máy"), hint)
                self._put(at, found.start("text"), "'" + inside.replace("'", "’") + "'", len(found["text"]))

    def _open_quote(self, at: int) -> int | None:
        """The last line of a quoted text that begins in this one; one that swallows other keys is closed instead."""
        found = LINE.match(self.lines[at].rstrip())
        if found is None or found["value"][0] not in "\"'" or IN_QUOTES.match(found["value"]):
            return None
        quote = found["value"][0]
        for end in range(at + 1, len(self.lines)):
            if _KEY_LINE.match(self.lines[end]) or _ITEM.match(self.lines[end]):
                break
            rest = self.lines[end].replace("''", "" if quote == "'" else "''")
            if re.search(r"(?<!\\)\"" if quote == '"' else "'", rest):
                return end
        col = found.start("value")
        self._tell(at, col, *_SENTENCES[0][1])
        self._quote(at, col + 1, found["value"][1:])
        self._put(at, col, "", 1)
        return None

    # --- after the parser ------------------------------------------------------------------------------

    def explain(self, fault: Any) -> bool:
        """Tell a fault that the parser has raised and mend it; False: no use reading on."""
        said = f"{fault.context or ''} | {fault.problem or ''}"
        opened = fault.context_mark is not None and any(part in said for part in _TOLD_WHERE_BEGUN)
        mark = fault.context_mark if opened else fault.problem_mark
        line, col = min(mark.line, len(self.lines) - 1), mark.column
        again = (line, col) <= self._last
        self._last = (line, col)
        short = len(self.lines[line]) <= LONGEST_LINE
        if short and not again and self._mend(said, line, col, fault):
            return True
        if not again:
            self._tell(line, col, *self._words(said, line))
        return self._leave_out(line)

    def _words(self, said: str, line: int) -> tuple[Sentence, Sentence]:
        if "mapping values are not allowed" in said and self._is_text_with_colon(line):
            return say("dấu hai chấm ở đây làm máy hiểu nhầm"), QUOTE_HINT
        unknown = say("máy không đọc được dòng này"), say("hãy xem lại dấu : , dấu ngoặc, thụt dòng")
        return next((words for part, words in _SENTENCES if part in said), unknown)

    def _mend(self, said: str, line: int, col: int, fault: Any) -> bool:
        start = unquoted_text(self.lines[line])
        if start is not None:
            value = self.lines[line][start:].rstrip()
            self._tell(line, start, _confused(value), QUOTE_HINT)
            self._quote(line, start, value)
            return True
        if self._quote_in_flow(line):
            return True
        if "unknown escape" in said:
            return self._double_backslash(line, fault)
        if "flow" in said and fault.context_mark is not None:
            return self._mend_flow(fault.context_mark, line, col)
        if "mapping values are not allowed" in said or "block" in said:
            return self._indent(line)
        return False

    def _is_text_with_colon(self, line: int) -> bool:
        """Whether a line that looks like a key goes on with the sentence above."""
        key = _KEY.match(self.lines[line])
        if not _KEY_LINE.match(self.lines[line]) or key is None:
            return ":" in self.lines[line]
        above = next((text for text in reversed(self.lines[max(0, line - 20) : line]) if text.strip()), "")
        return key["key"] not in KEYS and not _KEY_LINE.match(above) and not _ITEM.match(above)

    def _quote_in_flow(self, line: int) -> bool:
        """Quote the values of `{id: a, text: Đọc {chị} nghe}` that need it."""
        text = self.lines[line]
        end = len(text.rstrip().rstrip(",]").rstrip())
        end -= text[:end].endswith("}")
        quoted = [found.span() for found in IN_QUOTES.finditer(text)]
        keys = [
            found
            for found in _KEY_IN_FLOW.finditer(text, text.index("{") if "{" in text else len(text))
            if found["key"] in KEYS and not any(begin < found.start() < stop for begin, stop in quoted)
        ]
        stops = [*(found.start() for found in keys[1:]), end] if keys else []
        told = False
        for found, stop in reversed(list(zip(keys, stops, strict=True))):
            value = text[found.end() : stop].rstrip().rstrip(",").rstrip()
            if is_sound(value):
                continue
            if value[0] in "\"'" and value.count(value[0]) == 1:
                self._tell(line, found.end(), *_SENTENCES[0][1])
                self._put(line, found.end() + len(value), value[0])
            else:
                self._tell(line, found.end(), _confused(value), QUOTE_HINT)
                self._quote(line, found.end(), value)
            told = True
        return told

    def _double_backslash(self, line: int, fault: Any) -> bool:
        line, col = fault.problem_mark.line, fault.problem_mark.column
        at = self.lines[line].rfind("\\", 0, col + 2)
        if at < 0:
            return False
        hint = say("hãy viết \\\\, hoặc bỏ dấu ấy")
        self._tell(line, at, say("dấu \\ trong ngoặc kép làm máy hiểu nhầm"), hint)
        self._put(line, at, "\\")
        return True

    def _mend_flow(self, opening: Any, line: int, col: int) -> bool:
        if opening.line >= len(self.lines) or len(self.lines[opening.line]) > LONGEST_LINE:
            return False
        if opening.line != line and self._quote_in_flow(opening.line):
            return True
        begun = self.lines[opening.line]
        bracket = begun[opening.column : opening.column + 1]
        if bracket not in CLOSING:
            return False
        below = self.lines[opening.line + 1] if opening.line + 1 < len(self.lines) else ""
        goes_on = below.rstrip().endswith((",", "}", "]")) and not _ITEM.match(below)
        if line > opening.line and not goes_on:
            message = say("dấu {bracket} mở ở đây mà không đóng", bracket=bracket)
            self._tell(opening.line, opening.column, message, say("hãy thêm dấu đóng ở cuối dòng"))
            self._put(opening.line, len(begun.rstrip().rstrip(",")), CLOSING[bracket])
            return True
        if line < len(self.lines) and 0 < col <= len(self.lines[line]) and self.lines[line][col:].strip():
            self._tell(line, col, say("trước chữ này thiếu dấu phẩy hoặc dấu đóng"), QUOTE_HINT)
            self._put(line, col, ",")
            return True
        return False

    def _indent(self, line: int) -> bool:
        """Move a line, and what hangs below it, to the column that was meant."""
        text = self.lines[line]
        now = len(text) - len(text.lstrip())
        item = bool(_ITEM.match(text))
        if not item and (not _KEY_LINE.match(text) or self._is_text_with_colon(line)):
            return False
        columns = self._columns_above(line, item)
        meant = min(columns, key=lambda column: abs(column - now), default=now)
        if meant == now:
            return False
        self._tell(line, now, *_INDENT)
        for below in range(line, len(self.lines)):
            part = self.lines[below]
            begins = len(part) - len(part.lstrip())
            if below > line and part.strip() and (begins < now or _starts_at(part, meant if item else now)):
                break
            if part.strip():
                self._put(below, 0, " " * max(0, meant - now), max(0, now - meant))
        return True

    def _columns_above(self, line: int, item: bool) -> list[int]:
        """Where the lines above have their dashes, or their keys, from the inside out."""
        columns: list[int] = []
        limit = 10_000
        for above in range(line - 1, max(-1, line - 400), -1):
            text = self.lines[above]
            found = _KEY.match(text)
            indent = len(text) - len(text.lstrip())
            if not text.strip() or text.lstrip().startswith("#") or indent > limit:
                continue
            limit = min(limit, indent)
            if item and _ITEM.match(text):
                columns.append(indent)
            elif not item and found and _KEY_LINE.match(text):
                columns.append(found.start("key"))
            if indent == 0:
                break
        return columns

    def _leave_out(self, line: int) -> bool:
        if not self.lines[line].strip():
            return False
        self.lines[line] = ""
        self.guessed = True
        self._last = (-1, -1)
        return True


def _confused(value: str) -> Sentence:
    return say("“{shown}” có dấu làm máy hiểu nhầm", shown=value if len(value) <= 40 else value[:39] + "…")


def _starts_at(text: str, column: int) -> bool:
    return len(text) - len(text.lstrip()) == column and bool(_ITEM.match(text))
