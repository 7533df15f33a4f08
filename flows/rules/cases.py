"""Rules about conditions that can never be true, or never come to their turn.

Every comparison is between a name and a constant, so it is enough to try each name with the values at which something
changes: the constants themselves, one less, one more, and what it can hold besides.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

from flows.conditions import DAYS_SINCE, Condition, ConditionValue, holds
from flows.engine.kinds.table import kind_of
from flows.model import Branch, Case
from flows.profiles import IDS
from flows.rules.data import StepCondition, conditions, type_fault
from flows.rules.rule import LintFinding, Rulebook, Script
from flows.saying import say
from flows.yaml.fields import did_you_mean

rules = Rulebook()

MOST_TRIES = 2_000  # assignments that are tried; where there are more, nothing is said
OTHER = "~"  # a text that nobody compares with
DEAD = "trường hợp không bao giờ đúng, hoặc bị trường hợp trước che"
MEND = say("hãy sửa hoặc bỏ trường hợp này")

Values = Mapping[str, Sequence[ConditionValue]]
"""Name → what is worth trying; `days_since(step)` has its step as a name in brackets."""


@rules.add("E106", DEAD)
def never_equal(script: Script) -> Iterator[LintFinding]:
    """Comparisons with `==` to a text that the variable, or `channel`, can never hold."""
    domains = _domains(script)
    for asked in conditions(script):
        yield from _never_equal(script, asked, domains)


def _never_equal(script: Script, asked: StepCondition, domains: Mapping[str, set[str]]) -> Iterator[LintFinding]:
    for node in ast.walk(asked.condition.tree) if asked.condition else ():
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
            yield from _outside_domain(script, asked, node, domains)


def _outside_domain(
    script: Script, asked: StepCondition, node: ast.Compare, domains: Mapping[str, set[str]]
) -> Iterator[LintFinding]:
    sides = (node.left, node.comparators[0])
    name = next((side.id for side in sides if isinstance(side, ast.Name)), "")
    literal = next((str(side.value) for side in sides if isinstance(side, ast.Constant)), None)
    if literal is None or name not in domains:
        return
    equal = Condition(asked.text, node)
    if not any(holds(equal, {name: value}) for value in (*domains[name], "")):
        hint = did_you_mean(literal, domains[name]) or say("chỉ có: {names}", names=", ".join(sorted(domains[name])))
        place = script.within(asked.step, asked.field, asked.column(node))
        yield LintFinding(place, say("“{name}” không bao giờ là “{literal}”", name=name, literal=literal), hint)


@rules.add("E106", DEAD)
def dead_case(script: Script) -> Iterator[LintFinding]:
    """Conditions that no values make true, and cases of a `branch` that an earlier case always takes first."""
    domains = _domains(script)
    for asked in conditions(script):
        if asked.field[0] != "cases" and asked.condition and not _told(script, asked, domains):
            found = _assignments(script, [asked.condition], domains)
            if found is not None and not any(_true(asked.condition, each) for each in found):
                message = say("“{when}” không bao giờ đúng", when=asked.text)
                yield LintFinding(script.at(asked.step, *asked.field), message, MEND)
    for step in script.lesson.of(Branch):
        yield from _dead_cases(script, step, domains)


def _dead_cases(script: Script, step: Branch, domains: Mapping[str, set[str]]) -> Iterator[LintFinding]:
    asked = [StepCondition(step, ("cases", at, "when"), case.when, False) for at, case in enumerate(step.cases)]
    before: list[tuple[Case, Condition]] = []
    for case, one in zip(step.cases, asked, strict=True):
        if one.condition is None or _told(script, one, domains):
            continue
        said = " ".join(case.when.split())
        same = next((other for other, _ in before if " ".join(other.when.split()) == said), None)
        if same is not None:
            yield LintFinding(case.place, say("điều kiện này đã có ở dòng {line}", line=same.place.line), MEND)
            continue
        found = _assignments(script, [one.condition, *(condition for _, condition in before)], domains)
        true = [each for each in found or () if _true(one.condition, each)]
        if found is not None and not true:
            yield LintFinding(case.place, say("“{when}” không bao giờ đúng", when=case.when), MEND)
        elif found is not None and not any(all(not _true(other, each) for _, other in before) for each in true):
            lines = ", ".join(str(other.place.line) for other, _ in before)
            message = say("trường hợp này bị che: lúc nào cũng rơi vào trường hợp trước (dòng {lines})", lines=lines)
            yield LintFinding(case.place, message, say("hãy đưa trường hợp hẹp hơn lên trước, hoặc bỏ bớt"))
        before.append((case, one.condition))


def _told(script: Script, asked: StepCondition, domains: Mapping[str, set[str]]) -> bool:
    """Whether another finding says already why it is never true."""
    compared = (
        (node for node in ast.walk(asked.condition.tree) if isinstance(node, ast.Compare)) if asked.condition else ()
    )
    return any(map(type_fault, compared)) or any(_never_equal(script, asked, domains))


# --- trying ------------------------------------------------------------------------------------------


def _assignments(
    script: Script, asked: Sequence[Condition], domains: Mapping[str, set[str]]
) -> list[dict[str, ConditionValue]] | None:
    """Every combination worth trying; None where there are too many, or two names are compared."""
    values: dict[str, set[ConditionValue]] = {}
    for condition in asked:
        if not _gather(condition.tree, values):
            return None
    for name in list(values):
        values[name] = {*domains[name], ""} if name in domains else values[name] | _besides(name)
        if name in ("score", "tries", DAYS_SINCE) or name.startswith("("):
            values[name] = {value for value in values[name] if (_number(value) or 0) >= 0}
    if prod(len(each) for each in values.values()) > MOST_TRIES:
        return None
    names = sorted(values)
    return [dict(zip(names, each, strict=True)) for each in product(*(sorted(values[name], key=str) for name in names))]


def _gather(tree: ast.expr, values: dict[str, set[ConditionValue]]) -> bool:
    """Note the constants each name is compared with; False where a comparison is of another kind."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        parts = [node.left, *node.comparators]
        names = [name for part in parts if (name := _name(part))]
        if len(set(names)) > 1:
            return False
        for part in parts if names else ():
            values.setdefault(names[0], set()).update(_constants(part))
    for node in ast.walk(tree):
        if (name := _name(node)) and not (isinstance(node, ast.Name) and node.id == DAYS_SINCE):
            values.setdefault(name, set())
    return True


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.args[0], ast.Name):
        return f"({node.args[0].id})"
    return node.id if isinstance(node, ast.Name) else ""


