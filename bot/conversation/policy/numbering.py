"""Choices as numbers, on a channel that shows no buttons: a number means what was shown with it last. Pure.

So does a choice that is written out, if it was shown since she wrote last, and nothing else reads so.

The choices of the question that is open are 1, 2, 3, and 0 opens everything else that can be done there. Whatever else
can be chosen (what others bring, what waits since earlier, a question of the tutor's own in the middle of a lesson) has
a number of three digits that begins with 0: no lesson's choice does, nor does an answer that is a number of its own
("65", "2 triệu").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.base import Button
from bot.conversation.policy.registry import WRITTEN
from bot.pairing.policy import lines
from bot.tutor.state import OfferedButtons
from bot.tutor.turn import OutgoingReply, TurnContext
from flows.engine.buttons import OTHER
from flows.engine.stage import clean
from flows.words.counting import without_leads
from flows.words.understand import fold, without_fillers

FIRST, LAST = 11, 99
KEPT = 40
"""So many of the numbers that begin with 0 are known, the last shown; the next of them is taken for something new only
when all others have been."""

LONGEST = 60  # characters of a message that can be a number


def number(turn: TurnContext, *, answering: bool) -> dict[str, Any]:
    """Write the choices of what is said in this turn into its texts, with the numbers by which they can be answered;
    what that changes in the state.

    `answering`: it answers what the person of the conversation has just done, it does not come from elsewhere.
    """
    shown = [reply for reply in turn.replies if reply.buttons and not _can_tap(turn, reply)]
    asks = _asks(turn, shown, answering=answering)
    given = _Given(_still_asked(turn, asks), turn.state.numbered)
    for at, reply in enumerate(turn.replies):
        if reply.buttons and not _can_tap(turn, reply):
            lines_of = _lines(turn, reply, given, asks=reply is asks)
            spare = reply.buttons if turn.profile.spare_buttons else ()
            turn.replies[at] = reply._replace(text=f"{reply.text}\n\n{lines_of}".lstrip(), buttons=spare)
    labels = () if answering else turn.state.labels
    if labels or given.asides:
        labels = (*labels, *((each.token, each.label) for reply in shown for each in reply.buttons))[-KEPT:]
    return {"numbers": given.numbers, "numbered": given.last, "labels": labels}


def typed(turn: TurnContext, text: str) -> str | None:
    """The token of the choice whose number this is, or beside the question its label; "" for a number that means
    nothing any more, None for neither."""
    if not turn.profile.numbers:
        return None
    said = _number_in(turn, text)
    if not said:
        return _written_out(turn, text)
    known = dict(turn.state.numbers)
    is_busy = turn.state.open_run is not None or _takes_words(turn)
    if said not in known and not is_busy and f"0{said}" in known:
        return known[f"0{said}"]
    return known.get(said, "" if _is_aside(said) else None)


def _written_out(turn: TurnContext, text: str) -> str | None:
    """The choice beside the question whose label this is, with or without its marks; None where several read so, and
    for the question's own, which it understands itself."""
    if len(text) > LONGEST or not turn.state.labels:
        return None
    words = turn.book.words
    said = fold(words, clean(text))
    meant = {token for token, label in turn.state.labels if said and fold(words, clean(label)) == said}
    asides = {token for number, token in turn.state.numbers if _is_aside(number)}
    return meant.pop() if len(meant) == 1 and meant <= asides else None


def is_strict(turn: TurnContext) -> bool:
    """Whether the tutor's own choices stand beside a question: then their places among one another mean nothing."""
    asides = {token for number, token in turn.state.numbers if _is_aside(number)} if turn.profile.numbers else set()
    plain = {token for number, token in turn.state.numbers if not _is_aside(number)}
    return any(token in asides - plain for token, _ in turn.state.offer)


def _can_tap(turn: TurnContext, reply: OutgoingReply) -> bool:
    return turn.profile.shows(tuple(button.label for button in reply.buttons))


