"""Faults of grammar as an editor makes them: told in plain words, and mended so that the rest of the file is read too.

Two looks at a file. `Mending.look` goes over the lines before the parser does, for what the parser would swallow in
silence or tell at the wrong place: no blank after a colon, a quote never closed, curly quotes. `Mending.explain` takes
what the parser could not read. Every mending is remembered, so that places stay those of the file as written.
"""

from __future__ import annotations

import re
from typing import Any

from flows.saying import Sentence, say
from flows.yaml.yamledits import YamlText
from flows.yaml.yamllines import (
    BLOCK,
    BULLET,
    CLEAN,
    CLOSING,
    CURLY,
    DASH_KEY,
    IN_QUOTES,
    ITEM,
    KEY,
    KEY_IN_FLOW,
    KEY_LINE,
    KEYS,
    LINE,
    TIGHT_IN_FLOW,
    WIDE_COLON,
    is_sound,
    unquoted_text,
)

QUOTE_HINT = say("hãy đặt trong dấu ngoặc kép")
INNER_HINT = say('trong câu thì dùng dấu “ ”; dấu " thẳng chỉ để mở và đóng cả câu')

MOST_TOLD = 100  # faults that are told before the parser reads
LONGEST_LINE = 3_000  # characters; a longer one is left to the parser

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


