"""What still waits for a person's answer, whatever has been said since: under the thumb again after every turn. Pure.

Read anew from the database at the end of a turn; here it becomes buttons of the newest message, which a page keeps in
sight. What can be tapped can be written: the label, or the number that follows those of the message's own answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.channels.base import Button, Notice
from bot.tutor import unheard
from bot.tutor.outcome import ANSWERED, CommandOutcome
from bot.tutor.state import LastLetter, OfferedButtons
from bot.tutor.turn import TurnContext

MOST = 5
REPLY_FOR = timedelta(minutes=10)
"""So long what she writes after a letter, without tapping anything first, is taken for her reply."""

MET = frozenset({"pair_found", "help_coming", "offer_accepted", "offer_help_accepted", "taken", "taken_urgent"})
"""Phrases by which two are told that they may write to one another."""


@dataclass(frozen=True, slots=True)
class PendingMatter:
    """`what`: mine (a cry this person has taken), call (one nobody has taken), strangers (several cries of people
    nobody knows), answer (somebody to be answered), write (somebody who has not written yet). `of` is the id its button
    is about, or how many; `name` whom it is about.
    """

    what: Literal["mine", "call", "strangers", "answer", "write"]
    of: str
    name: str = ""


_TOKENS = {
    "mine": "o:show:{of}",
    "call": "o:take:{of}",
    "strangers": "q:strangers:0",
    "answer": "y:talk:{of}",
    "write": "y:talk:{of}",
}


def pin(turn: TurnContext, waits: Sequence[PendingMatter]) -> None:
    """Put what waits under the newest message of this turn, but for what stands there already."""
    waiting = tuple((_TOKENS[each.what].format(of=each.of), _label(turn, each)) for each in waits[:MOST])
    pinned = (*waiting, *unheard.button(turn))
    under(turn, pinned)
    turn.change(pinned=pinned)


def under(turn: TurnContext, pinned: OfferedButtons) -> None:
    """The buttons of earlier things below those of the newest message, numbered on from them."""
    if not turn.replies:
        return
    last = turn.replies[-1]
    here = {button.token for button in last.buttons}
    more = tuple(Button(token, label, pinned=True) for token, label in pinned if token not in here)
    own = sum(not button.pinned for button in last.buttons)
    in_lesson = turn.state.open_run is not None or bool(turn.state.pending)
    turn.replies[-1] = last._replace(buttons=(*last.buttons, *more))
    counts_on = not (turn.profile.numbers or (in_lesson and own < 2))  # else a bare number may be what is asked for
    turn.change(pinned_from=own if counts_on else -1)


def put_back(turn: TurnContext, *, writing: bool) -> CommandOutcome:
    """A page offers the answers of its newest line: after what others had to say the question that is open stands
    there again, and the buttons of what was said below its own. Who is `writing` is not asked anything anew."""
    if not turn.profile.keeps_log or not turn.replies:
        return ANSWERED
    last = turn.replies[-1]
    is_open = writing or turn.state.open_run is not None or bool(turn.state.pending) or turn.person.consent == "asked"
    if any(button.token.startswith("s:") for button in last.buttons) or (last.buttons and not is_open):
        return ANSWERED
    aside = {button.token: button.label for reply in turn.replies for button in reply.buttons}
    turn.replies[:] = [reply._replace(buttons=()) for reply in turn.replies]
    aside.pop(f"y:talk:{letter(turn)}", None)  # it comes with a name, from what waits
    if not writing:
        return CommandOutcome(shows_again=True, pinned=tuple(aside.items()), briefly=True)
    own = tuple(Button(token, label) for token, label in turn.state.offer)
    turn.replies[-1] = turn.replies[-1]._replace(buttons=own)
    under(turn, tuple((token, label) for token, label in aside.items() if not token.startswith("y:")))
    return ANSWERED


def _label(turn: TurnContext, wait: PendingMatter) -> str:
    if wait.what == "strangers":
        return turn.phrase("pin_strangers", so=wait.of)
    called = turn.called(wait.name)
    return turn.phrase(f"pin_{wait.what}", ai=called)


def named(turn: TurnContext, text: str) -> str | None:
    """The pinned button that was written out or whose number was given; None where none of them is meant."""
    said, pinned = " ".join(text.split()).casefold(), turn.state.pinned
    by_label = {label.casefold(): token for token, label in pinned}
    if said in by_label:
        return by_label[said]
    first = turn.state.pinned_from
    at = int(said) - first - 1 if first >= 0 and said.isascii() and said.isdigit() and len(said) < 3 else -1
    return pinned[at][0] if 0 <= at < len(pinned) else None


# --- letters -----------------------------------------------------------------------------------------


def note_letter(turn: TurnContext, notice: Notice) -> None:
    """Note that somebody has written to this person, or may be written to from now on: for a while what is typed may
    be the reply, or for that person."""
    line = next((token.removeprefix("y:talk:") for token, _ in notice.buttons if token.startswith("y:talk:")), "")
    if notice.fleeting and line:
        spoke(turn, line, urgent=notice.urgent)
    elif notice.phrase in MET and line and not notice.urgent:
        turn.change(letter=LastLetter(line, urgent=False, met=True), letter_at=turn.universe.now)


def spoke(turn: TurnContext, line_id: str, *, urgent: bool) -> None:
    """The two have just written to one another."""
    turn.change(letter=LastLetter(line_id, urgent), letter_at=turn.universe.now)


def letter(turn: TurnContext) -> str:
    """The id of the line whose last letter is still fresh; "" for none."""
    written, at = turn.state.letter, turn.state.letter_at
    is_fresh = at is not None and timedelta(0) <= turn.universe.now - at <= REPLY_FOR
    return written.line_id if written and is_fresh else ""


def has_just_met(turn: TurnContext) -> bool:
    """Whether nobody has written on that line yet: then nothing goes over before it was asked about."""
    return bool(letter(turn)) and turn.state.letter is not None and turn.state.letter.met


def is_urgent(turn: TurnContext) -> bool:
    """Whether that letter is about a cry for safety: then a person is heard before the lesson."""
    return bool(letter(turn)) and turn.state.letter is not None and turn.state.letter.urgent