def _is_aside(number: str) -> bool:
    return number.startswith("0") and len(number) == len("011")


def _takes_words(turn: TurnContext) -> bool:
    """Whether a bare number may be what is asked for, or is for somebody else."""
    return turn.state.pending in WRITTEN or turn.state.pending == "name" or lines.is_writing(turn)


def _asks(turn: TurnContext, shown: Sequence[OutgoingReply], *, answering: bool) -> OutgoingReply | None:
    """What puts the question that is open: the lesson's, else the tutor's own, which closes the turn."""
    run = turn.state.open_run
    if run is None:
        return shown[-1] if shown and answering and not _takes_words(turn) else None
    own = f"s:{run.seq}:"
    of_lesson = (reply for reply in reversed(shown) if any(button.token.startswith(own) for button in reply.buttons))
    return None if _takes_words(turn) else next(of_lesson, None)


@dataclass(slots=True)
class _Given:
    """The numbers that are known while a turn's choices get theirs; `last` is the last of those that begin with 0,
    `asides` tells whether this turn shows one."""

    numbers: OfferedButtons
    last: int
    asides: bool = False


def _still_asked(turn: TurnContext, asks: OutgoingReply | None) -> OfferedButtons:
    """What is known without the numbers of a question that is asked no more; those of the lesson's stay as long as it
    waits."""
    run = turn.state.open_run
    own = None if asks is not None or _takes_words(turn) else f"s:{run.seq}:" if run else ""
    return tuple(
        (number, token)
        for number, token in turn.state.numbers
        if _is_aside(number) or (own is not None and token.startswith(own))
    )


def _lines(turn: TurnContext, reply: OutgoingReply, given: _Given, *, asks: bool) -> str:
    """The choices of one message, each with its number before it."""
    run = turn.state.open_run
    own = f"s:{run.seq}:" if run else ""
    of_question, others = list[Button](), list[Button]()
    for each in reply.buttons:
        (of_question if asks and not each.pinned and each.token.startswith(own) else others).append(each)
    if len(of_question) == 1 and _is_other(of_question[0]):  # words are asked for, "0" may be the answer
        of_question, others = [], of_question + others
    numbered = [("0" if _is_other(each) else str(at), each) for at, each in enumerate(of_question, 1)]
    given.numbers += tuple((at, each.token) for at, each in numbered)
    first = "\n".join(f"{at}. {each.label}" for at, each in numbered)
    second = "\n".join(f"{_aside(given, each)}. {each.label}" for each in others)
    return "\n\n".join(filter(None, (first, second)))


def _is_other(button: Button) -> bool:
    """Whether it is the button that every prompt of a lesson ends with: its number is always the same."""
    return button.token.endswith(f":{OTHER}")


def _aside(given: _Given, button: Button) -> str:
    """The number of a choice beside the question: the one it had, else the next that is free."""
    asides = [each for each in given.numbers if _is_aside(each[0])]
    plain = [each for each in given.numbers if not _is_aside(each[0])]
    number = next((number for number, token in asides if token == button.token), "")
    given.asides = True
    if not number:
        taken, at = {number for number, _ in asides}, given.last
        while (at := at % LAST + 1) < FIRST or f"0{at}" in taken:
            pass
        given.last = at
        number = f"0{at}"
    kept = (*(each for each in asides if each[0] != number), (number, button.token))[-KEPT:]
    given.numbers = (*plain, *kept)
    return number


def _number_in(turn: TurnContext, text: str) -> str:
    """The digits of a message that is a number and nothing else ("2", "số 2 nha", "chọn 011"); else empty."""
    if len(text) > LONGEST or not any(character.isdigit() for character in text):
        return ""
    if text.isascii() and text.isdigit():
        return text if len(text) <= len("011") else ""
    words = turn.book.words
    said = without_leads(words, without_fillers(words, fold(words, clean(text))))
    digits = said[0] if len(said) == 1 else ""
    return digits if digits.isascii() and digits.isdigit() and len(digits) <= len("011") else ""
