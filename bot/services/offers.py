"""What is tapped and typed about a request for a human: the office's room "offer", and the events behind it."""

from __future__ import annotations

from collections.abc import Callable

from bot.services.calls import calls_for
from bot.services.ledger import placed
from bot.services.pairing import PairingContext, within
from bot.tutoring import notices, post
from bot.tutoring.conversation import show_again
from bot.tutoring.crew import ALL_OFFERS
from bot.tutoring.desk import Desk
from bot.tutoring.pairing import policy, safety, staff, taking
from bot.tutoring.pairing.calls import way
from bot.tutoring.pairing.turn import PairingWork
from storage import pairings as kept
from storage import standings
from storage.database import Connection
from storage.rows import Row

OfferHandler = Callable[[PairingWork, str], object]

ANSWERED = frozenset({"accept", "later", "decline"})

_ANSWERS: dict[str, OfferHandler] = {
    "accept": policy.accept,
    "later": policy.later,
    "decline": policy.decline,
    "take": taking.take,
    "relieve": taking.relieve,
    "done": taking.done,
    "still": taking.still,
    "wish": lambda turn, _: policy.ask(turn, turn.actor, "pair"),
    "change": lambda turn, _: policy.ask(turn, turn.actor, "change"),
    "emergency": lambda turn, kind: policy.ask(turn, turn.actor, "safety", need=kind),
    "mistake": lambda turn, _: safety.mistaken(turn),
    "cancel": lambda turn, _: policy.cancel_all(turn),
    "back": lambda turn, _: staff.back(turn),
}


class Offers:
    """Accept, later, not now, take, done: each is decided by the policies, in the update's own transaction."""

    def __init__(self, world: PairingContext) -> None:
        self.world = world

    def asked(self, connection: Connection, desk: Desk, what: str, value: str, chat_id: str) -> None:
        if what in ("show", "heirs", "hand"):
            self._mine(connection, desk, what, value)
            return
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

    # --- what she has taken ---

    def _mine(self, connection: Connection, desk: Desk, what: str, value: str) -> None:
        """show, heirs, hand: whose it is, is read from the database."""
        request_id, _, chosen = value.partition(":")
        request = kept.request(connection, request_id[:64])
        if request is None or request["state"] != "open" or request["owner_id"] != desk.person.learner_id:
            desk.say(desk.phrase("offer_gone"))
            show_again(desk)
            return
        if what == "show":
            show_mine(connection, desk, request, work_lines(connection, desk, self.world, request))
            return
        heirs = self._heirs(connection, desk, request_id)
        who = [person_id for person_id, _, _ in heirs if post.key(person_id) == chosen]
        if what == "hand" and who:
            me, now = desk.person.learner_id, desk.universe.now
            within(connection, self.world, me, now, lambda turn: taking.hand_over(turn, request_id, who[0]), desk)
            show_mine(connection, desk, request, [])
        else:
            post.choose_heir(desk, request_id, heirs)

    def _heirs(self, connection: Connection, desk: Desk, request_id: str) -> list[tuple[str, str, str]]:
        """Who may go on with it, the nearest first: (id, name, role)."""

        def event(turn: PairingWork) -> list[tuple[str, str, str]]:
            request = turn.ledger.request(request_id)
            found = taking.heirs(turn, request)[: post.A_PAGE] if request else ()
            pairing = turn.ledger.pairing_of(request.learner_id) if request else None
            guide = pairing.instructor_id if pairing else ""
            return [(each, turn.name(each), "role_instructor" if each == guide else "role_officer") for each in found]

        return within(connection, self.world, desk.person.learner_id, desk.universe.now, event)


def work_lines(connection: Connection, desk: Desk, world: PairingContext, request: Row) -> list[str]:
    """What a request is about, where she lives, who has it; of a cry who was called, when and by what way."""
    learner = placed(connection, request["learner_id"])
    name, area, confirmed = (learner["name"], learner["area"], learner["confirmed"]) if learner else ("", "", False)
    her = desk.called(name, "role_learner" if confirmed else "role_stranger")
    since = world.clock.say(request["since_at"])
    kind = desk.phrase(post.KINDS[request["kind"]], ai=her, luc=since)
    lines = [f"{kind[:1].upper()}{kind[1:]}", desk.phrase("post_area", khu=area or desk.phrase("somewhere"))]
    if request["state"] == "open" and request["owner_id"] == desk.person.learner_id:
        lines.append(desk.phrase("post_yours"))
    elif request["state"] == "open":
        owner = standings.learner(connection, request["owner_id"] or "")
        lines.append(desk.phrase("post_taken_by", ai=desk.called(owner["name"] if owner else "")))
    for call in calls_for(connection, world.pseudonym, request) if request["kind"] == "safety" else ():
        values = {"luc": world.clock.say(call.last_at), "ai": desk.called(call.name), "kenh": way(call.channel)}
        lines.append(desk.phrase(f"post_call_{call.outcome}", **values))
    return lines


def show_mine(connection: Connection, desk: Desk, request: Row, lines: list[str]) -> None:
    """What she has taken, with what she can do."""
    home = ("q:list:0", "label_post") if desk.person.leads else ("g:menu", "label_menu")
    urgent = request["kind"] == "safety"
    post.show_mine(
        desk, request["request_id"], lines, union=urgent and desk.person.leads, home=(home[0], desk.phrase(home[1]))
    )
