"""Rules about the tables of `lessons/words.yaml`: each entry is of use, none has two meanings, none is out of reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flows.model import Problem, SourcePosition
from flows.saying import say
from flows.words.ear.ear import listen
from flows.words.keys import plain_of, spoken
from flows.words.tables import Words, fold, read_words
from flows.yaml.fields import did_you_mean
from flows.yaml.strictyaml import Document, Mapping, Scalar, Sequence, YamlNode

ABOUT = {
    "E010": "bảng chữ: một cách gõ có hai nghĩa, hoặc nghĩa bị đảo ngược",
    "W010": "bảng chữ: dòng không có tác dụng",
}

LISTS = (
    *(
        "denials",
        "denials_with_marks",
        "names",
        "offices",
        "fillers",
        "endings",
        "spoken_marks",
        "leads",
        "letters",
        "joins",
        "leaving",
        "loose",
    ),
    *("emergency", "emergency_die", "emergency_hurt", "emergency_around", "emergency_doubt"),
)
PAIRS = ("spelling", "numbers", "ordinals")
GROUPS = ("either", "commands", "answers", "officers", "small_talk")
TOGETHER = (("done", "stuck", "confused", "later"), ("yes", "no"), ("next", "no"))
"""Usual answers that stand at one prompt: no way to say one may say another."""
PLACES = frozenset({"last", "middle"})
GAPS = frozenset({"emergency", "emergency_die", "emergency_hurt"})


class WordEntry(NamedTuple):
    """One text of a table: `name` is the key above it in a group or the key of a pair, `to` the value of a pair."""

    table: str
    name: str
    text: str
    place: SourcePosition
    to: str = ""


def word_problems(document: Document) -> Iterator[Problem]:
    """What is wrong with the tables, with line and column; faults of YAML itself are in `document.problems`."""
    if not isinstance(document.root, Mapping):
        return
    misshapen = list(_shapes(document.root))
    yield from misshapen
    entries = list(_entries(document.root))
    words = read_words(_plain(document.root))
    for find in (_empty, _twice, _spelling, _numbers, _two_meanings, _denials, _gaps, _out_of_reach):
        yield from find(entries, words)


# --- shape -------------------------------------------------------------------------------------------


def _shapes(root: Mapping) -> Iterator[Problem]:
    known = (*LISTS, *PAIRS, *GROUPS)
    for name, (key, node) in root.entries.items():
        if name not in known:
            yield Problem(
                "E002", key.place, say("bảng chữ không có mục “{name}”", name=name), did_you_mean(name, known)
            )
        elif name in LISTS and not isinstance(node, Sequence):
            yield Problem(
                "E003",
                node.place,
                say("“{name}” là một danh sách", name=name),
                say("viết {name}: [chữ này, chữ kia]", name=name),
            )
        elif name in (*PAIRS, *GROUPS) and not isinstance(node, Mapping):
            yield Problem(
                "E003", node.place, say("“{name}” gồm các dòng “chữ: nghĩa”", name=name), say("xem các dòng có sẵn")
            )
        if name in GROUPS and isinstance(node, Mapping):
            for group, (_, ways) in node.entries.items():
                if not isinstance(ways, Sequence):
                    yield Problem(
                        "E003",
                        ways.place,
                        say("“{group}” là một danh sách", group=group),
                        say("viết {group}: [chữ này, chữ kia]", group=group),
                    )
        for part in _parts(name, node):
            yield from _misplaced(name, part)


def _parts(name: str, node: YamlNode) -> Iterator[YamlNode]:
    if isinstance(node, Sequence) and name in LISTS:
        yield from node.items
    elif isinstance(node, Mapping):
        for _, value in node.entries.values():
            if name in GROUPS:
                yield from value.items if isinstance(value, Sequence) else ()
            else:
                yield value


def _misplaced(name: str, node: YamlNode) -> Iterator[Problem]:
    if not isinstance(node, Scalar):
        yield Problem(
            "E003",
            node.place,
            say("trong “{name}” chỗ này là một chữ", name=name),
            say("chữ có dấu : , [ ] {{ }} đặt trong ngoặc kép"),
        )


def _entries(root: Mapping) -> Iterator[WordEntry]:
    for table, (_, node) in root.entries.items():
        if isinstance(node, Sequence) and table in LISTS:
            yield from (WordEntry(table, "", item.text, item.place) for item in node.items if isinstance(item, Scalar))
        elif isinstance(node, Mapping) and table in (*PAIRS, *GROUPS):
            for name, (key, value) in node.entries.items():
                if isinstance(value, Scalar) and table in PAIRS:
                    yield WordEntry(table, name, name, key.place, value.text)
                elif isinstance(value, Sequence):
                    yield from (WordEntry(table, name, i.text, i.place) for i in value.items if isinstance(i, Scalar))


def _plain(node: YamlNode) -> dict[str, object]:
    """The table as `read_table` reads it."""
    plain = _value(node)
    return plain if isinstance(plain, dict) else {}


def _value(node: YamlNode) -> object:
    match node:
        case Mapping(entries=entries):
            return {name: _value(value) for name, (_, value) in entries.items()}
        case Sequence(items=items):
            return [_value(item) for item in items]
        case Scalar(text=text):
            return text
    return ""


# --- entries -----------------------------------------------------------------------------------------


def _empty(entries: list[WordEntry], words: Words) -> Iterator[Problem]:
    for entry in entries:
        texts = (entry.text, entry.to) if entry.table in PAIRS else (entry.text,)
        if not all(fold(words, text.replace("…", " ").replace("/", " ")) for text in texts):
            yield Problem("E003", entry.place, say("chỗ này không có chữ nào"), say("hãy viết chữ vào, hoặc bỏ dòng"))


def _twice(entries: list[WordEntry], words: Words) -> Iterator[Problem]:
    """Within one list the same once folded; marked tables keep their marks."""
    seen: dict[tuple[str, str, str], WordEntry] = {}
    for entry in entries:
        if entry.table in PAIRS:
            continue
        as_typed = entry.table in GAPS or entry.table == "loose"  # there a word keeps its marks
        said = entry.text if as_typed else _heard(entry, words)
        first = seen.setdefault((entry.table, entry.name, said), entry)
        if first is not entry and not (entry.table == "commands" and spoken(first.text) != spoken(entry.text)):
            message = say(
                "“{text}” đã có ở dòng {line} (“{text2}”): máy nghe như nhau",
                text=entry.text,
                line=first.place.line,
                text2=first.text,
            )
            yield Problem("W010", entry.place, message, say("hãy bỏ một"))


def _heard(entry: WordEntry, words: Words) -> str:
    exact = ("denials_with_marks", "spoken_marks", "joins", "letters", "emergency_around", "emergency_doubt", "offices")
    return spoken(entry.text) if entry.table in exact else " ".join(fold(words, entry.text))


def _spelling(entries: list[WordEntry], words: Words) -> Iterator[Problem]:
    for entry in entries:
        if entry.table != "spelling":
            continue
        typed, meant = spoken(entry.text), plain_of(entry.to)
        if typed in (spoken(entry.to), meant) or (plain_of(typed) == meant and typed.isascii()):
            yield Problem(
                "W010", entry.place, say("“{text}” viết lại thành chính nó", text=entry.text), say("hãy bỏ dòng")
            )
        elif re.search(r"([a-z])\1", typed):
            message = say(
                "“{text}” có chữ lặp: máy rút chữ lặp trước khi tra bảng, nên không bao giờ gặp", text=entry.text
            )
            yield Problem("W010", entry.place, message, say("hãy viết chữ ấy một lần"))
        elif any(token.isdigit() for token in typed.split()):
            yield Problem(
                "E010",
                entry.place,
                say("“{text}” là một con số", text=entry.text),
                say("số giữ nguyên là số, hãy bỏ dòng"),
            )
        chained = [word for word in meant.split() if words.spelling.get(word, word) != word]
        if chained and meant != plain_of(typed):
            message = say("“{to}” lại được viết thành “{value}”", to=entry.to, value=words.spelling[chained[0]])
            yield Problem(
                "E010",
                entry.place,
                message,
                say("hãy viết thẳng: {text}: {value}", text=entry.text, value=words.spelling[chained[0]]),
            )


def _numbers(entries: list[WordEntry], words: Words) -> Iterator[Problem]:
    for entry in entries:
        if entry.table in ("numbers", "ordinals") and not (entry.to in PLACES or _is_count(entry.to)):
            yield Problem(
                "E003",
                entry.place,
                say("“{to}” không phải thứ tự của nút", to=entry.to),
                say("viết 1, 2, 3…, last hoặc middle"),
            )
        elif entry.table == "letters" and not (len(entry.text) == 1 and entry.text.isascii()):
            yield Problem(
                "E003", entry.place, say("“{text}” không phải một chữ cái", text=entry.text), say("viết a, b, c")
            )


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 100


def _two_meanings(entries: list[WordEntry], words: Words) -> Iterator[Problem]:
    seen: dict[tuple[str, str], WordEntry] = {}
    for entry in entries:
        for scope, meant in _meanings(entry):
            said = entry.text if entry.table == "spelling" else " ".join(fold(words, entry.text))
            said = plain_of(said) if entry.table == "spelling" and said.isascii() else spoken(said)
            first = seen.setdefault((scope, said), entry)
            if meant != next(other for where, other in _meanings(first) if where == scope):
                other = first.to or first.name
                message = say(
                    "“{text}” là “{value}”, mà ở dòng {line} là “{other}”",
                    text=entry.text,
                    value=entry.to or entry.name,
                    line=first.place.line,
                    other=other,
                )
                yield Problem("E010", entry.place, message, say("một cách gõ chỉ được một nghĩa"))


def _meanings(entry: WordEntry) -> Iterator[tuple[str, str]]:
    """(where it must be the only one, what it means there)"""
    if entry.table in PAIRS:
        yield entry.table, plain_of(entry.to)
    elif entry.table == "commands":
        yield "commands", entry.name
    elif entry.table == "answers":
        yield from (("+".join(group), entry.name) for group in TOGETHER if entry.name in group)


def _denials(entries: list[WordEntry], words: Words) -> Iterator[Problem]:
    denies = _denials_of(entries)
    hint = say("chữ nói “không” mà mất đi thì câu trả lời đảo ngược")
    for entry in entries:
        said = set(fold(words, entry.text)) & words.denials
        if said and entry.table in ("fillers", "endings", "leads", "joins", "spoken_marks", "loose"):
            yield Problem(
                "E010", entry.place, say("“{text}” là chữ nói ngược lại, không bỏ đi được", text=entry.text), hint
            )
        if entry.table == "spelling" and plain_of(entry.text) in denies and denies.isdisjoint(_plain_words(entry.to)):
            yield Problem(
                "E010",
                entry.place,
                say("“{text}” là chữ nói ngược lại, mà “{to}” thì không", text=entry.text, to=entry.to),
                hint,
            )


def _denials_of(entries: list[WordEntry]) -> set[str]:
    return {plain_of(entry.text) for entry in entries if entry.table == "denials"}


def _plain_words(text: str) -> list[str]:
    return plain_of(text).split()


def _gaps(entries: list[WordEntry], words: Words) -> Iterator[Problem]:
    for entry in entries:
        parts = entry.text.split()
        if entry.table in GAPS and parts and "…" in (parts[0], parts[-1]):
            yield Problem("W010", entry.place, say("dấu … ở đầu hay cuối câu không thêm gì"), say("hãy bỏ dấu … ấy"))
        if entry.table in GAPS and any("" in part.split("/") for part in parts):
            yield Problem(
                "E003", entry.place, say("dấu / thiếu chữ ở một bên"), say("viết chữ này/chữ kia, không cách")
            )


def _out_of_reach(entries: list[WordEntry], words: Words) -> Iterator[Problem]:
    """An emergency is heard before anything else, so nothing else may sound like one."""
    for entry in entries:
        if entry.table in ("commands", "answers") and listen(words.ear, entry.text).level == "ring":
            message = say(
                "“{text}” là lời khẩn, nên không bao giờ được hiểu là “{name}”", text=entry.text, name=entry.name
            )
            yield Problem("E010", entry.place, message, say("hãy bỏ ở một trong hai chỗ"))
