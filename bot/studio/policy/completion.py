"""What can be written where somebody is typing, from the schema of lessons. Pure.

The place is found by indentation alone, so that it works in a file that cannot be read this very moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from flows.engine.kinds.table import NAMED
from flows.reading.schema import Schema, lesson_schema

MOST = 40  # that are offered at once

_LINE = re.compile(r"(?P<indent> *)(?P<dash>(?:- +)?)(?P<key>[A-Za-z_]*)(?P<value>:(?: +(?P<typed>\S*))?)?$")
_BRACE = re.compile(r"(?P<head> *(?:- +)?)(?:(?P<key>[a-z_]+): +)?\{")
_INSIDE = re.compile(r"[{,] *(?:(?P<key>[a-z_]+): +)?(?P<typed>[A-Za-z0-9_]*)$")
_KEY = re.compile(r"(?P<indent> *)(?P<dash>(?:- +)?)(?P<key>[a-z_]+):(?: |$)")


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a list; `first` is the key that it begins with, by which a step tells its kind."""

    first: str = ""


_Place = tuple[str | _Item, ...]
"""Keys and items from the outermost on, up to the table around the cursor."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One word that fits: `word` takes the place of the `typed` characters before the cursor."""

    word: str
    about: str
    typed: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is there to be named: ids of steps in the file, of tracks, sources and practice screens."""

    steps: Sequence[str] = ()
    tracks: Sequence[str] = ()
    sources: Sequence[str] = ()
    scenes: Sequence[str] = ()


def offers(text: str, line: int, col: int, known: Known) -> list[Completion]:
    """What can stand at a line and column (from 1) of a text; nothing inside of sentences."""
    lines = text.split("\n")
    if not (0 < line <= len(lines) and col > 0):
        return []
    before = lines[line - 1][: col - 1]
    if (brace := _BRACE.match(before)) is not None:
        return _inside(lines[: line - 1], before, brace, known)
    found = _LINE.match(before)
    if found is None:
        return []
    place = _place([*lines[: line - 1], before])
    if found["value"] is None:
        typed = found["key"]
        inner = len(found["indent"]) + len(found["dash"])
        taken = set(_beside(lines, line - 1, inner, is_first=bool(found["dash"])))
        fitting = [Completion(f"{key}: ", about, len(typed)) for key, about in _keys(place) if key not in taken]
    else:
        typed = found["typed"] or ""
        if found["typed"] is None:
            return []
        fitting = [Completion(word, about, len(typed)) for word, about in _values(place, found["key"], known)]
    return [each for each in fitting if each.word.startswith(typed)][:MOST]


def _inside(above: list[str], before: str, brace: re.Match[str], known: Known) -> list[Completion]:
    """What can stand within { } on one line, where that is not in the middle of a sentence."""
    found = _INSIDE.search(before, brace.end() - 1)
    if found is None or before.count('"') % 2:
        return []
    place = _place([*above, brace["head"]]) + ((brace["key"],) if brace["key"] else ())
    typed = found["typed"]
    if found["key"]:
        fitting = [Completion(word, about, len(typed)) for word, about in _values(place, found["key"], known)]
    else:
        fitting = [
            Completion(f"{key}: ", about, len(typed))
            for key, about in _keys(place)
            if not re.search(rf"[{{,] *{key}:", before)
        ]
    return [each for each in fitting if each.word.startswith(typed)][:MOST]


def _keys(place: _Place) -> Iterator[tuple[str, str]]:
    if place == ("steps", _Item()):
        yield from ((kind, each.words.about) for kind, each in NAMED.items())
    yield from ((key, _about(schema)) for key, schema in _properties(place).items())


def _values(place: _Place, key: str, known: Known) -> Iterator[tuple[str, str]]:
    schema = _properties(place).get(key, {})
    named: Mapping[str, Sequence[str]] = {"track": known.tracks, "scene": known.scenes, "src": known.sources}
    if "enum" in schema:
        told = schema.get("enumDescriptions", [])
        for at, word in enumerate(schema["enum"]):
            yield str(word), told[at] if at < len(told) else ""
    elif "boolean" in schema.get("type", ()):
        yield from (("true", ""), ("false", ""))
    elif "examples" in schema:
        yield from ((step, "") for step in known.steps)
    else:
        yield from ((f"[{word}]" if key == "src" else word, "") for word in named.get(key, ()))


def _about(schema: Schema) -> str:
    title, told = schema.get("title", ""), schema.get("description", "")
    return f"{title}: {told}" if title and told else title or told


# --- where the cursor stands -------------------------------------------------------------------------


def _place(lines: Sequence[str]) -> _Place:
    """The table around the last of the lines: by the keys above that stand further left, and the dashes between."""
    way: list[str | _Item] = []
    here = _LINE.match(lines[-1])
    indent, dash = (len(here["indent"]), len(here["dash"])) if here else (0, 0)
    column = indent + dash  # where the keys of the table stand
    edge = indent if dash else None  # where the dash stands of the item that the table is, once it is known
    if dash:
        way.append(_Item())
    for line in reversed(lines[:-1]):
        found = _KEY.match(line)
        if found is None:
            continue
        begins, dash = len(found["indent"]) + len(found["dash"]), len(found["dash"])
        if edge is None and begins == column and dash:
            way.append(_Item(found["key"]))
            edge = len(found["indent"])
        elif begins <= edge if edge is not None else begins < column:
            way.append(found["key"])
            column, edge = begins, len(found["indent"]) if dash else None
            if dash:
                way.append(_Item(found["key"]))
    return tuple(reversed(way))


def _beside(lines: Sequence[str], row: int, inner: int, *, is_first: bool) -> Iterator[str]:
    """The other keys of the table whose keys stand at column `inner`; `is_first`: it begins in this row."""
    for rows, is_above in ((range(row - 1, -1, -1), True), (range(row + 1, len(lines)), False)):
        for at in () if is_above and is_first else rows:
            found = _KEY.match(lines[at])
            begins = len(found["indent"]) + len(found["dash"]) if found else inner + 1
            if begins < inner or (found and found["dash"] and begins == inner and not is_above):
                break
            if found and begins == inner:
                yield found["key"]
                if found["dash"]:
                    break


@cache
def _schema() -> Schema:
    return lesson_schema(("x",))


def _properties(place: _Place) -> Mapping[str, Any]:
    """Key → schema, of the table at a place; nothing where none is known."""
    schema = _schema()
    for at, part in enumerate(place):
        if not isinstance(part, _Item):
            schema = _resolved(schema.get("properties", {}).get(part, {}))
        elif place[:at] == ("steps",):
            schema = _of_kind(part.first)
        else:
            schema = _resolved(schema.get("items", {}))
    return {key: _resolved(each) for key, each in schema.get("properties", {}).items()}


def _of_kind(kind: str) -> Schema:
    """What a step of this kind may hold; nothing for what is no kind."""
    found: Schema = _schema()["definitions"].get(f"step-{kind}", {})
    return found


def _resolved(schema: Schema) -> Schema:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Schema = _schema()["definitions"][name] if name else schema
    return found
