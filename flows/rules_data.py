"""Rules about data: nothing is read before it is there, nothing private is shown, nothing secret is asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from flows.conditions import BUILT_IN_NAMES, Condition, ConditionInvalid, holds, names, parse
from flows.fields import did_you_mean
from flows.model import Ask, Branch, Choose, Quiz, Set, Step
from flows.rules import PLACEHOLDER, Found, Path, Rulebook, Script
from flows.saying import say

rules = Rulebook()

NUMBERS = frozenset({"score", "tries"})


class Asked(NamedTuple):
    """One condition of a step; `answer`: it may look at `value`."""

    step: Step
    field: Path
    text: str
    answer: bool

    @property
    def condition(self) -> Condition | None:
        try:
            return parse(self.text)
        except ConditionInvalid:
            return None

    def column(self, node: ast.expr) -> int:
        """Where a part of the condition begins, in characters from 1; Python counts in bytes."""
        before = len(self.text) - len(self.text.lstrip())
        return before + len(self.text.lstrip().encode()[: node.col_offset].decode(errors="ignore")) + 1


def conditions(script: Script) -> Iterator[Asked]:
    for step in script.lesson.steps:
        if step.when is not None:
            yield Asked(step, ("when",), step.when, False)
        if isinstance(step, Ask) and step.check is not None:
            yield Asked(step, ("check",), step.check, True)
        if isinstance(step, Branch):
            yield from (Asked(step, ("cases", at, "when"), case.when, False) for at, case in enumerate(step.cases))


# --- names -------------------------------------------------------------------------------------------


@rules.add("E301", "chỗ điền hoặc biến không có, hoặc chưa có giá trị", paths=True)
def unknown_name(script: Script) -> Iterator[Found]:
    known = script.longest.keys()
    for text in script.texts:
        for name, col in _placeholders(text.text):
            if name not in known:
                place = script.within(text.step, text.field, col)
                yield Found(place, say("không có chỗ điền nào tên {{{name}}}", name=name), _meant(name, known))
    for asked in conditions(script):
        condition = asked.condition
        allowed = script.variables | BUILT_IN_NAMES if asked.answer else script.variables | (BUILT_IN_NAMES - {"value"})
        for name in sorted(names(condition) - allowed if condition else ()):
            yield Found(
                script.at(asked.step, *asked.field),
                say("không có biến nào tên “{name}”", name=name),
                _meant(name, allowed),
            )
    for name, _ in _placeholders(script.lesson.title):
        yield Found(
            script.header("title"),
            say("tên bài không điền được {{{name}}}", name=name),
            say("hãy viết hẳn chữ vào tên bài"),
        )


def _meant(name: str, known: Iterable[str]) -> str:
    return did_you_mean(name, known) or say("xem các chỗ điền trong config.yaml, phần facts")


def _placeholders(text: str) -> list[tuple[str, int]]:
    return [(found[1], found.start() + 1) for found in PLACEHOLDER.finditer(text)] if "{" in text else []


@rules.add("E301", "chỗ điền hoặc biến không có, hoặc chưa có giá trị", paths=True)
def read_before_set(script: Script) -> Iterator[Found]:
    if not script.variables:
        return
    surely = _surely_set(script, _guards(script))
    hint = say("hãy hỏi hoặc đặt giá trị trước bước này trên mọi đường")
    for text in script.texts:
        has = surely.get(text.step.id)
        if has is None:
            continue
        if isinstance(text.step, Choose) and text.field[0] == "options" and text.role != "label":
            option = text.step.options[int(text.field[1])]
            has = has | set(option.sets) | ({text.step.save} if text.step.save else set())
        for name, col in _placeholders(text.text):
            if name in script.variables and name not in has:
                yield Found(
                    script.within(text.step, text.field, col),
                    say("{{{name}}} có thể chưa có giá trị ở đây", name=name),
                    hint,
                )
    # A guard's detour does not count here: in a condition, what was never set is an empty text, and harmless.
    surely = _surely_set(script, ())
    for asked in conditions(script):
        has = surely.get(asked.step.id)
        if has is not None and asked.condition is not None:
            for name in sorted((names(asked.condition) & script.variables) - has):
                yield Found(
                    script.at(asked.step, *asked.field),
                    say("biến “{name}” có thể chưa có giá trị ở đây", name=name),
                    hint,
                )


def _guards(script: Script) -> tuple[str, ...]:
    return tuple(guard.go for guard in script.lesson.guards if guard.go in script.lesson.index)


def _surely_set(script: Script, guards: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """Step → the variables that have a value whichever way she came (a forward walk that keeps the intersection)."""
    first = script.lesson.steps[0].id
    surely: dict[str, frozenset[str]] = {first: frozenset()}
    todo = [first]
    while todo:
        step_id = todo.pop()
        has = surely[step_id]
        ways = [(edge.to, has | set(edge.sets)) for edge in script.edges[step_id] if edge.to in script.lesson.index]
        if any(edge.waits for edge in script.edges[step_id]):
            ways.extend((go, has) for go in guards)
        for to, brings in ways:
            if to is None:
                continue
            known = surely.get(to)
            kept = brings if known is None else known & brings
            if kept != known:
                surely[to] = kept
                todo.append(to)
    return surely


# --- conditions --------------------------------------------------------------------------------------


@rules.add("E302", "điều kiện viết sai")
def bad_condition(script: Script) -> Iterator[Found]:
    for asked in conditions(script):
        try:
            condition = parse(asked.text)
        except ConditionInvalid as fault:
            once = re.search(r"(?<![=!<>])=(?!=)", asked.text)
            hint = say("so sánh bằng thì viết hai dấu: ==") if once else say("ví dụ: score >= 2 and muc == 'co'")
            yield Found(script.within(asked.step, asked.field, fault.col), fault.message, hint)
            continue
        for node in ast.walk(condition.tree):
            if isinstance(node, ast.Compare):
                message = _type_fault(node)
                if message:
                    place = script.within(asked.step, asked.field, asked.column(node))
                    yield Found(place, message, say("số viết trơn: score >= 2; chữ viết trong dấu nháy: muc == 'co'"))


def _type_fault(node: ast.Compare) -> str:
    parts = (node.left, *node.comparators)
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    words = [text for text in texts if not re.fullmatch(r"-?\d+(\.\d+)?", text)]
    numbers = [part.id for part in parts if isinstance(part, ast.Name) and part.id in NUMBERS]
    if words and numbers:
        return say("“{numbers}” là một con số, không so với chữ “{words}” được", numbers=numbers[0], words=words[0])
    if words and not all(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
        return say("chữ “{words}” không so lớn nhỏ được", words=words[0])
    return ""


@rules.add("E106", "trường hợp không bao giờ đúng, hoặc bị trường hợp trước che")
def never_equal(script: Script) -> Iterator[Found]:
    domains = _domains(script)
    for asked in conditions(script):
        for node in ast.walk(asked.condition.tree) if asked.condition else ():
            if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
                yield from _outside_domain(script, asked, node, domains)


def _outside_domain(
    script: Script, asked: Asked, node: ast.Compare, domains: Mapping[str, set[str]]
) -> Iterator[Found]:
    sides = (node.left, node.comparators[0])
    name = next((side.id for side in sides if isinstance(side, ast.Name)), "")
    literal = next((str(side.value) for side in sides if isinstance(side, ast.Constant)), None)
    if literal is None or name not in domains:
        return
    equal = Condition(asked.text, node)
    if not any(holds(equal, {name: value}) for value in (*domains[name], "")):
        hint = did_you_mean(literal, domains[name]) or say("chỉ có: {names}", names=", ".join(sorted(domains[name])))
        place = script.within(asked.step, asked.field, asked.column(node))
        yield Found(place, say("“{name}” không bao giờ là “{literal}”", name=name, literal=literal), hint)


def _domains(script: Script) -> dict[str, set[str]]:
    """The values of variables that only options and set steps write; typed answers can be anything."""
    domains: dict[str, set[str]] = {}
    for step in script.lesson.steps:
        if isinstance(step, Choose):
            if step.save:
                domains.setdefault(step.save, set()).update(option.id for option in step.options)
            for option in step.options:
                _add(domains, option.sets)
        elif isinstance(step, Set):
            _add(domains, step.values)
    typed = {step.save for step in script.lesson.steps if isinstance(step, Ask)}
    return {name: values for name, values in domains.items() if name not in typed and not any("{" in v for v in values)}


def _add(domains: dict[str, set[str]], values: Mapping[str, str]) -> None:
    for name, value in values.items():
        domains.setdefault(name, set()).add(value)


# --- what nobody may see -----------------------------------------------------------------------------


@rules.add("E303", "điều riêng tư bị đem ra dùng")
def private_shown(script: Script) -> Iterator[Found]:
    hint = say("câu trả lời riêng tư không được giữ lại: chỉ check mới xem được")
    for text in script.texts:
        for name, col in _placeholders(text.text):
            if name in script.private:
                yield Found(
                    script.within(text.step, text.field, col), say("{{{name}}} là điều riêng tư", name=name), hint
                )
    for asked in conditions(script):
        for name in sorted(names(asked.condition) & script.private if asked.condition else ()):
            yield Found(script.at(asked.step, *asked.field), say("“{name}” là điều riêng tư", name=name), hint)


_SECRET = (
    r"(?:mã\s+(?:số\s+)?otp|otp|mật\s+khẩu|passcode|mã\s+pin|số\s+pin|mã\s+xác\s+(?:thực|nhận)|cvv|số\s+thẻ"
    r"|(?:số|mã|ảnh)\s+(?:thẻ\s+)?(?:căn\s+cước|cccd|cmnd|chứng\s+minh|định\s+danh)|cccd)"
)
_GIVE = r"(?:gửi|nhập|gõ|viết|điền|nhắn|đọc|khai|cho|chụp|cung\s+cấp|báo)"
_HERE = (
    r"(?:cho|với|giúp|tới|đến)\s+(?:\{em\}|máy\s+này)|(?:vào|ở|tại|xuống|dưới)\s+(?:đây|bên\s+dưới|ô\s+này|khung\s+này)"
)
_TO_US = re.compile(rf"\b{_GIVE}\b.*\b{_SECRET}\b.*(?:{_HERE})|\b{_GIVE}\b\s+(?:{_HERE}).*\b{_SECRET}\b")
_ANSWER_HERE = re.compile(
    rf"\b{_GIVE}\b.*\b{_SECRET}\b|\b{_SECRET}\b\s+(?:\w+\s+){{0,2}}(?:của\s+)?\{{chị\}}\s+(?:là|số)\b|\b{_SECRET}\b\s+của\s+\{{chị\}}"
)
# A sentence that warns, or tells what swindlers say.
_WARNS = re.compile(r"\b(?:không|đừng|chớ|chẳng|chưa|khỏi|cấm|lừa|giả|kẻ\s+gian|người\s+lạ|họ|ai)\b")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’")
_SENTENCE_END = re.compile(r"[.!?;\n]+(?:\s|$)")
_SECRET_NAMES = re.compile(r"(?:.*_)?(?:otp|pin|mat_khau|password|passcode|cccd|cmnd|so_the|cvv|can_cuoc)(?:_.*)?")


@rules.add("E304", "hỏi xin OTP, mật khẩu, số căn cước hoặc số thẻ")
def asks_for_secret(script: Script) -> Iterator[Found]:
    hint = say("không bao giờ xin những thứ này, kể cả để tập")
    for text in script.spoken:
        if wants_secret(text.text, typed=_is_typed(text.step) and text.field == ("text",)):
            yield Found(script.at(text.step, *text.field), say("câu này xin học viên điều phải giữ kín"), hint)
    for step in script.lesson.steps:
        if isinstance(step, Ask) and _SECRET_NAMES.fullmatch(step.save):
            yield Found(script.at(step, "save"), say("“{save}” là điều phải giữ kín", save=step.save), hint)


def _is_typed(step: Step) -> bool:
    return isinstance(step, Ask) or (isinstance(step, Quiz) and step.type in ("number", "text"))


def wants_secret(text: str, *, typed: bool) -> bool:
    """Whether a text asks her for a secret; `typed`: she answers it by typing, so no "to me" is needed."""
    low = _QUOTED.sub(" ", text).lower()
    if not re.search(_SECRET, low):
        return False
    pattern = _ANSWER_HERE if typed else _TO_US
    return any(pattern.search(part) and not _WARNS.search(part) for part in _SENTENCE_END.split(low))
