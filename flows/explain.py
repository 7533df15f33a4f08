"""Why a condition was true or false: its parts, each with the values it saw. For whoever writes lessons."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flows.conditions import Condition, ConditionInvalid, Value, holds, names, parse

UNKNOWN = "(chưa có)"


class Part(NamedTuple):
    """One part of a condition. `value`: the names it reads, each with what it held; `depth` 0 is the whole."""

    text: str
    value: str
    result: bool
    depth: int


def explain(condition: Condition | str, values: Mapping[str, Value]) -> tuple[Part, ...]:
    """The whole condition first, then what it is made of, in reading order.

    Parts that `and` or `or` would not have looked at are told as well. Raises ConditionInvalid like `parse`.
    """
    read = parse(condition) if isinstance(condition, str) else condition
    return tuple(_parts(read, read.tree, values, 0))


def told(condition: str, values: Mapping[str, Value]) -> tuple[tuple[Part, ...], str]:
    """As `explain`, but an unreadable condition comes back as a sentence instead of parts."""
    try:
        return explain(condition, values), ""
    except ConditionInvalid as fault:
        return (), f"{fault.message} (ký tự {fault.col})"


def _parts(whole: Condition, node: ast.expr, values: Mapping[str, Value], depth: int) -> Iterator[Part]:
    text = ast.get_source_segment(whole.text.strip(), node) or whole.text.strip()
    part = Condition(text, node)
    children = _children(node)
    yield Part(text, "" if children else _seen(part, values), holds(part, values), depth)
    for child in children:
        yield from _parts(whole, child, values, depth + 1)


def _children(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BoolOp(values=parts):
            return parts
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [operand]
    return []


def _seen(part: Condition, values: Mapping[str, Value]) -> str:
    found = sorted(names(part), key=lambda name: (part.text.find(name), name))
    return ", ".join(f"{name} = {shown(values[name]) if name in values else UNKNOWN}" for name in found)


def shown(value: Value) -> str:
    """A value as it is written in a condition."""
    return f"'{value}'" if isinstance(value, str) else f"{value}"
