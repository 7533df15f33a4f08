"""The office's room "crew": an instructor's learners, her unanswered offers, and what she confirms of a learner."""

from __future__ import annotations

from bot.channels.base import Notice
from bot.services.pairing import PairingContext, within
from bot.tutoring import crew as pure
from bot.tutoring import notices
from bot.tutoring.conversation import show_again
from bot.tutoring.crew import Guided
from bot.tutoring.desk import Desk
from bot.tutoring.pairing.turn import BUTTONS, PairingWork
from storage import crew as kept
from storage import pairings, standings
from storage.database import Connection
from storage.records import from_ms
from storage.rows import Row


class Roster:
    def __init__(self, world: PairingContext) -> None:
        self.world = world

    def asked(self, connection: Connection, desk: Desk, what: str, value: str, chat_id: str) -> None:
        """list, offers, offer, card, skills, skill and the levels; whose pairing it is, is read from the database."""
        me = desk.person.learner_id
        if what == "list":
            waiting = len(pairings.offers_to(connection, me))
            pure.show(desk, [_guided(row) for row in kept.guided(connection, me)], _number(value), waiting)
            return
        if what in ("offers", "offer"):
            self._offers(connection, desk, value)
            return
        pairing_id, _, lesson_key = value.partition(":")
        rows = kept.guided(connection, me, pairing_id) if pairing_id else []
        if not rows:
            desk.say(desk.phrase("crew_not_yours"))
            show_again(desk)
            return
        one = _guided(rows[0])
        if what == "card":
            pure.card(desk, one, len(desk.book.current))
        elif what == "skills":
            done = kept.finished(connection, one.learner_id)
            pure.choose_lesson(desk, one, done, kept.levels(connection, one.learner_id))
        else:
            self._skill(connection, desk, one, what, lesson_key)

    def _offers(self, connection: Connection, desk: Desk, chosen: str) -> None:
        """What she has been asked and not answered, once more: the message may have scrolled away.

        Of several she chooses one first: where only the newest line has buttons each can be answered.
        """
        open_ones = pairings.offers_to(connection, desk.person.learner_id)
        shown = [row for row in open_ones if row["offer_id"] == chosen] or open_ones
        known = [(row, found) for row in shown if (found := self._asker(connection, row))]
        if len(known) > 1:
            pure.show_offers(desk, [(row["offer_id"], who["name"], who["area"]) for row, (_, who) in known])
        elif known:
            row, (request, learner) = known[0]
            notices.say(desk, self._offer(row, request, learner))
        else:
            desk.say(desk.phrase("crew_no_offers"))
            show_again(desk)

    def _asker(self, connection: Connection, offer: Row) -> tuple[Row, Row] | None:
        """The request of an offer, and whose it is."""
        request = pairings.request(connection, offer["request_id"])
        learner = standings.learner(connection, request["learner_id"]) if request else None
        return (request, learner) if request and learner else None

    def _offer(self, offer: Row, request: Row, learner: Row) -> Notice:
        values = {
            "ten_hv": learner["name"], "khu": learner["area"], "han": self.world.clock.say(offer["due_at"]),
            "bai": request["lesson"], "buoc": request["step"], "lan": str(request["tries"]),
        }  # fmt: skip
        lesson, plain = ("offer_lesson", "offer_pair") if offer["reserves"] else ("offer_help", "offer_help_any")
        phrase = lesson if request["lesson"] else plain
        return Notice(phrase, values, BUTTONS[phrase](offer["offer_id"]))

    def _skill(self, connection: Connection, desk: Desk, one: Guided, what: str, lesson_key: str) -> None:
        done = kept.finished(connection, one.learner_id)
        lesson = next((each for each in done if pure.key(each) == lesson_key), None)
        if lesson is None or what not in ("skill", *pure.LEVELS):
            show_again(desk)
        elif what == "skill":
            pure.ask_level(desk, one, lesson)
        else:
            self._confirm(connection, desk, one, lesson, what)
            pure.choose_lesson(desk, one, done, kept.levels(connection, one.learner_id))

    def _confirm(self, connection: Connection, desk: Desk, one: Guided, lesson: str, level: str) -> None:
        """Write it down; a second tap on the same button changes nothing. She is told what is good to hear."""
        me, now = desk.person.learner_id, desk.universe.now
        desk.say(desk.phrase("crew_confirmed"))
        if kept.levels(connection, one.learner_id).get(lesson) == level:
            return
        kept.confirm(connection, one.learner_id, lesson, level, me, now)

        def event(turn: PairingWork) -> None:
            turn.note("confirmed", None, one.pairing_id, lesson=lesson, level=level)
            if phrase := pure.LEVELS[level]:
                turn.tell(one.learner_id, phrase, one.pairing_id, ten_hdv=desk.person.name, bai=lesson)

        within(connection, self.world, me, now, event)


def _guided(row: Row) -> Guided:
    seen = from_ms(row["seen_at"]) if row["seen_at"] else None
    named = row["pairing_id"], row["learner_id"], row["name"], row["area"]
    return Guided(*named, row["done"], row["lesson"] or "", seen, from_ms(row["opened_at"]))


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 0
