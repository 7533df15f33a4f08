"""Rules about time and people: no reminder at night, nobody left waiting, a person behind every danger."""

from __future__ import annotations

from collections.abc import Iterator

from flows.engine.kinds.facets import StepPath
from flows.engine.kinds.table import kind_of
from flows.model import ROLES, Help, Pair, Step, Task, Wait
from flows.profiles import profiles
from flows.rules.rule import LintFinding, Rulebook, Script
from flows.saying import say
from flows.yaml.fields import did_you_mean, one_of

rules = Rulebook()

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
MOST_REMINDERS = 3


@rules.add("E604", "nhắc quá sớm hoặc quá muộn")
def odd_reminder(script: Script) -> Iterator[LintFinding]:
    """Reminders of a postponed task sooner than ten minutes or later than thirty days."""
    for task in script.lesson.of(Task):
        if task.later.times and _odd(task.later.remind_s):
            message = say("chỉ nhắc sau 10m (phút) đến 30d (ngày)")
            yield LintFinding(script.at(task, "later", "remind"), message, say("ví dụ: remind: 1d"))


def _odd(seconds: int) -> bool:
    return not 10 * MINUTE_S <= seconds <= 30 * DAY_S


@rules.add("W601", "chờ lâu hơn hạn trả lời của kênh")
def beyond_window(script: Script) -> Iterator[LintFinding]:
    """Waits longer than a channel of the lesson lets the tutor write after the learner's last word."""
    windows = [each for each in profiles(script.lesson.channels) if each.window_s]
    for at, field, seconds in _pauses(script):
        short = [each for each in windows if each.window_s and seconds > each.window_s]
        if short:
            names = ", ".join(f"{each.name} {(each.window_s or 0) // HOUR_S}h" for each in short)
            message = say("chờ quá hạn trả lời của kênh ({names}), tin nhắn có thể không gửi được", names=names)
            hint = say("hãy chờ ngắn hơn, hoặc ghi channels: […] cho các kênh khác")
            yield LintFinding(script.at(at, *field), message, hint)


def _pauses(script: Script) -> Iterator[tuple[Wait | Task, StepPath, int]]:
    for wait in script.lesson.of(Wait):
        yield wait, ("for",), wait.for_s
    for task in script.lesson.of(Task):
        if task.later.times and not _odd(task.later.remind_s):
            yield task, ("later", "remind"), task.later.remind_s
        yield task, ("checkin",), task.checkin_s


@rules.add("W602", "nhắc nhiều lần quá, hoặc nhắc vào giờ yên lặng")
def bad_reminders(script: Script) -> Iterator[LintFinding]:
    """Tasks that remind more than `MOST_REMINDERS` times, and waits that end inside the quiet hours."""
    for task in script.lesson.of(Task):
        if task.later.times > MOST_REMINDERS:
            message = say("nhắc {times} lần, nên nhiều nhất {most}", times=task.later.times, most=MOST_REMINDERS)
            yield LintFinding(script.at(task, "later", "times"), message, say("nhắc dồn làm người ta ngại"))
    start, end = script.library.quiet
    hint = say("hãy chọn giờ ban ngày; giờ yên lặng là {start} đến {end}", start=start, end=end)
    for step in script.lesson.of(Wait):
        clock = step.until[-5:] if ":" in step.until else ""
        if clock and is_quiet(clock, start, end):
            yield LintFinding(script.at(step, "until"), say("{clock} nằm trong giờ yên lặng", clock=clock), hint)
        if step.window and _touches(step.window, start, end):
            message = say("khung giờ {begins}-{ends} chạm vào giờ yên lặng", begins=step.window[0], ends=step.window[1])
            yield LintFinding(script.at(step, "window"), message, hint)


def is_quiet(clock: str, start: str, end: str) -> bool:
    """Whether HH:MM is from `start` on and before `end`; a span may pass midnight."""
    return start <= clock < end if start <= end else clock >= start or clock < end


