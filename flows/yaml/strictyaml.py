"""YAML as teachers may write it: text, lists and mappings with their places; every fault is told, none is raised.

Stricter than YAML on purpose: no anchors, tags, merge keys, tabs or second documents, and every scalar is the text of
the file, so `no`, `010` and `20:00` stay what was typed. The parser's events are read directly (libyaml's where
present), so an alias bomb is refused at its first anchor and a deep nest at its twenty-first level.
"""

from __future__ import annotations

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

from flows.model import Problem, SourcePosition
from flows.saying import say
from flows.yaml.yamlfaults import QUOTE_HINT as QUOTE_HINT
from flows.yaml.yamlfaults import Mending
from flows.yaml.yamllines import KEYS
from flows.yaml.yamltext import INVISIBLE, STRAY, decode, without_strays, without_tabs
from flows.yaml.yamltext import MAX_BYTES as MAX_BYTES
from flows.yaml.yamltext import MAX_STRAYS as MAX_STRAYS

MAX_PROBLEMS = 200  # told of one file
MAX_DEPTH = 20
MAX_REPAIRS = 20  # faults of grammar that are mended in one go
MAX_NODES = 12_000  # ten times what the longest lesson has

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class YamlNode:
    """Where a node begins; line and column count from 1."""

    path: str
    line: int
    col: int

    @property
    def place(self) -> SourcePosition:
        """Path, line and column, counted from 1."""
        return SourcePosition(self.path, self.line, self.col)


@dataclass(slots=True)
class Scalar(YamlNode):
    """A text exactly as in the file, NFC; `quoted` tells an empty text from a value left out."""

    text: str
    quoted: bool = False


@dataclass(slots=True)
class Sequence(YamlNode):
    items: list[YamlNode]
    flow: bool = False


@dataclass(slots=True)
class Mapping(YamlNode):
    """Keys in file order; each entry keeps its key as well, for the key's own place."""

    entries: dict[str, tuple[Scalar, YamlNode]]
    flow: bool = False

    def get(self, key: str) -> YamlNode | None:
        """What stands behind a key; None where it is not written."""
        entry = self.entries.get(key)
        return None if entry is None else entry[1]

    def key_place(self, key: str) -> SourcePosition:
        """Where the key itself stands; the table's place where it is not written."""
        entry = self.entries.get(key)
        return self.place if entry is None else entry[0].place


@dataclass(frozen=True, slots=True)
class Document:
    """`root` is None when there is nothing usable; it can be there beside problems, so that more faults are found.

    `guessed`: a line was left out, and what is missing may be its echo.
    """

    root: YamlNode | None
    problems: tuple[Problem, ...]
    guessed: bool = False


def read(source: bytes | str, path: str) -> Document:
    """Read one YAML file. Never raises for bad input; problems carry E001, E005 or W006."""
    problems: list[Problem] = []
    text = decode(source, path, problems)
    if text is None:
        return Document(None, tuple(problems))
    text = without_strays(without_tabs(text, path, problems), path, problems)
    tabbed = any(problem.code == "E001" for problem in problems)
    mending = Mending(text, path)
    mending.look()
    root: YamlNode | None = None
    left = MAX_NODES
    for _ in range(MAX_REPAIRS):
        attempt = _Attempt(mending, path, left)
        try:
            root = attempt.document()
        except _Refused:
            root = None
        except yaml.MarkedYAMLError as fault:
            left -= attempt.nodes
            if tabbed and not mending.problems:  # most likely its echo
                break
            if left > 0 and mending.explain(fault):
                continue
        problems.extend(attempt.problems)
        break
    problems.extend(mending.problems)
    ordered = sorted(set(problems), key=lambda p: (p.place.line, p.place.col, p.message))
    return Document(root, tuple(ordered), mending.guessed)


# --- from text to nodes ------------------------------------------------------------------------------


class _Refused(Exception):
    """What follows is not worth reading; the reason is among the problems."""


