"""Reading one mapping field by field: what is asked for is a known key, what is left over is a fault."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import TypeVar

from flows.model import Problem, SourcePosition
from flows.saying import say
from flows.yaml.strictyaml import QUOTE_HINT, Mapping, Scalar, YamlNode
from flows.yaml.strictyaml import Sequence as YamlSequence
from flows.yaml.yamllines import KEYS

MAX_TEXT = 8_000  # characters of one text
MAX_ITEMS = 60  # items of one list

NO_SOURCE = "none"
"""Stands for the sources of what claims nothing about the world, as a greeting."""
MAX_NUMBER = 1_000_000

STEP_ID = re.compile(r"[a-z0-9_]{1,24}")
LESSON_ID = re.compile(r"[a-z0-9-]{1,40}")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
DURATION = re.compile(r"(\d{1,4})([mhd])")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_HOURS = re.compile(rf"{_CLOCK.pattern}-{_CLOCK.pattern}")
_YES = frozenset({"yes", "y", "on", "1", "có", "co", "đúng", "dung", "phải", "true", "x"})
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}

_One = TypeVar("_One", bound=str)


@lru_cache(maxsize=1024)
def _nearest(word: str, known: tuple[str, ...]) -> list[str]:
    near = difflib.get_close_matches(word, known, n=3, cutoff=0.6)
    return sorted(near, key=lambda each: sorted(each) != sorted(word))  # two letters that changed places come first


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """“có phải là …?” with the nearest known word, or an empty text."""
    near = _nearest(word, tuple(sorted(known)))
    return _meant(near[0]) if near else ""


def _meant(near: str) -> str:
    return say("có phải là “{near}”?", near=near)


def one_of(allowed: Iterable[str]) -> str:
    """“chọn một trong: …”"""
    return say("chọn một trong: {names}", names=", ".join(allowed))


class Fields:
    """One mapping being read. Every wrong value becomes a problem, and the default is returned in its place."""

    def __init__(self, node: Mapping, problems: list[Problem]) -> None:
        self.node = node
        self.problems = problems
        self._asked: set[str] = set()
        self._missing: list[str] = []

    def tell(self, code: str, place: SourcePosition, message: str, hint: str = "") -> None:
        """Note a problem at a place of the file; reading goes on."""
        self.problems.append(Problem(code, place, message, hint))

    def done(self) -> None:
        """Name the keys that nobody asked for, and those that are missing unless one of the former is meant."""
        self._name_unknown()
        for key in self._missing:
            if not any(
                did_you_mean(found, self._asked - self.node.entries.keys()) == _meant(key) for found in self._unknown()
            ):
                message, hint = say(MISSING, key=key), say("hãy thêm dòng “{key}: …”", key=key)
                self.tell("E003", self.node.place, message, hint)

    def _unknown(self) -> list[str]:
        return [key for key in self.node.entries if key not in self._asked]

    def _name_unknown(self) -> None:
        for key, (at, _) in self.node.entries.items():
            if key not in self._asked:
                hint = did_you_mean(key, self._asked - self.node.entries.keys()) or say(
                    "hãy bỏ mục này hoặc xem lại tên"
                )
                self.tell("E002", at.place, say("không có mục nào tên “{key}” ở đây", key=key), hint)

    def has(self, key: str) -> bool:
        """Whether the key is written, whatever stands behind it."""
        return key in self.node.entries

    def node_of(self, key: str) -> YamlNode | None:
        """What stands behind the key, which counts as known from here on; None where it is not written."""
        self._asked.add(key)
        return self.node.get(key)

    def missing(self, key: str) -> None:
        """`key` has to be there; told by `done`."""
        self._asked.add(key)
        if key not in self._missing:
            self._missing.append(key)

    def slipped(self, key: str) -> bool:
        """Whether an entry that is no word of the language is most likely a slip of `key`; `done` names it."""
        return any(found not in KEYS and did_you_mean(found, [key]) for found in self.node.entries)

    # --- one value ---

    def optional(self, key: str) -> str | None:
        """The text of `key`, or None where it is left out."""
        node = self.node_of(key)
        return None if node is None else self.text_of(node, key)

    def text(self, key: str, *, required: bool = False) -> str:
        """The text of a key, empty where it is not written; a missing required one is told."""
        if required and not self.has(key):
            self.node_of(key)
            self.missing(key)
        return self.optional(key) or ""

    def text_of(self, node: YamlNode, key: str) -> str | None:
        """A node as text, without the blanks around it; None (and a problem) when it is no text or empty."""
        if not isinstance(node, Scalar):
            quotes = isinstance(node, Mapping) or getattr(node, "flow", False)
            hint = QUOTE_HINT if quotes else say("hãy viết một câu sau dấu hai chấm")
            self.tell("E003", node.place, say("“{key}” phải là chữ", key=key), hint)
            return None
        text = node.text.strip()
        if not text:
            hint = say("hãy viết chữ vào hoặc bỏ mục này")
            if not node.quoted:
                hint = say("câu bắt đầu bằng dấu # thì hãy đặt trong dấu ngoặc kép")
            self.tell("E003", node.place, say("“{key}” đang để trống", key=key), hint)
            return None
        if len(text) > MAX_TEXT:
            self.tell(
                "E005",
                node.place,
                say("“{key}” dài {count} ký tự, nhiều nhất {max_text}", key=key, count=len(text), max_text=MAX_TEXT),
                say("hãy cắt ngắn"),
            )
            return None
        return text

    def matching(self, key: str, pattern: re.Pattern[str], shape: str, *, required: bool = False) -> str | None:
        """A text of a given shape: `shape` says the shape in words."""
        node = self.node_of(key)
        if node is None:
            if required:
                self.missing(key)
            return None
        text = self.text_of(node, key)
        if text is not None and not pattern.fullmatch(text):
            self.tell("E003", node.place, say("“{text}” không dùng làm “{key}” được", text=text, key=key), shape)
            return None
        return text

    def step_id(self, key: str, *, required: bool = False) -> str | None:
        """The id of a step or option; a wrong shape is told and gives None."""
        return self.matching(key, STEP_ID, STEP_ID_SHAPE, required=required)

    def name(self, key: str, *, required: bool = False) -> str | None:
        """The name of a variable, a topic or a skill; a wrong shape is told and gives None."""
        return self.matching(key, NAME, NAME_SHAPE, required=required)

    def lesson_id(self, key: str, *, required: bool = False) -> str | None:
        """The id of a lesson or track; a wrong shape is told and gives None."""
        return self.matching(key, LESSON_ID, LESSON_ID_SHAPE, required=required)

    def number(self, key: str, default: int, low: int = 0, high: int = MAX_NUMBER) -> int:
        """A whole number from `low` to `high`; anything else is told and gives the default."""
        node = self.node_of(key)
        text = None if node is None else self.text_of(node, key)
        if node is None or text is None:
            return default
        if not text.isascii() or not text.isdigit() or not low <= int(text[:12]) <= high:
            self.tell(
                "E003",
                node.place,
                say("“{key}” phải là số nguyên từ {low} đến {high}", key=key, low=low, high=high),
                say("ví dụ: {key}: {default}", key=key, default=max(low, default)),
            )
            return default
        return int(text)

    def flag(self, key: str) -> bool:
        """true or false; “yes” is a fault, but what it means is plain."""
        node = self.node.get(key)
        said = node.text.strip().casefold() if isinstance(node, Scalar) else ""
        return self.one_of(key, ("false", "true"), "true" if said in _YES else "false") == "true"

    def one_of(self, key: str, allowed: Sequence[_One], default: _One, code: str = "E003") -> _One:
        """One of the allowed words; another is told under `code`, with the nearest as a hint, and gives the default."""
        node = self.node_of(key)
        text = None if node is None else self.text_of(node, key)
        if node is None or text is None:
            return default
        for value in allowed:
            if value == text:
                return value
        hint = did_you_mean(text, allowed) or one_of(allowed)
        self.tell(code, node.place, say("“{key}” không nhận “{text}”", key=key, text=text), hint)
        return default

    def duration_s(self, key: str, default: int) -> int:
        """`30m 2h 1d` as seconds."""
        node = self.node_of(key)
        seconds = None if node is None else self._seconds(node, key)
        return default if seconds is None else seconds

    def day(self, key: str) -> str:
        """A date YYYY-MM-DD as text, or empty."""
        node = self.node_of(key)
        text = None if node is None else self.text_of(node, key)
        if node is None or text is None:
            return ""
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            self.tell(
                "E003",
                node.place,
                say("“{text}” không phải là ngày", text=text),
                say("viết năm-tháng-ngày, ví dụ: 2026-01-31"),
            )
            return ""

    # --- many values ---

    def items(self, key: str, most: int = MAX_ITEMS) -> list[YamlNode]:
        """The nodes of a list, at most `most` of them; a longer one and what is no list are told."""
        node = self.node_of(key)
        if node is None:
            return []
        if not isinstance(node, YamlSequence):
            self.tell(
                "E003", node.place, say("“{key}” phải là một danh sách", key=key), say("mỗi dòng bắt đầu bằng dấu -")
            )
            return []
        if len(node.items) > most:
            message = say("“{key}” có {count} mục, nhiều nhất {most}", key=key, count=len(node.items), most=most)
            self.tell("E005", node.items[most].place, message, say("hãy tách thành nhiều bài"))
        return node.items[:most]

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of a list; items that are no text are told and left out."""
        found = (self.text_of(node, key) for node in self.items(key))
        return tuple(text for text in found if text is not None)

    def sources(self, key: str) -> tuple[str, ...] | None:
        """The ids of sources under a key; none of them where `none` is written, None where nothing is."""
        node = self.node.get(key)
        if node is None:
            return None
        if isinstance(node, Scalar) and node.text.strip() == NO_SOURCE:
            self.node_of(key)
            return ()
        return self.texts(key)

    def durations_s(self, key: str) -> tuple[int, ...]:
        """The durations of a list in seconds; wrong ones are told and left out."""
        found = (self._seconds(node, key) for node in self.items(key))
        return tuple(seconds for seconds in found if seconds is not None)

    def _seconds(self, node: YamlNode, key: str) -> int | None:
        text = self.text_of(node, key)
        match = DURATION.fullmatch(text or "")
        if match:
            return int(match[1]) * _SECONDS[match[2]]
        if text is not None:
            self.tell(
                "E003",
                node.place,
                say("“{text}” không phải là khoảng thời gian", text=text),
                say("viết 30m (phút), 2h (giờ), 1d (ngày)"),
            )
        return None

    def some_of(self, key: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """A list of words out of `allowed`."""
        found: list[str] = []
        for node in self.items(key):
            text = self.text_of(node, key)
            if text is None:
                continue
            if text in allowed:
                found.append(text)
            else:
                hint = did_you_mean(text, allowed) or one_of(allowed)
                self.tell("E003", node.place, say("“{key}” không nhận “{text}”", key=key, text=text), hint)
        return tuple(found)

    def shares(self, key: str) -> dict[str, int]:
        """Step ids and how large a share of the learners goes there."""
        inner = self.mapping(key)
        found: dict[str, int] = {}
        for name in list(inner.node.entries) if inner else ():
            assert inner is not None
            if not STEP_ID.fullmatch(name):
                self.tell(
                    "E003",
                    inner.node.key_place(name),
                    say("“{name}” không dùng làm “{key}” được", name=name, key=key),
                    STEP_ID_SHAPE,
                )
            elif share := inner.number(name, 0, 1, 1000):
                found[name] = share
        return found

    def hours(self, key: str) -> tuple[str, str] | None:
        """`08:00-20:00` as two times of the day."""
        text = self.matching(key, _HOURS, say("viết giờ bắt đầu-giờ hết, ví dụ: 08:00-20:00"))
        if text is None:
            return None
        begins, _, ends = text.partition("-")
        if begins >= ends:
            node = self.node_of(key)
            assert node is not None
            self.tell("E003", node.place, say("“{text}” hết trước khi bắt đầu", text=text), say("ví dụ: 08:00-20:00"))
            return None
        return begins, ends

    def moment(self, key: str) -> str:
        """`20:00`, `2026-12-24` or `2026-12-24 08:00` as text, or empty."""
        node = self.node_of(key)
        text = None if node is None else self.text_of(node, key)
        if node is None or text is None:
            return ""
        day, _, clock = text.rpartition(" ") if " " in text else ((text, "", "") if "-" in text else ("", "", text))
        try:
            if day:
                date.fromisoformat(day)
            if clock and not _CLOCK.fullmatch(clock):
                raise ValueError
        except ValueError:
            hint = say("viết giờ 20:00, ngày 2026-12-24, hoặc cả hai 2026-12-24 08:00")
            self.tell("E003", node.place, say("“{text}” không phải là lúc nào cả", text=text), hint)
            return ""
        return text

    def mapping(self, key: str) -> Fields | None:
        """The table behind a key as fields of its own, to be finished with `done`; None where there is none."""
        node = self.node_of(key)
        return None if node is None else self.fields_of(node, key)

    def mapping_or_name(self, key: str) -> Fields | str | None:
        """The table behind a key as fields, or the name that stands there instead; None where there is neither."""
        return self.name(key) if isinstance(self.node_of(key), Scalar) else self.mapping(key)

    def mappings(self, key: str) -> list[Fields]:
        """The tables of a list, each as fields of its own; items that are no table are told and left out."""
        found = (self.fields_of(node, key) for node in self.items(key))
        return [fields for fields in found if fields is not None]

    def fields_of(self, node: YamlNode, key: str) -> Fields | None:
        """A node as fields; None where it is no table, which is told under `key`."""
        if isinstance(node, Mapping):
            return Fields(node, self.problems)
        self.tell(
            "E003",
            node.place,
            say("“{key}” phải gồm các mục “tên: giá trị”", key=key),
            say("xem bài mẫu lessons/_template"),
        )
        return None

    def values(self, key: str) -> dict[str, str]:
        """Names and the texts they take; an empty text is a value too."""
        inner = self.mapping(key)
        found: dict[str, str] = {}
        for name, (at, node) in inner.node.entries.items() if inner else ():
            if not NAME.fullmatch(name):
                self.tell("E003", at.place, say("“{name}” không dùng làm tên được", name=name), NAME_SHAPE)
            elif isinstance(node, Scalar):
                found[name] = node.text.strip()
            else:
                self.text_of(node, name)
        return found


MISSING = "thiếu mục “{key}”"
STEP_ID_SHAPE = say("chỉ gồm a-z, 0-9, dấu _, không dấu tiếng Việt, dài nhất 24 ký tự")
LESSON_ID_SHAPE = say("chỉ gồm a-z, 0-9, dấu -, không dấu tiếng Việt, dài nhất 40 ký tự")
NAME_SHAPE = say("chỉ gồm a-z, 0-9, dấu _, bắt đầu bằng chữ cái")
