"""Conditions a teacher may write: comparisons, and/or/not, names, numbers, 'strings'. No calls, no code.

Python's own parser reads them, then only the few node kinds below are let through, so there is nothing to escape
into; the cost of one evaluation is bounded by `MAX_LENGTH`.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_LENGTH = 200  # characters: longer than any condition a teacher can still read aloud

BUILT_IN_NAMES = frozenset({"score", "tries", "channel", "value"})

Value = str | int | float | bool

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class ConditionInvalid(Exception):
    """A condition cannot be read; `col` counts characters from 1 inside the condition."""

    def __init__(self, message: str, col: int) -> None:
        super().__init__(message)
        self.message = message
        self.col = col


@dataclass(frozen=True, slots=True)
class Condition:
    text: str
    tree: ast.expr


@lru_cache(maxsize=4096)
def parse(text: str) -> Condition:
    """Read a condition; raises ConditionInvalid with one sentence and the column."""
    if len(text) > MAX_LENGTH:
        raise ConditionInvalid(f"điều kiện dài quá {MAX_LENGTH} ký tự", MAX_LENGTH)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        col = getattr(fault, "offset", None) or 1
        raise ConditionInvalid("không đọc được điều kiện", col) from None
    _check(tree)
    return Condition(text, tree)


def names(condition: Condition) -> set[str]:
    """The variables it reads."""
    return {node.id for node in ast.walk(condition.tree) if isinstance(node, ast.Name)}


def holds(condition: Condition, values: Mapping[str, Value]) -> bool:
    """Whether it is true; an unknown name counts as empty text, and a text that is a number compares as one."""
    return bool(_evaluate(condition.tree, values))


def _check(node: ast.expr) -> None:
    match node:
        case ast.BoolOp(values=parts):
            for part in parts:
                _check(part)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            _check(operand)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            if any(type(op) not in _COMPARE for op in ops):
                raise ConditionInvalid("chỉ được so sánh bằng == != < <= > >=", left.col_offset + 1)
            for part in (left, *comparators):
                _check(part)
        case ast.Name():
            pass
        case ast.Constant(value=value) if isinstance(value, str | int | float):
            pass
        case _:
            raise ConditionInvalid("chỉ được dùng so sánh, and, or, not, tên biến, số và 'chữ'", node.col_offset + 1)


def _evaluate(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.BoolOp(op=op, values=parts):
            results = (bool(_evaluate(part, values)) for part in parts)
            return all(results) if isinstance(op, ast.And) else any(results)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number = _number(_evaluate(operand, values))
            return -number if number is not None else 0
        case ast.UnaryOp(operand=operand):
            return not _evaluate(operand, values)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            at = _evaluate(left, values)
            for compared, part in zip(ops, comparators, strict=True):
                to = _evaluate(part, values)
                if not _compare(compared, at, to):
                    return False
                at = to
            return True
        case ast.Name(id=name):
            return values.get(name, "")
        case ast.Constant(value=value) if isinstance(value, str | int | float):
            return value
    raise AssertionError(f"_check let {type(node).__name__} through")


def _compare(op: ast.cmpop, left: Value, right: Value) -> bool:
    compare = _COMPARE[type(op)]
    numbers = _number(left), _number(right)
    if numbers[0] is not None and numbers[1] is not None:
        return compare(numbers[0], numbers[1])
    if isinstance(op, ast.Eq | ast.NotEq):
        return compare(str(left), str(right))
    return False


def _number(value: Value) -> float | None:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return float(value)