class _Attempt:
    """One pass over the parser's events."""

    def __init__(self, mending: Mending, path: str, most: int) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.nodes = 0
        self.root: YamlNode | None = None
        self._most = most
        self._marks = 0
        self._unchanged = mending.unchanged
        self._mending = mending
        self._events = _events(mending.text)

    def document(self) -> YamlNode | None:
        """The root of the only document."""
        documents = 0
        for event in self._events:
            kind = type(event)
            if kind is DocumentStartEvent:
                documents += 1
                if documents == 2:
                    self._tell(event, say("tệp có nhiều phần cách nhau bằng ---"), say("hãy để mỗi bài một tệp"))
                    break
            elif kind is StreamEndEvent:
                break
            elif kind in _CONTENT:
                self.root = self._node(event, 1)
        root = self.root
        if root is None and self._mending.guessed:
            return None
        if root is None or (isinstance(root, Scalar) and not root.text):
            place = SourcePosition(self.path, 1, 1)
            self.problems.append(Problem("E001", place, say("tệp trống"), say("hãy chép lessons/_template rồi sửa")))
            return None
        return root

    def _node(self, event: Any, depth: int) -> YamlNode:
        kind = type(event)
        self.nodes += 1
        if self.problems and len(self.problems) > MAX_PROBLEMS:
            raise _Refused
        if self.nodes > self._most:
            self._tell(event, say("tệp có quá {most} mục", most=MAX_NODES), say("hãy tách thành nhiều bài"), "E005")
            raise _Refused
        if kind is ScalarEvent and event.anchor is None and event.tag is None:
            return self._scalar(event)
        if depth > MAX_DEPTH:
            self._tell(
                event, say("lồng nhau quá {max_depth} tầng", max_depth=MAX_DEPTH), say("hãy viết đơn giản lại"), "E005"
            )
            raise _Refused
        self._refuse_marks(event)
        if kind is AliasEvent:
            line, col = self._place(event)
            return Scalar(self.path, line, col, f"*{event.anchor}", True)
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is SequenceStartEvent:
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _refuse_marks(self, event: Any) -> None:
        """Tell of an anchor, alias or tag; nothing ever stands for more than itself."""
        alias = type(event) is AliasEvent
        if alias:
            self._tell(event, say("dấu * ở đầu là lối viết tắt không dùng ở đây"), QUOTE_HINT)
        elif event.anchor is not None:
            self._tell(event, say("dấu & ở đầu là lối viết tắt không dùng ở đây"), QUOTE_HINT)
        if not alias and event.tag is not None:
            self._tell(event, say("dấu ! ở đầu là lối viết không dùng ở đây"), QUOTE_HINT)
        marked = alias or event.anchor is not None or event.tag is not None
        self._marks += marked
        if self._marks > MAX_REPAIRS:
            raise _Refused

    def _scalar(self, event: Any) -> Scalar:
        text = event.value
        if not text.isascii():
            if INVISIBLE.search(text):
                if event.style == '"' and not STRAY.search(self._source_of(event)):
                    self._tell(event, say("có ký tự lạ không nhìn thấy"), say("hãy xóa nó đi"), "W006")
                text = INVISIBLE.sub("", text)
            if not unicodedata.is_normalized("NFC", text):
                hint = say("hãy gõ lại bằng Unicode dựng sẵn")
                self._tell(event, say("dấu tiếng Việt bị gõ tách rời khỏi chữ"), hint, "W006")
                text = unicodedata.normalize("NFC", text)
        elif not text.isprintable() and INVISIBLE.search(text):
            self._tell(event, say("có ký tự lạ không nhìn thấy"), say("hãy xóa nó đi"), "W006")
            text = INVISIBLE.sub("", text)
        line, col = self._place(event)
        style = event.style
        if not text and not style:
            col = self._note_after(event, col)
        quoted = bool(style) and (style in "|>" or self._unchanged or self._mending.was_quote(line - 1, col - 1))
        return Scalar(self.path, line, col, text, quoted)

    def _note_after(self, event: Any, col: int) -> int:
        """A value that is a note (text: #1 …) is told where the note begins."""
        mark = event.start_mark
        after = self._mending.lines[mark.line][mark.column :] if mark.line < len(self._mending.lines) else ""
        return col + len(after) - len(after.lstrip()) if after.lstrip().startswith("#") else col

    def _place(self, event: Any) -> tuple[int, int]:
        """Line and column as written, from 1."""
        mark = event.start_mark
        if self._unchanged:
            return mark.line + 1, mark.column + 1
        line, col = self._mending.back(mark.line, mark.column)
        return line + 1, col + 1

    def _source_of(self, event: Any) -> str:
        return "\n".join(self._mending.lines[event.start_mark.line : event.end_mark.line + 1])

    def _sequence(self, start: Any, depth: int) -> Sequence:
        line, col = self._place(start)
        items: list[YamlNode] = []
        for event in self._events:
            if type(event) is SequenceEndEvent:
                break
            items.append(self._node(event, depth + 1))
        return Sequence(self.path, line, col, items, bool(start.flow_style))

    def _mapping(self, start: Any, depth: int) -> YamlNode:
        line, col = self._place(start)
        entries: dict[str, tuple[Scalar, YamlNode]] = {}
        bare: list[Scalar] = []
        for event in self._events:
            if type(event) is MappingEndEvent:
                break
            alone = start.flow_style and self._stands_alone(event)
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                self._tell(event, say("chữ trong {{ }} hay [ ] không thể là tên mục"), QUOTE_HINT)
            elif alone:
                bare.append(key)
            elif self._may_enter(key, entries):
                entries[key.text] = (key, value)
        if bare:
            return self._meant_as_text(start, entries, bare)
        return Mapping(self.path, line, col, entries, bool(start.flow_style))

    def _may_enter(self, key: Scalar, entries: dict[str, tuple[Scalar, YamlNode]]) -> bool:
        if key.text == "<<" and not key.quoted:
            self.problems.append(
                Problem("E001", key.place, say("lối gộp << không dùng ở đây"), say("hãy viết đủ từng mục"))
            )
            return False
        if key.text in entries:
            first = entries[key.text][0].line
            message = say("mục “{text}” có hai lần, lần đầu ở dòng {first}", text=key.text, first=first)
            self.problems.append(Problem("E001", key.place, message, say("hãy bỏ một")))
            return False
        return True

    def _stands_alone(self, event: Any) -> bool:
        """Whether a key of {…} has no colon, as in `{chị}` or after the comma of `{text: Không, cảm ơn}`."""
        if type(event) is not ScalarEvent or event.style:
            return False
        end: Any = event.end_mark
        return self._mending.lines[end.line][end.column :].lstrip()[:1] in ("}", ",")

    def _meant_as_text(self, start: Any, entries: dict[str, tuple[Scalar, YamlNode]], bare: list[Scalar]) -> YamlNode:
        line, col = self._place(start)
        if entries:
            for key in bare:
                if self._without_colon(key, entries):
                    continue
                message = say("“{text}” bị dấu phẩy hay dấu {{ tách rời", text=key.text)
                self.problems.append(Problem("E001", key.place, message, QUOTE_HINT))
            return Mapping(self.path, line, col, entries, True)
        text = "{" + ", ".join(key.text for key in bare) + "}"
        self._tell(start, say("“{text}” mở đầu bằng dấu {{", text=text), QUOTE_HINT)
        return Scalar(self.path, line, col, text, True)

    def _without_colon(self, key: Scalar, entries: dict[str, tuple[Scalar, YamlNode]]) -> bool:
        """`{id x, …}`: the entry that was meant is put among the others."""
        name, _, value = key.text.partition(" ")
        if name not in KEYS or name in entries or not value.strip():
            return False
        place = SourcePosition(self.path, key.line, key.col + len(name))
        message = say("sau “{key}” thiếu dấu hai chấm", key=name)
        self.problems.append(Problem("E001", place, message, say("viết “tên: giá trị”")))
        entries[name] = key, Scalar(self.path, key.line, key.col + len(name) + 1, value.strip())
        return True

    def _tell(self, event: Any, message: str, hint: str, code: str = "E001") -> None:
        self.problems.append(Problem(code, SourcePosition(self.path, *self._place(event)), message, hint))


_CONTENT = (ScalarEvent, SequenceStartEvent, MappingStartEvent, AliasEvent)


def _events(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()
