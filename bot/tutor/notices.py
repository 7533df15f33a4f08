"""What others' acts and the clock have to say to somebody, in that person's own language: phrases, with ids made
readable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.channels.base import Button, Notice
from bot.tutor import waits
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import TurnContext
from flows.run import render

EXCERPT = 60  # characters of a step's text by which an instructor knows where the learner stands

_QUESTION = re.compile(r"[^.!?\n]+\?")


def say(turn: TurnContext, notice: Notice) -> None:
    """Say a notice where the conversation stands; a question that is open stays open.

    Its buttons can be typed as well only where no lesson waits for an answer: "1" must not mean two things.
    """
    text, buttons = _words(turn, notice)
    waits.note_letter(turn, notice)
    before = len(turn.replies)
    if buttons and turn.state.open_run is None and not turn.state.pending:
        turn.offer(text, buttons)
    else:
        turn.ask(text, [Button(token, label) for token, label in buttons])
    first = min(before, len(turn.replies) - 1)
    turn.replies[first:] = [
        reply._replace(urgent=notice.urgent, fleeting=notice.fleeting, media=notice.media, about=notice.about)
        for reply in turn.replies[first:]
    ]


def answer_with(turn: TurnContext, notice: Notice) -> None:
    """Say a notice as the answer to what has just been done: before a question that closes the turn, not after it."""
    text, buttons = _words(turn, notice)
    if buttons and not (turn.replies and turn.replies[-1].buttons):
        say(turn, notice)
    else:
        waits.note_letter(turn, notice)
        turn.remark(text)
        also(turn, buttons)


def also(turn: TurnContext, offer: OfferedButtons) -> None:
    """Further buttons under what was said last."""
    if not offer or not turn.replies:
        return
    last = turn.replies[-1]
    shown = (*last.buttons, *(Button(token, label) for token, label in offer))
    turn.replies[-1] = last._replace(buttons=shown)
    if turn.state.open_run is None and not turn.state.pending:
        turn.change(offer=tuple((each.token, each.label) for each in shown))


def lift(turn: TurnContext) -> OfferedButtons:
    """Take the buttons off what was said last, for they are to stand below those of a question that follows."""
    if not turn.replies:
        return ()
    last = turn.replies[-1]
    turn.replies[-1] = last._replace(buttons=())
    return tuple((button.token, button.label) for button in last.buttons)


def ask_change(turn: TurnContext) -> None:
    """Ask once, in confidence, whether the learner wants another instructor; nobody is told why."""
    yes, no = turn.phrase("label_change_yes"), turn.phrase("label_change_no")
    turn.offer(turn.phrase("change_ask"), (("o:change:yes", yes), ("g:go_on", no)))


def _words(turn: TurnContext, notice: Notice) -> tuple[str, tuple[tuple[str, str], ...]]:
    values = _readable(turn, notice.values)
    text = turn.phrase(notice.phrase, **values)
    buttons = tuple((token, turn.phrase(label, **values)) for token, label in notice.buttons)
    return f"{text[:1].upper()}{text[1:]}", buttons


def _readable(turn: TurnContext, values: Mapping[str, str]) -> dict[str, str]:
    """`bai` is a lesson's id and `buoc` a step's until here: what is read is a title and how the step begins."""
    lesson_id, step_id = values.get("bai", ""), values.get("buoc", "")
    readable = dict(values)
    lesson = turn.book.lesson(lesson_id, None, turn.state.lang) if lesson_id else None
    if lesson is not None:
        readable["bai"] = lesson.title
        step = lesson.step(step_id)
        text = render(step.text, turn.person.address, "", turn.book.facts, "…") if step else ""
        readable["buoc"] = _excerpt(text) or lesson.title
    if readable.get("ai", "").startswith("called_"):
        readable["ai"] = turn.phrase(readable["ai"])
    if readable.get("gi", "").startswith("found_"):
        readable["gi"] = kind_found(turn, readable["gi"])
    if readable.get("khu") == "":
        readable["khu"] = turn.phrase("somewhere")
    who = {"ten_hv": "vai_hv", "ten_hdv": "vai_hdv"}
    return readable | {
        name: turn.called(readable[name], readable.get(role, "")) for name, role in who.items() if name in readable
    }


def briefly(turn: TurnContext, put_again: Callable[[], object]) -> None:
    """Put a step again below somebody's words, of which one line is left: what it asks, or how it begins."""
    said, turn.replies[:] = turn.replies[:], []
    put_again()
    again, turn.replies[:] = turn.replies[:], said
    if again and again[-1].buttons:
        turn.ask(_asked_in("\n".join(each.text for each in again)), again[-1].buttons)
    else:
        turn.replies += again


def _asked_in(text: str) -> str:
    """The last sentence that is a question, else how the text begins."""
    questions = [each.strip() for each in _QUESTION.findall(text)]
    return _excerpt(questions[-1]) if questions else _excerpt(text)


def kind_found(turn: TurnContext, finding: str) -> str:
    """What was found in a message that was kept back, in words."""
    return turn.phrase(finding if finding in turn.book.phrases else "found_other")


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT].rsplit(' ', 1)[0]}…"
