"""Rules about data: nothing is read before it is there, nothing private is shown, nothing secret is asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flows.conditions import BUILT_IN_NAMES, DAYS_SINCE, Condition, ConditionInvalid, names, parse, steps_named
from flows.engine.kinds.facets import StepPath
from flows.engine.kinds.table import conditions_of, kind_of
from flows.model import Ask, SourcePosition, Step
from flows.reading.braces import PLACEHOLDER, loose_brace
from flows.rules.rule import LintFinding, Rulebook, Script
from flows.saying import say
from flows.yaml.fields import did_you_mean

rules = Rulebook()

NUMBERS = frozenset({"score", "tries", DAYS_SINCE})


class StepCondition(NamedTuple):
    """One condition of a step; `answer`: it may look at `value`."""

    step: Step
    field: StepPath
    text: str
    answer: bool

    @property
    def condition(self) -> Condition | None:
        """The condition parsed; None where it is written wrongly, which E302 tells."""
        try:
            return parse(self.text)
        except ConditionInvalid:
            return None

    def column(self, node: ast.expr) -> int:
        """Where a part of the condition begins, in characters from 1; Python counts in bytes."""
        before = len(self.text) - len(self.text.lstrip())
        return before + len(self.text.lstrip().encode()[: node.col_offset].decode(errors="ignore")) + 1

    def place_of(self, script: Script, name: str) -> SourcePosition:
        """Where a name stands in the condition, outside its quoted texts; else where the condition begins."""
        bare = re.sub(r"'[^']*'|\"[^\"]*\"", lambda found: "'" * len(found[0]), self.text)
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", bare)
        return script.within(self.step, self.field, found.start() + 1 if found else 1)


def conditions(script: Script) -> Iterator[StepCondition]:
    """Every condition of the lesson, step by step, `when` before the others of its step."""
    for step in script.lesson.steps:
        for own in conditions_of(step):
            yield StepCondition(step, own.field, own.text, own.of_answer)


# --- names -------------------------------------------------------------------------------------------


@rules.add("E301", "chỗ điền hoặc biến không có, hoặc chưa có giá trị", paths=True)
def unknown_name(script: Script) -> Iterator[LintFinding]:
    """Placeholders and names in conditions that are neither a variable of the lesson nor a fact nor built in.

    A title is shown outside the lesson too, so no placeholder may stand in it.
    """
    known = script.longest.keys()
    for text in script.texts:
        for name, col in _placeholders(text.text):
            if name not in known:
                place = script.within(text.step, text.field, col)
                yield LintFinding(place, say("không có chỗ điền nào tên {{{name}}}", name=name), _meant(name, known))
    for asked in conditions(script):
        condition = asked.condition
        allowed = script.variables | BUILT_IN_NAMES if asked.answer else script.variables | (BUILT_IN_NAMES - {"value"})
        for name in sorted(names(condition) - allowed if condition else ()):
            message = say("không có biến nào tên “{name}”", name=name)
            yield LintFinding(asked.place_of(script, name), message, _meant(name, allowed))
    for name, _ in _placeholders(script.lesson.title):
        yield LintFinding(
            script.header("title"),
            say("tên bài không điền được {{{name}}}", name=name),
            say("hãy viết hẳn chữ vào tên bài"),
        )


@rules.add("E301", "chỗ điền hoặc biến không có, hoặc chưa có giá trị")
def loose_braces(script: Script) -> Iterator[LintFinding]:
    """Braces without their other half: learners would read them, and what was to be filled in is not."""
    for text in script.texts:
        if loose := loose_brace(text.text):
            yield LintFinding(script.within(text.step, text.field, loose.col), loose.message, loose.hint)
    if loose := loose_brace(script.lesson.title):
        yield LintFinding(script.header("title"), loose.message, say("hãy viết hẳn chữ vào tên bài"))


def _meant(name: str, known: Iterable[str]) -> str:
    return did_you_mean(name, known) or say("xem các chỗ điền trong config.yaml, phần facts")


def _placeholders(text: str) -> list[tuple[str, int]]:
    """Each name in braces once, with the column where it stands first: mended there, it is mended everywhere."""
    first: dict[str, int] = {}
    for found in PLACEHOLDER.finditer(text) if "{" in text else ():
        first.setdefault(found[1], found.start() + 1)
    return list(first.items())


@rules.add("E101", "bước được nhắc tới mà không có", paths=True)
def step_missing(script: Script) -> Iterator[LintFinding]:
    """Steps that a condition asks about, as in `days_since(step)`, and that the lesson does not have."""
    for asked in conditions(script):
        condition = asked.condition
        for step_id in sorted(steps_named(condition) - script.lesson.index.keys() if condition else ()):
            hint = did_you_mean(step_id, script.lesson.index) or say("hãy thêm bước ấy hoặc sửa tên")
            yield LintFinding(asked.place_of(script, step_id), say("không có bước nào tên “{to}”", to=step_id), hint)


@rules.add("E301", "chỗ điền hoặc biến không có, hoặc chưa có giá trị", paths=True)
def read_before_set(script: Script) -> Iterator[LintFinding]:
    """Variables that are shown or compared where some way through the lesson has not given them a value yet."""
    if not script.variables:
        return
    surely = _surely_set(script, _guards(script))
    hint = say("hãy hỏi hoặc đặt giá trị trước bước này trên mọi đường")
    for text in script.texts:
        has = surely.get(text.step.id)
        if has is None:
            continue
        has = has | set(text.after)
        for name, col in _placeholders(text.text):
            if name in script.variables and name not in has:
                yield LintFinding(
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
                message = say("biến “{name}” có thể chưa có giá trị ở đây", name=name)
                yield LintFinding(asked.place_of(script, name), message, hint)


def _guards(script: Script) -> tuple[str, ...]:
    return tuple(guard.go for guard in script.lesson.guards if guard.go in script.lesson.index)


def _surely_set(script: Script, guards: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """Step → the variables that have a value by whichever way the learner came.

    A forward walk that keeps the intersection of all ways.
    """
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
def bad_condition(script: Script) -> Iterator[LintFinding]:
    """Conditions that cannot be parsed, and comparisons of a number with words."""
    for asked in conditions(script):
        try:
            condition = parse(asked.text)
        except ConditionInvalid as fault:
            hint = say("ví dụ: score >= 2 and muc == 'co'")
            yield LintFinding(script.within(asked.step, asked.field, fault.col), fault.message, hint)
            continue
        for node in ast.walk(condition.tree):
            if isinstance(node, ast.Compare):
                message = type_fault(node)
                if message:
                    place = script.within(asked.step, asked.field, asked.column(node))
                    yield LintFinding(
                        place, message, say("số viết trơn: score >= 2; chữ viết trong dấu nháy: muc == 'co'")
                    )


def type_fault(node: ast.Compare) -> str:
    """What is wrong with the kinds of the two sides of a comparison, as a sentence for the editor; empty: nothing."""
    parts = (node.left, *node.comparators)
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    words = [text for text in texts if not re.fullmatch(r"-?\d+(\.\d+)?", text)]
    named = [part.func if isinstance(part, ast.Call) else part for part in parts]
    numbers = [part.id for part in named if isinstance(part, ast.Name) and part.id in NUMBERS]
    if words and numbers:
        return say("“{numbers}” là một con số, không so với chữ “{words}” được", numbers=numbers[0], words=words[0])
    if words and not all(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
        return say("chữ “{words}” không so lớn nhỏ được", words=words[0])
    return ""


# --- what nobody may see -----------------------------------------------------------------------------


@rules.add("E303", "điều riêng tư bị đem ra dùng")
def private_shown(script: Script) -> Iterator[LintFinding]:
    """Private answers that a text shows or a condition other than `check` looks at: they are never kept."""
    hint = say("câu trả lời riêng tư không được giữ lại: chỉ check mới xem được")
    for text in script.texts:
        for name, col in _placeholders(text.text):
            if name in script.private:
                yield LintFinding(
                    script.within(text.step, text.field, col), say("{{{name}}} là điều riêng tư", name=name), hint
                )
    for asked in conditions(script):
        for name in sorted(names(asked.condition) & script.private if asked.condition else ()):
            yield LintFinding(asked.place_of(script, name), say("“{name}” là điều riêng tư", name=name), hint)


_SECRET = (
    r"(?:mã\s+(?:số\s+)?otp|otp|mật\s+khẩu|passcode|mã\s+pin|số\s+pin|mã\s+xác\s+(?:thực|nhận)|cvv|số\s+thẻ"
    r"|(?:số|mã|ảnh)\s+(?:thẻ\s+)?(?:căn\s+cước|cccd|cmnd|chứng\s+minh|định\s+danh)|cccd)"
)
_GIVE = r"(?:gửi|nhập|gõ|viết|điền|nhắn|đọc|khai|cho|chụp|cung\s+cấp|báo)"
_HERE = (
    r"(?:cho|với|giúp|tới|đến)\s+(?:\{em\}|máy\s+này)|(?:vào|ở|tại|xuống|dưới)\s+(?:đây|bên\s+dưới|ô\s+này|khung\s+này)"
)
_FOR_US = rf"\{{em\}}\s+(?:xin|biết|hỏi)\b.*\b{_SECRET}\b"
_TO_US = re.compile(rf"\b{_GIVE}\b.*\b{_SECRET}\b.*(?:{_HERE})|\b{_GIVE}\b\s+(?:{_HERE}).*\b{_SECRET}\b|{_FOR_US}")
_ANSWER_HERE = re.compile(
    rf"\b{_GIVE}\b.*\b{_SECRET}\b|\b{_SECRET}\b\s+(?:\w+\s+){{0,2}}(?:của\s+)?\{{chị\}}\s+(?:là|số)\b"
    rf"|\b{_SECRET}\b\s+(?:\w+\s+){{0,3}}của\s+\{{chị\}}|{_FOR_US}"
)
_WHAT_IS = re.compile(rf"\b{_SECRET}\b.*\b(?:là\s+gì|bao\s+nhiêu|số\s+mấy|số\s+nào)\b")
_PAPERS = re.compile(r"\b(?:căn\s+cước|cccd|cmnd|chứng\s+minh|thẻ|giấy\s+tờ|hộ\s+khẩu|số\s+dư|sổ\s+tiết\s+kiệm)\b")
# A sentence that warns, or tells what swindlers say.
_WARNS = re.compile(r"\b(?:không|đừng|chớ|chẳng|chưa|khỏi|cấm|lừa|giả|kẻ\s+gian|người\s+lạ|họ|ai)\b")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’")
_SENTENCE_END = re.compile(r"[.!?;\n]+(?:\s|$)")
_SECRET_NAMES = re.compile(r"(?:.*_)?(?:otp|pin|mat_khau|password|passcode|cccd|cmnd|so_the|cvv|can_cuoc)(?:_.*)?")


@rules.add("E304", "hỏi xin OTP, mật khẩu, số căn cước hoặc số thẻ")
def asks_for_secret(script: Script) -> Iterator[LintFinding]:
    """Texts and questions that ask the learner for a code, a password, a card or an identity number."""
    hint = say("không bao giờ xin những thứ này, kể cả để tập")
    for text in (text for text in script.texts if text.role in ("said", "item", "voice")):
        first = text.field in (("text",), ("retry_text",))
        asked = first and isinstance(text.step, Ask) and text.step.type != "place"
        wanted = kind_of(text.step).wants(text.step)
        papers = first and wanted == "photo" and wants_papers(text.text)
        typed = first and kind_of(text.step).writes_freely(text.step) and wanted != "positions"
        if papers or wants_secret(text.text, typed=typed, asked=asked):
            yield LintFinding(script.at(text.step, *text.field), say("câu này xin học viên điều phải giữ kín"), hint)
    for step in script.lesson.of(Ask):
        if _SECRET_NAMES.fullmatch(step.save):
            yield LintFinding(script.at(step, "save"), say("“{save}” là điều phải giữ kín", save=step.save), hint)


def wants_papers(text: str) -> bool:
    """Whether a text that asks for a photo asks for one of papers, cards or a balance."""
    low = _QUOTED.sub(" ", text).lower()
    return any(_PAPERS.search(part) and not _WARNS.search(part) for part in _SENTENCE_END.split(low))


def wants_secret(text: str, *, typed: bool, asked: bool = False) -> bool:
    """Whether a text asks the learner for a secret; `typed`: the answer is typed, so no "to me" is needed.

    `asked`: the answer is a fact about the learner, not what has been learned.
    """
    low = _QUOTED.sub(" ", text).lower()
    if not re.search(_SECRET, low):
        return False
    pattern = _ANSWER_HERE if typed else _TO_US
    return any(
        (pattern.search(part) or (asked and _WHAT_IS.search(part))) and not _WARNS.search(part)
        for part in _SENTENCE_END.split(low)
    )
