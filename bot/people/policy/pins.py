"""A few digits that keep an officer's or instructor's work apart from whoever else learns on the same phone. Pure."""

from __future__ import annotations

from itertools import pairwise

from bot.tutor.turn import TurnContext
from flows import events as ev

SHORTEST, LONGEST = 4, 6
MAX_TRIES = 5
"""Wrong ones within a window of `invitations.WINDOW`: of ten thousand, one chance in two thousand."""
HIDDEN = "••••"
"""What her own page keeps of them."""

_BACK = "w:back"


def ask_new(turn: TurnContext, *, again: bool = False) -> None:
    """Before the phone goes to somebody else for the first time."""
    phrase = "pin_new_again" if again else "pin_new"
    turn.offer(turn.phrase(phrase), ((_BACK, turn.phrase("label_back")),), pending="pin.new")


def ask(turn: TurnContext, who: str, name: str, *, again: bool = False) -> None:
    """Ask for the digits before somebody sits down; `who` is kept in the button that leads back."""
    text = turn.phrase("pin_wrong" if again else "pin_ask", ten_goi=name)
    turn.offer(text, ((f"{_BACK}:{who}", turn.phrase("label_back")),), pending="pin.enter")


def asked_of(turn: TurnContext) -> str:
    """Whose digits are asked for."""
    return next((token[len(_BACK) + 1 :] for token, _ in turn.state.offer if token.startswith(f"{_BACK}:")), "")


def read(text: str) -> str:
    """The digits that were typed, blanks and dots left out; "" where these are none."""
    digits = "".join(each for each in text.strip() if each not in " .-")
    return digits if digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST else ""


def is_weak(digits: str) -> bool:
    """Whether anybody would try them first: all alike, or counting up or down."""
    steps = {int(b) - int(a) for a, b in pairwise(digits)}
    return steps in ({0}, {1}, {-1})


def heard(turn: TurnContext) -> None:
    """Log `HIDDEN` in place of the digits that were typed."""
    turn.events.append(ev.Heard(HIDDEN))
