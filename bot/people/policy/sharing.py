"""Several persons on one phone: who is learning? Nothing of one is shown to another but the name to be called by."""

from __future__ import annotations

from collections.abc import Sequence

from bot.tutor import onboarding
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext

MOST = 6  # persons of one phone: a family


def ask_who(turn: TurnContext, sitting: Sequence[tuple[str, str]]) -> None:
    """Who sits here (learner_id, name), and somebody new."""
    persons = sitting or [(turn.person.learner_id, turn.person.name)]
    named = [
        (f"w:{each}", name or turn.phrase("persons_nameless", so=str(at))) for at, (each, name) in enumerate(persons, 1)
    ]
    if len(persons) < MOST:
        named.append(("w:new", turn.phrase("persons_new")))
    turn.offer(turn.phrase("persons_ask"), tuple(named), pending="persons")


def welcome(turn: TurnContext) -> CommandOutcome:
    """Greet who sits down: somebody new is met, somebody known goes on at the own place."""
    turn.change(offer=(), pending="" if turn.state.pending == "persons" else turn.state.pending)
    if turn.person.consent == "new":
        onboarding.greet(turn)
        return ANSWERED
    if turn.person.name:
        turn.say(turn.phrase("persons_hello", ten_goi=turn.person.name))
    return ASIDE
