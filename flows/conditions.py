"""Conditions a teacher may write: comparisons, membership, and/or/not, names, numbers, 'strings', `days_since`.

No code: a few kinds of token are let through, then Python's own parser reads them, then only the few node kinds below
pass, so there is nothing to escape into. `MAX_LENGTH` and `MAX_NODES` bound the cost of one evaluation, which never
raises.
"""

from __future__ import annotations

import ast
import operator
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flows.saying import say

MAX_LENGTH = 200  # characters: longer than any condition a teacher can still read aloud
MAX_NODES = 60  # names, numbers, texts and comparisons in one condition
MAX_DEPTH = 20  # brackets inside brackets

DAYS_SINCE = "days_since"
STEP_ID = "[a-z0-9_]{1,24}"
NEVER = 9_999  # days since a step that she has not gone through yet: larger than any number a teacher compares with

BUILT_IN_NAMES = frozenset({"score", "tries", "channel", "value", DAYS_SINCE})

ConditionValue = str | int | float | bool
Days = Callable[[str], int]
"""Step id → whole days since she last went through it in this lesson; "" → since this pass began."""

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<text>'[^'\\\n]*'|\"[^\"\\\n]*\")|(?P<number>\d+(?:\.\d+)?(?![\w.]))|(?P<name>[^\W\d]\w*(?!['\"]))"
    r"|(?P<sign>==|!=|<=|>=|[<>(),-])",
    re.ASCII,
)
_STEP = re.compile(rf"'[^']*'|\"[^\"]*\"|\b{DAYS_SINCE}\s*\(\s*({STEP_ID})\s*\)", re.ASCII)
_NUMBER = re.compile(r"\s*-?\d{1,300}(?:\.\d{1,300})?\s*", re.ASCII)
_REFUSED = {
    "=": say("so sánh bằng thì viết hai dấu: =="),
    "“": say("dấu nháy cong, hãy gõ dấu nháy thẳng '"),
    "”": say("dấu nháy cong, hãy gõ dấu nháy thẳng '"),
    "‘": say("dấu nháy cong, hãy gõ dấu nháy thẳng '"),
    "’": say("dấu nháy cong, hãy gõ dấu nháy thẳng '"),
    "'": say("dấu nháy mở ở đây mà không đóng"),
    '"': say("dấu nháy mở ở đây mà không đóng"),
    "≥": say("lớn hơn hoặc bằng thì viết >="),
    "≤": say("nhỏ hơn hoặc bằng thì viết <="),
    "≠": say("khác nhau thì viết !="),
    "&": say("và thì viết and"),
    "|": say("hoặc thì viết or"),
    "!": say("khác nhau thì viết !=, phủ định thì viết not"),
}
_ASCII_WORD = string.ascii_letters + string.digits + "_"
_ONLY = say("chỉ được dùng so sánh, and, or, not, in, tên biến, số, 'chữ' và days_since")


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
        raise ConditionInvalid(say("điều kiện dài quá {max_length} ký tự", max_length=MAX_LENGTH), MAX_LENGTH)
    lead = len(text) - len(text.lstrip()) if text.strip() else 0
    steps: dict[int, str] = {}
    source = _STEP.sub(lambda found: _hide(found, steps), re.sub(r"\s", " ", text))
    _check_tokens(source)
    source = source.strip()
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        at = getattr(fault, "offset", None) or 1
        raise ConditionInvalid(say("không đọc được điều kiện"), lead + max(1, min(at, len(source)))) from None
    _show(tree, {at - lead: step for at, step in steps.items()}, source)
    expressions = sum(isinstance(node, ast.expr) for node in ast.walk(tree))
    if expressions > MAX_NODES:
        raise ConditionInvalid(say("điều kiện có quá {max_nodes} phần, hãy tách ra", max_nodes=MAX_NODES), 1)
    try:
        _check(tree)
    except _Misplaced as fault:
        raise ConditionInvalid(fault.message, lead + _chars(source, fault.node)) from None
    return Condition(text, tree)


def names(condition: Condition) -> set[str]:
    """The variables a condition reads; `days_since` and the steps it names are none."""
    return {node.id for node in _walk(condition.tree) if isinstance(node, ast.Name)} - {DAYS_SINCE}


def steps_named(condition: Condition) -> set[str]:
    """The ids of the steps it asks about with `days_since(step)`."""
    return {_step(node) for node in ast.walk(condition.tree) if isinstance(node, ast.Call)}


def never_gone(step: str) -> int:
    """`Days` of someone who has just begun."""
    return NEVER if step else 0


def holds(condition: Condition, values: Mapping[str, ConditionValue], days: Days = never_gone) -> bool:
    """Whether it is true; an unknown name counts as empty text, and a text that is a number compares as one."""
    return bool(_evaluate(condition.tree, values, days))


# --- reading -----------------------------------------------------------------------------------------


class _Misplaced(Exception):
    def __init__(self, message: str, node: ast.expr) -> None:
        super().__init__(message)
        self.message = message
        self.node = node


