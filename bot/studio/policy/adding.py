"""One thing more or less in a YAML file: a way of saying, an option, a step; every other byte stays. Pure.

As in `splicing`: where things stand is taken from the parser's marks, and only a text that reads as before, but for
what was added or left out, is ever handed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from bot.studio.policy.splicing import BREAKS, YamlLoader, YamlPath, kind_of_plain, texts_of
from flows.yaml import strictyaml

_PLAIN = re.compile(r"[^\W_][^\n,:#\[\]{}&*!|>'\"%@`]*")
AddedValue = str | Sequence[str] | Mapping[str, str]
_Node = Any  # the stubs know no marks of a node


def with_item(text: str, path: YamlPath, value: AddedValue) -> str | None:
    """`text` with one more item in the list at `path`; where there is no list yet it is begun, in the table around it.
    None where that cannot be written."""
    root = _composed(text)
    node = _node(root, path)
    if node is None:
        return with_key(text, path[:-1], str(path[-1]), [value]) if isinstance(value, str) else None
    before = texts_of(text)
    lines = _starts(text)
    if (
        isinstance(node, ScalarNode) and isinstance(value, str) and node.style not in ("|", ">")
    ):  # one way alone, without brackets
        start, end = (_at(mark, lines, text) for mark in (node.start_mark, node.end_mark))
        wanted = before | {path: None, (*path, 0): before.get(path), (*path, 1): value}
        return _proved([f"{text[:start]}[{text[start:end]}, {_inline(value)}]{text[end:]}"], text, wanted)
    if not isinstance(node, SequenceNode):
        return None
    wanted = before | _read((*path, len(node.value)), value)
    if node.flow_style:
        return _proved([_inside(text, lines, node, _written(value))], text, wanted)
    indent, ways = " " * int(node.start_mark.column), _ways(value) if isinstance(value, str) else [_written(value)]
    return _proved([_below(text, lines, node, f"{indent}- {written}") for written in ways], text, wanted)


def with_step(text: str, above: int, block: str) -> str | None:
    """`text` with one more step below that at place `above`; `block` is the step as it stands alone in a list, written
    without indentation. None where that cannot be written."""
    node = _node(_composed(text), ("steps",))
    if not isinstance(node, SequenceNode) or node.flow_style or above >= len(node.value):
        return None
    before, indent = texts_of(text), " " * int(node.start_mark.column)
    wanted = {_moved(at, ("steps", above + 1), 1): each for at, each in before.items()}
    wanted |= {("steps", above + 1, *at[1:]): each for at, each in texts_of(block).items() if at}
    written = "\n".join(f"{indent}{line}" for line in block.strip("\n").split("\n"))
    return _proved([_below(text, _starts(text), node.value[above], f"\n{written}")], text, wanted)


def with_key(text: str, path: YamlPath, key: str, value: AddedValue) -> str | None:
    """`text` with one more key in the table at `path`; None where it is there already, or cannot be written."""
    node = _node(_composed(text), path)
    if not isinstance(node, MappingNode) or any(each.value == key for each, _ in node.value):
        return None
    wanted = texts_of(text) | _read((*path, key), value)
    line, lines = f"{_inline(key)}: {_written(value)}", _starts(text)
    if node.flow_style:
        return _proved([_inside(text, lines, node, line)], text, wanted)
    return _proved([_below(text, lines, node, " " * int(node.start_mark.column) + line)], text, wanted)


def with_value(text: str, path: YamlPath, value: AddedValue) -> str | None:
    """`text` with another table, list or word in place of what stands at `path`; None where nothing does, or it cannot
    be written."""
    node = _node(_composed(text), path)
    if node is None:
        return None
    lines = _starts(text)
    start, end = _at(node.start_mark, lines, text), _end(text, lines, node)
    wanted = _around(texts_of(text), path) | _read(path, value)
    return _proved([f"{text[:start]}{_written(value)}{text[end:]}"], text, wanted)


def without_item(text: str, path: YamlPath) -> str | None:
    """`text` without the item that the path leads to; a list that had no other goes with it. None where that cannot be
    written."""
    node, at = _node(_composed(text), path[:-1]), path[-1]
    if at == 0 and (isinstance(node, ScalarNode) or (isinstance(node, SequenceNode) and len(node.value) == 1)):
        return without_key(text, path[:-1])
    if not isinstance(node, SequenceNode) or not isinstance(at, int) or at >= len(node.value):
        return None
    lines, item = _starts(text), node.value[at]
    wanted = {_moved(each, path, -1): kept for each, kept in texts_of(text).items() if each[: len(path)] != path}
    if not node.flow_style:
        return _proved([_without_lines(text, lines, item.start_mark.line, item)], text, wanted)
    return _proved([_without_part(text, lines, [(each, each) for each in node.value], at)], text, wanted)


def without_last(text: str, path: YamlPath) -> str | None:
    """`text` without the last of several items of the list at `path`; None where it has not several."""
    node = _node(_composed(text), path)
    count = len(node.value) if isinstance(node, SequenceNode) else 0
    return without_item(text, (*path, count - 1)) if count > 1 else None


def without_key(text: str, path: YamlPath) -> str | None:
    """`text` without a key and all that stands behind it; None where it is the only one, or cannot be left out."""
    node = _node(_composed(text), path[:-1])
    keys = [key.value for key, _ in node.value] if isinstance(node, MappingNode) else []
    if len(keys) < 2 or path[-1] not in keys:
        return None
    lines, at = _starts(text), keys.index(path[-1])
    wanted = {each: kept for each, kept in texts_of(text).items() if each[: len(path)] != path}
    if not node.flow_style:
        key, value = node.value[at]
        return _proved([_without_lines(text, lines, key.start_mark.line, value)], text, wanted)
    return _proved([_without_part(text, lines, node.value, at)], text, wanted)


def _without_lines(text: str, lines: list[int], first: int, last: _Node) -> str:
    """Without the lines from `first` to that on which a node ends."""
    end = text.find("\n", _end(text, lines, last))
    return text[: lines[first]] + (text[end + 1 :] if end >= 0 else "")


def _without_part(text: str, lines: list[int], parts: Sequence[tuple[_Node, _Node]], at: int) -> str:
    """Without one of several between brackets, and the comma beside it."""
    start, end = parts[at][0].start_mark, parts[at][1].end_mark
    if at:
        start = parts[at - 1][1].end_mark
    else:
        end = parts[1][0].start_mark
    return text[: _at(start, lines, text)] + text[_at(end, lines, text) :]


def _moved(path: YamlPath, first: YamlPath, by: int) -> YamlPath:
    """A path, moved within the list in which all from `first` on have moved."""
    depth, place = len(first) - 1, path[len(first) - 1 : len(first)]
    if path[:depth] == first[:-1] and place and isinstance(place[0], int) and place[0] >= int(first[-1]):
        return (*path[:depth], place[0] + by, *path[depth + 1 :])
    return path


def written_at(text: str, path: YamlPath) -> str:
    """What stands at `path`, byte for byte; "" where nothing does."""
    node = _node(_composed(text), path)
    return text[_at(node.start_mark, _starts(text), text) : _end(text, _starts(text), node)] if node else ""


def with_written(text: str, path: YamlPath, written: str) -> str | None:
    """`text` with what `written_at` gave in place of what stands at `path` now; None where nothing does, or the file is
    indented otherwise by now."""
    node, lines = _node(_composed(text), path), _starts(text)
    if node is None:
        return None
    found = f"{text[: _at(node.start_mark, lines, text)]}{written}{text[_end(text, lines, node) :]}"
    before, after = strictyaml.read(text, ""), strictyaml.read(found, "")
    is_sound = after.root is not None and len(after.problems) <= len(before.problems)
    return found if is_sound and _around(texts_of(found), path) == _around(texts_of(text), path) else None


# --- where it goes -----------------------------------------------------------------------------------


def _inside(text: str, lines: list[int], node: _Node, written: str) -> str:
    """Behind the last one between brackets."""
    if not node.value:
        at = _at(node.start_mark, lines, text) + 1
        return f"{text[:at]}{written}{text[at:]}"
    at = _at(_last(node).end_mark, lines, text)
    return f"{text[:at]}, {written}{text[at:]}"


def _below(text: str, lines: list[int], node: _Node, line: str) -> str:
    """On a line of its own below all that the node holds, notes beside its last line included."""
    at = text.find("\n", _end(text, lines, node))
    return f"{text}\n{line}\n" if at < 0 else f"{text[:at]}\n{line}{text[at:]}"


def _end(text: str, lines: list[int], node: _Node) -> int:
    """Behind the last character that belongs to a node: the parser's own mark stands before whatever comes next."""
    while not isinstance(node, ScalarNode) and not node.flow_style and node.value:
        node = _last(node)
    start, end = (_at(mark, lines, text) for mark in (node.start_mark, node.end_mark))
    return start + len(text[start:end].rstrip())


