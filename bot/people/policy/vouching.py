"""Somebody vouches for a learner who has lost a phone: a code by which the learner goes on. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.people.policy.linking import show_square
from bot.tutor.turn import TurnContext

MOST = 6  # persons of a name that are shown to choose from


def ask_whom(turn: TurnContext, *, again: bool = False) -> None:
    """An officer writes the name."""
    back = ("q:list:", turn.phrase("label_back"))
    turn.offer(turn.phrase("vouch_again" if again else "vouch_whom"), (back,), pending="vouch.whom")


def choose(turn: TurnContext, people: Sequence[tuple[str, str, str]]) -> None:
    """(learner_id, name, area) of those whom it may be."""
    named = [(f"vo:give:{each}", f"{name} · {area}" if area else name) for each, name, area in people[:MOST]]
    turn.offer(turn.phrase("vouch_which"), (*named, ("g:menu", turn.phrase("label_menu"))))


def give(turn: TurnContext, name: str, code: str) -> None:
    """Show the code, to be told face to face or by a voice that is known; then the menu is under the thumb."""
    who = turn.called(name)
    turn.entrust(turn.phrase("vouch_code", ai=who, ma=code))
    show_square(turn, f"moi={code}")
    turn.offer("", (("g:menu", turn.phrase("label_menu")),))