def _check_tokens(text: str) -> None:
    at, depth = 0, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            if text[at].isalpha() and not text[at].isascii():
                begins = at - len(text[:at]) + len(text[:at].rstrip(_ASCII_WORD))
                raise ConditionInvalid(say("tên biến viết không dấu tiếng Việt"), begins + 1)
            raise ConditionInvalid(_REFUSED.get(text[at], _ONLY), at + 1)
        depth += (found[0] == "(") - (found[0] == ")")
        if depth > MAX_DEPTH:
            raise ConditionInvalid(say("ngoặc lồng nhau quá {max_depth} tầng", max_depth=MAX_DEPTH), at + 1)
        at = found.end()


def _hide(found: re.Match[str], steps: dict[int, str]) -> str:
    """A step id may begin with a digit or be a word of Python's: the parser sees a name of the same length."""
    if found[1] is None:
        return found[0]
    steps[found.start(1)] = found[1]
    before, after = found.start(1) - found.start(), found.end(1) - found.start()
    return f"{found[0][:before]}{'_' * len(found[1])}{found[0][after:]}"


def _show(tree: ast.expr, steps: Mapping[int, str], source: str) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and set(node.id) == {"_"}:
            node.id = steps.get(_chars(source, node) - 1, node.id)


def _chars(source: str, node: ast.expr) -> int:
    """The column of a node in characters from 1; Python counts in bytes."""
    return len(source.encode()[: node.col_offset].decode(errors="ignore")) + 1


def _check(node: ast.expr) -> None:
    match node:
        case ast.BoolOp(values=parts):
            for part in parts:
                _check(part)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            _check(operand)
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[several]):
            _check(left)
            _check_list(several)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            if any(type(op) not in _COMPARE for op in ops):
                raise _Misplaced(say("chỉ được so sánh bằng == != < <= > >= in"), left)
            for part in (left, *comparators):
                _check(part)
        case ast.Call(func=ast.Name(id=name)) if name == DAYS_SINCE:
            _check_call(node)
        case ast.Name():
            pass
        case ast.Constant(value=value) if isinstance(value, str | int | float):
            pass
        case _:
            raise _Misplaced(_ONLY, node)


def _check_list(node: ast.expr) -> None:
    parts = node.elts if isinstance(node, ast.Tuple) else []
    if not parts:
        raise _Misplaced(
            say("sau in là nhiều chữ trong ngoặc: muc in ('co', 'khong'); một chữ thì viết muc == 'co'"), node
        )
    for part in parts:
        if not (isinstance(part, ast.Constant) and isinstance(part.value, str)):
            raise _Misplaced(say("trong danh sách sau in chỉ có chữ trong dấu nháy"), part)


def _check_call(node: ast.Call) -> None:
    if len(node.args) != 1 or node.keywords:
        raise _Misplaced(say("days_since nhận một mã bước: days_since(otp); tính từ đầu bài thì viết days_since"), node)
    if not isinstance(node.args[0], ast.Name):
        raise _Misplaced(say("trong days_since( ) là một mã bước, không có dấu nháy"), node.args[0])
    if not re.fullmatch(STEP_ID, node.args[0].id):
        raise _Misplaced(say("mã bước chỉ gồm a-z, 0-9, dấu _"), node.args[0])


# --- deciding ----------------------------------------------------------------------------------------


def _step(call: ast.Call) -> str:
    argument = call.args[0]
    return argument.id if isinstance(argument, ast.Name) else ""


def _walk(tree: ast.expr) -> list[ast.AST]:
    """All nodes but the arguments of calls."""
    inside = {id(node.args[0]) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return [node for node in ast.walk(tree) if id(node) not in inside]


def _evaluate(node: ast.expr, values: Mapping[str, ConditionValue], days: Days) -> ConditionValue:
    match node:
        case ast.BoolOp(op=op, values=parts):
            results = (bool(_evaluate(part, values, days)) for part in parts)
            return all(results) if isinstance(op, ast.And) else any(results)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number = _number(_evaluate(operand, values, days))
            return -number if number is not None else 0
        case ast.UnaryOp(operand=operand):
            return not _evaluate(operand, values, days)
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[ast.Tuple(elts=parts)]):
            at = _evaluate(left, values, days)
            among = any(_compare(ast.Eq(), at, _evaluate(part, values, days)) for part in parts)
            return among is isinstance(op, ast.In)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            at = _evaluate(left, values, days)
            for compared, part in zip(ops, comparators, strict=True):
                to = _evaluate(part, values, days)
                if not _compare(compared, at, to):
                    return False
                at = to
            return True
        case ast.Call():
            return days(_step(node))
        case ast.Name(id=name):
            return days("") if name == DAYS_SINCE else values.get(name, "")
        case ast.Constant(value=value) if isinstance(value, str | int | float):
            return value
    raise AssertionError(f"_check let {type(node).__name__} through")


def _compare(op: ast.cmpop, left: ConditionValue, right: ConditionValue) -> bool:
    compare = _COMPARE[type(op)]
    numbers = _number(left), _number(right)
    if numbers[0] is not None and numbers[1] is not None:
        return compare(numbers[0], numbers[1])
    if isinstance(op, ast.Eq | ast.NotEq):
        return compare(str(left), str(right))
    return False


def _number(value: ConditionValue) -> float | None:
    """A number, or a text that people write as one: not "nan", "1_000" or "1e5", and nothing too large."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        return float(value)
    except OverflowError:
        return None
