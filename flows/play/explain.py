"""Why a condition was true or false: its parts, each with the values it saw. For whoever writes lessons."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from flows.conditions import Condition, ConditionInvalid, ConditionValue, holds, names, parse

UNKNOWN = "(chưa có)"


_DAYS = re.compile(r"\bdays_since\b(?:\s*\(\s*(\w*)\s*\))?", re.ASCII)

Judge = Callable[[str], bool]
"""Whether a condition is true, as the engine would say."""


class Part(NamedTuple):
    """One part of a condition. `value`: the names it reads, each with what it held; `depth` 0 is the whole."""

    text: str
    value: str
    result: bool
    depth: int


def explain(condition: str, values: Mapping[str, ConditionValue], judge: Judge | None = None) -> tuple[Part, ...]:
    """The whole condition first, then what it is made of, in reading order.

    Parts that `and` or `or` would not have looked at are told as well. `values` may hold days by their
    `days_name`. `judge` decides where more than the values is needed for that. Raises ConditionInvalid like `parse`.
    """
    read = parse(condition)
    return tuple(_parts(read, read.tree, values, judge or (lambda text: holds(parse(text), values)), 0))


def told(
    condition: str, values: Mapping[str, ConditionValue], judge: Judge | None = None
) -> tuple[tuple[Part, ...], str]:
    """As `explain`, but an unreadable condition comes back as a sentence instead of parts."""
    try:
        return explain(condition, values, judge), ""
    except ConditionInvalid as fault:
        return (), f"{fault.message} (ký tự {fault.col})"


def days_named(condition: str) -> set[str]:
    """The steps whose days it asks for; "" is the beginning of the pass."""
    return {found[1] or "" for found in _DAYS.finditer(condition)}


def days_name(step: str) -> str:
    """How the days since a step are called among the values of `explain`."""
    return f"days_since({step})" if step else "days_since"


def _parts(
    whole: Condition, node: ast.expr, values: Mapping[str, ConditionValue], judge: Judge, depth: int
) -> Iterator[Part]:
    text = ast.get_source_segment(whole.text.strip(), node) or whole.text.strip()
    children = _children(node)
    yield Part(text, "" if children else _seen(text, values), judge(text), depth)
    for child in children:
        yield from _parts(whole, child, values, judge, depth + 1)


def _children(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BoolOp(values=parts):
            return parts
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [operand]
    return []


def _seen(text: str, values: Mapping[str, ConditionValue]) -> str:
    bare = _DAYS.sub(lambda found: "0".ljust(len(found[0])), text)  # a step's name there is no variable
    found = [(text.find(name), name) for name in names(parse(bare))]
    found += [(call.start(), days_name(call[1] or "")) for call in _DAYS.finditer(text)]
    told = (f"{name} = {shown(values[name]) if name in values else UNKNOWN}" for _, name in sorted(found))
    return ", ".join(dict.fromkeys(told))


def shown(value: ConditionValue) -> str:
    """A value as it is written in a condition."""
    return f"'{value}'" if isinstance(value, str) else f"{value}"
