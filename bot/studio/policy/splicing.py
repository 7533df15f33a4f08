"""One value of a YAML file written anew; every other byte stays: notes, layout, quotes, the order of everything. Pure.

Where a value begins and ends is taken from the parser's marks. How it is written is tried, the file's own style first,
and what comes out is read again: only a text in which nothing but that value has changed is ever handed on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent
from yaml.resolver import Resolver

from flows.yaml import strictyaml
from flows.yaml.strictyaml import Mapping as Table
from flows.yaml.strictyaml import Scalar, YamlNode
from flows.yaml.strictyaml import Sequence as Items
from flows.yaml.yamltext import STRAY

YamlPath = tuple[str | int, ...]
"""From the root of a file to one of its values: keys, and places in lists."""

YamlLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BREAKS = str.maketrans(dict.fromkeys("\x85\u2028\u2029", " "))  # for the parser these end a line


@dataclass(frozen=True, slots=True)
class ValueSpan:
    """Where a value is written: from `start` up to `end`, in this style: "", "'", '"', "|" or ">"."""

    start: int
    end: int
    style: str


def cleaned(typed: str) -> str:
    """What somebody typed, as a lesson can hold it: NFC, no invisible characters, no tabs, no blanks around it."""
    plain = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return STRAY.sub("", plain).strip()


def value_at(root: YamlNode | None, path: YamlPath) -> str | None:
    """The text at a path, as a lesson's reader takes it; None where there is none."""
    node = root
    for part in path:
        if isinstance(node, Table) and isinstance(part, str):
            node = node.get(part)
        elif isinstance(node, Items) and isinstance(part, int) and 0 <= part < len(node.items):
            node = node.items[part]
        else:
            return None
    return node.text.strip() if isinstance(node, Scalar) else None


def splice(text: str, path: YamlPath, value: str) -> str | None:
    """`text` with `value` (as `cleaned` gives it) at the path; None where nothing is written there, or the file has
    faults of grammar, which have to be mended by hand first."""
    span = spans(text).get(path)
    before = strictyaml.read(text, "")
    if span is None or before.root is None or any(problem.code == "E001" for problem in before.problems):
        return None
    wanted = _texts(before.root) | {path: value}
    for written in _ways(text, span, value):
        found = f"{text[: span.start]}{written}{text[span.end :]}"
        after = strictyaml.read(found, "")
        if len(after.problems) <= len(before.problems) and after.root and _texts(after.root) == wanted:
            return found
    return None


# --- where values stand ------------------------------------------------------------------------------


def spans(text: str) -> dict[YamlPath, ValueSpan]:
    """Every value of a file that is a text; none where the parser stumbles."""
    lines = [0]
    lines += (match.end() for match in re.finditer("\n", text))
    loader = YamlLoader(text.translate(BREAKS))
    try:
        return dict(_walk(_events(loader), text, lines))
    except yaml.YAMLError:
        return {}
    finally:
        loader.dispose()


def _events(loader: Any) -> Iterator[Any]:
    while (event := loader.get_event()) is not None:
        yield event


def _walk(events: Iterator[Any], text: str, lines: list[int]) -> Iterator[tuple[YamlPath, ValueSpan]]:
    open_: list[YamlPath] = []  # the collections around, each with the path of what comes next in it
    for event in events:
        kind = type(event)
        if kind in (MappingEndEvent, SequenceEndEvent):
            open_.pop()
        elif kind not in (ScalarEvent, SequenceStartEvent, MappingStartEvent):
            continue
        elif open_ and open_[-1][-1] is _KEY:
            if kind is not ScalarEvent:
                raise yaml.YAMLError  # a table as a key: no lesson has any
            open_[-1] = (*open_[-1][:-1], event.value)
            continue
        else:
            path = open_[-1] if open_ else ()
            if kind is ScalarEvent:
                yield path, _span(event, text, lines)
            else:
                open_.append((*path, _KEY if kind is MappingStartEvent else 0))
                continue
        if open_:
            last = open_[-1][-1]
            open_[-1] = (*open_[-1][:-1], last + 1 if isinstance(last, int) else _KEY)


_KEY = "\0key"


def _span(event: Any, text: str, lines: list[int]) -> ValueSpan:
    start = lines[event.start_mark.line] + event.start_mark.column
    end = lines[event.end_mark.line] + event.end_mark.column if event.end_mark.line < len(lines) else len(text)
    style = event.style or ""
    if style in ("|", ">"):  # its mark stands after the blank lines and notes below it
        end = start + len(text[start:end].rstrip())
    return ValueSpan(start, end, style)


# --- how a value is written --------------------------------------------------------------------------


def _ways(text: str, span: ValueSpan, value: str) -> Iterator[str]:
    was = text[span.start : span.end]
    match span.style:
        case "" if value and "\n" not in value and kind_of_plain(value) == kind_of_plain(was):
            yield value
        case "'" if "\n" not in value:
            yield "'" + value.replace("'", "''") + "'"
        case "|":
            yield _block(text, span, value)
        case ">":
            yield _block(text, span, value.replace("\n", "\n\n"))
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    yield f'"{escaped}"'


def kind_of_plain(value: str) -> str:
    """What a plain value is to other readers of YAML: `no` is no word to them."""
    found: str = Resolver().resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    return found


def _block(text: str, span: ValueSpan, value: str) -> str:
    """The value below the head of its block, indented as it was."""
    head, _, body = text[span.start : span.end].partition("\n")
    first = next((line for line in body.split("\n") if line.strip()), "")
    around = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    usual = len(around) - len(around.lstrip()) + 2
    indent = " " * (len(first) - len(first.lstrip()) if first else usual)
    return "\n".join([head, *(f"{indent}{line}" if line else "" for line in value.split("\n"))])


def texts_of(text: str) -> dict[YamlPath, str | None]:
    """Path → text of everything in a file, as the reader takes it; nothing where it reads nothing."""
    root = strictyaml.read(text, "").root
    return _texts(root) if root is not None else {}


def _texts(root: YamlNode) -> dict[YamlPath, str | None]:
    """Path → text as the reader takes it; a table or list by itself is None, so that an empty one counts as well."""
    found: dict[YamlPath, str | None] = {}
    todo: list[tuple[YamlPath, YamlNode]] = [((), root)]
    while todo:
        path, node = todo.pop()
        found[path] = node.text.strip() if isinstance(node, Scalar) else None
        if isinstance(node, Table):
            todo += (((*path, key), each) for key, (_, each) in node.entries.items())
        elif isinstance(node, Items):
            todo += (((*path, at), each) for at, each in enumerate(node.items))
    return found