def _constants(part: ast.expr) -> Iterator[ConditionValue]:
    if isinstance(part, ast.Tuple):
        for each in part.elts:
            yield from _constants(each)
    sign = 1
    if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub):
        part, sign = part.operand, -1
    if isinstance(part, ast.Constant) and isinstance(part.value, str | int | float):
        value = part.value
        number = _number(value)
        if number is None:
            yield value
        else:
            yield from (sign * number - 1, sign * number, sign * number + 1)


def _number(value: ConditionValue) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _besides(name: str) -> set[ConditionValue]:
    if name in ("score", "tries") or name == DAYS_SINCE or name.startswith("("):
        return {0, 1, 9_999}
    if name == "channel":
        return set(IDS)
    return {"", OTHER, 0, 10**9}


def _true(condition: Condition, values: Mapping[str, ConditionValue]) -> bool:
    return holds(condition, values, lambda step: int(_number(values.get(f"({step})" if step else DAYS_SINCE, 0)) or 0))


def _domains(script: Script) -> dict[str, set[str]]:
    """The values of variables that only options and set steps write; typed answers can be anything."""
    domains: dict[str, set[str]] = {}
    typed: set[str] = set()
    for step in script.lesson.steps:
        for saved in kind_of(step).values(step):
            if saved.value is None or "{" in saved.value:
                typed.add(saved.name)
            else:
                domains.setdefault(saved.name, set()).add(saved.value)
    return {name: values for name, values in domains.items() if name not in typed}
