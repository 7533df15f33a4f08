"""One more way of saying something, written into a YAML file; every other byte stays. Pure.

As in `splicing`: where things stand is taken from the parser's marks, and only a text that reads as before, but for
what was added, is ever handed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from bot.studio.policy.splicing import BREAKS, YamlLoader, YamlPath, kind_of_plain, texts_of
from flows.yaml import strictyaml

_PLAIN = re.compile(r"[^\W_][^\n,:#\[\]{}&*!|>'\"%@`]*")
_Node = Any  # the stubs know no marks of a node


def with_item(text: str, path: YamlPath, value: str) -> str | None:
    """`text` with one more item in the list at `path`; where there is no list yet it is begun, in the table around it.
    None where that cannot be written."""
    root = _composed(text)
    node = _node(root, path)
    if node is None:
        return with_key(text, path[:-1], str(path[-1]), [value])
    before = texts_of(text)
    lines = _starts(text)
    if isinstance(node, ScalarNode) and node.style not in ("|", ">"):  # one way alone, without brackets
        start, end = (_at(mark, lines, text) for mark in (node.start_mark, node.end_mark))
        wanted = before | {path: None, (*path, 0): before.get(path), (*path, 1): value}
        return _proved([f"{text[:start]}[{text[start:end]}, {_inline(value)}]{text[end:]}"], text, wanted)
    if not isinstance(node, SequenceNode):
        return None
    wanted = before | {(*path, len(node.value)): value}
    if node.flow_style:
        return _proved([_inside(text, lines, node, _inline(value))], text, wanted)
    indent = " " * int(node.start_mark.column)
    return _proved([_below(text, lines, node, f"{indent}- {written}") for written in _ways(value)], text, wanted)


def with_key(text: str, path: YamlPath, key: str, value: str | list[str]) -> str | None:
    """`text` with one more key in the table at `path`; None where it is there already, or cannot be written."""
    node = _node(_composed(text), path)
    if not isinstance(node, MappingNode) or any(each.value == key for each, _ in node.value):
        return None
    wanted = texts_of(text) | {(*path, key): value if isinstance(value, str) else None}
    if not isinstance(value, str):
        wanted |= {(*path, key, at): each for at, each in enumerate(value)}
    written = _inline(value) if isinstance(value, str) else f"[{', '.join(map(_inline, value))}]"
    line, lines = f"{_inline(key)}: {written}", _starts(text)
    if node.flow_style:
        return _proved([_inside(text, lines, node, line)], text, wanted)
    return _proved([_below(text, lines, node, " " * int(node.start_mark.column) + line)], text, wanted)


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
    inner = node
    while not isinstance(inner, ScalarNode) and not inner.flow_style and inner.value:
        inner = _last(inner)
    start, end = (_at(mark, lines, text) for mark in (inner.start_mark, inner.end_mark))
    end = start + len(text[start:end].rstrip())
    at = text.find("\n", end)
    return f"{text}\n{line}\n" if at < 0 else f"{text[:at]}\n{line}{text[at:]}"


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
