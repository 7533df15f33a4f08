"""What is tapped and typed about a request for a human: the office's room "offer", and the events behind it."""

from __future__ import annotations

from collections.abc import Callable

from bot.services.pairing import World, within
from bot.tutoring import notices
from bot.tutoring.conversation import show_again
from bot.tutoring.crew import ALL_OFFERS
from bot.tutoring.desk import Desk
from bot.tutoring.pairing import policy, safety, staff
from bot.tutoring.pairing.turn import Turn
from storage import pairings as kept
from storage.database import Connection

Event = Callable[[Turn, str], object]

ANSWERED = frozenset({"accept", "later", "decline"})

_ANSWERS: dict[str, Event] = {
    "accept": policy.accept,
    "later": policy.later,
    "decline": policy.decline,
    "take": policy.take,
    "done": policy.done,
    "still": policy.still,
    "wish": lambda turn, _: policy.ask(turn, turn.actor, "pair"),
    "change": lambda turn, _: policy.ask(turn, turn.actor, "change"),
    "emergency": lambda turn, kind: policy.ask(turn, turn.actor, "safety", need=kind),
    "mistake": lambda turn, _: safety.mistaken(turn),
    "cancel": lambda turn, _: policy.cancel_all(turn),
    "back": lambda turn, _: staff.back(turn),
}


class Offers:
    """Accept, later, not now, take, done: each is decided by the policies, in the update's own transaction."""

    def __init__(self, world: World) -> None:
        self.world = world

    def asked(self, connection: Connection, desk: Desk, what: str, value: str, chat_id: str) -> None:
        event = _ANSWERS.get(what)
        if event is None or len(value) > 64:
            show_again(desk)
            return
        if what == "change" and value != "yes" and kept.pairing_of(connection, desk.person.learner_id):
            notices.ask_change(desk)
            return
        if what == "cancel":
            show_again(desk)  # what is open stays under her thumb, and what is said comes before it
        said = len(desk.replies)
        me, now = desk.person.learner_id, desk.universe.now
        within(connection, self.world, me, now, lambda turn: event(turn, value), desk)
        if len(desk.replies) == said and not desk.replies:
            show_again(desk)
        if what in ANSWERED and (others := len(kept.offers_to(connection, me))):
            notices.also(desk, ((ALL_OFFERS, desk.phrase("label_offers", so=str(others))),))