class Mending(YamlText):
    """The page of a file, and how its faults are found and mended."""

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
            if depth == 0 and (clean := CLEAN.match(line)):
                columns = clean.start("key")
                at += 1
                continue
            if depth == 0:
                columns = self._look_at_line(at, columns)
            self._look_inside_flow(at)
            line = self.lines[at]
            if BLOCK.search(line):
                block = indent
            elif depth == 0 and (end := self._open_quote(at)) is not None:
                at = end
            bare = IN_QUOTES.sub("", self.lines[at])
            depth = max(0, depth + bare.count("{") + bare.count("[") - bare.count("}") - bare.count("]"))
            if depth and (ITEM.match(self.lines[at + 1]) if at + 1 < len(self.lines) else True):
                depth = 0  # a bracket without its end does not hide the next item
            at += 1

    def _look_at_line(self, at: int, columns: int) -> int:
        """The column of this line's key, for the next one."""
        if found := BULLET.match(self.lines[at]):
            message = say("“{mark}” không phải là dấu gạch đầu dòng của máy", mark=found["mark"])
            self.tell(at, found.start("mark"), message, say("hãy gõ dấu trừ: -"))
            self.put(at, found.start("mark"), "-", 1)
        if (found := WIDE_COLON.match(self.lines[at])) and found["key"] in KEYS:
            message = say("“{mark}” không phải là dấu hai chấm của máy", mark=found["mark"])
            self.tell(at, found.start("mark"), message, say("viết “tên: giá trị”"))
            self.put(at, found.start("mark"), ": ", 1)
        if found := DASH_KEY.match(self.lines[at]):
            self.tell(at, found.end(), say("sau dấu - thiếu dấu cách"), say("viết “- ” rồi mới tới chữ"))
            self.put(at, found.end(), " ")
        found = KEY.match(self.lines[at])
        if found is None or found["key"] not in KEYS:
            return columns if found is None else found.start("key")
        key, rest, end = found["key"], found["rest"], found.end("key")
        if rest.startswith(":") and rest[1:2].strip():
            message = say("sau “{key}:” thiếu dấu cách", key=key)
            self.tell(at, end + 1, message, say("viết “tên: giá trị”, có dấu cách sau dấu hai chấm"))
            self.put(at, end + 1, " ")
        elif rest[:1].isspace() and rest.strip() and not rest.lstrip().startswith((":", "#")):
            sibling = found.start("key") == columns or "-" in found["lead"]
            if sibling and not re.match(r"[^\"'{]*:\s", rest):
                self.tell(at, end, say("sau “{key}” thiếu dấu hai chấm", key=key), say("viết “tên: giá trị”"))
                self.put(at, end, ":")
        return found.start("key")

    def _look_inside_flow(self, at: int) -> None:
        line = self.lines[at]
        if "{" in line:
            tight = [found for found in TIGHT_IN_FLOW.finditer(line) if found["key"] in KEYS]
            for found in reversed(tight):
                message = say("sau “{key}:” thiếu dấu cách", key=found["key"])
                self.tell(at, found.end(), message, say("viết “tên: giá trị”, có dấu cách sau dấu hai chấm"))
                self.put(at, found.end(), " ")
        if any(mark in line for mark in "“”„«‘’"):
            masked = IN_QUOTES.sub(lambda quoted: "x" * len(quoted[0]), self.lines[at])
            for found in reversed(list(CURLY.finditer(masked))):
                inside = found["text"][1:-1]
                hint = say('hãy gõ dấu ngoặc kép thẳng: "…"')
                self.tell(at, found.start("text"), say("dấu ngoặc cong không phải là dấu ngoặc kép của máy"), hint)
                self.put(at, found.start("text"), "'" + inside.replace("'", "’") + "'", len(found["text"]))

    def _open_quote(self, at: int) -> int | None:
        """The last line of a quoted text that begins in this one; one that swallows other keys is closed instead."""
        found = LINE.match(self.lines[at].rstrip())
        if found is None or found["value"][0] not in "\"'" or IN_QUOTES.match(found["value"]):
            return None
        quote = found["value"][0]
        for end in range(at + 1, len(self.lines)):
            if KEY_LINE.match(self.lines[end]) or ITEM.match(self.lines[end]):
                break
            rest = self.lines[end].replace("''", "" if quote == "'" else "''")
            if re.search(r"(?<!\\)\"" if quote == '"' else "'", rest):
                return end
        col = found.start("value")
        self.tell(at, col, *_SENTENCES[0][1])
        self.quote(at, col + 1, found["value"][1:])
        self.put(at, col, "", 1)
        return None

    # --- after the parser ------------------------------------------------------------------------------

    def explain(self, fault: Any) -> bool:
        """Tell a fault that the parser has raised and mend it; False: no use reading on."""
        said = f"{fault.context or ''} | {fault.problem or ''}"
        opened = fault.context_mark is not None and any(part in said for part in _TOLD_WHERE_BEGUN)
        mark = fault.context_mark if opened else fault.problem_mark
        line, col = min(mark.line, len(self.lines) - 1), mark.column
        again = (line, col) <= self.last
        self.last = (line, col)
        short = len(self.lines[line]) <= LONGEST_LINE
        if short and not again and self._mend(said, line, col, fault):
            return True
        if not again:
            self.tell(line, col, *self._words(said, line))
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
            self.tell(line, start, _confused(value), _quoting(value))
            self.quote(line, start, value)
            return True
        if self._quote_in_flow(line):
            return True
        if "unknown escape" in said:
            return self._double_backslash(line, fault)
        if "flow" in said and fault.context_mark is not None:
            return self._mend_flow(fault.context_mark, line, col)
        if "document start" in said:
            return self._outdent(line)
        if "mapping values are not allowed" in said or "block" in said:
            return self._indent(line)
        return False

    def _is_text_with_colon(self, line: int) -> bool:
        """Whether a line that looks like a key goes on with the sentence above."""
        key = KEY.match(self.lines[line])
        if not KEY_LINE.match(self.lines[line]) or key is None:
            return ":" in self.lines[line]
        above = next((text for text in reversed(self.lines[max(0, line - 20) : line]) if text.strip()), "")
        return key["key"] not in KEYS and not KEY_LINE.match(above) and not ITEM.match(above)

    def _quote_in_flow(self, line: int) -> bool:
        """Quote the values of `{id: a, text: Đọc {chị} nghe}` that need it."""
        text = self.lines[line]
        end = len(text.rstrip().rstrip(",]").rstrip())
        end -= text[:end].endswith("}")
        quoted = [found.span() for found in IN_QUOTES.finditer(text)]
        keys = [
            found
            for found in KEY_IN_FLOW.finditer(text, text.index("{") if "{" in text else len(text))
            if found["key"] in KEYS and not any(begin < found.start() < stop for begin, stop in quoted)
        ]
        stops = [*(found.start() for found in keys[1:]), end] if keys else []
        told = False
        for found, stop in reversed(list(zip(keys, stops, strict=True))):
            value = text[found.end() : stop].rstrip().rstrip(",").rstrip()
            if not is_sound(value):
                told = True
                if value[0] in "\"'" and value.count(value[0]) == 1:
                    self.tell(line, found.end(), *_SENTENCES[0][1])
                    self.put(line, found.end() + len(value), value[0])
                else:
                    self.tell(line, found.end(), _confused(value), _quoting(value))
                    self.quote(line, found.end(), value)
            before = len(text[: found.start()].rstrip())
            if found is not keys[0] and text[before - 1] not in "{[,":
                told = True
                self.tell(line, found.start(), say("trước chữ này thiếu dấu phẩy hoặc dấu đóng"), QUOTE_HINT)
                self.put(line, before, ",")
        return told

    def _double_backslash(self, line: int, fault: Any) -> bool:
        line, col = fault.problem_mark.line, fault.problem_mark.column
        at = self.lines[line].rfind("\\", 0, col + 2)
        if at < 0:
            return False
        hint = say("hãy viết \\\\, hoặc bỏ dấu ấy")
        self.tell(line, at, say("dấu \\ trong ngoặc kép làm máy hiểu nhầm"), hint)
        self.put(line, at, "\\")
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
        goes_on = below.rstrip().endswith((",", "}", "]")) and not ITEM.match(below)
        if line > opening.line and not goes_on:
            message = say("dấu {bracket} mở ở đây mà không đóng", bracket=bracket)
            self.tell(opening.line, opening.column, message, say("hãy thêm dấu đóng ở cuối dòng"))
            self._close(opening.line, CLOSING[bracket])
            return True
        here = self.lines[line][col : col + 1] if line < len(self.lines) else ""
        if here in CLOSING.values() and here != CLOSING[bracket]:
            self.tell(line, col, *_SENTENCES[1][1])
            self.put(line, col, CLOSING[bracket], 1)
            return True
        if line < len(self.lines) and 0 < col <= len(self.lines[line]) and self.lines[line][col:].strip():
            self.tell(line, col, say("trước chữ này thiếu dấu phẩy hoặc dấu đóng"), QUOTE_HINT)
            self.put(line, col, ",")
            return True
        return False

    def _close(self, line: int, closing: str) -> None:
        """Write the closing sign where what began in this line ends: before the next key or item."""
        while line + 1 < len(self.lines):
            below = self.lines[line + 1]
            if not below.strip() or ITEM.match(below) or KEY_LINE.match(below):
                break
            line += 1
        end = len(self.lines[line].rstrip())
        comma = self.lines[line][:end].endswith(",")
        self.put(line, end - comma, closing, int(comma))

    def _outdent(self, line: int) -> bool:
        """The lines above this one, which begins further left than the first, are moved to its column."""
        first = next(
            (at for at, text in enumerate(self.lines) if text.strip() and not text.lstrip().startswith("#")), line
        )
        now = len(self.lines[first]) - len(self.lines[first].lstrip())
        meant = len(self.lines[line]) - len(self.lines[line].lstrip())
        if first >= line or now <= meant or not KEY_LINE.match(self.lines[line]):
            return False
        self.tell(first, now, *_INDENT)
        for above in range(first, line):
            blank = len(self.lines[above]) - len(self.lines[above].lstrip())
            self.put(above, 0, "", min(blank, now - meant))
        return True

    def _indent(self, line: int) -> bool:
        """Move a line, and what hangs below it, to the column that was meant."""
        text = self.lines[line]
        now = len(text) - len(text.lstrip())
        item = bool(ITEM.match(text))
        if not item and (not KEY_LINE.match(text) or self._is_text_with_colon(line)):
            return False
        if item and self._indent_above(line, now):
            return True
        columns = self._columns_above(line, item)
        meant = min(columns, key=lambda column: abs(column - now), default=now)
        if meant == now:
            return False
        self.tell(line, now, *_INDENT)
        for below in range(line, len(self.lines)):
            part = self.lines[below]
            begins = len(part) - len(part.lstrip())
            if below > line and part.strip() and (begins < now or _starts_at(part, meant if item else now)):
                break
            if part.strip():
                self.put(below, 0, " " * max(0, meant - now), max(0, now - meant))
        return True

    def _indent_above(self, line: int, now: int) -> bool:
        """Lines between two items that begin further left than both belong to the first."""
        first = line
        while first > 0 and not _starts_at(self.lines[first - 1], now):
            first -= 1
            text = self.lines[first]
            if text.strip() and (len(text) - len(text.lstrip()) >= now or not KEY_LINE.match(text)):
                return False
        if first in (0, line):
            return False
        begins = len(self.lines[first]) - len(self.lines[first].lstrip())
        self.tell(first, begins, *_INDENT)
        for above in range(first, line):
            if self.lines[above].strip():
                self.put(above, 0, " " * (now + 2 - begins))
        return True

    def _columns_above(self, line: int, item: bool) -> list[int]:
        """Where the lines above have their dashes, or their keys, from the inside out."""
        columns: list[int] = []
        limit = 10_000
        for above in range(line - 1, max(-1, line - 400), -1):
            text = self.lines[above]
            found = KEY.match(text)
            indent = len(text) - len(text.lstrip())
            if not text.strip() or text.lstrip().startswith("#") or indent > limit:
                continue
            limit = min(limit, indent)
            if item and ITEM.match(text):
                columns.append(indent)
            elif not item and found and KEY_LINE.match(text):
                columns.append(found.start("key"))
            if indent == 0:
                break
        return columns

    def _leave_out(self, line: int) -> bool:
        if not self.lines[line].strip():
            return False
        self.lines[line] = ""
        self.guessed = True
        self.last = (-1, -1)
        return True


def _quoting(value: str) -> Sentence:
    """What to do about a value in which the reader has lost its way: it may stand in quotes already."""
    return INNER_HINT if value[:1] == '"' and value.count('"') > 2 else QUOTE_HINT


def _confused(value: str) -> Sentence:
    return say("“{shown}” có dấu làm máy hiểu nhầm", shown=value if len(value) <= 40 else value[:39] + "…")


def _starts_at(text: str, column: int) -> bool:
    return len(text) - len(text.lstrip()) == column and bool(ITEM.match(text))