def _last(node: _Node) -> _Node:
    return node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]


def _node(root: _Node, path: YamlPath) -> _Node:
    node = root
    for part in path:
        if isinstance(node, MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            return None
    return node


def _composed(text: str) -> _Node:
    try:
        return yaml.compose(text.translate(BREAKS), Loader=YamlLoader)
    except yaml.YAMLError:
        return None


def _starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _at(mark: Any, lines: list[int], text: str) -> int:
    return lines[mark.line] + int(mark.column) if mark.line < len(lines) else len(text)


# --- how it is written -------------------------------------------------------------------------------


def _written(value: AddedValue) -> str:
    if isinstance(value, str):
        return _inline(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_inline(key)}: {_inline(each)}' for key, each in value.items())}}}"
    return f"[{', '.join(map(_inline, value))}]"


def _read(path: YamlPath, value: AddedValue) -> dict[YamlPath, str | None]:
    """What the reader will find where a value is written."""
    if isinstance(value, str):
        return {path: value}
    parts = value.items() if isinstance(value, Mapping) else enumerate(value)
    return {path: None, **{(*path, key): each for key, each in parts}}


def _around(texts: Mapping[YamlPath, str | None], path: YamlPath) -> dict[YamlPath, str | None]:
    """All but what stands at a path and below it."""
    return {at: each for at, each in texts.items() if at[: len(path)] != path}


def _inline(value: str) -> str:
    return next(_ways(value))


def _ways(value: str) -> Iterator[str]:
    if _PLAIN.fullmatch(value) and kind_of_plain(value) == kind_of_plain("word") and not value.endswith(" "):
        yield value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    yield f'"{escaped}"'


def _proved(tried: list[str], text: str, wanted: dict[YamlPath, str | None]) -> str | None:
    before = strictyaml.read(text, "")
    for found in tried:
        after = strictyaml.read(found, "")
        if after.root is not None and len(after.problems) <= len(before.problems) and texts_of(found) == wanted:
            return found
    return None
