"""Several persons on one phone: who is learning? Nothing of one is shown to the other but the name she is called by."""

from __future__ import annotations

from collections.abc import Sequence

from bot.tutor import onboarding
from bot.tutor.desk import Desk
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome

MOST = 6  # persons of one phone: a family


def ask_who(desk: Desk, sitting: Sequence[tuple[str, str]]) -> None:
    """Who sits here (learner_id, name), and somebody new."""
    persons = sitting or [(desk.person.learner_id, desk.person.name)]
    named = [
        (f"w:{each}", name or desk.phrase("persons_nameless", so=str(at))) for at, (each, name) in enumerate(persons, 1)
    ]
    if len(persons) < MOST:
        named.append(("w:new", desk.phrase("persons_new")))
    desk.offer(desk.phrase("persons_ask"), tuple(named), pending="persons")


def welcome(desk: Desk) -> CommandOutcome:
    """She sits down: somebody new is greeted, somebody known goes on where she was."""
    desk.change(offer=(), pending="" if desk.state.pending == "persons" else desk.state.pending)
    if desk.person.consent == "new":
        onboarding.greet(desk)
        return ANSWERED
    if desk.person.name:
        desk.say(desk.phrase("persons_hello", ten_goi=desk.person.name))
    return ASIDE