def _touches(window: tuple[str, str], start: str, end: str) -> bool:
    begins, ends = window
    if start == end:
        return False
    if start < end:
        return begins < end and ends > start
    return begins < end or ends > start


@rules.add("E603", "có hạn chờ (sla, accept_in) mà không nói hết hạn thì sao")
def no_fallback(script: Script) -> Iterator[LintFinding]:
    """`help` with `sla`, or `pair` with `accept_in`, that do not say where to go on when nobody came in time."""
    for step in script.lesson.of(Help):
        if step.sla_s and step.fallback is None and step.next is None:
            message = say("“{id}” có sla mà không có fallback", id=step.id)
            hint = say("hãy thêm fallback: bước đi tiếp khi chưa ai tới")
            yield LintFinding(script.at(step, "sla"), message, hint)
    for pair in script.lesson.of(Pair):
        if pair.accept_in_s and pair.on_none is None and pair.next is None:
            message = say("“{id}” có accept_in mà không có on_none", id=pair.id)
            hint = say("hãy thêm on_none: bước đi tiếp khi không có ai")
            yield LintFinding(script.at(pair, "accept_in"), message, hint)


@rules.add("W605", "bài lâu rồi chưa có người đọc lại")
def read_long_ago(script: Script) -> Iterator[LintFinding]:
    """Lessons that nobody has read since the day of the library: offices and screens change meanwhile."""
    read, before = script.lesson.reviewed_on, script.library.reread_before
    if read and read < before:
        message = say("bài đọc lại lần cuối ngày {day}", day=read)
        hint = say("hãy so với việc thật, sửa, ghi lại reviewed_on")
        yield LintFinding(script.header("reviewed_on"), message, hint)


# --- people ------------------------------------------------------------------------------------------


@rules.add("E701", "vai người giúp không có")
def role_unknown(script: Script) -> Iterator[LintFinding]:
    """Pairings with a role other than `flows.model.ROLES`."""
    for step in script.lesson.of(Pair):
        if step.role not in ROLES:
            hint = did_you_mean(step.role, ROLES) or one_of(ROLES)
            yield LintFinding(script.at(step, "role"), say("không có vai nào tên “{role}”", role=step.role), hint)


@rules.add("E703", "lời cấp cứu (guard severity: high) không dẫn tới người giúp", paths=True)
def guard_without_person(script: Script) -> Iterator[LintFinding]:
    """Guards marked `severity: high` by the editor after which no step can bring a person."""
    index = script.lesson.index
    for at, guard in enumerate(script.lesson.guards):
        if guard.severity != "high" or guard.go not in index or not script.wrote("guards", at, "severity"):
            continue
        after = [script.lesson.steps[index[step_id]] for step_id in script.reach((guard.go,))]
        if not any(_brings_person(script, step) for step in after):
            message = say("từ “{go}” không có đường nào tới người giúp", go=guard.go)
            hint = say("hãy thêm một bước help: … kind: safety trên đường ấy")
            yield LintFinding(script.header("guards", at, "go"), message, hint)


def _brings_person(script: Script, step: Step) -> bool:
    kind = kind_of(step)
    if kind.topic(step) is not None or kind.outcome(step) == "referred":
        return True
    called = (script.library.lessons.get(name) for _, name in kind.lessons(step) if not kind.outcome(step))
    return any(other is not None and other.emergency for other in called)


@rules.add("W702", "chủ đề chưa có ai nhận giúp")
def nobody_for_topic(script: Script) -> Iterator[LintFinding]:
    """Steps that want a person for a topic that nobody has taken on; silent where the helpers are not known."""
    topics = script.library.helped
    for step in script.lesson.steps if topics is not None else ():
        topic = kind_of(step).topic(step)
        if topic is not None and topics is not None and topic not in topics and "" not in topics:
            message = say("bước “{id}” cần người giúp mà chưa có ai nhận", id=step.id)
            hint = say("hãy điền helper trong config.yaml, hoặc tìm người nhận chủ đề này")
            yield LintFinding(script.at(step, "topic"), message, hint)
