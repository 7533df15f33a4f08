"""The form of each step kind in YAML: which keys it has, and the step they make."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Table
from typing import TypedDict, get_args

from flows.model import (
    Ask,
    AskType,
    Award,
    Branch,
    Call,
    Case,
    Certificate,
    Choose,
    End,
    Help,
    HelpNeed,
    Later,
    Option,
    Outcome,
    Pair,
    Picture,
    Proof,
    Quiz,
    QuizType,
    Review,
    Say,
    Set,
    SourcePosition,
    Step,
    Stuck,
    Task,
    Voice,
    Wait,
)
from flows.saying import say
from flows.yaml.fields import Fields, did_you_mean, one_of
from flows.yaml.strictyaml import Mapping, Scalar, Sequence, YamlNode

MAX_STEPS = 200
MAX_TOKEN = 64  # bytes of what a button carries: Telegram's callback_data
LONGEST_SEQ = 999_999_999
RATING = re.compile(r"1-[3-5]")


class CommonFields(TypedDict):
    """What every kind hands on to its class."""

    id: str
    place: SourcePosition
    text: str
    next: str | None
    checkpoint: bool
    when: str | None
    was: str | None
    tags: tuple[str, ...]
    voice: Voice | None
    image: Picture | None
    video: Picture | None


def read_steps(fields: Fields) -> tuple[tuple[Step, ...], bool]:
    """The steps, and whether all could be read."""
    nodes = fields.items("steps", most=MAX_STEPS)
    if not nodes and (not fields.has("steps") or isinstance(fields.node.get("steps"), Sequence)):
        fields.missing("steps")
    steps: list[Step] = []
    seen: dict[str, int] = {}
    whole = len(nodes) > 0
    for node in nodes:
        step = _step(fields, node)
        if step is None:
            whole = False
        elif step.id in seen:
            message = say("mã bước “{id}” đã có ở dòng {seen}", id=step.id, seen=seen[step.id])
            fields.tell("E004", step.place, message, say("mỗi bước một mã riêng"))
            whole = False
        else:
            seen[step.id] = step.place.line
            steps.append(step)
    return tuple(steps), whole


def _step(parent: Fields, node: YamlNode) -> Step | None:
    fields = parent.fields_of(node, "steps")
    return None if fields is None else read_step(fields)


def read_step(fields: Fields) -> Step | None:
    """One step of whatever kind its first key names; None when it cannot be one."""
    first, kind = next(iter(fields.node.entries), ""), kind_of(fields.node)
    if first != kind:
        message = say("không có loại bước nào tên “{kind}”", kind=first)
        if kind:
            message = say("loại bước phải đứng đầu bước, không phải “{kind}”", kind=first)
        fields.tell("E002", fields.node.key_place(first), message, _kind_hint(fields, first))
    build = KINDS.get(kind)
    if build is None:
        return None
    step_id = fields.step_id(kind, required=True)
    step = build(
        fields,
        CommonFields(
            id=step_id or "",
            place=fields.node.place,
            text=fields.text("text", required=kind in NEED_TEXT),
            next=fields.step_id("next"),
            checkpoint=fields.flag("checkpoint"),
            when=fields.optional("when"),
            was=fields.step_id("was"),
            tags=fields.texts("tags"),
            voice=_voice(fields),
            image=_picture(fields, "image"),
            video=_picture(fields, "video"),
        ),
    )
    fields.done()
    return step if step_id else None


def kind_of(node: Mapping) -> str:
    """The kind of a step: its first key, else any key that is one; empty where there is none."""
    first = next(iter(node.entries), "")
    later = [key for key in node.entries if key in KINDS]
    others = [key for key in later if key != "say"]  # a quiz may say something too
    return first if first in KINDS else next(iter(others or later), "")


def _voice(fields: Fields) -> Voice | None:
    inner = fields.mapping("voice")
    if inner is None:
        return None
    voice = Voice(inner.text("file", required=True), inner.text("spoken"))
    inner.done()
    return voice


def _picture(fields: Fields, key: str) -> Picture | None:
    inner = fields.mapping(key)
    if inner is None:
        return None
    picture = Picture(inner.text("src", required=True), inner.text("alt"))
    inner.done()
    return picture


def _kind_hint(fields: Fields, kind: str) -> str:
    if later := kind_of(fields.node):
        return say("hãy đưa dòng “{later}: …” lên đầu bước", later=later)
    return did_you_mean(kind, KINDS) or one_of(KINDS)


def _say(fields: Fields, common: CommonFields) -> Say:
    return Say(**common, more=fields.texts("more"), wait_tap=fields.optional("wait_tap"), ways=fields.texts("ways"))


def _choose(fields: Fields, common: CommonFields) -> Choose:
    options = _options(fields, _choice)
    if not fields.has("options"):
        fields.missing("options")
    elif isinstance(listed := fields.node_of("options"), Sequence) and not listed.items:
        message = say("menu không có lựa chọn nào thì không ai đi tiếp được")
        fields.tell("E003", fields.node.key_place("options"), message, say("hãy thêm vào options"))
    return Choose(**common, options=options, save=fields.name("save"))


def _quiz(fields: Fields, common: CommonFields) -> Quiz:
    quiz_type: QuizType = fields.one_of("type", get_args(QuizType), "one")
    step = Quiz(
        **common,
        type=quiz_type,
        options=_options(fields, _answer),
        accept=fields.texts("accept"),
        say=fields.text("say"),
        tries=fields.number("tries", 3, 0, 20),
        hints=fields.texts("hints"),
        out_of_tries=fields.step_id("out_of_tries"),
        points=fields.number("points", 1, 0, 100),
        skill=fields.name("skill"),
    )
    typed = quiz_type in ("number", "text")
    if typed and fields.has("options"):
        fields.tell(
            "E003",
            fields.node.key_place("options"),
            say("câu hỏi loại {quiz_type} không có options", quiz_type=quiz_type),
            say("hãy viết accept: […]"),
        )
    if not typed and fields.has("accept"):
        fields.tell(
            "E003",
            fields.node.key_place("accept"),
            say("câu hỏi loại {quiz_type} không có accept", quiz_type=quiz_type),
            say("hãy viết options"),
        )
    if not typed and len(step.options) < 2 and not fields.slipped("options"):
        fields.tell("E003", fields.node.place, say("câu hỏi cần ít nhất 2 lựa chọn"), say("hãy thêm vào options"))
    if quiz_type == "true_false" and len(step.options) > 2:
        fields.tell(
            "E003",
            fields.node.key_place("options"),
            say("câu đúng/sai chỉ có 2 lựa chọn"),
            say("hãy bỏ bớt, hoặc type: one"),
        )
    return step


def _ask(fields: Fields, common: CommonFields) -> Ask:
    return Ask(
        **common,
        type=fields.one_of("type", get_args(AskType), "text"),
        save=fields.name("save", required=True) or "",
        check=fields.optional("check"),
        retry_text=fields.text("retry_text"),
        private=fields.flag("private"),
    )


def _task(fields: Fields, common: CommonFields) -> Task:
    later, stuck = fields.mapping("later"), fields.mapping("stuck")
    task = Task(
        **common,
        steps=fields.texts("steps"),
        done=fields.text("done"),
        ways=fields.texts("ways"),
        later=_later(later) if later else Later(),
        stuck=_stuck(stuck) if stuck else Stuck(),
        proof=fields.one_of("proof", get_args(Proof), "self"),
        verify=fields.step_id("verify"),
        checkin_s=fields.duration_s("checkin", 0),
    )
    for inner in (later, stuck):
        if inner:
            inner.done()
    if task.proof == "question" and not task.verify:
        fields.tell(
            "E003",
            fields.node.key_place("proof"),
            say("proof: question cần có verify"),
            say("hãy thêm verify: mã-quiz"),
        )
    return task


def _later(fields: Fields) -> Later:
    return Later(fields.duration_s("remind", 86_400), fields.number("times", 2, 0, 10), fields.text("text"))


def _stuck(fields: Fields) -> Stuck:
    hints, go = fields.texts("hints"), fields.step_id("go")
    return Stuck(hints, go, fields.number("after_tries", 0, 0, 20), fields.text("label"), fields.texts("ways"))


def _branch(fields: Fields, common: CommonFields) -> Branch:
    cases: list[Case] = []
    for row in fields.mappings("cases"):
        place = row.node.get("when") or row.node
        cases.append(Case(row.text("when", required=True), row.step_id("go", required=True) or "", place.place))
        row.done()
    split = fields.shares("split")
    if not fields.has("cases") and not split:
        fields.missing("cases")
    return Branch(**common, cases=tuple(cases), otherwise=fields.step_id("else") or "", split=split)


def _set(fields: Fields, common: CommonFields) -> Set:
    values = fields.values("values")
    if not fields.has("values"):
        fields.missing("values")
    return Set(**common, values=values)


def _call(fields: Fields, common: CommonFields) -> Call:
    return Call(
        **common,
        lesson=fields.lesson_id("lesson", required=True) or "",
        values=fields.values("with"),
        save=fields.name("save"),
        returns=fields.one_of("return", ("true", "false"), "true") == "true",
    )


def _wait(fields: Fields, common: CommonFields) -> Wait:
    pause, until = fields.duration_s("for", 0), fields.moment("until")
    if fields.has("for") == fields.has("until"):
        fields.tell("E003", fields.node.place, say("wait cần đúng một mục: for hoặc until"), say("ví dụ: for: 1d"))
    return Wait(**common, for_s=pause, until=until, window=fields.hours("window"), skip_if=fields.optional("skip_if"))


def _help(fields: Fields, common: CommonFields) -> Help:
    return Help(
        **common,
        need=fields.one_of("kind", get_args(HelpNeed), "learning", code="E701"),
        topic=fields.name("topic") or "",
        offer=fields.text("offer"),
        sla_s=fields.duration_s("sla", 0),
        fallback=fields.step_id("fallback"),
        share=fields.some_of("share", ("step", "tries")) or ("step", "tries"),
    )


def _pair(fields: Fields, common: CommonFields) -> Pair:
    return Pair(
        **common,
        role=fields.name("role") or "instructor",
        match=fields.some_of("match", ("ward", "language", "gender", "topic")),
        prefer_previous=fields.one_of("prefer", ("previous", "none"), "none") == "previous",
        accept_in_s=fields.duration_s("accept_in", 0),
        on_none=fields.step_id("on_none"),
    )


def _review(fields: Fields, common: CommonFields) -> Review:
    return Review(
        **common, most=fields.number("max", 3, 1, 10), skills=fields.texts("skills"), empty=fields.text("empty")
    )


def _award(fields: Fields, common: CommonFields) -> Award:
    inner = fields.mapping("certificate")
    certificate = None
    if inner is not None:
        certificate = Certificate(inner.lesson_id("template", required=True) or "", inner.text("requires"))
        inner.done()
    badge = fields.text("badge")
    if not badge and certificate is None:
        fields.tell(
            "E003", fields.node.place, say("award cần badge hoặc certificate"), say("ví dụ: badge: “Giữ chắc OTP”")
        )
    return Award(**common, badge=badge, certificate=certificate)


def _end(fields: Fields, common: CommonFields) -> End:
    stars = fields.matching("rate", RATING, say("viết 1-5")) or "1-0"
    return End(
        **common,
        outcome=fields.one_of("outcome", get_args(Outcome), "completed"),
        then=fields.lesson_id("then"),
        rate=int(stars.partition("-")[2]),
    )


# A new kind is a class in flows.model, a function here and a row in this table.
KINDS: Table[str, Callable[[Fields, CommonFields], Step]] = {
    "say": _say,
    "choose": _choose,
    "quiz": _quiz,
    "ask": _ask,
    "task": _task,
    "branch": _branch,
    "set": _set,
    "call": _call,
    "wait": _wait,
    "help": _help,
    "pair": _pair,
    "review": _review,
    "award": _award,
    "end": _end,
}
NEED_TEXT = frozenset({"say", "choose", "quiz", "ask", "task", "help"})


def _options(fields: Fields, build: Callable[[Fields], Option]) -> tuple[Option, ...]:
    options: dict[str, Option] = {}
    for row in fields.mappings("options"):
        option = build(row)
        row.done()
        if option.id in options:
            row.tell(
                "E004",
                option.place,
                say("mã lựa chọn “{id}” có hai lần trong bước này", id=option.id),
                say("hãy đổi một mã"),
            )
        elif option.id:
            options[option.id] = option
    return tuple(options.values())


def _option_id(fields: Fields) -> str:
    """An option's id; one that would not fit into a button's token is told so."""
    node = fields.node_of("id")
    text = node.text.strip() if isinstance(node, Scalar) else ""
    size = len(f"s:{LONGEST_SEQ}:{text}".encode())
    if node is not None and size > MAX_TOKEN:
        message = say("mã “{id}” làm nút dài {size} byte, nhiều nhất {most}", id=text, size=size, most=MAX_TOKEN)
        fields.tell("E502", node.place, message, say("hãy đặt mã ngắn"))
        return ""
    return fields.step_id("id", required=True) or ""


def _choice(fields: Fields) -> Option:
    return Option(
        id=_option_id(fields),
        text=fields.text("text", required=True),
        place=fields.node.place,
        icon=fields.text("icon"),
        say=fields.text("say"),
        next=fields.step_id("next"),
        sets=fields.values("set"),
        voice=_voice(fields),
        ways=fields.texts("ways"),
    )


def _answer(fields: Fields) -> Option:
    return Option(
        id=_option_id(fields),
        text=fields.text("text", required=True),
        place=fields.node.place,
        icon=fields.text("icon"),
        right=fields.flag("right"),
        say=fields.text("say"),
        next=fields.step_id("next"),
        voice=_voice(fields),
        ways=fields.texts("ways"),
    )
