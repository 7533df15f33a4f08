"""What others' acts and the clock have to say to somebody, in her own words: phrases, with ids made readable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.channels.base import Button, Notice
from bot.tutor import waits
from bot.tutor.desk import Desk
from bot.tutor.state import OfferedButtons
from flows.session import render

EXCERPT = 60  # characters of a step's text by which an instructor knows where the learner stands


def say(desk: Desk, notice: Notice) -> None:
    """Say it where the conversation stands; a question that is open stays open.

    Its buttons can be typed as well only where no lesson waits for an answer: "1" must not mean two things.
    """
    text, buttons = _words(desk, notice)
    waits.note_letter(desk, notice)
    before = len(desk.replies)
    if buttons and desk.state.open_run is None and not desk.state.pending:
        desk.offer(text, buttons)
    else:
        desk.ask(text, [Button(token, label) for token, label in buttons])
    first = min(before, len(desk.replies) - 1)
    desk.replies[first:] = [
        replace(reply, urgent=notice.urgent, fleeting=notice.fleeting, media=notice.media, about=notice.about)
        for reply in desk.replies[first:]
    ]


def answer_with(desk: Desk, notice: Notice) -> None:
    """Say it as the answer to what she has just done: before a question that closes the turn, not after it."""
    text, buttons = _words(desk, notice)
    if buttons and not (desk.replies and desk.replies[-1].buttons):
        say(desk, notice)
    else:
        desk.remark(text)
        also(desk, buttons)


def also(desk: Desk, offer: OfferedButtons) -> None:
    """Further buttons under what was said last."""
    if not offer or not desk.replies:
        return
    last = desk.replies[-1]
    shown = (*last.buttons, *(Button(token, label) for token, label in offer))
    desk.replies[-1] = replace(last, buttons=shown)
    if desk.state.open_run is None and not desk.state.pending:
        desk.change(offer=tuple((each.token, each.label) for each in shown))


def lift(desk: Desk) -> OfferedButtons:
    """Take the buttons off what was said last, for they are to stand below those of a question that follows."""
    if not desk.replies:
        return ()
    last = desk.replies[-1]
    desk.replies[-1] = replace(last, buttons=())
    return tuple((button.token, button.label) for button in last.buttons)


def ask_change(desk: Desk) -> None:
    """Whether she wants somebody else: asked once, in confidence; nobody is told why."""
    yes, no = desk.phrase("label_change_yes"), desk.phrase("label_change_no")
    desk.offer(desk.phrase("change_ask"), (("o:change:yes", yes), ("g:go_on", no)))


def _words(desk: Desk, notice: Notice) -> tuple[str, tuple[tuple[str, str], ...]]:
    values = _readable(desk, notice.values)
    text = desk.phrase(notice.phrase, **values)
    buttons = tuple((token, desk.phrase(label, **values)) for token, label in notice.buttons)
    return f"{text[:1].upper()}{text[1:]}", buttons


def _readable(desk: Desk, values: Mapping[str, str]) -> dict[str, str]:
    """`bai` is a lesson's id and `buoc` a step's until here: what is read is a title and how the step begins."""
    lesson_id, step_id = values.get("bai", ""), values.get("buoc", "")
    readable = dict(values)
    lesson = desk.book.lesson(lesson_id, None, desk.state.lang) if lesson_id else None
    if lesson is not None:
        readable["bai"] = lesson.title
        step = lesson.step(step_id)
        text = render(step.text, desk.person.address, "", desk.book.facts, "…") if step else ""
        readable["buoc"] = _excerpt(text) or lesson.title
    if readable.get("ai", "").startswith("called_"):
        readable["ai"] = desk.phrase(readable["ai"])
    if readable.get("gi", "").startswith("found_"):
        readable["gi"] = kind_found(desk, readable["gi"])
    if readable.get("khu") == "":
        readable["khu"] = desk.phrase("somewhere")
    who = {"ten_hv": "vai_hv", "ten_hdv": "vai_hdv"}
    return readable | {
        name: desk.called(readable[name], readable.get(role, "")) for name, role in who.items() if name in readable
    }


def kind_found(desk: Desk, finding: str) -> str:
    """What was found in a message that was kept back, in words."""
    return desk.phrase(finding if finding in desk.book.phrases else "found_other")


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT].rsplit(' ', 1)[0]}…"
