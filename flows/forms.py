"""The form of each step kind in YAML: which keys it has, and the step they make."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Table
from typing import TypedDict, get_args

from flows.fields import Fields, did_you_mean
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
    Place,
    Proof,
    Quiz,
    QuizType,
    Review,
    Say,
    Set,
    Step,
    Stuck,
    Task,
    Voice,
    Wait,
)
from flows.strictyaml import Node

MAX_STEPS = 200
RATING = re.compile(r"1-[3-5]")


class CommonFields(TypedDict):
    """What every kind hands on to its class."""

    id: str
    place: Place
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
    if not nodes:
        fields.missing("steps")
    steps: list[Step] = []
    seen: dict[str, int] = {}
    whole = len(nodes) > 0
    for node in nodes:
        step = _step(fields, node)
        if step is None:
            whole = False
        elif step.id in seen:
            message = f"mã bước “{step.id}” đã có ở dòng {seen[step.id]}"
            fields.tell("E004", step.place, message, "mỗi bước một mã riêng")
            whole = False
        else:
            seen[step.id] = step.place.line
            steps.append(step)
    return tuple(steps), whole


def _step(parent: Fields, node: Node) -> Step | None:
    fields = parent.fields_of(node, "steps")
    return None if fields is None else read_step(fields)


def read_step(fields: Fields) -> Step | None:
    """One step of whatever kind its first key names; None when it cannot be one."""
    kind = next(iter(fields.node.entries), "")
    build = KINDS.get(kind)
    if build is None:
        fields.tell(
            "E002", fields.node.key_place(kind), f"không có loại bước nào tên “{kind}”", _kind_hint(fields, kind)
        )
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
    later = next((key for key in fields.node.entries if key in KINDS), None)
    if later is not None:
        return f"hãy đưa dòng “{later}: …” lên đầu bước"
    return did_you_mean(kind, KINDS) or "chọn một trong: " + ", ".join(KINDS)


def _say(fields: Fields, common: CommonFields) -> Say:
    return Say(**common, more=fields.texts("more"), wait_tap=fields.optional("wait_tap"))


def _choose(fields: Fields, common: CommonFields) -> Choose:
    options = _options(fields, _choice)
    if not options:
        fields.missing("options")
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
            f"câu hỏi loại {quiz_type} không có options",
            "hãy viết accept: […]",
        )
    if not typed and fields.has("accept"):
        fields.tell(
            "E003", fields.node.key_place("accept"), f"câu hỏi loại {quiz_type} không có accept", "hãy viết options"
        )
    if not typed and len(step.options) < 2:
        fields.tell("E003", fields.node.place, "câu hỏi cần ít nhất 2 lựa chọn", "hãy thêm vào options")
    if quiz_type == "true_false" and len(step.options) > 2:
        fields.tell(
            "E003", fields.node.key_place("options"), "câu đúng/sai chỉ có 2 lựa chọn", "hãy bỏ bớt, hoặc type: one"
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
        fields.tell("E003", fields.node.key_place("proof"), "proof: question cần có verify", "hãy thêm verify: mã-quiz")
    return task


def _later(fields: Fields) -> Later:
    return Later(fields.duration_s("remind", 86_400), fields.number("times", 2, 0, 10), fields.text("text"))


def _stuck(fields: Fields) -> Stuck:
    hints, go = fields.texts("hints"), fields.step_id("go")
    return Stuck(hints, go, fields.number("after_tries", 0, 0, 20), fields.text("label"))


def _branch(fields: Fields, common: CommonFields) -> Branch:
    cases: list[Case] = []
    for row in fields.mappings("cases"):
        place = row.node.get("when") or row.node
        cases.append(Case(row.text("when", required=True), row.step_id("go", required=True) or "", place.place))
        row.done()
    split = fields.shares("split")
    if not cases and not split:
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
        fields.tell("E003", fields.node.place, "wait cần đúng một mục: for hoặc until", "ví dụ: for: 1d")
    return Wait(**common, for_s=pause, until=until, window=fields.hours("window"), skip_if=fields.optional("skip_if"))


def _help(fields: Fields, common: CommonFields) -> Help:
    return Help(
        **common,
        need=fields.one_of("kind", get_args(HelpNeed), "learning"),
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
        fields.tell("E003", fields.node.place, "award cần badge hoặc certificate", "ví dụ: badge: “Giữ chắc OTP”")
    return Award(**common, badge=badge, certificate=certificate)


def _end(fields: Fields, common: CommonFields) -> End:
    stars = fields.matching("rate", RATING, "viết 1-5") or "1-0"
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
            row.tell("E004", option.place, f"mã lựa chọn “{option.id}” có hai lần trong bước này", "hãy đổi một mã")
        elif option.id:
            options[option.id] = option
    return tuple(options.values())


def _choice(fields: Fields) -> Option:
    return Option(
        id=fields.step_id("id", required=True) or "",
        text=fields.text("text", required=True),
        place=fields.node.place,
        icon=fields.text("icon"),
        say=fields.text("say"),
        next=fields.step_id("next"),
        sets=fields.values("set"),
        voice=_voice(fields),
    )


def _answer(fields: Fields) -> Option:
    return Option(
        id=fields.step_id("id", required=True) or "",
        text=fields.text("text", required=True),
        place=fields.node.place,
        icon=fields.text("icon"),
        right=fields.flag("right"),
        say=fields.text("say"),
        next=fields.step_id("next"),
        voice=_voice(fields),
    )


def saved_names(step: Step) -> tuple[str, ...]:
    """The variables a step may write."""
    match step:
        case Choose(options=options, save=save):
            return (*([save] if save else []), *dict.fromkeys(name for option in options for name in option.sets))
        case Ask(save=save) | Call(save=save):
            return (save,) if save else ()
        case Set(values=values):
            return tuple(values)
        case _:
            return ()


def conditions_of(step: Step) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where each condition of a step stands in it, and the condition."""
    if step.when is not None:
        yield ("when",), step.when
    match step:
        case Ask(check=str(check)):
            yield ("check",), check
        case Wait(skip_if=str(skip_if)):
            yield ("skip_if",), skip_if
        case Award(certificate=Certificate(requires=requires)) if requires:
            yield ("certificate", "requires"), requires
        case Branch(cases=cases):
            yield from ((("cases", at, "when"), case.when) for at, case in enumerate(cases))
