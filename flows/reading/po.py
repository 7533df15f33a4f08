"""Reading gettext PO files: key → translation with its line; every fault is told with its line, none is raised.

This is what lint and the running tutor need, in a tenth of the time that polib takes. Writing is polib's work, in
`flows.reading.translation`; a test holds that both read the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from flows.model import Problem, SourcePosition
from flows.saying import say

MAX_BYTES = 384 * 1024  # a lesson may have 256 kB
MAX_FAULTS = 40  # told in one go

FAULT = "E400"

_LINE = re.compile(r'(?:(?P<word>\w+)[ \t]+)?"(?P<text>(?:[^"\\]|\\.)*)"')
_SOURCE = re.compile(r"#\.\s*source:\s*([0-9a-f]{8})\b")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_WORDS = ("msgctxt", "msgid", "msgstr")


@dataclass(frozen=True, slots=True)
class PoEntry:
    """One translated text. `source_hash` is that of the text it translates; `line` where its key stands, from 1."""

    text: str
    source_hash: str
    fuzzy: bool = False
    line: int = 0
    text_line: int = 0

    def translates(self, source: str) -> bool:
        """Whether it may be shown in place of `source`."""
        return bool(self.text) and not self.fuzzy and self.source_hash == source_hash(source)


Catalogue = Mapping[str, PoEntry]


def source_hash(text: str) -> str:
    """8 hex digits of a base text: another hash, another text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def read(raw: bytes, path: str) -> tuple[dict[str, PoEntry], tuple[Problem, ...]]:
    """The entries of a PO file by key, and its faults (all E400). What could be read is returned beside them."""
    reader = _Reader(path)
    if len(raw) > MAX_BYTES:
        reader.tell(1, say("tệp dịch dài hơn {most} kB", most=MAX_BYTES // 1024), say("hãy xuất lại tệp này"))
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            line = raw.count(b"\n", 0, fault.start) + 1
            reader.tell(line, say("chữ ở đây không phải mã UTF-8"), say("hãy lưu lại với mã UTF-8"))
        else:
            reader.read(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return reader.entries, tuple(reader.problems)


@dataclass(slots=True)
class _Draft:
    """An entry while its lines come in."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    source: str = ""
    fuzzy: bool = False
    word: str = ""


class _Reader:
    """One pass over the lines. After a broken line the entry it stands in is left out, and reading goes on."""

    def __init__(self, path: str) -> None:
        self.entries: dict[str, PoEntry] = {}
        self.problems: list[Problem] = []
        self._path = path
        self._draft = _Draft()
        self._spoilt = False

    def tell(self, line: int, message: str, hint: str, col: int = 1) -> None:
        self.problems.append(Problem(FAULT, SourcePosition(self._path, line, col), message, hint))

    def read(self, lines: list[str]) -> None:
        for number, line in enumerate(lines, 1):
            if len(self.problems) >= MAX_FAULTS:
                return
            line = line.strip()
            if line.startswith("#"):
                self._comment(line)
            elif line:
                self._text(line, number)
        self._close()

    def _comment(self, line: str) -> None:
        if "msgstr" in self._draft.texts or self._spoilt:
            self._close()
        if line.startswith("#,"):
            self._draft.fuzzy |= "fuzzy" in (flag.strip() for flag in line[2:].split(","))
        elif found := _SOURCE.match(line):
            self._draft.source = found[1]

    def _text(self, line: str, number: int) -> None:
        found = _LINE.fullmatch(line)
        word = found["word"] if found else None
        if found is None or (word is not None and word not in _WORDS) or (word is None and not self._draft.word):
            self._unreadable(line, number)
            return
        if word is not None:
            if word in self._draft.texts or (word == "msgctxt" and self._draft.texts):
                self._close()
            self._draft.word = word
            self._draft.lines[word] = number
        self._draft.texts.setdefault(self._draft.word, []).append(_unescape(found["text"]))

    def _unreadable(self, line: str, number: int) -> None:
        if not self._spoilt:
            if "plural" in line or "msgstr[" in line:
                self.tell(
                    number,
                    say("tệp dịch có dạng số nhiều, ở đây không dùng"),
                    say("mỗi câu chỉ một msgid và một msgstr"),
                )
            elif '"' in line:
                message = say("dấu ngoặc kép ở dòng này chưa đóng, hoặc thừa")
                self.tell(number, message, say('chữ nằm giữa hai dấu "…"; ngoặc kép bên trong viết là \\"'))
            else:
                self.tell(
                    number, say("dòng này không đúng lối viết PO"), say("hãy xem lại các dòng msgctxt, msgid, msgstr")
                )
        self._spoilt = True

    def _close(self) -> None:
        draft, spoilt = self._draft, self._spoilt
        self._draft, self._spoilt = _Draft(), False
        if spoilt or not draft.texts:
            return
        texts = {word: unicodedata.normalize("NFC", "".join(parts)) for word, parts in draft.texts.items()}
        first = min(draft.lines.values())
        key = texts.get("msgctxt", "")
        if not key and not texts.get("msgid"):
            return  # the file's own header
        if not key:
            self.tell(first, say("câu này thiếu dòng msgctxt"), say("hãy xuất lại tệp bằng ./camtay translate export"))
        elif "msgid" not in texts or "msgstr" not in texts:
            self.tell(first, say("câu “{key}” thiếu dòng msgid hoặc msgstr", key=key), say("hãy xuất lại tệp"))
        elif key in self.entries:
            self.tell(
                first, say("câu “{key}” đã có ở dòng {line}", key=key, line=self.entries[key].line), say("hãy bỏ một")
            )
        else:
            source = draft.source or source_hash(texts["msgid"])
            text = texts["msgstr"].strip()
            self.entries[key] = PoEntry(text, source, draft.fuzzy, draft.lines["msgctxt"], draft.lines["msgstr"])


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text) if "\\" in text else text
