"""Rules about channels and time: what a message may hold, what a button may carry, when she is reminded."""

from __future__ import annotations

from collections.abc import Iterator

from flows.model import Choose, Option, Quiz, Say, Step, Task
from flows.rules import Found, Path, Rulebook, Script
from flows.saying import say

rules = Rulebook()

LIMITS = (("Zalo", 2_000), ("web", 4_000), ("Telegram", 4_096))  # UTF-16 units of one message
MAX_TOKEN = 64  # bytes: Telegram's callback_data
LONGEST_SEQ = 999_999_999
MOST_OPTIONS = 8
ENOUGH_OPTIONS = 4
LONGEST_LABEL = 34  # characters on a button of a narrow phone
MINUTE_S, DAY_S = 60, 86_400
MOST_REMINDERS = 3


def units(text: str) -> int:
    """Length as messengers count: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@rules.add("E501", "tin quá dài cho một kênh")
def too_long(script: Script) -> Iterator[Found]:
    for step in script.lesson.steps:
        for field, text in _messages(step):
            length = units(script.at_longest(text)) if len(text) * 200 > LIMITS[0][1] else 0
            over = [f"{channel} {limit}" for channel, limit in LIMITS if length > limit]
            if over:
                message = say(
                    "tin dài tới {length} ký tự sau khi điền, quá mức của {names}", length=length, names=", ".join(over)
                )
                yield Found(script.at(step, *field), message, say("hãy tách thành nhiều tin"))


def _messages(step: Step) -> Iterator[tuple[Path, str]]:
    """The texts that leave as one message."""
    match step:
        case Say(wait_tap=None, more=more):
            yield ("text",), step.text
            yield from ((("more", at), text) for at, text in enumerate(more))
        case Say(more=more):
            yield ("text",), "\n\n".join((step.text, *more))
        case Task(steps=steps):
            yield ("text",), "\n".join((step.text, *(f"{at}. {text}" for at, text in enumerate(steps, 1))))
        case Quiz(type="many" | "order", options=options):
            yield ("text",), "\n".join((step.text, *(f"{at}. {option.text}" for at, option in enumerate(options, 1))))
        case _:
            yield ("text",), step.text


def _options(script: Script) -> Iterator[tuple[Step, tuple[Option, ...]]]:
    for step in script.lesson.steps:
        if isinstance(step, Choose | Quiz) and step.options:
            yield step, step.options


@rules.add("E502", "mã lựa chọn quá dài cho một nút bấm")
def token_too_long(script: Script) -> Iterator[Found]:
    for _, options in _options(script):
        for option in options:
            size = len(f"s:{LONGEST_SEQ}:{option.id}".encode())
            if size > MAX_TOKEN:
                yield Found(
                    option.place,
                    say(
                        "mã “{id}” làm nút dài {size} byte, nhiều nhất {max_token}",
                        id=option.id,
                        size=size,
                        max_token=MAX_TOKEN,
                    ),
                    say("hãy đặt mã ngắn"),
                )


@rules.add("E503", "quá nhiều lựa chọn")
def too_many_options(script: Script) -> Iterator[Found]:
    for step, options in _options(script):
        if len(options) > MOST_OPTIONS:
            message = say(
                "có {count} lựa chọn, nhiều nhất {most_options}", count=len(options), most_options=MOST_OPTIONS
            )
            yield Found(options[MOST_OPTIONS].place, message, say("hãy tách “{id}” thành hai bước", id=step.id))


@rules.add("W503", "nhiều lựa chọn, khó chọn")
def many_options(script: Script) -> Iterator[Found]:
    for step, options in _options(script):
        if ENOUGH_OPTIONS < len(options) <= MOST_OPTIONS:
            message = say(
                "có {count} lựa chọn, nên nhiều nhất {enough_options}",
                count=len(options),
                enough_options=ENOUGH_OPTIONS,
            )
            yield Found(options[ENOUGH_OPTIONS].place, message, say("hãy bớt lựa chọn của “{id}”", id=step.id))


@rules.add("W505", "chữ trên nút dài")
def long_label(script: Script) -> Iterator[Found]:
    for text in script.texts:
        if text.role == "label" and not (isinstance(text.step, Quiz) and text.step.type in ("many", "order")):
            length = len(script.at_longest(text.text))
            if length > LONGEST_LABEL:
                message = say(
                    "chữ trên nút dài {length} ký tự, nên dưới {count}", length=length, count=LONGEST_LABEL + 1
                )
                yield Found(
                    script.at(text.step, *text.field), message, say("hãy viết ngắn lại, phần giải thích để trong text")
                )


def _tasks(script: Script) -> Iterator[Task]:
    return (step for step in script.lesson.steps if isinstance(step, Task))


@rules.add("E601", "nhắc quá sớm hoặc quá muộn")
def odd_reminder(script: Script) -> Iterator[Found]:
    for task in _tasks(script):
        if task.later.times and not 10 * MINUTE_S <= task.later.remind_s <= 30 * DAY_S:
            yield Found(
                script.at(task, "later", "remind"),
                say("chỉ nhắc sau 10m (phút) đến 30d (ngày)"),
                say("ví dụ: remind: 1d"),
            )


@rules.add("W602", "nhắc nhiều lần quá")
def many_reminders(script: Script) -> Iterator[Found]:
    for task in _tasks(script):
        if task.later.times > MOST_REMINDERS:
            message = say(
                "nhắc {times} lần, nên nhiều nhất {most_reminders}",
                times=task.later.times,
                most_reminders=MOST_REMINDERS,
            )
            yield Found(script.at(task, "later", "times"), message, say("nhắc dồn làm người ta ngại"))
